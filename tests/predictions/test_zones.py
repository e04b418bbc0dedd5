"""Time zones and summer times, China's own history above all."""

from __future__ import annotations

from datetime import datetime

import pytest

from predictions.zones import find_zone, near_zones, offset_text, read_clock, zone_title


def read(text: str, zone: str = "Asia/Shanghai", summer: str = "auto", repeated: str = "first"):
    return read_clock(datetime.fromisoformat(text), zone, summer, repeated)


def codes(clock) -> list[str]:
    return [notice.code for notice in clock.notices]


def test_the_national_summer_time_is_taken_off_and_told():
    clock = read("1990-05-17 08:00")
    assert clock.instant.isoformat() == "1990-05-16T23:00:00+00:00"
    assert clock.standard == datetime(1990, 5, 17, 7)
    assert codes(clock) == ["dst_applied"]
    assert "钟表 08:00，标准时 07:00" in clock.notices[0].text


@pytest.mark.parametrize(
    ("day", "summer"),
    [
        ("1986-05-04 03:00", True),
        ("1986-05-03 12:00", False),
        ("1991-09-14 12:00", True),
        ("1991-09-15 12:00", False),
        ("1985-07-01 12:00", False),
        ("1992-07-01 12:00", False),
    ],
)
def test_summer_time_lasted_from_may_1986_to_september_1991(day, summer):
    assert bool(read(day).summer) is summer


def test_summer_time_can_be_ignored():
    clock = read("1990-05-17 08:00", summer="ignore")
    assert clock.standard == datetime(1990, 5, 17, 8)
    assert codes(clock) == ["dst_ignored"]


@pytest.mark.parametrize("day", ["1919-05-01 12:00", "1943-01-01 12:00", "1948-07-01 12:00"])
def test_local_summer_times_are_warned_of_and_not_applied(day):
    clock = read(day)
    assert clock.offset.total_seconds() == 8 * 3600
    assert codes(clock) == ["local_summer_time"]
    assert clock.notices[0].alternative == {"input": {"tz": "+09:00"}}


def test_a_quiet_year_has_no_notice():
    assert codes(read("1960-07-01 12:00")) == []


def test_before_1901_the_clock_was_local():
    clock = read("1900-06-01 12:00")
    assert offset_text(clock.offset) == "+08:05:43"
    assert codes(clock) == ["local_mean_time"]


def test_hong_kong_keeps_its_own_summer_time():
    assert codes(read("1976-07-01 12:00", "Asia/Hong_Kong")) == ["dst_applied"]
    assert codes(read("1988-07-01 12:00", "Asia/Hong_Kong")) == []


def test_a_reading_that_the_clocks_skipped_is_told():
    clock = read("2026-03-08 02:30", "America/New_York")
    assert codes(clock) == ["nonexistent_time"]
    assert clock.instant.isoformat() == "2026-03-08T07:30:00+00:00"


def test_a_reading_that_came_twice_offers_the_other():
    first = read("2026-11-01 01:30", "America/New_York")
    second = read("2026-11-01 01:30", "America/New_York", repeated="second")
    assert (second.instant - first.instant).total_seconds() == 3600
    assert codes(first) == ["ambiguous_time", "dst_applied"]
    assert first.notices[0].alternative == {"options": {"ambiguous_time": "second"}}
    assert second.notices[0].alternative == {"options": {"ambiguous_time": "first"}}


def test_irish_winter_time_is_its_standard_time():
    assert read("2026-01-10 12:00", "Europe/Dublin").standard == datetime(2026, 1, 10, 12)


def test_offsets_are_zones_too():
    assert read("2000-01-01 12:00", "-05:30").instant.isoformat() == "2000-01-01T17:30:00+00:00"
    assert find_zone("+08:00") is not None


@pytest.mark.parametrize(
    "name", ["", "+8", "+15:00", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "localtime", "Asia"]
)
def test_what_is_no_zone_is_not_found(name):
    assert find_zone(name) is None


def test_near_zones_are_named():
    assert near_zones("Asia/Shanghay")[0] == "Asia/Shanghai"


def test_zone_titles():
    assert zone_title("Asia/Shanghai") == "北京时间"
    assert zone_title("Asia/Tokyo") == "Asia/Tokyo 时间"
    assert zone_title("Asia/Taipei", "en") == "Taipei time"


def test_an_unknown_zone_is_a_programming_error():
    with pytest.raises(ValueError, match="unknown zone"):
        read("2000-01-01 12:00", "Mars/Olympus")
