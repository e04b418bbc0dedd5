"""Canonical JSON."""

from __future__ import annotations

import pytest

from predictions.api.renderers import CanonicalJSONRenderer


def test_members_are_sorted_and_characters_unescaped() -> None:
    rendered = CanonicalJSONRenderer().render({"b": "甲子", "a": [1, None, True]})
    assert rendered == '{"a":[1,null,true],"b":"甲子"}'.encode()


def test_nothing_is_no_bytes() -> None:
    assert CanonicalJSONRenderer().render(None) == b""


def test_a_number_that_json_does_not_know_is_never_sent() -> None:
    with pytest.raises(ValueError, match="JSON"):
        CanonicalJSONRenderer().render({"a": float("nan")})
