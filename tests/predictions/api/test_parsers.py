"""JSON without guessing."""

from __future__ import annotations

import pytest

from predictions.api.parsers import MAX_DEPTH, check_characters, loads
from predictions.api.problems import Problem
from predictions.types import InvalidInput


def test_ordinary_json_is_read_as_it_is() -> None:
    value = loads('{"a": [1, 1.5, -0.0, true, null, "龍\\u4e00\\ud83c\\udc04"]}'.encode())
    assert value == {"a": [1, 1.5, -0.0, True, None, "龍一🀄"]}
    check_characters(value)


@pytest.mark.parametrize(
    "text", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "[1,]", "01", "'a'", "", " "]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        loads(text.encode())
    assert (refused.value.status, refused.value.code) == (400, "invalid_json")


def test_a_repeated_member_is_named() -> None:
    with pytest.raises(Problem, match="'day'"):
        loads(b'{"month": 1, "day": 1, "day": 2}')


def test_the_place_of_a_syntax_error_is_told() -> None:
    with pytest.raises(Problem, match="2"):
        loads(b'{"a": 1,\n "b" 2}')


def test_nesting_is_allowed_up_to_the_limit() -> None:
    check_characters(loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH))
    with pytest.raises(Problem):
        check_characters(loads(b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2)))


@pytest.mark.parametrize(
    ("raw", "pointer"),
    [
        (b'"\\u0000"', ""),
        (b'{"a": {"b": ["x", "\\ud800"]}}', "/a/b/1"),
        (b'{"a/b~c": "\\udfff"}', "/a~1b~0c"),
        (b'{"x": {"\\ud800": 1}}', "/x"),
    ],
)
def test_a_character_that_no_text_can_hold_is_pointed_at(raw: bytes, pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_characters(loads(raw))
    error = refused.value.errors[0]
    assert (error.pointer, error.code) == (pointer, "invalid_character")
