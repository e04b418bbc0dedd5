"""predictions/drawings/sky.py: four pictures of any day at any place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.sky import draw
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, root_of

days = st.fixed_dictionaries(
    {
        "calendar": st.just("solar"),
        "year": st.integers(1905, 2098),
        "month": st.integers(1, 12),
        "day": st.integers(1, 28),
    }
)


def sky(date, latitude=31.23, longitude=121.47, tz="+08:00"):
    return compute("sky", {"date": date, "latitude": latitude, "longitude": longitude, "tz": tz})


@settings(max_examples=25, deadline=None)
@given(days, st.integers(-89, 89), st.integers(-179, 180), st.sampled_from(["+08:00", "+00:00", "-05:00"]))
def test_any_day_at_any_place_is_drawn_without_collisions(date, latitude, longitude, tz):
    drawings = draw(sky(date, latitude, longitude, tz))
    for drawing in drawings:
        check(drawing)
    ids = [element.get("id") for drawing in drawings for element in root_of(drawing).iter()]
    named = [name for name in ids if name]
    assert len(named) == len(set(named)) == 8


def test_the_bytes_are_always_the_same():
    chart = sky({"calendar": "solar", "year": 2026, "month": 11, "day": 24})
    assert draw(chart) == draw(chart)


def test_the_end_of_the_canon_says_that_no_eclipse_is_left():
    chart = sky({"calendar": "solar", "year": 2100, "month": 12, "day": 31})
    *_, eclipses = draw(chart)
    check(eclipses)
    assert eclipses.description == "2100年以前没有日月食。"
