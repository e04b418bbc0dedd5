"""xiaoliuren: six palaces counted on the finger joints by month, day and double hour, or by three numbers."""

from __future__ import annotations

from dataclasses import dataclass

from predictions import rules
from predictions.cycles import BRANCHES, ELEMENTS
from predictions.drawings.xiaoliuren import draw
from predictions.moment import describe_moment, moment_errors
from predictions.registry import System
from predictions.schemas import FIRST_YEAR, LAST_YEAR, choice, object_schema
from predictions.systems.casting_moment import (
    LEAP_MONTH,
    MOMENT_OPTIONS,
    TIMED_MOMENT,
    casting_time,
    leap_notices,
    moment_notices,
    time_counts,
    time_step,
)
from predictions.systems.casting_text import cast_text
from predictions.systems.hexagrams_cast import LARGEST_NUMBER
from predictions.systems.trigrams import relation
from predictions.terms_zh_en import label
from predictions.types import Chart, Computation, FieldError, Json, Reading


@dataclass(frozen=True, slots=True)
class Palace:
    """One of the six: its spirit, direction, and element by the verse and by the other table in use."""

    name: str
    spirit: str
    direction: str
    luck: str
    verse: str
    other: str


# 大安青龙木，留连玄武水，速喜朱雀火，赤口白虎金，小吉六合木，空亡勾陈土. The other table has 留连 earth and 小吉 water.
PALACES = (
    Palace("大安", "青龙", "东方", "吉", "木", "木"),
    Palace("留连", "玄武", "北方", "平", "水", "土"),
    Palace("速喜", "朱雀", "南方", "吉", "火", "火"),
    Palace("赤口", "白虎", "西方", "凶", "金", "金"),
    Palace("小吉", "六合", "东方", "吉", "木", "水"),
    Palace("空亡", "勾陈", "中央", "凶", "土", "土"),
)
RELATIONS = ("比和", "我生", "我克", "克我", "生我")
NUMBERS: Json = {
    "type": "array",
    "title": "三数",
    "items": {"type": "integer", "title": "数", "minimum": 1, "maximum": LARGEST_NUMBER},
    "minItems": 3,
    "maxItems": 3,
    "description": "依次代替月、日、时：自大安数第一数，所到之处再数第二数、第三数（起点算一）",
}
INPUT_SCHEMA: Json = {
    "type": "object",
    "title": "小六壬",
    "oneOf": [
        object_schema("小六壬（时间）", {"moment": TIMED_MOMENT}, ["moment"]),
        object_schema("小六壬（报数）", {"numbers": NUMBERS}, ["numbers"]),
    ],
}
OPTION_SCHEMA = object_schema(
    "选项",
    MOMENT_OPTIONS
    | {
        "leap_month": LEAP_MONTH,
        "elements": choice(
            "五行",
            ["verse", "other"],
            "verse",
            "六宫五行：verse 随六神口诀（留连水、小吉木）；other 另一通行表（留连土、小吉水）",
        ),
    },
)


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say about the moment."""
    return moment_errors(data["moment"], "/input/moment", options) if "moment" in data else []


def counted(counts: tuple[int, int, int]) -> tuple[int, int, int]:
    """The three palaces (places in PALACES) that counts come to, each beginning with one where the last ended.

    大安上起正月，月上起日，日上起时 (小六壬口诀): (月-1)+(日-1)+(时-1) in the end, 子 counting 1.
    """
    first, second, third = (count - 1 for count in counts)
    return first % 6, (first + second) % 6, (first + second + third) % 6


def compute(data: Json, options: Json) -> Computation:
    """The palaces of month, day and hour; the last is the result."""
    if "numbers" in data:
        counts = (data["numbers"][0], data["numbers"][1], data["numbers"][2])
        facts = _facts(counts, ("一", "二", "三"), options) | {"pillars": None, "lunar": None, "hour": None}
        return Computation([_step(counts)], {"method": "numbers"} | facts, [])
    cast = casting_time(data["moment"], options)
    counts = _moment_counts(data, options)
    notices = moment_notices(data, options, cast, outcome)
    facts = _facts(counts, ("月", "日", "时"), options) | cast.as_facts() | {"hour": BRANCHES[counts[2] - 1]}
    trace = [*cast.moment.trace, time_step(cast, options), _step(counts)]
    return Computation(
        trace, {"method": "moment"} | facts, [*notices, *leap_notices(cast, data, options, outcome)]
    )


def _moment_counts(data: Json, options: Json) -> tuple[int, int, int]:
    found = time_counts(casting_time(data["moment"], options), options["leap_month"])
    return found.month, found.day, found.hour


def _step(counts: tuple[int, int, int]) -> Json:
    names = [PALACES[place].name for place in counted(counts)]
    return {"name": "count", "values": {"counts": list(counts), "palaces": names}}


def _facts(counts: tuple[int, int, int], places: tuple[str, ...], options: Json) -> Json:
    found = [PALACES[place] for place in counted(counts)]
    details = [_detail(palace, place, options) for palace, place in zip(found, places, strict=True)]
    return {
        "palaces": [palace.name for palace in found],
        "result": found[2].name,
        "luck": found[2].luck,
        "details": details,
        "course": {
            "from_first": _stands(details[2], details[0]),
            "from_second": _stands(details[2], details[1]),
            "luck": "".join(palace.luck for palace in found),
        },
    }


def _detail(palace: Palace, place: str, options: Json) -> Json:
    element = palace.verse if options["elements"] == "verse" else palace.other
    return {
        "place": place,
        "palace": palace.name,
        "element": element,
        "spirit": palace.spirit,
        "direction": palace.direction,
        "luck": palace.luck,
    }


def _stands(result: Json, other: Json) -> str:
    return RELATIONS[relation(ELEMENTS.index(result["element"]), ELEMENTS.index(other["element"]))]


def outcome(data: Json, options: Json) -> Json:
    """What boundaries are compared by: the three palaces and the result."""
    names = [PALACES[place].name for place in counted(_moment_counts(data, options))]
    return {"palaces": names, "result": names[2]}


def interpret(chart: Chart) -> Reading:
    return rules.apply("xiaoliuren", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """公历2026-11-24 10:00（北京时间），十月十六巳时; or 报数 3、5、8."""
    if "numbers" in chart.input:
        numbers = "、".join(str(number) for number in chart.input["numbers"])
        return f"numbers {numbers}" if lang == "en" else f"报数 {numbers}"
    cast = casting_time(chart.input["moment"], chart.options)
    told = describe_moment(cast.moment, chart.options["true_solar"], lang)
    lunar = f"{cast.lunar.text}{chart.facts['hour']}时"
    return f"{told}, {lunar}" if lang == "en" else f"{told}，农历{lunar}"


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """The three palaces and the result, then notices and the reading."""
    facts = chart.facts
    shown = " → ".join(f"{detail['place']}{detail['palace']}" for detail in facts["details"])
    last = facts["details"][2]
    result = f"{facts['result']}（{last['luck']}，{last['element']}，{last['spirit']}，{last['direction']}）"
    lines = [f"{label('three_palaces', lang)}{shown}", f"{label('result', lang)}{result}"]
    return cast_text(lines, chart, reading, lang)


SYSTEM = System(
    id="xiaoliuren",
    title="小六壬",
    title_en="Small six palaces (Xiaoliuren)",
    summary="月日时或三个数掐指，大安、留连、速喜、赤口、小吉、空亡",
    summary_en="Six palaces counted by month, day and hour, or by three numbers",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    draw=draw,
    needs_birth=False,
    group="占问",
    check=check,
    examples=(
        {"moment": {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}},
        {"numbers": [3, 5, 8]},
    ),
    conformance="子时为一；农历月日与 calendar 同源，23 点换日与闰月取数可选。",
)
