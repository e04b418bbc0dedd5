"""The lunar calendar against the published tables and an independent implementation."""

from __future__ import annotations

import itertools
import json
import random
import subprocess
import sys
from datetime import date, timedelta

import pytest
from lunar_python import Solar

from predictions import lunar
from tests.site.test_imports import ROOT

FIRST_YEARS_IN_THREADS = """
import json, sys, threading
from predictions.lunar import lunar_year

sys.setswitchinterval(1e-5)
start, found = threading.Barrier(8), []

def work():
    start.wait()
    found.append(lunar_year(2025).leap_month)

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps([found, lunar_year(2023).leap_month, lunar_year(2033).leap_month]))
"""


@pytest.mark.parametrize(
    ("year", "leap"),
    [
        (1984, 10),
        (2033, 11),
        (2034, None),
        (1995, 8),
        (2017, 6),
        (2020, 4),
        (2023, 2),
        (2025, 6),
        (2026, None),
    ],
)
@pytest.mark.parametrize("source", ["hko", "astronomical"])
def test_leap_months_by_table_and_by_rule(year, leap, source):
    assert lunar.lunar_year(year, source).leap_month == leap


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1949, "1949-01-29"),
        (1985, "1985-02-20"),
        (2000, "2000-02-05"),
        (2024, "2024-02-10"),
        (2026, "2026-02-17"),
    ],
)
def test_the_new_year_falls_where_it_did(year, day):
    assert lunar.lunar_year(year).months[0].first.isoformat() == day


def test_every_month_has_29_or_30_days_and_no_day_is_lost():
    for year in range(1900, 2101):
        months = [*lunar.lunar_year(year).months, lunar.lunar_year(year + 1).months[0]]
        assert len(months) in (13, 14)
        for month, after in itertools.pairwise(months):
            assert month.length in (29, 30)
            assert month.first + timedelta(days=month.length) == after.first


def test_2026_has_no_thirtieth_of_the_last_month():
    assert lunar.lunar_year(2026).find(12, False).length == 29


def test_the_ninth_month_of_2057_begins_where_the_observatory_printed_it():
    published = lunar.lunar_year(2057).find(9, False)
    assert (published.first, published.length, published.uncertain) == (date(2057, 9, 28), 30, True)
    assert lunar.lunar_year(2057).find(8, False).length == 29
    assert lunar.lunar_year(2057, "astronomical").find(9, False).first == date(2057, 9, 29)


def test_exactly_three_months_are_uncertain():
    uncertain = [
        (month.year, month.month)
        for year in range(1901, 2101)
        for month in lunar.lunar_year(year).months
        if month.uncertain
    ]
    assert uncertain == [(2057, 9), (2089, 8), (2097, 7)]


def test_table_and_rule_differ_only_where_history_did():
    def starts(year, source):
        return [(month.month, month.leap, month.first) for month in lunar.lunar_year(year, source).months]

    differing = {year for year in range(1901, 2101) if starts(year, "hko") != starts(year, "astronomical")}
    assert differing == {1914, 1916, 1920, 2057}


def test_a_random_sample_agrees_with_lunar_python():
    rng = random.Random(20260217)
    for _ in range(600):
        day = date(1900, 2, 1) + timedelta(days=rng.randrange(73000))
        theirs = Solar.fromYmd(day.year, day.month, day.day).getLunar()
        facts = lunar.calendar_day(day)
        if facts["uncertain"] or day.year == 1917:
            continue
        ours = facts["lunar"]
        month = -ours["month"] if ours["leap"] else ours["month"]
        assert (ours["year"], month, ours["day"]) == (theirs.getYear(), theirs.getMonth(), theirs.getDay()), (
            day
        )
        assert facts["ganzhi"]["year"] == theirs.getYearInGanZhiByLiChun()
        assert facts["ganzhi"]["month"] == theirs.getMonthInGanZhi()
        assert facts["ganzhi"]["day"] == theirs.getDayInGanZhi()
        assert facts["zodiac"] == theirs.getYearShengXiao()
        assert (facts["term"] or "") == theirs.getJieQi()


def test_both_directions_are_inverse():
    rng = random.Random(7)
    for _ in range(300):
        day = date(1900, 1, 31) + timedelta(days=rng.randrange(73000))
        there = lunar.to_lunar(day)
        month = lunar.lunar_year(there.year).find(there.month, there.leap)
        assert lunar.to_solar(month, there.day) == day


def test_a_lunar_year_is_listed_for_the_api():
    shown = lunar.lunar_year(2025).as_dict()
    assert (shown["year"], shown["ganzhi"], shown["zodiac"], shown["leap_month"]) == (2025, "乙巳", "蛇", 6)
    assert len(shown["months"]) == 13
    assert shown["months"][6] == {
        "month": 6,
        "leap": True,
        "name": "闰六月",
        "first_day": "2025-07-25",
        "length": 29,
        "uncertain": False,
    }


def test_a_year_beyond_the_tables_is_refused():
    with pytest.raises(ValueError, match="outside"):
        lunar.lunar_year(2102)


@pytest.mark.parametrize(
    ("day", "festival"),
    [
        ("2026-02-16", "除夕"),
        ("2026-02-17", "春节"),
        ("2026-04-05", "清明节"),
        ("2026-06-19", "端午节"),
        ("2026-09-25", "中秋节"),
        ("2025-10-01", "国庆节"),
    ],
)
def test_festivals_fall_on_their_days(day, festival):
    assert festival in lunar.calendar_day(date.fromisoformat(day))["festivals"]


def test_day_names():
    assert [lunar.day_name(day) for day in (1, 10, 11, 20, 21, 30)] == [
        "初一",
        "初十",
        "十一",
        "二十",
        "廿一",
        "三十",
    ]


# USNO: 2000-01-06 18:14, 2024-04-08 18:21, 2026-02-17 12:01 UTC.
@pytest.mark.parametrize(
    ("number", "printed"), [(0, "2000-01-06 18:14"), (300, "2024-04-08 18:21"), (323, "2026-02-17 12:01")]
)
def test_new_moons_agree_with_the_naval_observatory_to_the_minute(number, printed):
    assert f"{lunar.new_moon(number) + timedelta(seconds=30):%Y-%m-%d %H:%M}" == printed


@pytest.mark.parametrize("attempt", range(4))
def test_the_first_years_of_a_process_may_be_asked_by_many_threads(attempt):
    """tyme4py's table of leap months, filled by two threads at once, was wrong from then on."""
    command = [sys.executable, "-c", FIRST_YEARS_IN_THREADS]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(result.stdout) == [[6] * 8, 2, 11]
