"""qimen: the plate of the double hour (时家奇门, 转盘), by 拆补 unless told otherwise."""

from __future__ import annotations

from predictions import rules
from predictions.cycles import cycle_name
from predictions.drawings.qimen import draw
from predictions.moment import describe_moment, moment_errors
from predictions.registry import System
from predictions.schemas import FIRST_YEAR, LAST_YEAR, choice, object_schema
from predictions.systems.casting_moment import (
    MOMENT_OPTIONS,
    TIMED_MOMENT,
    CastingTime,
    casting_time,
    moment_notices,
    time_step,
)
from predictions.systems.qimen_ju import YUAN, Ju, ju_of
from predictions.systems.qimen_patterns import good_directions, patterns
from predictions.systems.qimen_plate import Plate, hidden_stem, leader_facts, plate
from predictions.systems.qimen_text import render
from predictions.types import Chart, Computation, FieldError, Json, Notice, Reading

INPUT_SCHEMA = object_schema("奇门遁甲", {"moment": TIMED_MOMENT}, ["moment"])
OPTION_SCHEMA = object_schema(
    "选项",
    MOMENT_OPTIONS
    | {
        "ju_method": choice(
            "定局",
            ["chaibu", "zhirun_9", "zhirun_10", "maoshan"],
            "chaibu",
            "chaibu 拆补：节气按交节时刻，元按符头；zhirun_9 置闰：芒种、大雪之符头早于交节满九日即闰；"
            "zhirun_10 置闰：过九日方闰；maoshan 茅山：自交节时刻起五日一元",
        ),
        "plate": choice("盘式", ["zhuan"], "zhuan", "zhuan 转盘：九星、八门、八神整盘旋转。飞盘不提供"),
        "center": choice("中宫", ["kun"], "kun", "kun 中五宫寄坤二，天禽随天芮"),
        "spirits": choice(
            "八神",
            ["hu_xuan", "gou_zhu"],
            "hu_xuan",
            "第五、第六神之名：hu_xuan 白虎、玄武；gou_zhu 勾陈、朱雀",
        ),
    },
)


_METHODS = {"chaibu": "拆补", "zhirun_9": "置闰满九日", "zhirun_10": "置闰过九日", "maoshan": "茅山"}


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say about the moment."""
    return moment_errors(data.get("moment"), "/input/moment", options)


def compute(data: Json, options: Json) -> Computation:
    """The plate; the term by its instant, day and double hour by local time."""
    cast = casting_time(data["moment"], options)
    ju = _ju(cast, options)
    found = _plate(cast, ju, options)
    trace = [*cast.moment.trace, time_step(cast, options), _step(ju, options)]
    notices = moment_notices(data, options, cast, outcome, (ju.before, ju.after))
    return Computation(trace, _facts(cast, ju, found), [*notices, *_threshold_notices(data, options, ju)])


def _threshold_notices(data: Json, options: Json, ju: Ju) -> list[Notice]:
    """The days in which the two thresholds of 置闰 give another ju."""
    other = {"zhirun_9": "zhirun_10", "zhirun_10": "zhirun_9"}.get(options["ju_method"])
    if other is None:
        return []
    titles = {"this": ju.title, "other": outcome(data, options | {"ju_method": other})["title"]}
    if titles["this"] == titles["other"]:
        return []
    text = f"置闰的界限各家不一：这里{_METHODS[options['ju_method']]}，为{titles['this']}；"
    text += f"{_METHODS[other]}则为{titles['other']}。"
    return [Notice("zhirun_threshold", text, {"options": {"ju_method": other}, "differs": {"title": titles}})]


def _ju(cast: CastingTime, options: Json) -> Ju:
    if cast.moment.instant is None:
        raise ValueError("a plate needs the hour")
    return ju_of(cast.moment.instant, cast.day, options["calendar_source"], options["ju_method"])


def _plate(cast: CastingTime, ju: Ju, options: Json) -> Plate:
    if cast.pillars.hour is None:
        raise ValueError("a plate needs the hour")
    return plate(ju.forward, ju.number, cast.pillars.hour, options["spirits"])


def _step(ju: Ju, options: Json) -> Json:
    return {
        "name": "ju",
        "values": {
            "method": options["ju_method"],
            "after": ju.before.as_dict(),
            "before": ju.after.as_dict(),
            "fu_head": cycle_name(ju.fu_head),
            "ju": ju.title,
        },
    }


def _facts(cast: CastingTime, ju: Ju, found: Plate) -> Json:
    palaces = found.palace_facts()
    return (
        {
            "dun": ju.dun,
            "ju": ju.number,
            "yuan": YUAN[ju.yuan],
            "title": ju.title,
            "ju_term": ju.term,
            "intercalary": ju.intercalary,
            "term": ju.before.as_dict(),
            "fu_head": cycle_name(ju.fu_head),
        }
        | leader_facts(found)
        | {
            "palaces": palaces,
            "day_place": palaces[found.heaven_palace(hidden_stem(cast.pillars.day)) - 1],
            "hour_place": palaces[found.heaven_palace(hidden_stem(found.hour)) - 1],
            "patterns": patterns(found, cast.pillars.day, palaces),
            "good_directions": good_directions(palaces),
        }
        | cast.as_facts()
    )


def outcome(data: Json, options: Json) -> Json:
    """What boundaries are compared by: the ju, the pillars of day and hour, the chiefs."""
    cast = casting_time(data["moment"], options)
    ju = _ju(cast, options)
    leaders = _plate(cast, ju, options).leaders
    names = cast.pillars.names()
    return {
        "title": ju.title,
        "pillars.month": names["month"],
        "pillars.day": names["day"],
        "pillars.hour": names["hour"],
        "chief_star": leaders.star,
        "chief_gate": leaders.gate,
    }


def interpret(chart: Chart) -> Reading:
    return rules.apply("qimen", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    """公历2026-11-24 10:30（北京时间），时家奇门 拆补 转盘."""
    moment = casting_time(chart.input["moment"], chart.options).moment
    method = _METHODS[chart.options["ju_method"]]
    told = describe_moment(moment, chart.options["true_solar"], lang)
    return f"{told}, {chart.options['ju_method']}" if lang == "en" else f"{told}，时家奇门（{method}，转盘）"


SYSTEM = System(
    id="qimen",
    title="奇门遁甲",
    title_en="Qimen Dunjia",
    summary="时家奇门转盘：定局、值符值使、九宫星门神、格局",
    summary_en="The plate of the double hour: ju, chief star and gate, stars, gates and spirits in nine palaces",
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
    ),
    conformance=(
        "中宫寄坤；茅山按定义；"
        "置闰按日计，满九日的与一份公开年表在 1960-2050 年 32 次置闰中 29 次同年（余者差半年），没有独立程序逐盘核对；"
        "飞盘、日家、刻家、中宫他寄不提供。"
    ),
)
