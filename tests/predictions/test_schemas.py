"""Schema violations told as field errors, also for the shapes that later systems need."""

from __future__ import annotations

from predictions.schemas import MOMENT, child, object_schema, schema_errors, with_defaults

LINES = {
    "type": "array",
    "title": "爻",
    "items": {"type": "integer", "enum": [6, 7, 8, 9]},
    "minItems": 6,
    "maxItems": 6,
}
CAST = {
    "oneOf": [
        object_schema("爻", {"lines": LINES}, ["lines"]),
        object_schema("时刻", {"moment": MOMENT}, ["moment"]),
    ]
}


def codes(schema, value):
    return {error.pointer: error.code for error in schema_errors(schema, value, "/input")}


def test_the_branch_that_was_meant_gives_the_errors():
    assert codes(CAST, {"lines": [6, 7, 8, 9, 7, 5]}) == {"/input/lines/5": "out_of_range"}
    assert codes(CAST, {"moment": {"calendar": "solar", "year": 2026, "month": 1}}) == {
        "/input/moment/day": "missing_field"
    }


def test_too_few_members_of_a_list_are_out_of_range():
    assert codes(CAST, {"lines": [6]}) == {"/input/lines": "out_of_range"}


def test_a_value_of_the_wrong_type_is_told_once():
    schema = object_schema("x", {"kind": {"type": "string", "enum": ["a", "b"]}})
    assert codes(schema, {"kind": 3}) == {"/input/kind": "wrong_type"}


def test_a_value_outside_an_enum_comes_with_the_choices():
    schema = object_schema("x", {"kind": {"type": "string", "title": "类", "enum": ["hko", "astronomical"]}})
    error = schema_errors(schema, {"kind": "hk"}, "")[0]
    assert error.suggestion == {"choices": ["hko", "astronomical"], "kind": "hko"}
    assert error.detail == "类只能是 hko、astronomical。"


def test_pointers_are_escaped():
    assert child("/input", "a/b~c") == "/input/a~1b~0c"
    assert codes(object_schema("x", {}), {"a/b": 1}) == {"/input/a~1b": "unknown_field"}


def test_defaults_stand_in_for_options_that_are_missing_or_wrong():
    schema = object_schema("x", {"dst": {"type": "string", "enum": ["auto", "ignore"], "default": "auto"}})
    assert with_defaults(schema, {}) == {"dst": "auto"}
    assert with_defaults(schema, {"dst": "ignore"}) == {"dst": "ignore"}
    assert with_defaults(schema, {"dst": 1}) == {"dst": "auto"}
    assert with_defaults(schema, "nonsense") == {"dst": "auto"}
