"""One spelling for every sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.language.normalise import LIMIT, normalise


@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("１９９０年 ５月 17日  8点", "1990年5月17日8点"),
        ("農曆閏六月初八", "农历闰六月初八"),
        ("五月二 十点", "五月二 十点"),
        ("1990 5 17", "1990 5 17"),
        ("我 要\n看 help me", "我要看help me"),
        ("今天\u200b黄\ufeff历", "今天黄历"),
        ("二○二六年", "二〇二六年"),
        ("①", "1"),
        ("今天，黄历！", "今天,黄历!"),
        ("\ud800今天\x00黄历", "今天黄历"),
    ],
)
def test_a_sentence_is_spelled_in_one_way(original, text):
    assert normalise(original).text == text


def test_the_tail_of_a_long_sentence_is_cut_and_marked():
    assert normalise("好" * (LIMIT + 1)).cut
    assert not normalise("好" * LIMIT).cut


@given(st.text())
def test_normalising_again_changes_nothing_that_matters(text):
    once = normalise(text).text
    assert "\n" not in once
    assert once == once.strip()
