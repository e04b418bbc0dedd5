"""meihua: a hexagram counted from the time or from numbers, judged by body and use (梅花易数)."""

from __future__ import annotations

from predictions import rules
from predictions.cycles import BRANCH_ELEMENTS, BRANCHES
from predictions.drawings.hexagrams import draw_meihua
from predictions.moment import describe_moment, moment_errors
from predictions.registry import System
from predictions.schemas import FIRST_YEAR, LAST_YEAR, object_schema
from predictions.systems.casting_moment import (
    DAY_MOMENT,
    LEAP_MONTH,
    MOMENT_OPTIONS,
    TIMED_MOMENT,
    CastingTime,
    casting_time,
    leap_notices,
    moment_notices,
    time_counts,
    time_step,
)
from predictions.systems.casting_text import cast_text
from predictions.systems.hexagrams import Hexagram, hexagram_facts, mutual, plain_lines
from predictions.systems.hexagrams_cast import (
    NUMBERS,
    WITH_HOUR,
    CountedCast,
    by_numbers,
    by_time,
    number_errors,
)
from predictions.systems.hexagrams_oracle import oracle
from predictions.systems.trigrams import Trigram, relation, season
from predictions.terms_zh_en import label
from predictions.types import Chart, Computation, FieldError, Json, Notice, Reading

INPUT_SCHEMA: Json = {
    "type": "object",
    "title": "梅花易数",
    "oneOf": [
        object_schema("梅花易数（时间起卦）", {"moment": TIMED_MOMENT}, ["moment"]),
        object_schema("梅花易数（报数）", {"numbers": NUMBERS, "moment": DAY_MOMENT}, ["numbers"]),
    ],
}
OPTION_SCHEMA = object_schema(
    "选项",
    MOMENT_OPTIONS
    | {
        "leap_month": LEAP_MONTH,
        "with_hour": WITH_HOUR,
    },
)
# By how use stands to body.
RELATIONS = ("比和", "体生用", "体克用", "用克体", "用生体")
LUCK = {"比和": "吉", "体生用": "耗", "体克用": "吉", "用克体": "凶", "用生体": "吉"}
# A trigram of 互 or 变 beside the body.
_STANDING = ("与体比和", "受体所生", "受体所克", "克体", "生体")


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say: the moment, and the hour that a count by numbers needs."""
    errors = moment_errors(data["moment"], "/input/moment", options) if "moment" in data else []
    return errors + number_errors(data, options)


def compute(data: Json, options: Json) -> Computation:
    """The three hexagrams and how body and use stand; the season of the body needs a moment."""
    cast = casting_time(data["moment"], options) if "moment" in data else None
    counted = _counted(data, cast, options)
    facts: Json = {"method": "numbers" if "numbers" in data else "moment"} | _facts(counted, cast)
    facts |= cast.as_facts() if cast else {"pillars": None, "lunar": None}
    trace = [
        *(cast.moment.trace if cast else []),
        *([time_step(cast, options)] if cast else []),
        counted.step(),
    ]
    return Computation(trace, facts, _notices(data, options, cast))


def _counted(data: Json, cast: CastingTime | None, options: Json) -> CountedCast:
    if "numbers" in data:
        hour = None if cast is None or cast.hour is None else cast.hour + 1
        return by_numbers(data["numbers"], hour, options["with_hour"] == "on")
    if cast is None:
        raise ValueError("a cast by time needs its moment")
    return by_time(time_counts(cast, options["leap_month"]))


def _facts(counted: CountedCast, cast: CastingTime | None) -> Json:
    main, changed, moving = counted.main, counted.changed, counted.moving
    between = mutual(main)
    below = moving <= 3
    body, use = (main.upper, main.lower) if below else (main.lower, main.upper)
    return {
        "main": _named(main, {moving}),
        "mutual": _named(between, set()),
        "changed": _named(changed, set()),
        "moving": moving,
        "body": body.name,
        "use": use.name,
        "body_use": _body_use(body, use, cast)
        | {
            "body_place": "上" if below else "下",
            "mutual": [
                _beside(body, between.upper if below else between.lower, "体互"),
                _beside(body, between.lower if below else between.upper, "用互"),
            ],
            "changed": _beside(body, changed.lower if below else changed.upper, "变"),
        },
        "month": BRANCHES[cast.month_branch] if cast else None,
        "oracle": oracle(main, changed, (moving,)),
    }


def _named(of: Hexagram, moving: set[int]) -> Json:
    return hexagram_facts(of) | {"lines": plain_lines(of, moving)}


def _body_use(body: Trigram, use: Trigram, cast: CastingTime | None) -> Json:
    month = BRANCH_ELEMENTS[cast.month_branch] if cast else None
    named = RELATIONS[relation(body.element, use.element)]
    return {
        "body_element": body.element_name,
        "use_element": use.element_name,
        "relation": named,
        "luck": LUCK[named],
        "body_season": None if month is None else season(body.element, month),
        "use_season": None if month is None else season(use.element, month),
    }


def _beside(body: Trigram, other: Trigram, place: str) -> Json:
    stands = _STANDING[relation(body.element, other.element)]
    return {"place": place, "trigram": other.name, "element": other.element_name, "stands": stands}


def _notices(data: Json, options: Json, cast: CastingTime | None) -> list[Notice]:
    if cast is None:
        return [Notice("no_moment", "没有给出起卦时刻：体用的旺衰（月令）不能定，只论生克。")]
    around = (cast.pillars.before, cast.pillars.after)
    notices = moment_notices(data, options, cast, outcome, around)
    return notices + (leap_notices(cast, data, options, outcome) if "numbers" not in data else [])


def outcome(data: Json, options: Json) -> Json:
    """What boundaries are compared by: the hexagrams, the moving line, the month."""
    cast = casting_time(data["moment"], options)
    counted = _counted(data, cast, options)
    return {
        "main.name": counted.main.name,
        "changed.name": counted.changed.name,
        "moving": counted.moving,
        "month": BRANCHES[cast.month_branch],
    }


def interpret(chart: Chart) -> Reading:
    return rules.apply("meihua", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """报数 3、5，公历2026-11-24 10:00（北京时间）."""
    parts = [] if "numbers" in chart.input else ["by the time" if lang == "en" else "时间起卦"]
    if "numbers" in chart.input:
        numbers = "、".join(str(number) for number in chart.input["numbers"])
        parts.append(f"numbers {numbers}" if lang == "en" else f"报数 {numbers}")
    if "moment" in chart.input:
        moment = casting_time(chart.input["moment"], chart.options).moment
        parts.append(describe_moment(moment, chart.options["true_solar"], lang))
    return (", " if lang == "en" else "，").join(parts)


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """The three hexagrams, body and use, then notices and the reading."""
    facts = chart.facts
    lines = [
        f"{label(name, lang)}{_shown(facts[fact])}"
        for name, fact in (
            ("hexagram", "main"),
            ("mutual_hexagram", "mutual"),
            ("changed_hexagram", "changed"),
        )
    ]
    moved = facts["main"]["lines"][facts["moving"] - 1]
    lines += [f"{label('moving_line', lang)}{moved['title']}", _body_use_line(facts, lang)]
    return cast_text(lines, chart, reading, lang)


def _shown(of: Json) -> str:
    return f"{of['symbol']}{of['name']}（上{of['upper']}下{of['lower']}）"


def _body_use_line(facts: Json, lang: str) -> str:
    found = facts["body_use"]
    body = f"体{facts['body']}{found['body_element']}{found['body_season'] or ''}"
    use = f"用{facts['use']}{found['use_element']}{found['use_season'] or ''}"
    return f"{label('body_use', lang)}{body}，{use}，{found['relation']}（{found['luck']}）"


SYSTEM = System(
    id="meihua",
    title="梅花易数",
    title_en="Plum blossom (Meihua)",
    summary="时间或报数起卦，本卦、互卦、变卦，体用生克",
    summary_en="A hexagram from the time or numbers, its mutual and changed hexagrams, body and use",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    draw=draw_meihua,
    needs_birth=False,
    group="占问",
    check=check,
    examples=(
        {"moment": {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}},
        {"numbers": [3, 8]},
    ),
    conformance=("年支按正月初一换，日按 23 点换（可选），月令按交节时刻；外应不论。"),
)
