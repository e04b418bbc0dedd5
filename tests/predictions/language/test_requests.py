"""Slots, the sentence that says them, and the input of a system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from predictions.cycles import BRANCHES
from predictions.language import understand
from predictions.language.requests import described, missing, sentence, system_input, system_options
from predictions.lunar import to_lunar
from tests.predictions.language.clock import NOW
from tests.predictions.language.test_understanding import SOLAR_DAYS

BIRTH = {"calendar": "solar", "year": 1990, "month": 5, "day": 17}


def lunar_slot(day):
    found = to_lunar(day)
    slot = {"calendar": "lunar", "year": found.year, "month": found.month, "day": found.day}
    return slot | ({"leap": True} if found.leap else {})


def solar_slot(day):
    return {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}


DAYS = st.one_of(SOLAR_DAYS.map(solar_slot), SOLAR_DAYS.map(lunar_slot)).filter(
    lambda day: (1900, 2, 1) <= (day["year"], day["month"], day["day"]) <= (2026, 11, 1)
)
CLOCKS = st.one_of(
    st.integers(0, 23).map(lambda hour: {"hour": hour}),
    st.builds(lambda hour, minute: {"hour": hour, "minute": minute}, st.integers(0, 23), st.integers(0, 59)),
    st.integers(1, 11).map(lambda index: {"hour": 2 * index, "branch": BRANCHES[index]}),
    st.sampled_from([{"hour": 0, "branch": "早子"}, {"hour": 23, "branch": "晚子"}]),
)


@given(DAYS, CLOCKS, st.sampled_from(["male", "female", "unsaid"]))
def test_the_sentence_of_a_birth_is_understood_as_that_birth(day, time, gender):
    slots = {"day": day, "time": time, "gender": gender}
    found = understand(sentence("bazi", slots), NOW)
    assert (found.intent, found.slots, found.issue) == ("bazi", slots, None)


@given(DAYS)
def test_the_sentence_of_a_day_is_understood_as_that_day(day):
    for intent in ("almanac_day", "calendar_convert"):
        found = understand(sentence(intent, {"day": day}), NOW)
        assert (found.intent, found.slots["day"], found.issue) == (intent, day, None)


def test_a_plan_and_a_place_are_in_the_sentence():
    plan = {"day": BIRTH, "event": [{"name": "搬家", "terms": ["入宅", "移徙"]}]}
    assert understand(sentence("almanac_day", plan), NOW).slots == plan
    birth = {"day": BIRTH, "time": {"hour": 8}, "gender": "male", "place": "浙江省杭州市"}
    assert understand(sentence("bazi", birth), NOW).slots == birth


@pytest.mark.parametrize(
    ("slots", "slot"),
    [
        ({}, "birth"),
        ({"day": {"calendar": "solar", "year": 1990}}, "date"),
        ({"day": BIRTH}, "hour"),
        ({"day": BIRTH, "hour_unknown": True}, "gender"),
        ({"day": BIRTH, "time": {"hour": 8}, "gender": "unsaid"}, ""),
    ],
)
def test_what_is_missing_of_a_birth_is_asked_in_order(slots, slot):
    assert missing("bazi", slots) == slot


def test_a_day_is_all_that_a_calendar_needs():
    assert missing("calendar_convert", {}) == "date"
    assert missing("almanac_day", {"day": BIRTH}) == ""


def test_the_input_is_that_of_the_api():
    slots = {"day": BIRTH, "time": {"hour": 8, "minute": 30}, "gender": "female", "place": "杭州"}
    birth = BIRTH | {"hour": 8, "minute": 30, "place": "杭州"}
    assert system_input("bazi", slots, NOW) == {"birth": birth, "gender": "female"}
    assert system_input("almanac_day", {"day": BIRTH}, NOW) == {"date": BIRTH}
    assert system_input("bazi", {"day": BIRTH, "hour_unknown": True, "gender": "unsaid"}, NOW) == {
        "birth": BIRTH
    }


def test_the_next_day_is_the_next_one_of_the_calendar():
    lunar = {"calendar": "lunar", "year": 2026, "month": 12, "day": 29}
    birth = system_input(
        "bazi", {"day": lunar, "time": {"hour": 0, "next_day": True}, "gender": "male"}, NOW
    )["birth"]
    assert birth == {"calendar": "solar", "year": 2027, "month": 2, "day": 6, "hour": 0}


def test_summer_time_is_ignored_only_for_a_double_hour_of_its_years():
    named = {"time": {"hour": 8, "branch": "辰"}}
    assert system_options("bazi", {"day": BIRTH, **named}) == {"dst": "ignore"}
    assert system_options("bazi", {"day": BIRTH | {"year": 1995}, **named}) == {}
    assert system_options("bazi", {"day": BIRTH, "time": {"hour": 8}}) == {}
    assert system_options("almanac_day", {"day": BIRTH}) == {}


def test_what_is_understood_is_described_as_far_as_it_goes():
    slots = {"day": {"calendar": "lunar", "month": 6, "day": 1, "leap": True}, "gender": "female"}
    assert described("bazi", slots) == "八字排盘，农历闰六月初一，女"
    assert described("bazi", {"day": {"calendar": "solar", "year": 1990}}) == "八字排盘，1990年"
    assert described("ambiguous", {}) == ""
