"""date_selection: the days of a range that suit an event and its people, each with the rules that say so."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from predictions import rules
from predictions.drawings import date_selection as drawings
from predictions.moment import date_errors, moment_errors, resolve_date
from predictions.registry import System
from predictions.schemas import (
    BIRTH,
    CALENDAR_SOURCE,
    DATE,
    FIRST_YEAR,
    GENDER,
    LAST_YEAR,
    choice,
    object_schema,
    schema_errors,
)
from predictions.systems.date_selection_days import DayFilter, events
from predictions.systems.date_selection_people import ZODIAC_NAMES, Person, people_of
from predictions.systems.date_selection_text import render
from predictions.types import Chart, Computation, FieldError, Json, Notice, Reading

_WRITTEN = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
MOST_DAYS = 366
MOST_PEOPLE = 8

# A day is given as 2026-11-24 or as the date object of the other systems, for lunar dates.
DAY = DATE | {
    "title": "日期",
    "type": ["string", "object"],
    "format": "date",
    "description": "2026-11-24，或日期对象（可写农历）",
}
PERSON = object_schema(
    "相关之人",
    {
        "zodiac": {"type": "string", "title": "生肖", "enum": list(ZODIAC_NAMES)},
        "birth": BIRTH,
        "gender": GENDER,
    }
    | BIRTH["properties"],
    anyOf=[
        {"required": ["zodiac"], "properties": {"zodiac": {"title": "生肖"}}},
        {"required": ["birth"]},
        {"required": BIRTH["required"]},
    ],
    # A part of a birth beside the 生肖 is a slip, not something to leave out silently.
    dependentRequired=dict.fromkeys(BIRTH["properties"], BIRTH["required"]),
    description="生肖，或出生（只用到日期）",
)
INPUT_SCHEMA = object_schema(
    "择日",
    {
        "event": {"type": "string", "title": "事项", "enum": list(events())},
        "from": DAY | {"title": "起始日期"},
        "to": DAY | {"title": "结束日期", "description": "含当日，一次最多 366 天"},
        "people": {"type": "array", "title": "相关之人", "items": PERSON, "maxItems": MOST_PEOPLE},
    },
    ["event", "from", "to"],
)
OPTION_SCHEMA = object_schema(
    "选项",
    {
        "calendar_source": CALENDAR_SOURCE,
        "listing": choice(
            "通书所列",
            ["required", "open"],
            "required",
            "required：只取通书“宜”中列有此事的日子；open：没有列出也可以，但不加分",
        ),
    },
)


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say: impossible dates, a range the wrong way round or too long."""
    source = options["calendar_source"]
    errors = [*_day_errors(data, "from", source), *_day_errors(data, "to", source)]
    if not errors and _is_day(data.get("from")) and _is_day(data.get("to")):
        errors = _range_errors(_day(data["from"], source), _day(data["to"], source))
    return errors + _people_errors(data.get("people"), options)


def _is_day(value: object) -> bool:
    """Whether ``_day`` can read it, given that ``_day_errors`` found nothing."""
    return isinstance(value, str) or (isinstance(value, dict) and not schema_errors(DATE, value, ""))


def _parsed(text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if _WRITTEN.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def _day_errors(data: Json, name: str, source: str) -> list[FieldError]:
    value, pointer = data.get(name), f"/input/{name}"
    if isinstance(value, dict):
        return date_errors(value, pointer, source)
    if not isinstance(value, str) or _parsed(value) is not None:
        return []
    return _text_errors(value, pointer)


def _text_errors(text: str, pointer: str) -> list[FieldError]:
    """Why a text is no day, with the nearest that is."""
    found = _WRITTEN.fullmatch(text)
    if not found:
        detail = "日期请写成 2026-11-24 的样子，或用日期对象。"
        return [FieldError(pointer, "impossible_date", detail, {"format": "YYYY-MM-DD"})]
    year, month, day = map(int, found.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        detail = f"年份须在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。"
        return [FieldError(pointer, "out_of_range", detail, {"year": min(max(year, FIRST_YEAR), LAST_YEAR)})]
    if not 1 <= month <= 12 or day == 0:
        return [FieldError(pointer, "impossible_date", f"{text} 的月份须在 1 到 12 之间，日期从 1 起。")]
    last = monthrange(year, month)[1]
    detail = f"公历 {year} 年 {month} 月只有 {last} 天，没有 {day} 日。"
    return [FieldError(pointer, "impossible_date", detail, {"date": f"{year}-{month:02d}-{last}"})]


def _range_errors(first: date, last: date) -> list[FieldError]:
    if last < first:
        detail = f"结束日期 {last} 早于起始日期 {first}。"
        return [FieldError("/input/to", "out_of_range", detail, {"to": first.isoformat()})]
    if (last - first).days >= MOST_DAYS:
        limit = first + timedelta(days=MOST_DAYS - 1)
        detail = f"一次最多查 {MOST_DAYS} 天，即到 {limit} 为止。"
        return [FieldError("/input/to", "out_of_range", detail, {"to": limit.isoformat()})]
    return []


def _people_errors(people: object, options: Json) -> list[FieldError]:
    found: list[FieldError] = []
    for place, person in enumerate(people if isinstance(people, list) else []):
        pointer = f"/input/people/{place}"
        found += moment_errors(person, pointer, options)
        if isinstance(person, dict):
            found += moment_errors(person.get("birth"), f"{pointer}/birth", options)
    return found


def _day(value: str | Json, source: str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else resolve_date(value, source).day


def compute(data: Json, options: Json) -> Computation:
    """Every day of the range, kept or excluded, with reasons; the best days first."""
    source = options["calendar_source"]
    first, last = _day(data["from"], source), _day(data["to"], source)
    people = people_of(data.get("people", []), source)
    wanted = DayFilter(data["event"], people, options)
    judged = [wanted.judge(first + timedelta(days=step)) for step in range((last - first).days + 1)]
    days = sorted((day for day in judged if "score" in day), key=lambda day: (-day["score"], day["date"]))
    facts: Json = {
        "event": data["event"],
        "terms": wanted.terms,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "people": [person.as_dict() for person in people],
        "people_labels": "、".join(person.label for person in people),
        "tradition": wanted.tradition,
        "count": len(days),
        "best": days[0] if days else None,
        "days": days,
        "excluded": [day for day in judged if "score" not in day],
    }
    return Computation(
        _trace(facts, options), facts, [*_lunar_notices(data, source), *_people_notices(people)]
    )


def _trace(facts: Json, options: Json) -> list[Json]:
    span = {name: facts[name] for name in ("from", "to")}
    method = {
        "almanac": facts["tradition"],
        "listing": options["listing"],
        "score": "各条规则的分数相加，只用于排序；规则见 predictions/rules/date_selection.yaml",
    }
    return [{"name": "range", "values": span}, {"name": "convention", "values": method}]


def _lunar_notices(data: Json, source: str) -> list[Notice]:
    return [
        notice
        for name in ("from", "to")
        if isinstance(data[name], dict)
        for notice in resolve_date(data[name], source, name).notices
    ]


def _people_notices(people: list[Person]) -> list[Notice]:
    texts = [
        f"{person.label}生于立春与正月初一之间：生肖按正月初一算属{person.zodiac}，按立春算属{person.other_zodiac}。"
        for person in people
        if person.other_zodiac
    ]
    return [Notice("zodiac_boundary", text) for text in texts]


def interpret(chart: Chart) -> Reading:
    return rules.apply("date_selection", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """搬家，2026-12-01至2026-12-31，属马、属鼠."""
    facts = chart.facts
    people = "、".join(person["label"] for person in facts["people"])
    if lang == "en":
        return f"{facts['event']}, {facts['from']} to {facts['to']}" + (f", {people}" if people else "")
    return f"{facts['event']}，{facts['from']}至{facts['to']}" + (f"，{people}" if people else "")


SYSTEM = System(
    id="date_selection",
    title="择日",
    title_en="Date selection",
    summary="为开业、搬家、嫁娶等事选日子，列出理由与被排除的日子",
    summary_en="Days that suit an event, with the reasons, and the days excluded",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    needs_birth=False,
    group="择日",
    check=check,
    draw=drawings.draw,
    tables=drawings.tables,
    examples=(
        {"event": "搬家", "from": "2026-12-01", "to": "2026-12-31", "people": [{"zodiac": "马"}]},
        {
            "event": "结婚",
            "from": {"calendar": "lunar", "year": 2026, "month": 11, "day": 1},
            "to": {"calendar": "lunar", "year": 2026, "month": 12, "day": 29},
            "people": [
                {"birth": {"calendar": "solar", "year": 1996, "month": 8, "day": 8}},
                {"zodiac": "鼠"},
            ],
        },
    ),
    conformance="建除、黄黑道、宜忌、神煞与本站黄历逐日相同；排除与加分只按公布的规则表。",
)
