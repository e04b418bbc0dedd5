"""Solar terms: instants to the second, dates as published."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from predictions.solar_terms import (
    TERM_NAMES,
    jie_around,
    jie_by_day,
    month_cycle,
    next_term,
    solar_year_of,
    term,
    term_on,
    terms,
)


def named(year: int, name: str):
    return term(year, TERM_NAMES.index(name))


# Hong Kong Observatory, to the minute (UTC+8).
@pytest.mark.parametrize(
    ("year", "name", "printed"),
    [
        (2026, "立春", "2026-02-04 04:02"),
        (2026, "小寒", "2026-01-05 16:23"),
        (2024, "冬至", "2024-12-21 17:21"),
        (2025, "春分", "2025-03-20 17:01"),
    ],
)
def test_terms_agree_with_the_observatory_to_the_minute(year, name, printed):
    assert named(year, name).minute_text == printed


def test_a_year_has_24_terms_in_order():
    year = terms(2026)
    assert [found.name for found in year] == list(TERM_NAMES)
    assert all(first.instant < second.instant for first, second in itertools.pairwise(year))


def test_the_published_date_wins_where_it_differs_from_the_instant():
    cold = named(1979, "大寒")
    assert (cold.date, cold.local.date(), cold.uncertain) == (date(1979, 1, 21), date(1979, 1, 20), True)
    assert term(1979, 1, "astronomical").date == date(1979, 1, 20)


@pytest.mark.parametrize(
    ("year", "name"), [(1912, "小雪"), (1913, "秋分"), (1917, "大雪"), (1927, "白露"), (1928, "夏至")]
)
def test_before_1929_the_historic_almanac_differs_from_utc8(year, name):
    assert named(year, name).date != named(year, name).local.date()


def test_only_the_documented_dates_differ_from_the_instants():
    differing = {
        (year, found.name)
        for year in range(1901, 2101)
        for found in terms(year)
        if found.date != found.local.date()
    }
    assert differing == {
        (1912, "小雪"),
        (1913, "秋分"),
        (1917, "大雪"),
        (1927, "白露"),
        (1928, "夏至"),
        (1979, "大寒"),
    }


def test_at_the_very_second_the_new_month_has_begun():
    spring = named(2026, "立春")
    assert jie_around(spring.instant)[1].name == "立春"
    assert jie_around(spring.instant - timedelta(seconds=1))[1].name == "小寒"
    ordinal, before, after = jie_around(datetime(2026, 2, 10, tzinfo=UTC))
    assert (before.name, after.name, solar_year_of(ordinal)) == ("立春", "惊蛰", 2026)
    assert month_cycle(ordinal) == 26  # 庚寅


def test_without_a_clock_the_day_of_the_term_is_the_new_month():
    assert jie_by_day(date(2026, 2, 4))[1].name == "立春"
    assert jie_by_day(date(2026, 2, 3))[1].name == "小寒"


def test_the_term_of_a_day_and_the_next_one():
    assert term_on(date(2026, 4, 5)).name == "清明"
    assert term_on(date(2026, 4, 6)) is None
    assert next_term(date(2026, 12, 22)).name == "小寒"
    assert next_term(date(2026, 4, 5)).name == "谷雨"


def test_a_term_is_shown_in_utc_with_seconds_and_in_local_time():
    shown = named(2026, "立春").as_dict()
    assert shown["instant"] == "2026-02-03T20:02:08Z"
    assert shown["local"] == "2026-02-04T04:02:08+08:00"
