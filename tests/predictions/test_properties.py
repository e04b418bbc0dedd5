"""Every system on random requests of 1900-2100: no exception, no NaN, the same bytes twice, one calendar for all."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from predictions import engine, registry
from predictions.types import Answer, InvalidInput, Json, canonical_json
from tests.predictions.systems_inputs import INPUTS, anything, moments, options_of, requests_of, spoilt

SYSTEMS = tuple(INPUTS)
# Errors of the engine; the HTTP layer has more.
CODES = {
    *("unknown_field", "missing_field", "conflicting_fields", "wrong_type", "impossible_date"),
    *("no_such_leap_month", "out_of_range", "unknown_place"),
}
# The sky costs a hundred times a calendar day.
COUNTS = {"sky": 15, "date_selection": 20, "ziwei": 30}
SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@cache
def answer_schema() -> Any:
    """The Answer of the committed OpenAPI document."""
    document = json.loads((django_settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return Draft202012Validator({"$ref": "#/components/schemas/Answer", "components": document["components"]})


def answered(system: str, data: object, options: object) -> Answer | None:
    """The answer, or None for a refusal that says where and why."""
    try:
        return engine.answer(system, data, options)  # type: ignore[arg-type]
    except InvalidInput as refused:
        says_where_and_why(refused)
        return None


def says_where_and_why(refused: InvalidInput) -> None:
    assert refused.errors
    for error in refused.errors:
        assert error.code in CODES, error
        assert re.match(r"/(input|options)(/|$)", error.pointer), error
        assert error.detail
        assert canonical_json({"suggestion": error.suggestion})


def test_every_system_has_its_random_requests() -> None:
    assert set(SYSTEMS) == {system.id for system in registry.all_systems()}


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_plausible_request_is_answered_as_promised_or_refused(system: str) -> None:
    @settings(max_examples=COUNTS.get(system, 50), deadline=None, suppress_health_check=SLOW)
    @given(request=requests_of(system))
    def ask(request: tuple[Json, Json]) -> None:
        before = deepcopy(request)
        answer = answered(system, *request)
        assert request == before, "what was asked is not ours to change"
        if answer is not None:
            holds_its_promises(answer)

    ask()


def holds_its_promises(answer: Answer) -> None:
    """No NaN, the schema of the API, the same bytes again, and every offered chart can be had."""
    system, data, found = answer.chart.system, answer.chart.input, answer.as_dict()
    first = canonical_json(found)  # refuses NaN and infinity
    assert not list(answer_schema().iter_errors(json.loads(first)))
    again = engine.answer(system, data, answer.chart.options)  # the defaults written out are the defaults
    assert canonical_json(again.as_dict()) == first
    for other in answer.alternatives:
        changed = merged(data, other.get("input", {}))
        engine.compute(system, changed, answer.chart.options | other.get("options", {}))


def merged(data: Json, change: Json) -> Json:
    """An alternative names the members of each object that differ."""
    return data | {
        name: (data.get(name) or {}) | value if isinstance(value, dict) else value
        for name, value in change.items()
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_whatever_comes_in_is_answered_or_refused_at_a_pointer(system: str) -> None:
    @settings(max_examples=COUNTS.get(system, 50) * 2, deadline=None, suppress_health_check=SLOW)
    @given(data=anything | spoilt(system), options=anything | options_of(system))
    def ask(data: object, options: object) -> None:
        answer = answered(system, data, options)
        assert answer is None or canonical_json(answer.as_dict())

    ask()


# --- one calendar for all

SHARED = st.fixed_dictionaries(
    {
        "calendar_source": st.sampled_from(["hko", "astronomical"]),
        "zi_rule": st.sampled_from(["next_day", "split_next_stem", "split_same_stem"]),
        "true_solar": st.sampled_from(["off", "mean", "apparent"]),
        "dst": st.sampled_from(["auto", "ignore"]),
        "ambiguous_time": st.sampled_from(["first", "second"]),
    }
)
CASTING = ("liuyao", "xiaoliuren", "meihua", "qimen")


def facts(system: str, data: Json, options: Json) -> Json:
    """The facts of a request that the other systems have accepted."""
    members = registry.get(system).option_schema["properties"]
    given_options = {name: value for name, value in options.items() if name in members}
    return engine.compute(system, data, given_options).facts


def accepted(moment: Json, options: Json) -> bool:
    try:
        engine.validate("bazi", {"birth": moment}, options)
    except InvalidInput:
        return False
    return True


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(moment=moments, options=SHARED)
def test_no_two_systems_disagree_on_pillars_or_lunar_date(moment: Json, options: Json) -> None:
    assume(accepted(moment, options))
    pillars = facts("bazi", {"birth": moment}, options)["pillars"]
    cast = {system: facts(system, {"moment": moment}, options) for system in CASTING}
    assert {system: found["pillars"] for system, found in cast.items()} == dict.fromkeys(CASTING, pillars)
    dated = [found["lunar"] for found in cast.values() if "lunar" in found]
    assert all(lunar == dated[0] for lunar in dated)
    if in_range(dated[0]):
        spread = facts("calendar", {"date": lunar_day(dated[0])}, options)
        assert (spread["ganzhi"]["day"], spread["lunar"]["text"]) == (pillars["day"], dated[0]["text"])


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(moment=moments, options=SHARED, gender=st.sampled_from(["male", "female"]))
def test_ziwei_stands_on_the_same_day_and_hour(moment: Json, options: Json, gender: str) -> None:
    """Its 晚子时 forward is our next_day, current our split_next_stem; its year of birth is the lunar one."""
    assume(accepted(moment, options) and options["zi_rule"] != "split_same_stem")
    forward = options["zi_rule"] == "next_day"
    chart = facts(
        "ziwei",
        {"birth": moment, "gender": gender},
        options | {"day_divide": "forward" if forward else "current"},
    )
    bazi = facts("bazi", {"birth": moment}, options)["pillars"]
    assert (chart["pillars"]["day"], chart["pillars"]["hour"]) == (bazi["day"], bazi["hour"])
    # Its lunar date stays that of the civil day after 23:00, as iztro's does.
    cast = facts("xiaoliuren", {"moment": moment}, options | {"zi_rule": "split_next_stem"})["lunar"]
    assert {name: chart["lunar"][name] for name in cast} == cast


def lunar_day(found: Json) -> Json:
    named = {name: found[name] for name in ("year", "month", "day", "leap")}
    return {"calendar": "lunar"} | named


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(
    day=st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    source=st.sampled_from(["hko", "astronomical"]),
    boundary=st.sampled_from(["lichun", "new_year"]),
)
def test_a_day_is_the_same_in_every_system_that_needs_no_clock(day: date, source: str, boundary: str) -> None:
    asked = {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}
    options = {"calendar_source": source, "year_boundary": boundary}
    calendar, almanac = (facts(system, {"date": asked}, options) for system in ("calendar", "almanac"))
    pillars = facts("bazi", {"birth": asked}, options)["pillars"]
    for name in ("solar", "lunar", "ganzhi", "zodiac", "term"):
        assert calendar[name] == almanac[name]
    assert {name: pillars[name] for name in calendar["ganzhi"]} == calendar["ganzhi"]
    back = (
        facts("calendar", {"date": lunar_day(calendar["lunar"])}, options)
        if in_range(calendar["lunar"])
        else calendar
    )
    assert back == calendar


def in_range(lunar: Json) -> bool:
    """The first days of 1900 are of the lunar year 1899, which no request may name."""
    return bool(lunar["year"] >= 1900)
