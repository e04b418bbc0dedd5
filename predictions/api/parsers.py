"""JSON as RFC 8259 means it, within limits: what a lenient parser would guess at is refused."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from predictions.api.problems import Problem
from predictions.schemas import child
from predictions.types import FieldError, InvalidInput

MAX_BYTES = 64 * 1024
# 1,000 items of 1 KiB; nginx lets as much through
MAX_BATCH_BYTES = 1024 * 1024
MAX_DEPTH = 32
# An answer written before the body is read makes some clients see a reset connection instead of the answer.
DRAINED_BYTES = 1024 * 1024
_BAD_CHARACTERS = re.compile("[\0\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """application/json in UTF-8 of at most `max_bytes` and 32 levels, without NaN and repeated members."""

    media_type = "application/json"
    max_bytes = MAX_BYTES

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if not _is_utf8(media_type or ""):
            raise UnsupportedMediaType(media_type or "")
        value = loads(_read(stream, self.max_bytes))
        check_characters(value)
        return value


class BatchJSONParser(StrictJSONParser):
    """The same for a body with many requests."""

    max_bytes = MAX_BATCH_BYTES


def loads(raw: bytes) -> Any:
    """The value of a JSON text; raises Problem 400 invalid_json."""
    try:
        text = raw.decode()
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_constant=_no_constant,
            parse_float=_finite_float,
            parse_int=_finite_integer,
        )
    except UnicodeDecodeError as error:
        raise invalid(_("The body is not UTF-8.")) from error
    except json.JSONDecodeError as error:
        detail = _("The body is not JSON: %(message)s at line %(line)d, column %(column)d.")
        place = {"message": error.msg, "line": error.lineno, "column": error.colno}
        raise invalid(detail % place) from error
    except RecursionError as error:
        raise too_deep() from error
    return value


def check_characters(value: Any) -> None:
    """Refuse characters that no text can hold (422) and nesting beyond MAX_DEPTH (400)."""
    errors = []
    for pointer, text in _texts(value):
        if _BAD_CHARACTERS.search(text):
            detail = _("The text holds a NUL or half of a surrogate pair.")
            errors.append(FieldError(pointer, "invalid_character", detail))
    if errors:
        raise InvalidInput(errors)


def invalid(detail: str) -> Problem:
    return Problem(400, "invalid_json", detail)


def too_deep() -> Problem:
    return invalid(_("The body is nested deeper than %(limit)d levels.") % {"limit": MAX_DEPTH})


def _texts(root: Any) -> Iterator[tuple[str, str]]:
    """Every string of a JSON value with its pointer; a member's name is told at the object that holds it."""
    stack: list[tuple[str, Any, int]] = [("", root, 0)]
    while stack:
        pointer, value, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise too_deep()
        if isinstance(value, str):
            yield pointer, value
        elif isinstance(value, dict):
            yield from ((pointer, name) for name in value)
            stack += [(child(pointer, name), item, depth + 1) for name, item in value.items()]
        elif isinstance(value, list):
            stack += [(child(pointer, place), item, depth + 1) for place, item in enumerate(value)]


def _read(stream: Any, limit: int) -> bytes:
    length = int(stream.META.get("CONTENT_LENGTH") or 0)
    if length <= limit:
        return bytes(stream.read(limit))
    _drain(stream, min(length, DRAINED_BYTES))
    detail = _("The body has %(length)d bytes; %(limit)d are allowed.") % {"length": length, "limit": limit}
    raise Problem(413, "too_large", detail)


def _drain(stream: Any, length: int) -> None:
    while length > 0:
        chunk = stream.read(min(length, MAX_BYTES))
        if not chunk:
            return
        length -= len(chunk)


def _is_utf8(media_type: str) -> bool:
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", media_type, re.IGNORECASE)
    return charset is None or charset.group(1).lower() in ("utf-8", "utf8")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _value in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        # Not echoed raw: the name may hold characters that no answer can carry.
        raise invalid(_("The member %(name)s is repeated.") % {"name": ascii(repeated[:40])})
    return members


def _no_constant(name: str) -> NoReturn:
    raise invalid(_("%(name)s is no JSON number.") % {"name": name})


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise invalid(_("The body holds a number that is too large."))
    return number


def _finite_integer(text: str) -> int:
    """As large as a double can be, which is what every JSON library can hold and compare."""
    _finite_float(text)
    return int(text)
