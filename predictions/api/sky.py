"""The tables of the sky: phases of the moon, eclipses, rising and setting. No key needed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import queries, schema
from predictions.api.caching import cached
from predictions.api.endpoint import PublicEndpoint
from predictions.api.openapi import SERVER, curl, operation, parameter
from predictions.schemas import FIRST_YEAR, LAST_YEAR
from predictions.sky import eclipses
from predictions.sky.horizon import moon_facts, sun_facts
from predictions.sky.phases import phases_of_year
from predictions.sky.site import Site, zone_of
from predictions.types import FieldError, InvalidInput, Json

# What a place sees of an eclipse takes some 10 to 50 ms each.
LOCAL_YEARS = 10
_DAY_OR_YEAR: Json = {"type": "string", "pattern": r"^\d{4}(-\d{2}-\d{2})?$"}
_YEAR: Json = {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR}
_LAT = parameter("lat", "query", schema.LATITUDE, 31.23)
_LON = parameter("lon", "query", schema.LONGITUDE, 121.47)
_MAYBE_LAT = parameter("lat", "query", schema.LATITUDE, 31.23, required=False)
_MAYBE_LON = parameter("lon", "query", schema.LONGITUDE, 121.47, required=False)
_TZ = parameter("tz", "query", {"type": "string"}, "Asia/Shanghai", required=False)


def quoted(path: str) -> str:
    """A call whose query a shell must not read."""
    return f"curl '{SERVER}/api/v1/{path}'"


class MoonPhases(PublicEndpoint):
    @operation(
        "getMoonPhases",
        "公历年的月相 · The phases of the moon in a year",
        "MoonPhases",
        tag="tables",
        curl=curl("sky/moon-phases/2026"),
        parameters=[parameter("year", "path", _YEAR, 2026)],
        errors=(404, 422),
    )
    def get(self, request: Request, year: str) -> Response:
        """new, first_quarter, full, last_quarter with their instants; new moons are the lunar calendar's. No
        key needed."""
        number = queries.year("year", year)
        return cached(
            request,
            ("moon-phases", str(number)),
            lambda: {"year": number, "phases": [phase.as_dict() for phase in phases_of_year(number)]},
        )


class Eclipses(PublicEndpoint):
    parameters = ("from", "to", "kind", "lat", "lon", "tz")

    @operation(
        "getEclipses",
        "日食与月食 · Eclipses of the sun and the moon",
        "Eclipses",
        tag="tables",
        curl=quoted("sky/eclipses?from=2026&to=2030-06-30&kind=solar&lat=31.23&lon=121.47&tz=Asia/Shanghai"),
        parameters=[
            parameter("from", "query", _DAY_OR_YEAR, "2026"),
            parameter("to", "query", _DAY_OR_YEAR, "2030-06-30"),
            parameter(
                "kind", "query", {"type": "string", "enum": list(eclipses.KINDS)}, "solar", required=False
            ),
            _MAYBE_LAT,
            _MAYBE_LON,
            _TZ,
        ],
        errors=(422,),
    )
    def get(self, request: Request) -> Response:
        """Dates in UTC, `to` included. With lat and lon (then at most 10 years) each has what that place
        sees. No key needed."""
        first, last, kind, site = _eclipse_query(request)
        question = ("eclipses", first.isoformat(), last.isoformat(), kind or "", repr(site))
        return cached(request, question, lambda: _eclipse_table(first, last, kind, site))


def _eclipse_query(request: Request) -> tuple[date, date, str | None, Site | None]:
    query = queries.Query(request)
    first, last = query.read("from", queries.first_day), query.read("to", queries.last_day)
    kind = query.read("kind", _kind, "")
    site = _site(query) if query.has("lat", "lon", "tz") else None
    if first and last and last < first:
        query.refuse(
            FieldError("/to", "out_of_range", _("The end lies before the beginning."), {"to": str(first)})
        )
    elif first and last and site and last - first > timedelta(days=366 * LOCAL_YEARS):
        detail = _("With a place at most %(years)d years are answered at once.") % {"years": LOCAL_YEARS}
        query.refuse(FieldError("/to", "out_of_range", detail, {"to": str(first.year + LOCAL_YEARS - 1)}))
    query.finish()
    assert first is not None
    assert last is not None
    return first, last, kind or None, site


def _kind(name: str, text: str) -> str:
    if text in eclipses.KINDS:
        return text
    detail = _("kind must be solar or lunar; without it both are listed.")
    raise InvalidInput([FieldError(f"/{name}", "out_of_range", detail, {"choices": list(eclipses.KINDS)})])


def _site(query: queries.Query) -> Site | None:
    """The place of a query; its zone by the coordinates where there is none."""
    latitude, longitude = query.read("lat", queries.degrees), query.read("lon", queries.degrees)
    zone = query.read("tz", queries.zone, "")
    if latitude is None or longitude is None:
        return None
    return Site(latitude, longitude, zone or zone_of(latitude, longitude))


def _eclipse_table(first: date, last: date, kind: str | None, site: Site | None) -> Json:
    start = datetime.combine(first, time(), UTC)
    found = eclipses.between(start, datetime.combine(last, time(), UTC) + timedelta(days=1), kind)
    shown = [eclipse.as_dict() for eclipse in found]
    if site:
        shown = [
            eclipse.as_dict()
            | {"local_peak": site.text(eclipse.peak), "local": eclipses.local_circumstances(eclipse, site)}
            for eclipse in found
        ]
    return {"from": first.isoformat(), "to": last.isoformat(), "kind": kind, "eclipses": shown}


class RiseSet(PublicEndpoint):
    parameters = ("date", "lat", "lon", "tz")

    @operation(
        "getRiseSet",
        "日月出没与晨昏 · Rise and set of sun and moon, twilight",
        "RiseSet",
        tag="tables",
        curl=quoted("sky/rise-set?date=2026-06-21&lat=31.23&lon=121.47&tz=Asia/Shanghai"),
        parameters=[
            parameter("date", "query", {"type": "string", "format": "date"}, "2026-06-21"),
            _LAT,
            _LON,
            _TZ,
        ],
        errors=(422,),
    )
    def get(self, request: Request) -> Response:
        """Local times with their offset; null where there is none, and `reason`, `reasons` say why. Without tz
        it is Asia/Shanghai around China, else the zone of the longitude. No key needed."""
        query = queries.Query(request)
        day, site = query.read("date", queries.day), _site(query)
        query.finish()
        assert day is not None
        assert site is not None
        return cached(request, ("rise-set", day.isoformat(), repr(site)), lambda: _rise_set(day, site))


def _rise_set(day: date, site: Site) -> Json:
    return {
        "date": day.isoformat(),
        "latitude": site.latitude,
        "longitude": site.longitude,
        "tz": site.zone,
        "sun": sun_facts(site, day),
        "moon": moon_facts(site, day),
    }
