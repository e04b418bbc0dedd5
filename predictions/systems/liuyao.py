"""liuyao: a hexagram of six lines after 京房, thrown, counted or taken from the time."""

from __future__ import annotations

from predictions import rules
from predictions.cycles import BRANCHES
from predictions.drawings.hexagrams import draw_liuyao
from predictions.moment import describe_moment, moment_errors
from predictions.registry import System
from predictions.schemas import FIRST_YEAR, LAST_YEAR, choice, object_schema
from predictions.systems.casting_moment import (
    DAY_MOMENT,
    LEAP_MONTH,
    MOMENT_OPTIONS,
    TIMED_MOMENT,
    CastingTime,
    casting_time,
    leap_notices,
    moment_notices,
    time_step,
)
from predictions.systems.hexagrams_cast import NUMBERS, WITH_HOUR, number_errors
from predictions.systems.hexagrams_oracle import oracle
from predictions.systems.liuyao_cast import VALUE_NAMES, Lines, lines_of
from predictions.systems.liuyao_lines import (
    Almanac,
    almanac_facts,
    changed_facts,
    focus_facts,
    main_facts,
    month_body,
    moving_facts,
    shi_ying,
)
from predictions.systems.liuyao_text import render
from predictions.types import Chart, Computation, FieldError, Json, Notice, Reading

LINES: Json = {
    "type": "array",
    "title": "六爻",
    "items": {"type": "integer", "title": "爻", "minimum": 6, "maximum": 9},
    "minItems": 6,
    "maxItems": 6,
    "description": "自初爻（最下）至上爻：6 老阴，7 少阳，8 少阴，9 老阳；6、9 为动爻。"
    "三枚铜钱背为 3、字为 2，三枚之和",
}
SEED: Json = {
    "type": ["integer", "string"],
    "title": "种子",
    "minimum": -(2**53),
    "maximum": 2**53,
    "minLength": 1,
    "maxLength": 128,
    "description": "代掷三枚铜钱六次：同一种子永远同一卦；取 SHA-256 的前 18 位，1 为背（3），0 为字（2），自初爻起",
}
INPUT_SCHEMA: Json = {
    "type": "object",
    "title": "六爻",
    "oneOf": [
        object_schema("六爻（时间起卦）", {"moment": TIMED_MOMENT}, ["moment"]),
        object_schema("六爻（报爻）", {"lines": LINES, "moment": DAY_MOMENT}, ["lines"]),
        object_schema("六爻（铜钱）", {"seed": SEED, "moment": DAY_MOMENT}, ["seed"]),
        object_schema("六爻（报数）", {"numbers": NUMBERS, "moment": DAY_MOMENT}, ["numbers"]),
    ],
}
# A seed may be long; the echo shows its beginning.
SHOWN_SEED = 32
FOCUSES = {
    "none": None,
    "self": "世",
    "sibling": "兄弟",
    "offspring": "子孙",
    "wealth": "妻财",
    "officer": "官鬼",
    "parent": "父母",
}
OPTION_SCHEMA = object_schema(
    "选项",
    MOMENT_OPTIONS
    | {
        "leap_month": LEAP_MONTH,
        "with_hour": WITH_HOUR,
        "body": choice("卦身", ["month", "off"], "month", "month 安月卦身；off 不安"),
        "focus": choice(
            "用神",
            list(FOCUSES),
            "none",
            "所问之事的用神：self 世爻；sibling 兄弟；offspring 子孙；wealth 妻财；officer 官鬼；parent 父母；"
            "none 不取",
        ),
    },
)


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say: the moment, and the hour that a count by numbers needs."""
    errors = moment_errors(data["moment"], "/input/moment", options) if "moment" in data else []
    return errors + number_errors(data, options)


def compute(data: Json, options: Json) -> Computation:
    """The chart; without a moment there are no 六神, no 旬空 and no state of lines, and a notice says so."""
    cast = casting_time(data["moment"], options) if "moment" in data else None
    lines = lines_of(data, cast, options)
    when = Almanac(cast.month_branch, cast.pillars.day) if cast else None
    trace = [*(cast.moment.trace if cast else []), *([time_step(cast, options)] if cast else []), lines.step]
    facts = _facts(lines, when, options) | (cast.as_facts() if cast else {"pillars": None, "lunar": None})
    return Computation(trace, facts, _notices(data, options, cast))


def _facts(lines: Lines, when: Almanac | None, options: Json) -> Json:
    main, changed = main_facts(lines, when), changed_facts(lines, when)
    focus = FOCUSES[options["focus"]]
    return almanac_facts(when) | {
        "method": lines.method,
        "values": list(lines.values),
        "coins": [list(three) for three in lines.coins] if lines.coins else None,
        "main": main,
        "changed": changed,
        "moving": list(lines.moving),
        "moving_lines": moving_facts(main, changed, lines.moving),
        "shi_ying": shi_ying(main),
        "body": month_body(main) if options["body"] == "month" else None,
        "focus": focus_facts(main, focus) if focus else None,
        "oracle": oracle(lines.main, lines.changed, lines.moving),
    }


def _notices(data: Json, options: Json, cast: CastingTime | None) -> list[Notice]:
    if cast is None:
        return [
            Notice(
                "no_moment",
                "没有给出起卦时刻：六神、旬空、月建日辰与旺衰都不能排，只列卦、世应、纳甲、六亲。",
            )
        ]
    around = (cast.pillars.before, cast.pillars.after)
    notices = moment_notices(data, options, cast, outcome, around)
    if cast.hour is None and around[0].date == cast.moment.civil.day:
        notices.append(_term_day(cast))
    if set(data) == {"moment"}:
        notices += leap_notices(cast, data, options, outcome)
    return notices


def _term_day(cast: CastingTime) -> Notice:
    """Without an hour nobody knows which side of the 节 the cast lies on."""
    term, month = cast.pillars.before, cast.month_branch
    this, other = BRANCHES[month], BRANCHES[month - 1]
    text = f"当日 {term.minute_text[11:]} 交{term.name}；没有给出几点，月建按交节后的{this}月计，之前为{other}月。"
    return Notice("term_day", text, {"differs": {"month": {"this": this, "other": other}}})


def outcome(data: Json, options: Json) -> Json:
    """What boundaries are compared by: the hexagrams, the month, the day and its void."""
    cast = casting_time(data["moment"], options)
    lines = lines_of(data, cast, options)
    found = almanac_facts(Almanac(cast.month_branch, cast.pillars.day))
    changed = lines.changed
    return found | {"main.name": lines.main.name, "changed.name": changed.name if changed else None}


def interpret(chart: Chart) -> Reading:
    return rules.apply("liuyao", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """自初爻报爻：少阳、少阴…，起卦于公历2026-11-24 12:00（北京时间）."""
    parts = [_described_method(chart, lang)]
    if "moment" in chart.input:
        moment = casting_time(chart.input["moment"], chart.options).moment
        parts.append(describe_moment(moment, chart.options["true_solar"], lang))
    return (", " if lang == "en" else "，").join(parts)


def _described_method(chart: Chart, lang: str) -> str:
    data = chart.input
    if "lines" in data:
        values = "、".join(VALUE_NAMES[value] for value in data["lines"])
        return f"lines from the bottom: {values}" if lang == "en" else f"自初爻报爻：{values}"
    if "seed" in data:
        seed = str(data["seed"])
        shown = seed if len(seed) <= SHOWN_SEED else f"{seed[:SHOWN_SEED]}…"
        return f"three coins, seed {shown}" if lang == "en" else f"三枚铜钱（种子 {shown}）"
    if "numbers" in data:
        numbers = "、".join(str(number) for number in data["numbers"])
        return f"numbers {numbers}" if lang == "en" else f"报数 {numbers}"
    return "by the time" if lang == "en" else "时间起卦"


SYSTEM = System(
    id="liuyao",
    title="六爻",
    title_en="Six lines (Liuyao)",
    summary="铜钱、报爻、报数或时间起卦，纳甲排盘，附卦辞爻辞与断语",
    summary_en="A hexagram by coins, lines, numbers or time, with branches, relatives and the text of the Yijing",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    draw=draw_liuyao,
    needs_birth=False,
    group="占问",
    check=check,
    examples=(
        {
            "lines": [7, 8, 9, 7, 8, 7],
            "moment": {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30},
        },
        {"seed": "2026-11-24 问事"},
        {"moment": {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10}},
    ),
    conformance=("月建按交节时刻，日辰按 23 点换日（可选）。"),
)
