"""The context between two messages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from predictions.language.issues import Option
from predictions.language.pending import Pending, clean, load
from tests.predictions.language.clock import NOW

PENDING = Pending(
    "bazi",
    {"day": {"calendar": "solar", "year": 1990, "month": 5, "day": 17}, "gender": "male"},
    "hour",
    NOW,
    (Option("早子时", {"time": {"hour": 0}}), Option("八字", intent="bazi")),
    consented=True,
    tries=1,
    kind="ambiguous",
)


def test_a_context_is_json_and_comes_back_whole():
    context = json.loads(json.dumps(PENDING.as_context()))
    assert load(context, NOW) == PENDING


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"at": None},
        {"at": "yesterday"},
        {"at": "2026-11-24T10:00:00"},
        {"intent": "magic"},
        {"asked": 1},
        {"tries": "x"},
    ],
)
def test_a_context_of_another_shape_is_no_context(change):
    assert load(PENDING.as_context() | change, NOW) is None


@pytest.mark.parametrize("context", [None, {}, [], "x", 1])
def test_nothing_is_no_context(context):
    assert load(context, NOW) is None


def test_a_context_lives_half_an_hour_and_never_comes_from_the_future():
    context = PENDING.as_context()
    assert load(context, NOW + timedelta(minutes=30)) is not None
    assert load(context, NOW + timedelta(minutes=30, seconds=1)) is None
    assert load(context, NOW - timedelta(seconds=1)) is None


def test_only_slots_of_the_right_shape_are_kept():
    assert clean({"gender": "male", "other": 1, "day": {"calendar": "solar", "month": True}}) == {
        "gender": "male"
    }
    assert clean({"time": {"hour": 24}, "event": [{}], "hour_unknown": True}) == {"hour_unknown": True}
    assert clean(None) == {}
