"""Reading rules kept as data: ``rules/<system>.yaml`` says when a sentence holds, and this file only
compares.

A rule is ``{id, when, text, topic, polarity, source, kind}``; ``when`` maps paths of facts to conditions,
all of which must hold. A condition is a value (equality), a list (any of), or one of ``{has: x}`` (a list
contains x), ``{has_any: [..]}``, ``{min: n}``, ``{max: n}``, ``{not: x}``. A path step ``*`` means any
member. No code is ever evaluated.

A table saves writing: ``{id, path, texts: {value: text}}`` is one rule for each value, with the value after
the id; with ``member: true`` the fact is a list that contains the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import yaml

from predictions.types import Json, Reading, Statement

FOLDER = Path(__file__).parent / "rules"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KINDS = ("computed", "rule", "traditional")
POLARITIES = ("good", "neutral", "caution")
_SLOT = re.compile(r"\{([\w.*]+)\}")


@dataclass(frozen=True, slots=True)
class Rule:
    """One sentence and the facts that it needs. ``source`` is the book, or 本站 for our own wording."""

    id: str
    when: Json
    text: str
    topic: str
    polarity: str
    source: str
    kind: str


def _read(system_id: str) -> Json:
    text = (FOLDER / f"{system_id}.yaml").read_text(encoding="utf-8")
    document: Json = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are the safe one
    return document


@lru_cache(maxsize=64)
def load(system_id: str) -> tuple[Rule, ...]:
    """The rules of a system in file order; a malformed file raises ValueError at the first use."""
    document = _read(system_id)
    rules = tuple(rule for entry in document["rules"] for rule in _expand(entry, document))
    repeated = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    if repeated:
        raise ValueError(f"repeated rule ids: {sorted(repeated)}")
    return rules


def apply(system_id: str, facts: Json) -> Reading:
    """Every rule of the system whose conditions the facts meet, as statements in the order of the file."""
    # A table asks for the same path once per value, so each path is looked up once.
    lookup = cache(partial(values, facts))
    found = ((rule, _met(rule.when, lookup)) for rule in load(system_id))
    return Reading([_statement(rule, paths, facts) for rule, paths in found if paths is not None])


def evidence(when: Json, facts: Json) -> list[str] | None:
    """The paths of the facts that meet the conditions of ``when``, or None when one of them is not met."""
    return _met(when, partial(values, facts))


def _met(when: Json, lookup: Callable[[str], list[tuple[str, Any]]]) -> list[str] | None:
    paths: list[str] = []
    for path, condition in when.items():
        met = [place for place, fact in lookup(path) if _holds(condition, fact)]
        if not met:
            return None
        paths += met
    return paths


def values(facts: Json, path: str) -> list[tuple[str, Any]]:
    """The facts at a dotted path with their own paths; ``*`` fans out, a number counts a list from 0."""
    found: list[tuple[str, Any]] = [("", facts)]
    for step in path.split("."):
        found = [
            (f"{place}.{name}" if place else name, member)
            for place, value in found
            for name, member in _members(value, step)
        ]
    return found


def _members(value: Any, step: str) -> list[tuple[str, Any]]:
    named = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        named = {str(place): member for place, member in enumerate(value)}
    if step == "*":
        return list(named.items())
    return [(step, named[step])] if step in named else []


def _holds(condition: Any, fact: Any) -> bool:
    if isinstance(condition, dict):
        return all(_TESTS[name](fact, operand) for name, operand in condition.items())
    if isinstance(condition, list):
        return fact in condition
    return bool(fact == condition)


def _contains(fact: Any, operand: Any) -> bool:
    return isinstance(fact, list | str) and operand in fact


def _contains_any(fact: Any, operand: Any) -> bool:
    return any(_contains(fact, item) for item in operand)


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "has": _contains,
    "has_any": _contains_any,
    "min": lambda fact, operand: fact is not None and bool(fact >= operand),
    "max": lambda fact, operand: fact is not None and bool(fact <= operand),
    "not": lambda fact, operand: bool(fact != operand),
}


def _statement(rule: Rule, paths: list[str], facts: Json) -> Statement:
    text = _SLOT.sub(lambda slot: _shown(facts, slot[1]), rule.text)
    proof = [f"facts.{path}" for path in paths]
    return Statement(text, rule.topic, rule.id, proof, rule.source, rule.polarity, rule.kind)


def _shown(facts: Json, path: str) -> str:
    return "、".join(str(fact) for _, fact in values(facts, path))


def _expand(entry: Json, document: Json) -> Iterator[Rule]:
    if "texts" not in entry:
        yield _rule(entry, document)
        return
    for value, told in entry["texts"].items():
        single = {key: member for key, member in entry.items() if key not in ("texts", "path", "member")}
        condition = {"has": value} if entry.get("member") else value
        single |= told if isinstance(told, dict) else {"text": told}
        single |= {"id": f"{entry['id']}.{value}", "when": {entry["path"]: condition} | entry.get("when", {})}
        yield _rule(single, document)


def _rule(entry: Json, document: Json) -> Rule:
    merged = (
        {"polarity": "neutral", "source": "本站", "kind": "traditional"}
        | document.get("defaults", {})
        | entry
    )
    unknown = merged.keys() - {"id", "when", "text", "topic", "polarity", "source", "kind"}
    if unknown or merged["kind"] not in KINDS or merged["polarity"] not in POLARITIES:
        raise ValueError(f"rule {entry.get('id')}: {sorted(unknown) or 'kind or polarity'}")
    _check_conditions(merged)
    return Rule(**merged)


def _check_conditions(rule: Json) -> None:
    for condition in rule["when"].values():
        if isinstance(condition, dict) and condition.keys() - _TESTS.keys():
            raise ValueError(f"rule {rule['id']}: unknown test {sorted(condition)}")
