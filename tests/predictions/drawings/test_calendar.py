"""predictions/drawings/calendar.py: the leaf of a day."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.calendar import draw
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, texts_of, words_of


def leaf(day):
    asked = {"date": {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}}
    chart = compute("calendar", asked)
    (drawing,) = draw(chart)
    return chart.facts, drawing


@settings(max_examples=60, deadline=None)
@given(st.dates(min_value=date(1901, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day_has_its_leaf(day):
    facts, drawing = leaf(day)
    check(drawing)
    words = words_of(drawing)
    assert str(day.day) in words
    assert f"{day.year}年{day.month}月" in words
    assert facts["lunar"]["text"] in drawing.description
    assert facts["ganzhi"]["day"] in drawing.description


def test_new_year_shows_its_festival_and_elements_in_their_colours():
    _, drawing = leaf(date(2026, 2, 17))
    fills = {text.words: text.fill for text in texts_of(drawing)}
    assert fills["丙"] == "fire"
    assert fills["壬"] == "water"
    assert any("春节" in word for word in words_of(drawing))
    assert "1天后雨水" in words_of(drawing)


def test_the_day_of_a_term_shows_its_time():
    _, drawing = leaf(date(2026, 4, 5))
    assert any(word.startswith("今日清明 ") for word in words_of(drawing))
