"""predictions/drawings/sky_day.py: bands that lie upon each other, polar days and nights."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.sky_day import altitude, bands, draw_day, spans_of
from tests.predictions.drawings.boxes import words_of
from tests.predictions.drawings.test_sky import days, sky

DAY = "2026-11-24"


def facts_of(month, day, latitude, longitude=18.96, tz="+01:00"):
    return sky({"calendar": "solar", "year": 2026, "month": month, "day": day}, latitude, longitude, tz).facts


def at(hour, day=DAY):
    return f"{day}T{hour}:00+08:00"


@pytest.mark.parametrize(
    ("start", "end", "always", "spans"),
    [
        (at("06:00"), at("18:00"), False, [(6, 18)]),
        (at("18:00"), at("06:00"), False, [(0, 6), (18, 24)]),
        (at("06:00"), None, False, [(6, 24)]),
        (None, at("18:00"), False, [(0, 18)]),
        (None, None, True, [(0, 24)]),
        (None, None, False, []),
        (at("02:00"), at("00:30", "2026-11-25"), False, [(0, 0.5), (2, 24)]),
        (at("23:30", "2026-11-23"), at("22:00"), False, [(0, 22), (23.5, 24)]),
    ],
)
def test_the_hours_of_a_beginning_and_an_end(start, end, always, spans):
    assert spans_of(start, end, DAY, always=always) == spans


def test_a_polar_day_is_day_from_midnight_to_midnight():
    facts = facts_of(6, 21, 69.65)
    assert dict(bands(facts)) == {
        kind: [(0.0, 24.0)] for kind in ("astronomical", "nautical", "civil", "day")
    }
    drawing = draw_day(facts)
    assert "极昼：太阳整日不落。" in drawing.description
    assert "没有日出和日落" in drawing.description
    assert "极昼：太阳整日不落。" in words_of(drawing)


def test_a_polar_night_has_twilight_and_no_day():
    found = dict(bands(facts_of(12, 21, 69.65)))
    assert found["day"] == []
    assert len(found["civil"]) == len(found["astronomical"]) == 1


def test_nights_that_never_grow_dark_say_which_limits_are_missing():
    facts = facts_of(6, 21, 55.75, 37.6, "+03:00")
    assert dict(bands(facts))["nautical"] == [(0.0, 24.0)]
    assert "没有航海晨昏的界线；没有天文晨昏的界线" in draw_day(facts).description


@settings(max_examples=25, deadline=None)
@given(days, st.integers(-75, 75))
def test_every_band_lies_within_the_darker_one_and_within_the_day(date, latitude):
    facts = sky(date, latitude, 0, "+00:00").facts
    lengths = []
    for _, spans in bands(facts):
        assert all(0 <= start <= end <= 24 for start, end in spans)
        lengths.append(sum(end - start for start, end in spans))
    assert lengths == sorted(lengths, reverse=True)


def test_the_curve_crosses_the_horizon_at_rise_and_set():
    assert altitude(12, 12, 40, 0) == pytest.approx(50)
    assert altitude(6, 12, 40, 0) == pytest.approx(0, abs=1e-9)
    assert altitude(0, 12, 70, 23.4) == pytest.approx(3.4)


def test_each_time_of_the_key_stands_once_in_its_row():
    facts = facts_of(11, 24, 31.23, 121.47, "+08:00")
    words = words_of(draw_day(facts))
    for time in ("06:29", "16:52", "06:03", "17:18", "05:33", "17:48", "05:04", "18:17", "16:16", "05:53"):
        assert words.count(time) == 1
