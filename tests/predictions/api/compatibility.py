"""What breaks clients between two OpenAPI documents, by the rules of docs/api.md ("stability").

A client that was written for the old document must go on working: whatever it may send is accepted, whatever it reads
is there with the type it had. Adding is allowed on both sides; an open list of strings that only answers use may grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch", "head")
DEPTH = 30


def breaking_changes(old: Json, new: Json) -> list[str]:
    """One line for each change that a client of `old` may trip over."""
    return sorted(set(_paths(old, new)))


def _paths(old: Json, new: Json) -> Iterator[str]:
    for path, operations in old["paths"].items():
        for method, operation in operations.items():
            if method not in METHODS:
                continue
            name = f"{method.upper()} {path}"
            found = new["paths"].get(path, {}).get(method)
            if found is None:
                yield f"{name} is gone"
                continue
            yield from _operation(name, operation, found, old, new)


def _operation(name: str, before: Json, after: Json, old: Json, new: Json) -> Iterator[str]:
    if not any(before.get("security", [])) and any(after.get("security", [])):
        yield f"{name} needs a key"
    if before["operationId"] != after["operationId"]:
        yield f"{name} has another operationId"
    yield from _parameters(name, before, after, old, new)
    sent = _content(before.get("requestBody", {})), _content(after.get("requestBody", {}))
    if sent[1] is not None:
        yield from _sent(f"{name} body", sent[0], sent[1], old, new, 0)
    for status, response in before["responses"].items():
        if status not in after["responses"]:
            yield f"{name} does not answer {status} any more"
            continue
        answered = _content(response), _content(after["responses"][status])
        if answered[0] is not None:
            yield from _answered(f"{name} {status}", answered[0], answered[1] or {}, old, new, 0)


def _content(holder: Json) -> Json | None:
    for described in holder.get("content", {}).values():
        schema: Json = described["schema"]
        return schema
    return None


def _parameters(name: str, before: Json, after: Json, old: Json, new: Json) -> Iterator[str]:
    known = {(one["name"], one["in"]): one for one in before.get("parameters", [])}
    now = {(one["name"], one["in"]): one for one in after.get("parameters", [])}
    for key, one in known.items():
        if key not in now:
            yield f"{name} takes no {key[0]} any more"
        else:
            yield from _sent(f"{name} {key[0]}", one["schema"], now[key]["schema"], old, new, 0)
    for key, one in now.items():
        if one.get("required") and not known.get(key, {}).get("required"):
            yield f"{name} requires {key[0]}"


def _sent(place: str, before: Json | None, after: Json, old: Json, new: Json, depth: int) -> Iterator[str]:
    """What clients send: the new schema must accept all that the old one did."""
    if before is None:
        yield f"{place} is required"
        return
    if depth > DEPTH:
        return
    before, after = _resolved(before, old), _resolved(after, new)
    if lost := _types(before) - _types(after):
        yield f"{place} may not be {', '.join(sorted(lost))} any more"
    yield from _narrower(place, before, after)
    members, now = before.get("properties", {}), after.get("properties", {})
    for name in set(after.get("required", [])) - set(before.get("required", [])):
        yield f"{place}/{name} is required"
    for name, member in members.items():
        if name in now:
            yield from _sent(f"{place}/{name}", member, now[name], old, new, depth + 1)
        elif after.get("additionalProperties") is False:
            yield f"{place}/{name} is not accepted any more"
    yield from _branches(place, before, after, old, new, depth)
    if "items" in before and "items" in after:
        yield from _sent(f"{place}/*", before["items"], after["items"], old, new, depth + 1)


def _branches(place: str, before: Json, after: Json, old: Json, new: Json, depth: int) -> Iterator[str]:
    """Requests of systems are told apart by their name, other alternatives by their place in the list."""
    for rule in ("oneOf", "anyOf"):
        now = {_branch_name(one, place): one for place, one in enumerate(after.get(rule, []))}
        for number, branch in enumerate(before.get(rule, [])):
            name = _branch_name(branch, number)
            if now and name not in now:
                yield f"{place} ({name}) is not accepted any more"
            elif now:
                yield from _sent(f"{place} ({name})", branch, now[name], old, new, depth + 1)


def _branch_name(branch: Json, number: int) -> str:
    return str(branch["$ref"].rpartition("/")[2]) if "$ref" in branch else str(number)


def _answered(place: str, before: Json, after: Json, old: Json, new: Json, depth: int) -> Iterator[str]:
    """What clients read: the new schema must promise all that the old one did."""
    if depth > DEPTH:
        return
    before, after = _resolved(before, old), _resolved(after, new)
    if _types(before) and (more := _types(after) - _types(before)):
        yield f"{place} may be {', '.join(sorted(more))} now"
    now = after.get("properties", {})
    for name in set(before.get("required", [])) - set(after.get("required", [])):
        yield f"{place}/{name} may be missing"
    for name, member in before.get("properties", {}).items():
        if name in now:
            yield from _answered(f"{place}/{name}", member, now[name], old, new, depth + 1)
        else:
            yield f"{place}/{name} is gone"
    if "items" in before:
        yield from _answered(f"{place}/*", before["items"], after.get("items", {}), old, new, depth + 1)


def _narrower(place: str, before: Json, after: Json) -> Iterator[str]:
    if "enum" in after:
        allowed = before.get("enum")
        if allowed is None:
            yield f"{place} is limited to a list"
        for value in allowed or []:
            if value not in after["enum"]:
                yield f"{place} may not be {value} any more"
    yield from _bounds(place, before, after)
    if after.get("pattern") not in (None, before.get("pattern")):
        yield f"{place} has another pattern"
    if "default" in before and before["default"] != after.get("default"):
        yield f"{place} has another default"


def _bounds(place: str, before: Json, after: Json) -> Iterator[str]:
    for rule in ("minimum", "minLength", "minItems"):
        if rule in after and after[rule] > before.get(rule, float("-inf")):
            yield f"{place} has a higher {rule}"
    for rule in ("maximum", "maxLength", "maxItems"):
        if rule in after and after[rule] < before.get(rule, float("inf")):
            yield f"{place} has a lower {rule}"


def _types(schema: Json) -> set[str]:
    """The types that a schema names; an integer is a number."""
    named = schema.get("type", [])
    found = {named} if isinstance(named, str) else set(named)
    return found | ({"integer"} if "number" in found else set())


def _resolved(schema: Json, document: Json) -> Json:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
