"""sky: sun, moon, planets and the next eclipses of a day at a place, by calculation alone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from json import loads

import astronomy

from predictions import rules
from predictions.drawings.sky import draw
from predictions.drawings.sky_tables import tables
from predictions.moment import Moment, date_errors, moment_errors, resolve_moment
from predictions.registry import System
from predictions.schemas import BIRTH, CALENDAR_SOURCE, DATE, FIRST_YEAR, LAST_YEAR, object_schema
from predictions.sky.eclipses import Eclipse, following, local_circumstances
from predictions.sky.horizon import moon_facts, sun_facts
from predictions.sky.phases import (
    elongation,
    illuminated,
    last_new_moon,
    phase_name,
    phases_between,
)
from predictions.sky.planets import RULE, planet_facts
from predictions.sky.site import Site, to_time, zone_of
from predictions.systems.sky_text import render
from predictions.types import Chart, Computation, FieldError, Json, Notice, Reading, canonical_json
from predictions.zones import zone_title

_PLACE_MEMBERS = ("place", "latitude", "longitude", "tz")
INPUT_SCHEMA = object_schema(
    "天象",
    {"date": DATE} | {name: BIRTH["properties"][name] for name in _PLACE_MEMBERS},
    ["date"],
    dependentRequired={"latitude": ["longitude"], "longitude": ["latitude"]},
    anyOf=[
        {"required": ["place"], "properties": {"place": {"title": "地点"}}},
        {"required": ["latitude"]},
        {"required": ["longitude"]},
    ],
)
OPTION_SCHEMA = object_schema("选项", {"calendar_source": CALENDAR_SOURCE})
# When people look up: phase, illumination and distance of the moon are those of this hour.
EVENING = time(20)
SHOWN_ECLIPSES = 2
# An eclipse that the place sees within so many days is worth a sentence.
NEAR_DAYS = 31
CONVENTION = {
    "name": "convention",
    "values": {
        "rise_set": "上边缘、海平面、蒙气差34角分；当地民用日之内的第一次",
        "twilight": "太阳中心在地平线下6、12、18度，不计蒙气差；取当日正午前后各半日",
        "phases": "日月视黄经差0、90、180、270度；朔与农历同源",
        "eclipses": "最大食时刻与类型据本站推算的食典，1900-2100年",
        "planets": RULE,
    },
}


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say about the date, the place and the zone."""
    place = {name: data[name] for name in _PLACE_MEMBERS if name in data}
    errors = date_errors(data.get("date"), "/input/date", options["calendar_source"])
    return errors + moment_errors(place, "/input", {})


def compute(data: Json, options: Json) -> Computation:
    """The sky of the civil day and the night that follows it."""
    moment, assumed = _resolved(data, options)
    site = _site(moment)
    facts = _identity(moment, site) | day_facts(site, moment.civil.day)
    return Computation([*moment.trace, CONVENTION], facts, [*moment.notices, *assumed])


def _resolved(data: Json, options: Json) -> tuple[Moment, list[Notice]]:
    """The day and place through the engine's one pipeline; a zone that is not given is told."""
    request = data["date"] | {name: data[name] for name in _PLACE_MEMBERS if name in data}
    if "tz" in data or "place" in data:
        return resolve_moment(request, options, "date"), []
    zone = zone_of(data["latitude"], data["longitude"])
    text = f"没有给出时区，按经纬度取 {zone}；当日的起止与钟表时间以此为准。"
    return resolve_moment(request | {"tz": zone}, options, "date"), [Notice("zone_assumed", text)]


def _site(moment: Moment) -> Site:
    if moment.latitude is None or moment.longitude is None:
        raise ValueError("the place was not checked")
    return Site(float(moment.latitude), float(moment.longitude), moment.zone)


def _identity(moment: Moment, site: Site) -> Json:
    return {
        "solar": moment.civil.day.isoformat(),
        "lunar": moment.civil.lunar.as_dict(),
        "place": {
            "name": moment.place.full_name if moment.place else None,
            "latitude": site.latitude,
            "longitude": site.longitude,
            "tz": site.zone,
        },
    }


def day_facts(site: Site, day: date) -> Json:
    """Sun, moon, planets and next eclipses; computed once for a place and a day."""
    facts: Json = loads(_day_facts(site, day))
    return facts


@lru_cache(maxsize=512)
def _day_facts(site: Site, day: date) -> str:
    """As text: a cached dict could be changed by whoever receives it."""
    planets, eclipses = planet_facts(site, day), _next_eclipses(site, day)
    return canonical_json(
        {
            "sun": sun_facts(site, day),
            "moon": moon_facts(site, day) | _moon_face(site, day),
            "planets": planets,
            "visible_planets": [planet["name"] for planet in planets if planet["visible"]],
            "next_eclipses": eclipses,
            "near_eclipses": [
                found["kind"]
                for found in eclipses
                if found["days"] <= NEAR_DAYS and found["local"]["visible"]
            ],
        }
    )


def _moon_face(site: Site, day: date) -> Json:
    """What the moon looks like in the evening, and the phases of the civil month."""
    start, end = site.bounds(day)
    evening = site.at(day, EVENING)
    first, after = site.at(day.replace(day=1), time()), site.at(_next_month(day), time())
    upcoming = phases_between(end, end + timedelta(days=9))[0]
    today = phases_between(start, end)
    return {
        "at": site.text(evening),
        "phase": phase_name(start, end, evening),
        "principal": today[0].name if today else None,
        "illumination": round(illuminated(evening), 4),
        "elongation": round(elongation(evening), 1),
        "age_days": round((evening - last_new_moon(evening)) / timedelta(days=1), 1),
        "distance_km": round(astronomy.GeoMoon(to_time(evening)).Length() * astronomy.KM_PER_AU),
        "phases": [
            found.as_dict() | {"local": site.text(found.instant)} for found in phases_between(first, after)
        ],
        "next_phase": upcoming.as_dict() | {"local": site.text(upcoming.instant)},
    }


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _next_eclipses(site: Site, day: date) -> list[Json]:
    """The next two of the sun and of the moon, with what this place sees of them."""
    start, _ = site.bounds(day)
    coming = [found for kind in ("solar", "lunar") for found in following(start, kind, SHOWN_ECLIPSES)]
    return [_eclipse(found, site, start) for found in sorted(coming, key=lambda found: found.peak)]


def _eclipse(found: Eclipse, site: Site, start: datetime) -> Json:
    return found.as_dict() | {
        "local_peak": site.text(found.peak),
        "days": (found.peak - start).days,
        "local": local_circumstances(found, site),
    }


def interpret(chart: Chart) -> Reading:
    return rules.apply("sky", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """公历2026-11-24，上海市（北京时间）."""
    moment, _ = _resolved(chart.input, chart.options)
    named = moment.place.full_name if moment.place else _coordinates(chart.facts["place"])
    day, zone = moment.civil.text(lang), zone_title(moment.zone, lang)
    return f"{day}, {named} ({zone})" if lang == "en" else f"{day}，{named}（{zone}）"


def _coordinates(place: Json) -> str:
    latitude, longitude = place["latitude"], place["longitude"]
    north = f"{abs(latitude):g}°{'S' if latitude < 0 else 'N'}"
    return f"{north} {abs(longitude):g}°{'W' if longitude < 0 else 'E'}"


SYSTEM = System(
    id="sky",
    title="天象",
    title_en="The sky",
    summary="日出日落、晨昏、月相、行星可见性与日月食",
    summary_en="Rise, set and twilight, moon phases, visible planets, eclipses",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    draw=draw,
    tables=tables,
    needs_birth=False,
    group="历法民俗",
    check=check,
    examples=(
        {"date": {"calendar": "solar", "year": 2026, "month": 11, "day": 24}, "place": "上海"},
        {
            "date": {"calendar": "solar", "year": 2026, "month": 6, "day": 21},
            "latitude": 69.65,
            "longitude": 18.96,
            "tz": "Europe/Oslo",
        },
    ),
    conformance="朔与农历同源；日月食表由本站算出，时刻与类型以报告所列为证。",
)
