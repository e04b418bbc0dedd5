"""A system that says it is slow is understood and left to somebody who has the time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from predictions import language, registry

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)


@pytest.fixture
def computed() -> Iterator[list[object]]:
    """`almanac` says that it is slow, and notes what it computes."""
    found: list[object] = []
    quick = registry.get("almanac")

    def compute(data, options):
        found.append(data)
        return quick.compute(data, options)

    registry.substitute(replace(quick, slow=True, compute=compute))
    yield found
    registry.substitute(quick)


def ask(text: str, **options: bool) -> language.AskResult:
    return language.ask(text, now=NOW, systems=["calendar", "almanac"], **options)


def test_it_is_computed_unless_the_caller_says_otherwise(computed: list[object]) -> None:
    assert ask("今天黄历").status == "answered"
    assert len(computed) == 1


def test_it_is_named_and_not_computed(computed: list[object]) -> None:
    with pytest.raises(language.SlowSystem) as raised:
        ask("今天黄历", compute_slow=False)
    assert raised.value.system == "almanac"
    assert computed == []


def test_other_systems_are_answered_all_the_same(computed: list[object]) -> None:
    assert ask("今天农历几号", compute_slow=False).status == "answered"
    assert computed == []
