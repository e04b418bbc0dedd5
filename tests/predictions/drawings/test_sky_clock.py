"""predictions/drawings/sky_clock.py: minutes rounded, days named."""

from __future__ import annotations

import pytest

from predictions.drawings.sky_clock import clock, hour_of


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-24T06:28:31+08:00", "06:29"),
        ("2026-11-24T06:28:29+08:00", "06:28"),
        ("2026-11-24T23:59:40+08:00", "次日00:00"),
        ("2026-11-25T00:30:00+08:00", "次日00:30"),
        ("2026-11-23T23:30:00+08:00", "前日23:30"),
        ("2026-12-01T14:09:00+08:00", "12-01 14:09"),
        (None, "—"),
    ],
)
def test_a_time_is_shown_to_the_minute_with_its_day_where_that_is_another(text, shown):
    assert clock(text, "2026-11-24") == shown


def test_hours_count_on_past_midnight_and_back_before_it():
    assert hour_of("2026-11-25T00:30:00+08:00", "2026-11-24") == 24.5
    assert hour_of("2026-11-23T23:30:00+08:00", "2026-11-24") == -0.5
