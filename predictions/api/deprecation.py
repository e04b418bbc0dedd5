"""Deprecated operations and members, told in the answer's headers: Deprecation (RFC 9745) and Sunset (RFC 8594).

An operation is deprecated by `operation(…, deprecated=Deprecation(…))`, a member of a request by `deprecated_member`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from django.utils.http import http_date

from predictions.types import Json

POLICY = "/api/docs/#stability"
Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Deprecated since the day `since`; gone on the day `sunset` at the earliest. `link` says what to use instead."""

    since: date
    sunset: date
    link: str = POLICY

    def headers(self) -> dict[str, str]:
        return {
            "Deprecation": f"@{_seconds(self.since)}",
            "Sunset": http_date(_seconds(self.sunset)),
            "Link": f'<{self.link}>; rel="deprecation"',
        }


def mark(handler: Handler, deprecation: Deprecation | None) -> Handler:
    """Note on a handler that it is deprecated, for `of_handler`."""
    handler.deprecation = deprecation  # type: ignore[attr-defined]
    return handler


def of_handler(view: object, method: str | None) -> Deprecation | None:
    """What `mark` noted on the handler of a method; HEAD is GET's."""
    name = "get" if method == "HEAD" else (method or "").lower()
    return getattr(getattr(view, name, None), "deprecation", None)


def deprecated_member(schema: Json, deprecation: Deprecation) -> Json:
    """The JSON schema of a member that still works and should be sent no more."""
    return schema | {
        "deprecated": True,
        "x-deprecated-since": deprecation.since.isoformat(),
        "x-sunset": deprecation.sunset.isoformat(),
    }


def of_body(schema: Json, value: object) -> Deprecation | None:
    """The deprecation, of those that a valid `value` uses, that ends first."""
    return min(_used(schema, value), key=lambda one: one.sunset, default=None)


def _used(schema: Json, value: object) -> Iterator[Deprecation]:
    if schema.get("deprecated"):
        yield Deprecation(
            date.fromisoformat(schema["x-deprecated-since"]), date.fromisoformat(schema["x-sunset"])
        )
    if isinstance(value, dict):
        for name, member in schema.get("properties", {}).items():
            if name in value:
                yield from _used(member, value[name])
    elif isinstance(value, list):
        for item in value:
            yield from _used(schema.get("items", {}), item)


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
