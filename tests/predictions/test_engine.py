"""Validation, determinism and the answer as a whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions import engine, places, registry, rules
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Answer, InvalidInput, canonical_json

SPRING = {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}}
BIRTH = {"birth": {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "minute": 0}}


def refusals(system: str, data: object, options: object = None) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        engine.validate(system, data, options)
    return {error.pointer: error.code for error in refused.value.errors}


def changed(**members: object) -> dict[str, object]:
    return {"date": SPRING["date"] | members}


@pytest.mark.parametrize("value", [1.0, "1", True, None, [1]])
def test_only_an_integer_is_an_integer(value):
    assert refusals("calendar", changed(day=value)) == {"/input/date/day": "wrong_type"}


def test_unknown_members_are_refused_with_the_member_that_was_meant():
    assert refusals("calendar", changed(yeer=2026)) == {"/input/date/yeer": "unknown_field"}
    with pytest.raises(InvalidInput) as refused:
        engine.validate("bazi", BIRTH | {"gander": "male"})
    assert refused.value.errors[0].suggestion == {"member": "gender"}


def test_missing_members_are_named_each():
    assert refusals("calendar", {"date": {"calendar": "solar"}}) == {
        "/input/date/year": "missing_field",
        "/input/date/month": "missing_field",
        "/input/date/day": "missing_field",
    }
    assert refusals("bazi", {}) == {"/input/birth": "missing_field"}


def test_input_and_options_that_are_no_objects_are_wrong_types():
    assert refusals("calendar", [], "x") == {"/input": "wrong_type", "/options": "wrong_type"}


def test_a_year_out_of_range_comes_with_the_nearest():
    with pytest.raises(InvalidInput) as refused:
        engine.validate("calendar", changed(year=2101))
    error = refused.value.errors[0]
    assert (error.code, error.suggestion) == ("out_of_range", {"year": 2100})


@pytest.mark.parametrize(("member", "value"), [("month", 0), ("month", 13), ("day", 0), ("day", 32)])
def test_a_month_or_day_that_no_calendar_has_is_impossible(member, value):
    assert refusals("calendar", changed(**{member: value})) == {f"/input/date/{member}": "impossible_date"}


def test_independent_errors_come_together():
    data = {"birth": BIRTH["birth"] | {"month": 2, "day": 30, "place": "火星"}, "gender": "x"}
    assert refusals("bazi", data, {"zi_rule": "x", "who": 1}) == {
        "/input/birth/day": "impossible_date",
        "/input/birth/place": "unknown_place",
        "/input/gender": "out_of_range",
        "/options/zi_rule": "out_of_range",
        "/options/who": "unknown_field",
    }


def test_a_minute_needs_its_hour():
    birth = {name: value for name, value in BIRTH["birth"].items() if name != "hour"}
    assert refusals("bazi", {"birth": birth}) == {"/input/birth/hour": "missing_field"}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_have_are_refused(value):
    data = {"birth": BIRTH["birth"] | {"longitude": value}}
    assert refusals("bazi", data) == {"/input/birth/longitude": "wrong_type"}


def test_options_are_echoed_with_every_default():
    chart = engine.compute("bazi", BIRTH, {"zi_rule": "split_next_stem"})
    defaults = registry.get("bazi").option_schema["properties"]
    assert set(chart.options) == set(defaults)
    assert chart.options["zi_rule"] == "split_next_stem"
    assert chart.options["true_solar"] == "off"


def test_the_chart_keeps_its_own_copy_of_the_input():
    data = {"date": dict(SPRING["date"])}
    chart = engine.compute("calendar", data)
    data["date"]["day"] = 1
    assert chart.input == SPRING


def test_the_same_request_gives_the_same_bytes():
    for system, data in (("calendar", SPRING), ("almanac", SPRING), ("bazi", BIRTH | {"gender": "female"})):
        first = canonical_json(engine.answer(system, data).as_dict())
        assert canonical_json(engine.answer(system, data).as_dict()) == first


def test_every_reading_ends_with_the_disclaimer_and_every_statement_has_a_rule_and_a_source():
    for system, data in (("almanac", SPRING), ("bazi", BIRTH)):
        answer = engine.answer(system, data)
        assert answer.text.endswith(DISCLAIMER)
        assert answer.reading.statements
        for statement in answer.reading.statements:
            assert statement.rule.startswith(f"{system}.")
            assert statement.source
            assert statement.evidence


def test_english_changes_titles_labels_and_the_disclaimer():
    answer = engine.answer("bazi", BIRTH | {"gender": "male"}, lang="en")
    assert answer.text.startswith("Pillars: 庚午 辛巳")
    assert answer.text.endswith(DISCLAIMER_EN)
    assert answer.understood_as == "1990-05-17 08:00 (Beijing time, daylight saving, standard 07:00), male"


@pytest.mark.parametrize(("lang", "code"), [("fr", "out_of_range"), (1, "wrong_type")])
def test_a_language_that_is_not_spoken_is_refused(lang, code):
    with pytest.raises(InvalidInput) as refused:
        engine.answer("calendar", SPRING, lang=lang)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/lang", code)]


def test_preparing_loads_everything_once():
    engine.prepare()
    assert rules.load.cache_info().currsize >= 3
    assert places._index.cache_info().currsize == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats() | st.text(max_size=6),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=6), children, max_size=3)
    ),
    max_leaves=6,
)
near_births = st.fixed_dictionaries(
    {},
    optional={
        "calendar": st.sampled_from(["solar", "lunar"]) | json_values,
        "year": st.integers(1895, 2105) | json_values,
        "month": st.integers(0, 13) | json_values,
        "day": st.integers(0, 32) | json_values,
        "leap": st.booleans() | json_values,
        "hour": st.integers(-1, 24) | json_values,
        "minute": st.integers(-1, 60) | json_values,
        "tz": st.sampled_from(["Asia/Shanghai", "+08:00", "America/New_York", "Europe/Dublin", "../x"])
        | json_values,
        "place": st.sampled_from(["杭州", "纽约", "火星", "朝阳"]) | json_values,
        "longitude": st.floats(-180, 180) | json_values,
        "latitude": st.floats(-90, 90) | json_values,
    },
)
good_births = st.fixed_dictionaries(
    {
        "calendar": st.sampled_from(["solar", "lunar"]),
        "year": st.integers(1900, 2100),
        "month": st.integers(1, 12),
        "day": st.integers(1, 30),
    },
    optional={
        "leap": st.booleans(),
        "hour": st.integers(0, 23),
        "tz": st.sampled_from(
            ["Asia/Shanghai", "-05:00", "America/New_York", "Europe/Dublin", "Pacific/Apia"]
        ),
        "place": st.sampled_from(["杭州", "纽约", "乌鲁木齐", "Suva", "台北"]),
        "longitude": st.floats(-180, 180),
    },
)
options = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(member["enum"])
        for name, member in registry.get("bazi").option_schema["properties"].items()
    },
)


def answered(system: str, data: object, chosen: object = None) -> Answer | None:
    """The answer, or None when the request was refused with at least one error."""
    try:
        return engine.answer(system, data, chosen)
    except InvalidInput as refused:
        if not refused.errors:
            raise
        return None


@settings(max_examples=150, deadline=None)
@given(data=json_values | st.fixed_dictionaries({"birth": near_births}), chosen=json_values | options)
def test_whatever_comes_in_is_answered_or_refused(data, chosen):
    answer = answered("bazi", data, chosen)
    if answer:
        assert canonical_json(answer.as_dict())


@settings(max_examples=150, deadline=None)
@given(birth=good_births, gender=st.sampled_from(["male", "female"]), chosen=options)
def test_a_plausible_birth_is_charted_or_refused(birth, gender, chosen):
    answer = answered("bazi", {"birth": birth, "gender": gender}, chosen)
    if answer:
        assert canonical_json(answer.as_dict())
        assert len(answer.text.encode()) < 2048
        assert (answer.chart.facts["pillars"]["hour"] is None) == ("hour" not in birth)


@settings(max_examples=100, deadline=None)
@given(data=st.fixed_dictionaries({"date": near_births}))
def test_whatever_date_comes_in_is_answered_or_refused(data):
    for system in ("calendar", "almanac"):
        answer = answered(system, data)
        assert answer is None or len(answer.text.encode()) < 2048
