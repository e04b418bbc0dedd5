"""Chinese numerals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.language.numerals import number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10), ("十七", 17), ("二十", 20), ("二十三", 23), ("廿", 20), ("廿三", 23), ("卅", 30),
        ("卅一", 31),
        ("初八", 8), ("初十", 10), ("两", 2), ("零三", 3), ("九〇", 90), ("一九九〇", 1990),
        ("二零二六", 2026),
        ("一百", 100), ("一百零五", 105), ("二千零六", 2006), ("三十八", 38), ("17", 17), ("09", 9),
    ],
)  # fmt: skip
def test_a_numeral_has_its_value(text, value):
    assert number(text) == value


@pytest.mark.parametrize("text", ["a", "1a", "十a", "8点", "1.5", "-1"])
def test_what_is_no_numeral_has_none(text):
    assert number(text) is None


@given(st.text(max_size=6))
def test_any_text_has_a_value_or_none(text):
    assert number(text) is None or isinstance(number(text), int)
