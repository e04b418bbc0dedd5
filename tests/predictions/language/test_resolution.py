"""The written rules: which day a text names, seen from different days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.language.days import find_days
from predictions.language.normalise import normalise
from predictions.language.resolution import read_day
from predictions.language.scan import Scan
from predictions.language.years import BIRTH, TARGET

MONDAY = date(2026, 11, 23)


def read(text, today=MONDAY, role=TARGET):
    (day,) = find_days(Scan(normalise(text).text))
    return read_day(day, today, role)


def days(reading):
    return [f"{day['year']}-{day['month']}-{day['day']}" for day in reading.choices]


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        # the reference cases that other parsers get wrong
        ("下周三", MONDAY, "2026-12-02"), ("下个月初八", MONDAY, "2026-12-16"),
        ("明年清明", MONDAY, "2027-04-05"),
        ("去年冬至", MONDAY, "2025-12-21"), ("农历八月十五", MONDAY, "2027-09-15"),
        ("民国三十八年十月一日", MONDAY, "1949-10-01"),
        ("公历12月初八", MONDAY, "2026-12-08"),
        # weekdays: Monday begins the week
        ("周一", MONDAY, "2026-11-23"), ("这周日", MONDAY, "2026-11-29"),
        ("下周一", date(2026, 11, 29), "2026-11-30"),
        ("上周日", MONDAY, "2026-11-22"), ("周三", date(2026, 11, 27), "2026-12-02"),
        ("这周三", date(2026, 11, 27), "2026-11-25"),
        # without a year: the next time, today included
        ("11月23日", MONDAY, "2026-11-23"), ("11月22日", MONDAY, "2027-11-22"),
        ("2月29日", MONDAY, "2028-02-29"),
        ("春节", MONDAY, "2027-02-06"), ("春节", date(2027, 2, 6), "2027-02-06"),
        ("冬至", date(2026, 12, 23), "2027-12-22"),
        ("17号", MONDAY, "2026-12-17"), ("31号", date(2027, 2, 1), "2027-03-31"),
        ("初八", MONDAY, "2026-12-16"),
        ("农历十月十五", date(2026, 11, 23), "2026-11-23"), ("闰六月初一", MONDAY, "2036-07-23"),
        # 今年 around New Year
        ("今年除夕", MONDAY, "2027-02-05"), ("今年除夕", date(2026, 1, 10), "2026-02-16"),
        ("今年春节", date(2026, 1, 10), "2026-02-17"),
        ("今年春节", MONDAY, "2026-02-17"), ("今年腊月初八", date(2026, 12, 20), "2027-01-15"),
        ("今年腊月初八", date(2027, 1, 10), "2027-01-15"),
        ("2026年除夕", MONDAY, "2026-02-16"), ("农历2026年除夕", MONDAY, "2027-02-05"),
        ("丙午年除夕", MONDAY, "2027-02-05"),
        # two digits, cycles, animals
        ("90年5月17日", MONDAY, "1990-05-17"), ("27年5月17日", MONDAY, "2027-05-17"),
        ("28年5月17日", MONDAY, "1928-05-17"),
        ("零三年5月1日", MONDAY, "2003-05-01"), ("丙午年正月初一", MONDAY, "2026-02-17"),
        ("羊年正月初一", MONDAY, "2027-02-06"),
        ("1990年(庚午)5月17日", MONDAY, "1990-05-17"),
        # counted
        ("3天后", MONDAY, "2026-11-26"), ("一百天后", MONDAY, "2027-03-03"),
        ("两周前", MONDAY, "2026-11-09"), ("半个月后", MONDAY, "2026-12-08"),
        ("三个月后", MONDAY, "2027-02-23"), ("10年前", MONDAY, "2016-11-23"),
        ("春节前一天", MONDAY, "2027-02-05"),
        ("清明后三天", MONDAY, "2027-04-08"), ("大后天", MONDAY, "2026-11-26"),
        ("大前天", MONDAY, "2026-11-20"),
        # festivals that are counted by weekday
        ("母亲节", MONDAY, "2027-05-09"), ("2026年感恩节", MONDAY, "2026-11-26"),
        ("父亲节", MONDAY, "2027-06-20"),
    ],
)  # fmt: skip
def test_a_text_names_a_day(text, today, day):
    reading = read(text, today)
    assert reading.problem == ""
    assert reading.solar == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("text", "role", "choices"),
    [
        ("小年", TARGET, ["2027-1-30", "2027-1-31"]),
        ("周末", TARGET, ["2026-11-28", "2026-11-29"]),
        ("明年除夕", TARGET, ["2027-2-5", "2028-1-25"]),
        ("1990年除夕", BIRTH, ["1990-1-26", "1991-2-14"]),
        ("庚午年四月廿三", BIRTH, ["1990-4-23", "1930-4-23"]),
        ("1990年四月二十三", BIRTH, ["1990-4-23", "1990-4-23"]),
        ("5/6/1990", TARGET, ["1990-5-6", "1990-6-5"]),
    ],
)
def test_what_can_be_two_days_is_a_choice(text, role, choices):
    reading = read(text, role=role)
    assert reading.day == {}
    assert days(reading) == choices


@pytest.mark.parametrize(
    ("text", "why", "nearest"),
    [
        ("2026年2月30日", "没有30日", ["2026-2-28", "2026-3-1"]),
        ("2月30日", "没有30日", ["2027-2-28", "2027-3-1"]),
        ("2027年2月29日", "没有29日", ["2027-2-28", "2027-3-1"]),
        ("2026年4月31日", "没有31日", ["2026-4-30", "2026-5-1"]),
        ("2026年5月0日", "没有0日", ["2026-5-1"]),
        ("2026年13月5日", "没有13月", ["2026-12-5"]),
        ("2024年闰六月初一", "没有闰月", ["2024-6-1"]),
        ("2025年闰五月初一", "闰的是六月", ["2025-5-1", "2025-6-1"]),
        ("2033年闰七月初一", "闰的是冬月", ["2033-7-1", "2033-11-1"]),
        ("丙午年腊月三十", "只有29天", ["2026-12-29", "2027-1-1"]),
        ("腊月三十", "只有29天", ["2026-12-29", "2027-1-1"]),
        ("1850年1月1日", "1900", ["1900-1-1"]),
        ("2101年1月1日", "2100", ["2100-12-31"]),
        ("20266年5月17日", "2100", ["2100-12-31"]),
        ("1990年(辛未)五月初一", "庚午", []),
        ("甲丑年正月初一", "六十甲子", []),
        ("32号", "32号", []),
        ("99999天后", "", None),
    ],
)
def test_what_cannot_be_is_a_problem_with_the_nearest_days(text, why, nearest):
    reading = read(text) if nearest is not None else read("9999年后")
    assert why in reading.problem
    assert reading.problem
    assert reading.solar is None
    if nearest is not None:
        assert days(reading) == nearest


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("1990年", ("month", "day")),
        ("1990年5月", ("day",)),
        ("5月17日", ("year",)),
        ("17号", ("year", "month")),
        ("立春", ("year",)),
    ],
)
def test_a_birth_is_never_completed(text, missing):
    assert read(text, role=BIRTH).missing == missing


def test_a_stretch_of_time_is_no_day():
    for text in ("月底", "最近", "清明前后", "下半年", "未来三个月"):
        assert read(text).missing == ("day",)


def test_the_other_reading_is_noted():
    assert "2026年12月8日" in read("下个月初八").notes[0]
    assert "2027年2月5日" in read("2026年除夕").notes[0]


@given(st.dates(date(1902, 1, 1), date(2098, 12, 31)))
def test_nothing_depends_on_when_it_is_asked_except_the_answer(today):
    for text in (
        "春节",
        "今年除夕",
        "明年除夕",
        "下个月初八",
        "初一",
        "周末",
        "2月29日",
        "腊月三十",
        "去年今天",
        "三个月后",
        "小年",
    ):
        reading = read(text, today)
        assert reading.problem or reading.choices or reading.solar
        if text == "春节":
            assert today <= reading.solar
