"""bazi: the four pillars, luck cycles, stars and strength of a birth."""

from __future__ import annotations

from predictions import rules
from predictions.cycles import ZODIAC
from predictions.drawings import bazi as drawings
from predictions.moment import Moment, describe_moment, moment_errors, resolve_moment
from predictions.registry import System
from predictions.schemas import (
    AMBIGUOUS_TIME,
    BIRTH,
    CALENDAR_SOURCE,
    DST,
    FIRST_YEAR,
    GENDER,
    LAST_YEAR,
    TRUE_SOLAR,
    choice,
    object_schema,
)
from predictions.systems.bazi_boundaries import boundary_notices
from predictions.systems.bazi_luck import direction_reason, luck_of
from predictions.systems.bazi_needs import need_facts
from predictions.systems.bazi_pattern import pattern_facts
from predictions.systems.bazi_pillars import Pillars, pillar_facts, pillars_of
from predictions.systems.bazi_sensitivity import sensitivity
from predictions.systems.bazi_stars import relation_facts, star_facts
from predictions.systems.bazi_strength import element_facts, strength_facts
from predictions.systems.bazi_text import render
from predictions.types import Chart, Computation, FieldError, Json, Reading

INPUT_SCHEMA = object_schema("八字", {"birth": BIRTH, "gender": GENDER}, ["birth"])
OPTION_SCHEMA = object_schema(
    "选项",
    {
        "calendar_source": CALENDAR_SOURCE,
        "zi_rule": choice(
            "夜子时",
            ["next_day", "split_next_stem", "split_same_stem"],
            "next_day",
            "23 点到 24 点：next_day 日柱、时柱按次日；split_next_stem 日柱按当日、时干按次日；"
            "split_same_stem 日柱、时干都按当日",
        ),
        "year_boundary": choice(
            "岁首", ["lichun", "new_year"], "lichun", "年柱从立春交节时刻（lichun）还是正月初一（new_year）起"
        ),
        "true_solar": TRUE_SOLAR,
        "dst": DST,
        "ambiguous_time": AMBIGUOUS_TIME,
        "dayun": choice(
            "起运算法",
            ["minutes", "shichen", "china95"],
            "minutes",
            "minutes：三天一年折算到分；shichen：一天四个月、一时辰十天；china95：折算到天",
        ),
        "school": choice("流派", ["ziping"], "ziping", "解读依据的流派：ziping 子平，以日主为本"),
    },
)


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say about the birth."""
    return moment_errors(data.get("birth"), "/input/birth", options)


def compute(data: Json, options: Json) -> Computation:
    """The chart; without an hour three pillars and nothing that depends on the fourth."""
    moment = resolve_moment(data["birth"], options)
    pillars = pillars_of(moment, options)
    gender = data.get("gender")
    trace = [*moment.trace, *_steps(moment, pillars, gender, options)]
    facts = chart_facts(moment, pillars, gender, options)
    facts["sensitivity"] = sensitivity(data, options) if pillars.hour is None else None
    return Computation(trace, facts, boundary_notices(data, options, moment, pillars))


def chart_facts(moment: Moment, pillars: Pillars, gender: str | None, options: Json) -> Json:
    """The facts of bazi (DESIGN section 5) for a resolved birth; compatibility uses them twice."""
    strength = strength_facts(pillars)
    return pillar_facts(pillars) | {
        "gender": gender,
        "solar": moment.civil.day.isoformat(),
        "lunar": moment.civil.lunar.as_dict(),
        "zodiac": ZODIAC[pillars.year % 12],
        "times": _times(moment),
        "terms": {"before": pillars.before.as_dict(), "after": pillars.after.as_dict()},
        "elements": element_facts(pillars),
        "strength": strength,
        "pattern": pattern_facts(pillars),
        "needs": need_facts(pillars, strength["level"]),
        "stars": star_facts(pillars),
        "relations": relation_facts(pillars),
        "luck": luck_of(moment, pillars, gender, options),
    }


def _times(moment: Moment) -> Json:
    """The clock as stated, the standard time, and both solar times where the longitude is known."""
    shown = {
        "standard": moment.standard,
        "mean_solar": moment.mean_solar,
        "apparent_solar": moment.apparent_solar,
    }
    times: Json = {name: time.isoformat() if time else None for name, time in shown.items()}
    return {"clock": f"{moment.clock:%H:%M}" if moment.clock else None} | times


def _steps(moment: Moment, pillars: Pillars, gender: str | None, options: Json) -> list[Json]:
    local = moment.local(options["true_solar"])
    steps: list[Json] = [
        {
            "name": "month",
            "values": {
                "after": pillars.before.as_dict(),
                "before": pillars.after.as_dict(),
                "compared": "UTC",
            },
        },
        {
            "name": "day_and_hour",
            "values": {
                "local": local.isoformat() if local else None,
                "true_solar": options["true_solar"],
                "zi_rule": options["zi_rule"],
            },
        },
    ]
    if gender:
        steps.append({"name": "luck", "values": {"direction": direction_reason(pillars, gender)}})
    return steps


def interpret(chart: Chart) -> Reading:
    return rules.apply("bazi", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """公历1990-05-17 08:00（北京时间，当年夏令时，标准时07:00），男，杭州."""
    moment = resolve_moment(chart.input["birth"], chart.options)
    parts = [describe_moment(moment, chart.options["true_solar"], lang)]
    gender = chart.input.get("gender")
    if gender:
        parts.append(gender if lang == "en" else {"male": "男", "female": "女"}[gender])
    if moment.place:
        parts.append(moment.place.name)
    elif moment.longitude is not None:
        parts.append(f"{'longitude ' if lang == 'en' else '经度'}{moment.longitude:g}°")
    return (", " if lang == "en" else "，").join(parts)


SYSTEM = System(
    id="bazi",
    title="八字",
    title_en="Four pillars (Bazi)",
    summary="四柱八字、大运、五行强弱、神煞，附传统解读",
    summary_en="Four pillars, luck cycles, elements, stars, with a traditional reading",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    needs_birth=True,
    group="命理",
    check=check,
    draw=drawings.draw,
    tables=drawings.tables,
    examples=(
        {
            "birth": {
                "calendar": "solar",
                "year": 1990,
                "month": 5,
                "day": 17,
                "hour": 8,
                "minute": 0,
                "place": "杭州",
            },
            "gender": "male",
        },
    ),
    conformance="格局、用神、旺衰各有流派，不在对照之列。",
)
