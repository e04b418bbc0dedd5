"""True solar time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from predictions.solar_time import apparent_solar_time, equation_of_time, mean_solar_time


# Astronomical Almanac: the extremes and a zero of the year, minutes.
@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        ("2026-02-11", -14.2),
        ("2026-05-14", 3.65),
        ("2026-07-26", -6.55),
        ("2026-11-03", 16.45),
        ("2026-04-15", -0.1),
    ],
)
def test_the_equation_of_time_through_the_year(day, minutes):
    noon = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    assert equation_of_time(noon) == pytest.approx(minutes, abs=0.12)


# Meeus, example 28.a: 1992-10-13 00:00 TD, 13 m 42.6 s.
def test_meeus_example():
    assert equation_of_time(datetime(1992, 10, 13, tzinfo=UTC)) == pytest.approx(13 + 42.6 / 60, abs=0.1)


def test_mean_solar_time_is_four_minutes_a_degree():
    noon = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    assert mean_solar_time(noon, 120) == datetime(2026, 3, 1, 12, 0)
    assert mean_solar_time(noon, 87.617) == datetime(2026, 3, 1, 9, 50, 28)
    assert mean_solar_time(noon, -74.006).isoformat() == "2026-02-28T23:03:59"


def test_apparent_time_adds_the_equation():
    instant = datetime(2026, 11, 3, 4, 0, tzinfo=UTC)
    shift = apparent_solar_time(instant, 120) - mean_solar_time(instant, 120)
    assert shift.total_seconds() == pytest.approx(60 * equation_of_time(instant), abs=1)
