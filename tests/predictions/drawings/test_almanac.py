"""predictions/drawings/almanac.py: the month of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.almanac import draw, tables
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, texts_of, words_of


def chart_of(day, **options):
    asked = {"date": {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}}
    return compute("almanac", asked, options)


@settings(max_examples=30, deadline=None)
@given(st.dates(min_value=date(1901, 1, 1), max_value=date(2099, 12, 31)))
def test_any_month_fits(day):
    (drawing,) = draw(chart_of(day))
    check(drawing)


@pytest.mark.parametrize("first", [date(2026, 2, 1), date(2025, 7, 1), date(2033, 12, 1), date(2100, 12, 1)])
def test_every_day_of_the_month_says_what_its_own_almanac_says(first):
    (drawing,) = draw(chart_of(first + timedelta(days=14)))
    words = [text.words for text in texts_of(drawing)]
    day = first
    while day.month == first.month:
        at = words.index(str(day.day))
        facts = chart_of(day).facts
        assert words[at + 2] == facts["jianchu"]
        assert words[at + 3] == facts["yellow_black"]["kind"][0]
        if facts["term"]:
            assert words[at + 1] == facts["term"]
        elif facts["lunar"]["day"] > 1:
            assert facts["lunar"]["text"].endswith(words[at + 1])
        day += timedelta(days=1)


def test_only_the_asked_day_is_marked_and_told():
    (drawing,) = draw(chart_of(date(2026, 2, 17)))
    marked = {text.words for text in texts_of(drawing) if text.behind == "mark"}
    assert marked == {"17", "正月", "成", "黄"}
    assert "所问的17日是正月初一，成日，司命值日，黄道。" in drawing.description
    assert "18日雨水" in drawing.description


def test_a_leap_month_is_named():
    (drawing,) = draw(chart_of(date(2025, 7, 25)))
    assert "闰六月" in words_of(drawing)


def test_the_twelve_hours_are_a_table():
    (table,) = tables(chart_of(date(2026, 2, 17)))
    assert len(table.rows) == 12
    assert [cell.text for cell in table.rows[2]][:2] == ["寅时\n03-05点", "司命 吉\n冲猴"]
    assert table.rows[4][2].text == "无"
