"""predictions/drawings/xiaoliuren.py: six palaces, three counts, one result."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.xiaoliuren import PLACES, draw
from predictions.engine import compute
from predictions.systems.xiaoliuren import PALACES
from tests.predictions.drawings.boxes import check, texts_of, words_of

MOMENT = {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}


def test_the_palaces_follow_each_other_clockwise_from_the_root_of_the_index_finger():
    assert list(PLACES) == [palace.name for palace in PALACES]
    steps = list(PLACES.values())
    for (column, row), (next_column, next_row) in zip(steps, steps[1:] + steps[:1], strict=True):
        assert abs(column - next_column) + abs(row - next_row) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 999), min_size=3, max_size=3))
def test_any_three_numbers_show_six_palaces_and_the_counts_where_they_end(numbers):
    chart = compute("xiaoliuren", {"numbers": numbers})
    (drawing,) = draw(chart)
    check(drawing)
    texts = texts_of(drawing)
    assert all(sum(text.words == name for text in texts) == 1 for name in PLACES)
    for number, name in zip("①②③", chart.facts["palaces"], strict=True):
        (count,) = [text for text in texts if text.words == number]
        (palace,) = [text for text in texts if text.words == name]
        assert abs(count.middle[0] - palace.middle[0]) < 50
        assert 0 < palace.top - count.top < 50


def test_a_moment_names_its_counts_month_day_and_hour():
    (drawing,) = draw(compute("xiaoliuren", {"moment": MOMENT}))
    check(drawing)
    assert {"①月", "②日", "③时"} <= set(words_of(drawing))


def test_the_result_is_framed_and_said():
    chart = compute("xiaoliuren", {"numbers": [3, 5, 7]})
    (drawing,) = draw(chart)
    marked = {text.words for text in texts_of(drawing) if text.behind == "mark"}
    assert "大安" in marked
    assert "速喜" not in marked
    assert "①速喜 → ②大安 → ③大安　结果：大安（吉）" in words_of(drawing)
    assert drawing.description.endswith("结果为大安，吉。")


def test_the_bytes_are_always_the_same():
    chart = compute("xiaoliuren", {"moment": MOMENT})
    assert draw(chart) == draw(chart)
