"""Values of a query or a path, which are text, read strictly; every one that is wrong is a FieldError."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from django.utils.translation import gettext as _
from rest_framework.request import Request

from predictions import engine
from predictions.moment import moment_errors
from predictions.schemas import FIRST_YEAR, LAST_YEAR
from predictions.types import FieldError, InvalidInput

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_YEAR = re.compile(r"-?\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,3}(\.\d{1,12})?", re.ASCII)
_BOUNDS = {"lat": 90, "lon": 180}
Value = TypeVar("Value")


class Query:
    """Reads the parameters of one request; errors are kept until ``finish`` raises them together."""

    def __init__(self, request: Request) -> None:
        self._given = request.query_params
        self._errors: list[FieldError] = []

    def read(
        self, name: str, parse: Callable[[str, str], Value], default: Value | None = None
    ) -> Value | None:
        """The parameter as ``parse(name, text)`` has it; None, and an error, where it is missing without default."""
        text = self._given.get(name)
        if text is None:
            if default is None:
                detail = _("The parameter %(name)s is missing.") % {"name": name}
                self.refuse(FieldError(f"/{name}", "missing_field", detail))
            return default
        try:
            return parse(name, text)
        except InvalidInput as invalid:
            self._errors += invalid.errors
            return default

    def has(self, *names: str) -> bool:
        return any(name in self._given for name in names)

    def refuse(self, error: FieldError) -> None:
        self._errors.append(error)

    def finish(self) -> None:
        """Raise InvalidInput when anything was wrong."""
        if self._errors:
            raise InvalidInput(self._errors)


def day(name: str, text: str) -> date:
    """A civil date YYYY-MM-DD of a year that is answered."""
    found = _DATE.fullmatch(text)
    if not found:
        raise _invalid(name, "impossible_date", _("Write the date as YYYY-MM-DD."))
    year_, month, day_ = map(int, found.groups())
    try:
        engine.validate(
            "calendar", {"date": {"calendar": "solar", "year": year_, "month": month, "day": day_}}
        )
    except InvalidInput as error:
        raise InvalidInput(
            FieldError(f"/{name}", each.code, each.detail, each.suggestion) for each in error.errors
        ) from error
    return date(year_, month, day_)


def year(name: str, text: str) -> int:
    """A year that is answered."""
    number = int(text)
    if FIRST_YEAR <= number <= LAST_YEAR:
        return number
    limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
    detail = _("The year must lie between %(first)d and %(last)d.") % limits
    nearest = {"year": min(max(number, FIRST_YEAR), LAST_YEAR)}
    raise InvalidInput([FieldError(f"/{name}", "out_of_range", detail, nearest)])


def first_day(name: str, text: str) -> date:
    """A date, or a year for its first day."""
    return date(year(name, text), 1, 1) if _YEAR.fullmatch(text) else day(name, text)


def last_day(name: str, text: str) -> date:
    """A date, or a year for its last day."""
    return date(year(name, text), 12, 31) if _YEAR.fullmatch(text) else day(name, text)


def degrees(name: str, text: str) -> float:
    """A latitude (``lat``) or longitude (``lon``) in decimal degrees."""
    if not _NUMBER.fullmatch(text):
        detail = _("Write %(name)s in decimal degrees, such as 31.23.") % {"name": name}
        raise _invalid(name, "wrong_type", detail)
    number, limit = float(text), _BOUNDS[name]
    if abs(number) > limit:
        detail = _("%(name)s must lie between -%(limit)d and %(limit)d.") % {"name": name, "limit": limit}
        nearest = {name: max(-limit, min(limit, number))}
        raise InvalidInput([FieldError(f"/{name}", "out_of_range", detail, nearest)])
    return number


def zone(name: str, text: str) -> str:
    """A time zone: an IANA name, or an offset such as +08:00 (a plus sign of a query may arrive as a blank)."""
    given = f"+{text[1:]}" if text.startswith(" ") else text
    if not 0 < len(given) <= 64:
        raise _invalid(name, "out_of_range", _("Write tz as an IANA name or as +08:00."))
    errors = moment_errors({"tz": given}, "", {})
    if errors:
        raise InvalidInput(errors)
    return given


def _invalid(name: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput([FieldError(f"/{name}", code, detail)])
