"""Reading rules: data compared with facts, nothing evaluated."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from predictions import engine, rules

FACTS = {"a": {"b": "x", "n": 3, "list": ["p", "q"]}, "rows": [{"k": 1}, {"k": 2}], "none": None}


@pytest.mark.parametrize(
    ("when", "paths"),
    [
        ({"a.b": "x"}, ["a.b"]),
        ({"a.b": ["w", "x"]}, ["a.b"]),
        ({"a.b": "y"}, None),
        ({"a.list": {"has": "p"}}, ["a.list"]),
        ({"a.list": {"has_any": ["z", "q"]}}, ["a.list"]),
        ({"a.list": {"has": "z"}}, None),
        ({"a.n": {"min": 3, "max": 3}}, ["a.n"]),
        ({"a.n": {"min": 4}}, None),
        ({"none": {"min": 1}}, None),
        ({"none": {"not": None}}, None),
        ({"a.b": {"not": None}}, ["a.b"]),
        ({"rows.*.k": 2}, ["rows.1.k"]),
        ({"rows.0.k": 1, "a.b": "x"}, ["rows.0.k", "a.b"]),
        ({"rows.9.k": 1}, None),
        ({"a.b.c": 1}, None),
        ({"missing": "x"}, None),
    ],
)
def test_conditions_name_the_facts_that_meet_them(when, paths):
    assert rules.evidence(when, FACTS) == paths


def test_there_is_a_body_of_rules():
    assert len(rules.load("bazi")) >= 60
    assert len(rules.load("almanac")) >= 36
    assert len(rules.load("calendar")) == 24


def test_every_rule_is_complete_and_its_id_unique():
    for system in ("calendar", "almanac", "bazi"):
        loaded = rules.load(system)
        assert len({rule.id for rule in loaded}) == len(loaded)
        for rule in loaded:
            assert rule.id.startswith(f"{system}.")
            assert rule.text
            assert rule.topic
            assert rule.source
            assert rule.when


def spoken(system: str, data: dict[str, object]) -> set[str]:
    return {statement.rule for statement in engine.interpret(engine.compute(system, data)).statements}


def test_every_rule_can_hold_on_some_chart():
    """A misspelt value or path would make a rule that never speaks."""
    rng = random.Random(1)
    seen: set[str] = set()
    for step in range(1500):
        chosen = date(2020, 1, 1) + timedelta(days=step)
        day = {"calendar": "solar", "year": chosen.year, "month": chosen.month, "day": chosen.day}
        seen |= spoken("calendar", {"date": day}) | spoken("almanac", {"date": day})
        birth = day | {"year": rng.randint(1950, 2010), "day": rng.randint(1, 28), "hour": rng.randint(0, 23)}
        seen |= spoken("bazi", {"birth": birth})
    every = {rule.id for system in ("calendar", "almanac", "bazi") for rule in rules.load(system)}
    assert every - seen == set()


def test_no_reading_speaks_of_death_or_disease_as_a_forecast():
    for system in ("calendar", "almanac", "bazi"):
        for rule in rules.load(system):
            assert not any(word in rule.text for word in ("短命", "夭", "克夫", "克妻", "必死", "绝症"))


@pytest.mark.parametrize(
    "entry",
    [
        {"id": "x", "when": {"a": {"eval": "1"}}, "text": "t", "topic": "t"},
        {"id": "x", "when": {"a": 1}, "text": "t", "topic": "t", "kind": "certain"},
        {"id": "x", "when": {"a": 1}, "text": "t", "topic": "t", "polarity": "bad"},
        {"id": "x", "when": {"a": 1}, "text": "t", "topic": "t", "code": "import os"},
    ],
)
def test_a_malformed_rule_is_refused(entry):
    with pytest.raises(ValueError, match="rule x"):
        list(rules._expand(entry, {}))


def test_a_repeated_id_is_refused(tmp_path, monkeypatch):
    entry = "{id: t.a, when: {a: 1}, text: t, topic: t}"
    (tmp_path / "t.yaml").write_text(f"rules: [{entry}, {entry}]", encoding="utf-8")
    monkeypatch.setattr(rules, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="repeated rule ids"):
        rules.load("t")


def test_slots_are_filled_from_facts():
    chart = engine.compute("almanac", {"date": {"calendar": "solar", "year": 2026, "month": 11, "day": 24}})
    texts = {item.rule: item.text for item in engine.interpret(chart).statements}
    assert texts["almanac.clash.猴"] == "今日支冲申，属猴者行大事宜避；煞方北。"
