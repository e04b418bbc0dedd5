"""ziwei: the twelve palaces of 紫微斗数 by x-iztro, over the engine's own moment and calendar."""

from __future__ import annotations

from predictions import rules
from predictions.drawings.ziwei import draw
from predictions.moment import (
    Moment,
    date_errors,
    describe_moment,
    moment_errors,
    resolve_date,
    resolve_moment,
)
from predictions.registry import System
from predictions.schemas import (
    AMBIGUOUS_TIME,
    BIRTH,
    CALENDAR_SOURCE,
    DATE,
    DST,
    FIRST_YEAR,
    GENDER,
    LAST_YEAR,
    TRUE_SOLAR,
    choice,
    object_schema,
)
from predictions.systems.bazi_pillars import PLACE_NAMES, pillars_of
from predictions.systems.ziwei_chart import chart_facts, chart_of
from predictions.systems.ziwei_levels import level_facts
from predictions.systems.ziwei_text import render
from predictions.types import Chart, Computation, FieldError, Json, Notice, Reading

INPUT_SCHEMA = object_schema(
    "紫微斗数",
    {
        "birth": BIRTH | {"description": "须知时辰：hour 必填"},
        "gender": GENDER,
        "target": DATE | {"title": "所问之日", "description": "选项 levels 不为 none 时必填"},
    },
    ["birth", "gender"],
)
OPTION_SCHEMA = object_schema(
    "选项",
    {
        "calendar_source": CALENDAR_SOURCE,
        "year_divide": choice("年界", ["normal", "exact"], "normal", "normal：正月初一换年；exact：立春换年"),
        "horoscope_divide": choice(
            "运限分界", ["normal", "exact"], "normal", "流年、流月：normal 按农历初一；exact 按节气"
        ),
        "age_divide": choice(
            "虚岁分界", ["normal", "birthday"], "normal", "normal：过年长一岁；birthday：过生日长一岁"
        ),
        "day_divide": choice(
            "晚子时", ["forward", "current"], "forward", "23 点到 24 点：forward 归次日；current 归当日"
        ),
        "algorithm": choice(
            "派别", ["default", "zhongzhou"], "default", "default：通行安星法；zhongzhou：中州派"
        ),
        "astro_type": choice(
            "盘型", ["heaven", "earth", "human"], "heaven", "中州派的天盘 heaven、地盘 earth、人盘 human"
        ),
        "fix_leap": {
            "type": "boolean",
            "title": "闰月",
            "enum": [True, False],
            "default": True,
            "description": "闰月：true 十五日（含）以前作本月、以后作下月；false 全作本月",
        },
        "true_solar": TRUE_SOLAR,
        "dst": DST,
        "ambiguous_time": AMBIGUOUS_TIME,
        "levels": choice(
            "运限",
            ["none", "decadal", "yearly"],
            "none",
            "none：只排本命盘；decadal：加 target 那天所在的大限与小限；yearly：再加流年",
        ),
    },
)
NEEDS_HOUR = (
    "紫微斗数以时辰定命宫，缺了时辰不能排盘；请补上出生的时（hour，0-23），或改用八字（时辰不详也能排三柱）。"
)


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say: an impossible birth, no hour, levels without a day."""
    birth = data.get("birth")
    errors = moment_errors(birth, "/input/birth", options)
    if isinstance(birth, dict) and "hour" not in birth:
        errors.append(
            FieldError("/input/birth/hour", "missing_field", NEEDS_HOUR, {"minimum": 0, "maximum": 23})
        )
    errors += date_errors(data.get("target"), "/input/target", options["calendar_source"])
    if options["levels"] != "none" and "target" not in data:
        detail = "排大限、流年需要所问之日（target）。"
        errors.append(FieldError("/input/target", "missing_field", detail, {"types": ["object"]}))
    return errors


def compute(data: Json, options: Json) -> Computation:
    """The natal chart and, when asked, the levels of the target day."""
    moment = resolve_moment(data["birth"], options)
    chart = chart_of(moment, data["gender"], options)
    facts = chart_facts(chart, moment, data["gender"])
    trace = [*moment.trace, chart.step()]
    notices = [
        *moment.notices,
        *_solar_time_notices(moment, options),
        *_pillar_notices(facts, moment, options),
    ]
    facts["levels"] = None
    if options["levels"] != "none":
        target = resolve_date(data["target"], options["calendar_source"], "target")
        facts["levels"] = level_facts(chart, target.day, yearly=options["levels"] == "yearly")
        notices += target.notices
    if chart.substitute:
        notices.append(Notice("calendar_substitute", chart.substitute))
    return Computation(trace, facts, notices)


def _pillar_notices(facts: Json, moment: Moment, options: Json) -> list[Notice]:
    """Ziwei changes year and month with the lunar calendar, bazi with the 节: people compare the two."""
    rules_of_bazi = {
        "calendar_source": options["calendar_source"],
        "true_solar": options["true_solar"],
        "year_boundary": "lichun",
        "zi_rule": "next_day" if options["day_divide"] == "forward" else "split_next_stem",
    }
    bazi = pillars_of(moment, rules_of_bazi).names()
    differs = {
        f"pillars.{place}": {"this": name, "other": bazi[place]}
        for place, name in facts["pillars"].items()
        if name != bazi[place]
    }
    if not differs:
        return []
    told = "，".join(
        f"{PLACE_NAMES[path[8:]]}柱{pair['this']}（八字{pair['other']}）" for path, pair in differs.items()
    )
    text = f"紫微按农历换年换月，八字按节气，所列四柱与八字不同：{told}。两者各依其法，都不算错。"
    return [Notice("pillars_differ_from_bazi", text, {"differs": differs})]


def _solar_time_notices(moment: Moment, options: Json) -> list[Notice]:
    """Where the sun at the birthplace stands in another double hour, the palaces would all move."""
    if moment.apparent_solar is None or moment.standard is None:
        return []
    other = "apparent" if options["true_solar"] == "off" else "off"
    this, that = moment.local(options["true_solar"]), moment.local(other)
    if this is None or that is None or _slot(this.hour, this.day) == _slot(that.hour, that.day):
        return []
    sun, standard = f"{moment.apparent_solar:%m-%d %H:%M}", f"{moment.standard:%m-%d %H:%M}"
    text = f"当地真太阳时为 {sun}，标准时为 {standard}，时辰不同，命盘也不同。"
    return [Notice("true_solar_time", text, {"options": {"true_solar": other}})]


def _slot(hour: int, day: int) -> tuple[int, int]:
    return day, (hour + 1) // 2


def interpret(chart: Chart) -> Reading:
    return rules.apply("ziwei", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """公历1990-05-17 08:00（北京时间，当年夏令时，标准时07:00），男，杭州."""
    moment = resolve_moment(chart.input["birth"], chart.options)
    gender = chart.input["gender"]
    parts = [
        describe_moment(moment, chart.options["true_solar"], lang),
        gender if lang == "en" else {"male": "男", "female": "女"}[gender],
    ]
    if moment.place:
        parts.append(moment.place.name)
    return (", " if lang == "en" else "，").join(parts)


_BORN: Json = {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "minute": 0}
SYSTEM = System(
    id="ziwei",
    title="紫微斗数",
    title_en="Purple Star (Ziwei Doushu)",
    summary="十二宫、十四主星、四化、大限与流年，附传统解读",
    summary_en="Twelve palaces, fourteen major stars, transformations, decades and years",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    draw=draw,
    needs_birth=True,
    group="命理",
    check=check,
    examples=({"birth": _BORN | {"place": "杭州"}, "gender": "male"},),
    conformance="历法与本站其余系统同源。",
)
