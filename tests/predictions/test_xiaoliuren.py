"""The xiaoliuren system: the count on the hand, numbers, leap months, boundaries."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lunar_python import Solar

from predictions import engine, registry, rules
from predictions.systems.xiaoliuren import PALACES, counted
from predictions.types import DISCLAIMER, DISCLAIMER_EN, InvalidInput, canonical_json
from tests.predictions.test_engine import answered, good_births, json_values, near_births

NOON = {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}
NAMES = ["大安", "留连", "速喜", "赤口", "小吉", "空亡"]


def facts(data: dict[str, object], **options: str) -> dict:
    return engine.compute("xiaoliuren", data, options).facts


def warned(data: dict[str, object], **options: str) -> dict[str, dict | None]:
    return {
        notice.code: notice.alternative for notice in engine.compute("xiaoliuren", data, options).warnings
    }


def on_the_hand(counts: tuple[int, int, int]) -> list[str]:
    """The count as the hand does it: one finger joint after the other, the starting one being one."""
    joint, reached = 0, []
    for count in counts:
        for _ in range(count - 1):
            joint = (joint + 1) % 6
        reached.append(NAMES[joint])
    return reached


def test_the_six_palaces_stand_in_their_order():
    assert [palace.name for palace in PALACES] == NAMES


def test_the_count_is_the_one_of_the_hand():
    for month in range(1, 13):
        for day in range(1, 31):
            for hour in range(1, 13):
                found = [PALACES[place].name for place in counted((month, day, hour))]
                assert found == on_the_hand((month, day, hour))


def test_the_known_example_of_the_verse():
    """正月初一子时 is 大安 thrice; 三月初五辰时 is 速喜, 大安, 小吉 (子 counts 1, so 辰 5)."""
    first = {"calendar": "lunar", "year": 2026, "month": 1, "day": 1, "hour": 0}
    assert facts({"moment": first})["palaces"] == ["大安", "大安", "大安"]
    other = {"calendar": "lunar", "year": 2026, "month": 3, "day": 5, "hour": 8}
    assert facts({"moment": other})["palaces"] == ["速喜", "大安", "小吉"]
    assert facts({"moment": other})["result"] == "小吉"


def test_lunar_days_and_hours_agree_with_lunar_python():
    for step in range(300):
        day, hour = date(1950, 3, 1) + timedelta(days=step * 97), step % 23
        moment = {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day, "hour": hour}
        theirs = Solar.fromYmdHms(day.year, day.month, day.day, hour, 0, 0).getLunar()
        expected = on_the_hand((abs(theirs.getMonth()), theirs.getDay(), theirs.getTimeZhiIndex() + 1))
        # After clocks went forward the double hour is an earlier one; that is the moment's own test.
        assert facts({"moment": moment}, dst="ignore")["palaces"] == expected, moment


def test_three_numbers_stand_for_month_day_and_hour():
    found = facts({"numbers": [3, 5, 5]})
    assert (found["palaces"], found["result"]) == (["速喜", "大安", "小吉"], "小吉")
    assert (found["pillars"], found["lunar"]) == (None, None)
    assert engine.compute("xiaoliuren", {"numbers": [3, 5, 5]}).warnings == []


def test_after_23_the_next_day_counts_and_the_other_is_offered_once():
    late = NOON | {"hour": 23}
    codes = [notice.code for notice in engine.compute("xiaoliuren", {"moment": late}).warnings]
    assert codes.count("late_zi") == 1
    other = warned({"moment": late})["late_zi"]
    assert facts({"moment": late}, **other["options"])["result"] == other["differs"]["result"]["other"]


def test_a_leap_month_is_counted_three_ways():
    moment = {"calendar": "lunar", "year": 2025, "month": 6, "day": 20, "leap": True, "hour": 8}
    same, following = (facts({"moment": moment}, leap_month=rule)["palaces"][0] for rule in ("same", "next"))
    assert (same, following) == ("空亡", "大安")
    assert facts({"moment": moment}, leap_month="split")["palaces"][0] == "大安"
    assert facts({"moment": moment | {"day": 15}}, leap_month="split")["palaces"][0] == "空亡"
    assert warned({"moment": moment})["leap_month_count"]["differs"]["palaces"]["other"][0] == "大安"


def test_the_table_of_elements_can_be_the_other_one():
    def elements(rule: str) -> list[str]:
        found = facts({"numbers": [2, 4, 2]}, elements=rule)["details"]
        return [detail["element"] for detail in found]

    assert facts({"numbers": [2, 4, 2]})["palaces"] == ["留连", "小吉", "空亡"]
    assert (elements("verse"), elements("other")) == (["水", "木", "土"], ["土", "水", "土"])


@pytest.mark.parametrize(
    ("data", "pointers"),
    [
        ({}, {"/input/moment": "missing_field"}),
        ({"numbers": [1, 2]}, {"/input/numbers": "out_of_range"}),
        ({"numbers": [1, 2, 0]}, {"/input/numbers/2": "out_of_range"}),
        ({"numbers": [1, 2, True]}, {"/input/numbers/2": "wrong_type"}),
        ({"moment": {"calendar": "lunar", "year": 2026, "month": 6, "day": 1, "leap": True, "hour": 8}},
         {"/input/moment/leap": "no_such_leap_month"}),
    ],
)  # fmt: skip
def test_bad_input_is_pointed_at(data, pointers):
    with pytest.raises(InvalidInput) as found:
        engine.validate("xiaoliuren", data)
    assert {error.pointer: error.code for error in found.value.errors} == pointers


def test_both_languages_have_their_labels_and_disclaimer():
    answer = engine.answer("xiaoliuren", {"moment": NOON})
    assert answer.understood_as == "公历2026-11-24 10:30（北京时间），农历十月十六巳时"
    assert answer.text.startswith("三宫：月赤口 → 日大安 → 时空亡")
    assert answer.text.endswith(DISCLAIMER)
    english = engine.answer("xiaoliuren", {"numbers": [1, 1, 1]}, lang="en")
    assert english.text.startswith("Three palaces: ")
    assert english.text.endswith(DISCLAIMER_EN)


def test_every_rule_can_hold_on_some_chart():
    seen: set[str] = set()
    for number in range(216):
        numbers = [number % 6 + 1, number // 6 % 6 + 1, number // 36 + 1]
        reading = engine.interpret(engine.compute("xiaoliuren", {"numbers": numbers}))
        seen |= {statement.rule for statement in reading.statements}
        assert all(statement.evidence for statement in reading.statements)
        assert len(engine.answer("xiaoliuren", {"numbers": numbers}).text.encode()) < 1800
    assert {rule.id for rule in rules.load("xiaoliuren")} - seen == set()


def test_the_same_cast_gives_the_same_bytes_and_is_fast():
    first = canonical_json(engine.answer("xiaoliuren", {"moment": NOON}).as_dict())
    begun = time.perf_counter()
    for _ in range(20):
        assert canonical_json(engine.answer("xiaoliuren", {"moment": NOON}).as_dict()) == first
    assert (time.perf_counter() - begun) / 20 < 0.02  # 5 ms is the budget; a shared machine gets some room


casts = st.fixed_dictionaries(
    {},
    optional={
        "numbers": st.lists(st.integers(0, 10**9), min_size=2, max_size=4) | json_values,
        "moment": good_births | near_births | json_values,
    },
)
options = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(member["enum"])
        for name, member in registry.get("xiaoliuren").option_schema["properties"].items()
    },
)


@settings(max_examples=200, deadline=None)
@given(data=json_values | casts, chosen=json_values | options)
def test_whatever_comes_in_is_answered_or_refused(data, chosen):
    answer = answered("xiaoliuren", data, chosen)
    assert answer is None or canonical_json(answer.as_dict())
    assert answer is None or len(answer.text.encode()) < 2048
