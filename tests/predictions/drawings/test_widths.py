"""predictions/drawings/widths.py: words counted, rows filled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from predictions.drawings.widths import rows_of, width_of


def test_chinese_characters_are_one_em_wide_and_latin_ones_less():
    assert width_of("紫微", 12) == 24
    assert width_of("106-115", 10) == 42


@given(st.lists(st.floats(1, 70), max_size=20))
def test_every_item_stands_in_one_row_in_its_order_and_no_row_is_too_wide(widths):
    rows = rows_of(widths, 80, 3)
    assert [index for row in rows for index in row] == list(range(len(widths)))
    assert all(sum(widths[index] for index in row) + 3 * (len(row) - 1) <= 80.001 for row in rows)


def test_an_item_wider_than_the_room_has_a_row_of_its_own():
    assert rows_of([10, 100, 10], 50, 2) == [[0], [1], [2]]
