"""What the casting systems share: the moment, its counts, its boundaries, the text that is cut."""

from __future__ import annotations

from datetime import date

import pytest

from predictions import engine
from predictions.schemas import object_schema, with_defaults
from predictions.systems.casting_moment import (
    LEAP_MONTH,
    MOMENT_OPTIONS,
    TimeCounts,
    casting_time,
    moment_notices,
    time_counts,
)
from predictions.systems.casting_text import cast_text
from predictions.types import DISCLAIMER, Chart, Json, Notice, Reading, Statement

OPTIONS = with_defaults(object_schema("选项", MOMENT_OPTIONS | {"leap_month": LEAP_MONTH}), {})
NOON = {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}


def outcome(data: Json, options: Json) -> Json:
    cast = casting_time(data["moment"], options)
    return {"day": cast.day.isoformat(), "hour": cast.hour}


def notices(**members: object) -> dict[str, Notice]:
    data = {"moment": NOON | members}
    found = moment_notices(data, OPTIONS, casting_time(data["moment"], OPTIONS), outcome)
    return {notice.code: notice for notice in found}


def test_the_day_and_its_lunar_date_go_by_the_rule_of_23():
    late = NOON | {"hour": 23}
    assert casting_time(late, OPTIONS).day == date(2026, 11, 25)
    assert casting_time(late, OPTIONS).lunar.day == 17
    split = OPTIONS | {"zi_rule": "split_same_stem"}
    assert (casting_time(late, split).day, casting_time(late, split).hour) == (date(2026, 11, 24), 0)


def test_years_months_days_and_hours_are_counted_from_one():
    assert time_counts(casting_time(NOON, OPTIONS), "same") == TimeCounts(7, 10, 16, 6)
    without_hour = {name: value for name, value in NOON.items() if name not in ("hour", "minute")}
    with pytest.raises(ValueError, match="hour"):
        time_counts(casting_time(without_hour, OPTIONS), "same")


def test_the_month_after_a_leap_twelfth_is_the_first():
    leap = {"calendar": "lunar", "year": 2033, "month": 11, "day": 20, "leap": True, "hour": 8}
    cast = casting_time(leap, OPTIONS)
    assert [time_counts(cast, rule).month for rule in ("same", "next", "split")] == [11, 12, 12]


def test_nothing_is_said_far_from_every_boundary():
    assert notices() == {}


@pytest.mark.parametrize(("hour", "minute", "other"), [(10, 59, 11), (11, 0, 10), (0, 59, 1), (23, 0, 22)])
def test_the_last_and_first_minute_of_a_double_hour_offer_the_neighbour(hour, minute, other):
    assert notices(hour=hour, minute=minute)["hour_edge"].alternative["input"]["moment"]["hour"] == other


def test_a_clock_that_names_only_the_hour_stands_on_no_edge():
    data = {"moment": {name: value for name, value in (NOON | {"hour": 11}).items() if name != "minute"}}
    assert moment_notices(data, OPTIONS, casting_time(data["moment"], OPTIONS), outcome) == []


def test_summer_time_is_told_of_the_moment_and_not_of_a_birth():
    found = notices(year=1988, month=7, day=1, hour=9)["dst_applied"]
    assert found.text.startswith("当时当地实行夏令时")
    assert found.alternative["differs"] == {"hour": {"this": 4, "other": 5}}


def test_the_offered_moment_really_gives_the_other_cast():
    change = notices(hour=11, minute=0)["hour_edge"].alternative
    again = {"moment": NOON | {"hour": 11, "minute": 0} | change["input"]["moment"]}
    assert outcome(again, OPTIONS)["hour"] == change["differs"]["hour"]["other"]


def test_two_conventions_with_one_result_are_said_once():
    data = {"moment": NOON | {"hour": 23, "minute": 30}}
    found = moment_notices(data, OPTIONS, casting_time(data["moment"], OPTIONS), outcome)
    assert [notice.code for notice in found] == ["late_zi"]


def test_the_text_is_cut_at_a_whole_statement_and_says_so():
    chart = Chart("x", "1", {}, {}, [], {}, [Notice("a", "提示")])
    reading = Reading([Statement("一" * 100, "t", f"x.{place}", [], "本站") for place in range(9)])
    text = cast_text(["盘"], chart, reading, "zh-Hans")
    assert len(text.encode()) < 1750
    assert text.splitlines()[-2:] == ["……其余从略，共9条。", DISCLAIMER]
    assert text.splitlines()[:3] == ["盘", "【提示】", "※提示"]


def test_four_systems_asked_of_one_moment_never_contradict_each_other():
    late = {"moment": NOON | {"hour": 23, "place": "乌鲁木齐"}}
    for options in ({}, {"zi_rule": "split_same_stem"}, {"true_solar": "apparent"}):
        charts = [engine.compute(name, late, options) for name in ("liuyao", "meihua", "xiaoliuren", "qimen")]
        birth = engine.compute("bazi", {"birth": late["moment"]}, options).facts["pillars"]
        for chart in charts:
            assert chart.facts["pillars"] == birth
            assert chart.facts["lunar"] == charts[0].facts["lunar"]
