"""What a 六爻 casting is about decides its 用神, as 卜筮正宗 sorts them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from predictions.language import ask
from predictions.language.matters import find_matter

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "gender", "focus"),
    [
        ("问工作", "", "officer"),
        ("问财运", "", "wealth"),
        ("考试能过吗", "", "parent"),
        ("我的猫丢了", "", "offspring"),
        ("钱包丢了", "", "wealth"),
        ("和朋友合伙", "", "sibling"),
        ("问出行", "", "self"),
        ("问感情", "male", "wealth"),
        ("问感情", "female", "officer"),
        ("问感情", "", ""),
        ("今天天气", "", ""),
    ],
)
def test_the_matter_names_the_lines_that_stand_for_it(text, gender, focus):
    assert find_matter(text, gender)[1] == focus


def test_the_chart_takes_it_and_the_echo_says_so():
    result = ask("六爻 789678 问工作", now=NOW, systems=["liuyao"])
    assert result.answer.chart.options["focus"] == "officer"
    assert "问“工作”，取官鬼为用神" in result.text
    assert "用神：官鬼" in result.text


def test_love_without_a_sex_leaves_it_open_and_says_why():
    result = ask("六爻 789678 问感情", now=NOW, systems=["liuyao"])
    assert result.answer.chart.options["focus"] == "none"
    assert "男取妻财、女取官鬼" in result.text
