"""The values of the engine: serialised one way only."""

from __future__ import annotations

import math

import pytest

from predictions import engine
from predictions.types import FieldError, InvalidInput, Notice, Reading, Statement, canonical_json


def test_members_are_sorted_and_characters_stay_readable():
    assert canonical_json({"乙": 1, "a": [None, True], "甲": "子"}) == '{"a":[null,true],"乙":1,"甲":"子"}'


def test_nan_is_refused():
    with pytest.raises(ValueError):
        canonical_json({"x": math.nan})


def test_invalid_input_carries_every_error_and_names_them():
    error = InvalidInput(
        [FieldError("/input/a", "missing_field", "缺少 a。"), FieldError("/input/b", "wrong_type", "b。")]
    )
    assert [item.code for item in error.errors] == ["missing_field", "wrong_type"]
    assert "/input/a" in str(error)


def test_an_error_without_suggestion_has_no_such_member():
    assert "suggestion" not in FieldError("/a", "wrong_type", "a。").as_dict()
    assert FieldError("/a", "wrong_type", "a。", {"a": 1}).as_dict()["suggestion"] == {"a": 1}


def test_a_notice_and_a_reading_are_plain_json():
    assert Notice("x", "文").as_dict() == {"code": "x", "text": "文", "alternative": None}
    reading = Reading([Statement("文", "题", "r.1", ["facts.a"], "本站")]).as_dict()
    assert reading["statements"][0]["rule"] == "r.1"
    assert reading["statements"][0]["kind"] == "traditional"


def test_an_answer_has_the_members_of_the_design():
    answer = engine.answer(
        "calendar", {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}}
    ).as_dict()
    assert set(answer) == {"understood_as", "chart", "reading", "alternatives", "text", "disclaimer"}
    assert set(answer["chart"]) == {"system", "version", "input", "options", "trace", "facts", "warnings"}
