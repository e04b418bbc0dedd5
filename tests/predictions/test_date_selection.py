"""Choosing days: every reason follows from a rule of the file and from the almanac of the day."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions import engine, rules
from predictions.cycles import ZODIAC
from predictions.systems.date_selection_days import YANG_GONG, events, filters
from predictions.systems.date_selection_people import kill_of
from predictions.types import DISCLAIMER, DISCLAIMER_EN, InvalidInput, canonical_json

GROUPS = {plan["group"] for plan in events().values()}


def asked(event: str = "搬家", first: object = "2026-12-01", last: object = "2026-12-31", **more: object):
    return {"event": event, "from": first, "to": last} | more


def facts(*span: object, **more: object):
    return engine.compute("date_selection", asked(*span, **more)).facts


def almanac(day: str):
    year, month, number = map(int, day.split("-"))
    chosen = {"calendar": "solar", "year": year, "month": month, "day": number}
    return engine.compute("almanac", {"date": chosen}).facts


def refused(data: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        engine.validate("date_selection", data)
    return {found.pointer: found.code for found in error.value.errors}


def rules_of(day) -> set[str]:
    return {reason["rule"].removeprefix("date_selection.") for reason in day["reasons"]}


# --- what comes out


def test_every_day_of_the_range_is_kept_or_excluded():
    found = facts()
    days = sorted(day["date"] for day in [*found["days"], *found["excluded"]])
    assert days == [str(date(2026, 12, 1) + timedelta(days=step)) for step in range(31)]
    assert found["count"] == len(found["days"])


def test_the_best_days_come_first():
    scores = [(-day["score"], day["date"]) for day in facts()["days"]]
    assert scores == sorted(scores)
    assert facts()["best"] == facts()["days"][0]


def test_a_score_is_the_sum_of_its_reasons():
    for event in events():
        for day in facts(event, "2026-03-01", "2026-04-30")["days"]:
            assert day["score"] == sum(reason["points"] for reason in day["reasons"])


def test_every_reason_is_a_rule_of_the_file_with_a_source():
    known = {rule.id: rule for rule in filters()}
    found = facts("结婚", "2026-01-01", "2026-12-31", people=[{"zodiac": "马"}])
    for day in found["days"]:
        for reason in day["reasons"]:
            rule = known[reason["rule"]]
            assert (reason["points"], reason["source"]) == (rule.points, rule.source)
            assert not rule.exclude
            assert "{" not in reason["text"]
    for day in found["excluded"]:
        assert day["reasons"]
        assert all(known[reason["rule"]].exclude for reason in day["reasons"])
        assert "score" not in day


def test_every_filter_speaks_on_some_day():
    """A misspelt god or path would make a rule that never speaks."""
    spoken: set[str] = set()
    people = [{"birth": {"calendar": "solar", "year": 1996, "month": 8, "day": 8}}]
    for event in ("结婚", "搬家", "开业", "动土", "安葬", "出行", "求医"):
        for year in (2025, 2026):
            chart = engine.compute(
                "date_selection",
                asked(event, f"{year}-01-01", f"{year}-12-31", people=people),
                {"listing": "open"},
            )
            for day in [*chart.facts["days"], *chart.facts["excluded"]]:
                spoken |= {reason["rule"] for reason in day["reasons"]}
    spoken |= {
        reason["rule"]
        for day in facts(people=people)["excluded"] + facts("上任", people=people)["excluded"]
        for reason in day["reasons"]
    }
    assert {rule.id for rule in filters()} - spoken == set()


def test_filters_name_groups_and_events_that_exist():
    ids = [rule.id for rule in filters()]
    assert len(set(ids)) == len(ids)
    for rule in filters():
        assert rule.id.startswith("date_selection.exclude." if rule.exclude else "date_selection.score.")
        assert set(rule.groups) <= GROUPS
        assert set(rule.except_events) <= set(events())
        assert rule.exclude or rule.points


def test_every_event_has_a_reading():
    texts = {rule.id for rule in rules.load("date_selection")}
    assert {f"date_selection.event.{event}" for event in events()} <= texts


# --- the rules against the almanac


def test_a_kept_day_is_one_that_the_almanac_lists():
    for day in facts()["days"]:
        assert {"入宅", "移徙"} & set(almanac(day["date"])["suitable"])


def test_an_avoided_day_is_never_kept():
    found = engine.compute("date_selection", asked("开业"), {"listing": "open"}).facts
    for day in found["days"]:
        assert not {"开市", "立券", "挂匾"} & set(almanac(day["date"])["avoid"])


def test_without_listing_more_days_remain_and_none_is_lost():
    strict = {day["date"] for day in facts()["days"]}
    wide = {
        day["date"] for day in engine.compute("date_selection", asked(), {"listing": "open"}).facts["days"]
    }
    assert strict < wide


def test_the_zodiac_of_the_people_is_never_clashed():
    people = [{"zodiac": "马"}, {"zodiac": "牛"}]
    found = facts("出行", "2026-01-01", "2026-12-31", people=people)
    assert all(almanac(day["date"])["clash"]["zodiac"] not in "马牛" for day in found["days"])
    clashed = [day for day in found["excluded"] if "exclude.clash" in rules_of(day)]
    assert all(almanac(day["date"])["clash"]["zodiac"] in "马牛" for day in clashed)
    assert 50 <= len(clashed) <= 62


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        ("2026-02-03", "exclude.ending"),  # the day before 立春
        ("2026-03-19", "exclude.separation"),  # the day before 春分
        ("2026-02-19", "exclude.year_break"),  # 戊子 in a year of 午
    ],
)
def test_days_before_the_seasons_and_against_the_year_are_excluded(day, rule):
    (found,) = facts("结婚", day, day)["excluded"]
    assert rule in rules_of(found)


def test_the_day_of_the_month_break_is_kept_for_pulling_down_alone():
    breaks = [day for day in facts("结婚", "2026-03-01", "2026-04-30")["excluded"] if day["jianchu"] == "破"]
    assert breaks
    assert all("exclude.month_break" in rules_of(day) for day in breaks)
    pulling = facts("拆房", "2026-03-01", "2026-04-30")
    assert not any("exclude.month_break" in rules_of(day) for day in pulling["excluded"])


@pytest.mark.parametrize(
    ("branches", "kills"),
    [("申子辰", "巳午未"), ("亥卯未", "申酉戌"), ("寅午戌", "亥子丑"), ("巳酉丑", "寅卯辰")],
)
def test_the_three_kills_of_a_trine(branches, kills):
    every = "子丑寅卯辰巳午未申酉戌亥"
    for branch in branches:
        found = {kill_of(every.index(branch), every.index(kill)): kill for kill in kills}
        assert list(found) == ["劫煞", "灾煞", "月煞"]
        assert [
            kill_of(every.index(branch), every.index(other)) for other in every if other not in kills
        ] == [None] * 9


def test_the_three_kills_are_those_of_the_almanac_s_gods():
    for step in range(0, 360, 7):
        day = str(date(2026, 1, 1) + timedelta(days=step))
        bad = almanac(day)["gods"]["bad"]
        found = facts("装修", day, day)
        reasons = rules_of([*found["days"], *found["excluded"]][0])
        if "exclude.three_kills" in reasons:
            assert {"劫煞", "灾煞", "月煞"} & set(bad), day


def test_yang_gong_s_days_are_thirteen():
    assert len(YANG_GONG) == 13


# --- people


def test_a_birth_gives_the_zodiac_of_the_lunar_year():
    birth = {"calendar": "solar", "year": 1990, "month": 1, "day": 20}
    for person in ({"birth": birth}, birth, {"birth": birth, "gender": "female"}):
        (found,) = facts(people=[person])["people"]
        assert found["zodiac"] == "蛇", "1990 began on 27 January in the lunar calendar"


def test_a_birth_between_the_two_beginnings_of_the_year_is_told():
    person = {"birth": {"calendar": "solar", "year": 1992, "month": 2, "day": 3}}
    assert engine.compute("date_selection", asked(people=[person])).warnings == []
    person = {"birth": {"calendar": "solar", "year": 1991, "month": 2, "day": 10}}
    (notice,) = engine.compute("date_selection", asked(people=[person])).warnings
    assert notice.code == "zodiac_boundary"
    assert "属马" in notice.text
    assert "属羊" in notice.text


def test_good_hours_clash_with_nobody():
    found = facts("出行", people=[{"zodiac": "鼠"}])
    assert all(not hour.startswith("午") for day in found["days"] for hour in day["hours"])


# --- input


def test_days_may_be_lunar():
    lunar = {"calendar": "lunar", "year": 2026, "month": 12, "day": 1}
    found = facts("结婚", lunar, {**lunar, "day": 29})
    assert (found["from"], found["to"]) == ("2027-01-08", "2027-02-05")


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (asked("算命"), {"/input/event": "out_of_range"}),
        (asked(first="2026-02-30"), {"/input/from": "impossible_date"}),
        (asked(first="2026-13-01"), {"/input/from": "impossible_date"}),
        (asked(first="昨天"), {"/input/from": "impossible_date"}),
        (asked(first="1899-12-31", last="1900-01-02"), {"/input/from": "out_of_range"}),
        (asked(first="2026-12-31", last="2026-12-01"), {"/input/to": "out_of_range"}),
        (asked(first="2026-01-01", last="2027-01-02"), {"/input/to": "out_of_range"}),
        (asked(last=20261231), {"/input/to": "wrong_type"}),
        (
            asked(last={"calendar": "lunar", "year": 2026, "month": 12, "day": 30}),
            {"/input/to/day": "impossible_date"},
        ),
        (asked(people=[{"zodiac": "猫"}]), {"/input/people/0/zodiac": "out_of_range"}),
        (asked(people=[{}]), {"/input/people/0/zodiac": "missing_field"}),
        (asked(people=[{"zodiac": "鼠"}] * 9), {"/input/people": "out_of_range"}),
        (asked(people="鼠"), {"/input/people": "wrong_type"}),
        (
            asked(people=[{"birth": {"calendar": "solar", "year": 1990, "month": 2, "day": 30}}]),
            {"/input/people/0/birth/day": "impossible_date"},
        ),
        ({"event": "搬家"}, {"/input/from": "missing_field", "/input/to": "missing_field"}),
    ],
)
def test_bad_input_is_told_where_it_is(data, errors):
    assert refused(data) == errors


def test_a_range_that_is_too_long_comes_with_its_limit():
    with pytest.raises(InvalidInput) as error:
        engine.validate("date_selection", asked(first="2026-01-01", last="2028-01-01"))
    assert error.value.errors[0].suggestion == {"to": "2027-01-01"}
    assert engine.validate("date_selection", asked(first="2026-01-01", last="2027-01-01"))


# --- text


def test_the_answer_names_the_days_and_why_the_others_fell_out():
    answer = engine.answer("date_selection", asked(people=[{"zodiac": "马"}]))
    assert answer.understood_as == "搬家，2026-12-01至2026-12-31，属马者"
    assert answer.text.startswith("事项：搬家（入宅、移徙）")
    assert "2026-12-24" in answer.text
    assert f"排除：{len(answer.chart.facts['excluded'])}天" in answer.text
    assert answer.text.endswith(DISCLAIMER)
    english = engine.answer("date_selection", asked(), lang="en")
    assert english.text.startswith("Event: ")
    assert english.text.endswith(DISCLAIMER_EN)


def test_a_range_without_a_day_says_what_can_be_changed():
    answer = engine.answer("date_selection", asked("结婚", "2026-02-03", "2026-02-03"))
    assert answer.chart.facts["best"] is None
    assert "没有合用的日子" in answer.text


def test_a_month_takes_a_few_milliseconds_once_its_almanac_is_known():
    facts()
    best = min(_seconds() for _ in range(5))
    assert best < 0.02


def _seconds() -> float:
    started = time.perf_counter()
    facts()
    return time.perf_counter() - started


people = st.lists(
    st.fixed_dictionaries({"zodiac": st.sampled_from(ZODIAC)})
    | st.fixed_dictionaries(
        {
            "birth": st.fixed_dictionaries(
                {
                    "calendar": st.just("solar"),
                    "year": st.integers(1900, 2100),
                    "month": st.integers(1, 12),
                    "day": st.integers(1, 28),
                }
            )
        }
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    event=st.sampled_from(list(events())),
    start=st.integers(0, 73000),
    length=st.integers(0, 60),
    who=people,
    listing=st.sampled_from(["required", "open"]),
)
def test_whatever_is_asked_fits_one_message(event, start, length, who, listing):
    first = date(1900, 1, 1) + timedelta(days=start)
    data = asked(event, str(first), str(first + timedelta(days=length)), people=who)
    answer = engine.answer("date_selection", data, {"listing": listing})
    assert canonical_json(answer.as_dict())
    assert len(answer.text.encode()) < 2048
