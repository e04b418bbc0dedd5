"""What the casting systems share: the moment of a question, its pillars and lunar day, and its boundaries.

A cast is made at a moment as a birth is, so it runs through the same pipeline; only what counts at 23:00, at a term or
at the edge of a double hour is told in the words of a question, not of a birth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from predictions import lunar
from predictions.cycles import BRANCHES
from predictions.lunar import LunarDate
from predictions.moment import Moment, moment_errors, resolve_moment
from predictions.schemas import AMBIGUOUS_TIME, CALENDAR_SOURCE, DST, MOMENT, TRUE_SOLAR, choice
from predictions.solar_terms import Term
from predictions.systems.bazi_pillars import Pillars, pillars_of
from predictions.types import Json, Notice

ZI_RULE = choice(
    "夜子时",
    ["next_day", "split_next_stem", "split_same_stem"],
    "next_day",
    "23 点到 24 点：next_day 日、时都按次日；split_next_stem 日按当日、时干按次日；split_same_stem 日、时干都按当日",
)
MOMENT_OPTIONS: Json = {
    "calendar_source": CALENDAR_SOURCE,
    "zi_rule": ZI_RULE,
    "true_solar": TRUE_SOLAR,
    "dst": DST,
    "ambiguous_time": AMBIGUOUS_TIME,
}
# A cast by time needs the hour; beside lines or numbers the day alone is of use.
TIMED_MOMENT: Json = MOMENT | {"title": "起卦时刻", "required": [*MOMENT["required"], "hour"]}
DAY_MOMENT: Json = MOMENT | {"title": "起卦时刻"}

# Terms are printed to the minute and computed to a few seconds: this near, both sides are possible.
TERM_MARGIN = timedelta(minutes=2)
_ZI_MEANINGS = {
    "next_day": "日、时都按次日（子初换日）",
    "split_next_stem": "日仍按当日，时干按次日（夜子时）",
    "split_same_stem": "日与时干都按当日",
}
_ONLY_IF_DIFFERENT = ("true_solar_time", "late_zi", "hour_edge", "term_boundary")
# The outcome of a request by fact path, of which notices tell the differences.
Outcome = Callable[[Json, Json], Json]


@dataclass(frozen=True, slots=True)
class CastingTime:
    """A resolved moment of asking; ``day`` and ``lunar`` go by the 23:00 rule, ``hour`` its branch or None."""

    moment: Moment
    pillars: Pillars
    day: date
    lunar: LunarDate
    hour: int | None

    @property
    def month_branch(self) -> int:
        """月建, by the 节."""
        return self.pillars.month % 12

    def as_facts(self) -> Json:
        return {"pillars": self.pillars.names(), "lunar": self.lunar.as_dict()}


def casting_time(data: Json, options: Json) -> CastingTime:
    """The moment of a valid moment object."""
    moment = resolve_moment(data, options, "moment")
    pillars = pillars_of(moment, options | {"year_boundary": "lichun"})
    local = moment.local(options["true_solar"])
    day = local.date() if local else moment.civil.day
    if local and local.hour == 23 and options["zi_rule"] == "next_day":
        day += timedelta(days=1)
    hour = None if pillars.hour is None else pillars.hour % 12
    return CastingTime(moment, pillars, day, lunar.to_lunar(day, options["calendar_source"]), hour)


def time_step(cast: CastingTime, options: Json) -> Json:
    """The trace of how the day and the double hour were taken."""
    local = cast.moment.local(options["true_solar"])
    return {
        "name": "day_and_hour",
        "values": {
            "local": local.isoformat() if local else None,
            "zi_rule": options["zi_rule"],
            "true_solar": options["true_solar"],
            "pillars": cast.pillars.names(),
            "lunar": cast.lunar.as_dict(),
        },
    }


def moment_notices(
    data: Json, options: Json, cast: CastingTime, outcome: Outcome, terms: Iterable[Term] = ()
) -> list[Notice]:
    """Every boundary of the moment, those that change the cast with the differing facts of the other cast.

    ``outcome(data, options)`` gives the facts worth comparing; ``terms`` are those around the moment that matter to
    the system.
    """
    found = [
        *(_reworded(notice) for notice in cast.moment.notices),
        *_term_notices(cast.moment, terms),
        *_late_zi_notices(cast.moment, options),
        *_edge_notices(cast.moment, options),
        *_solar_time_notices(cast.moment, options),
    ]
    if not found:
        return []
    this = outcome(data, options)
    compared = (_compared(notice, data, options, this, outcome) for notice in found)
    return _without_twins([notice for notice in compared if notice])


def _without_twins(notices: list[Notice]) -> list[Notice]:
    """Two conventions that give one and the same other cast need saying once."""
    kept: list[Notice] = []
    for notice in notices:
        differs = (notice.alternative or {}).get("differs")
        if not any(
            differs and other.code == notice.code and (other.alternative or {}).get("differs") == differs
            for other in kept
        ):
            kept.append(notice)
    return kept


def _compared(notice: Notice, data: Json, options: Json, this: Json, outcome: Outcome) -> Notice | None:
    """The notice with its differences; a convention that changes nothing here is not mentioned."""
    change = notice.alternative
    if change is None:
        return notice
    moment = data["moment"] | change.get("input", {}).get("moment", {})
    other_options = options | change.get("options", {})
    if moment_errors(moment, "", other_options):
        return Notice(notice.code, notice.text)
    other = outcome(data | {"moment": moment}, other_options)
    differs = {path: {"this": this[path], "other": other[path]} for path in this if this[path] != other[path]}
    if not differs:
        return None if notice.code in _ONLY_IF_DIFFERENT else Notice(notice.code, notice.text)
    return Notice(notice.code, f"{notice.text}{_told(differs)}", change | {"differs": differs})


def _told(differs: Json) -> str:
    changed = [f"{_shown(pair['this'])}→{_shown(pair['other'])}" for pair in differs.values()]
    return f"（{'，'.join(changed[:3])}）"


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "".join(str(item) for item in value)
    return {None: "无", "yang": "阳遁", "yin": "阴遁"}.get(
        value if isinstance(value, str) else None, str(value)
    )


def _reworded(notice: Notice) -> Notice:
    """The shared pipeline speaks of births."""
    return Notice(notice.code, notice.text.replace("出生时", "当时", 1), notice.alternative)


def _term_notices(moment: Moment, terms: Iterable[Term]) -> Iterator[Notice]:
    if moment.instant is None:
        return
    for term in terms:
        gap = term.instant - moment.instant
        if abs(gap) < TERM_MARGIN or timedelta() < gap < moment.precision:
            yield _term_notice(moment, term, gap)


def _term_notice(moment: Moment, term: Term, gap: timedelta) -> Notice:
    side = "后" if gap <= timedelta() else "前"
    minutes = ceil(gap / timedelta(minutes=1))
    other = _civil(moment) + timedelta(minutes=minutes if gap > timedelta() else minutes - 1)
    text = f"此刻与{term.name}交节（{term.local:%Y-%m-%d %H:%M:%S} 北京时间）极近，这里按交节{side}计。"
    return Notice("term_boundary", text, {"input": {"moment": _civil_input(other)}})


def _late_zi_notices(moment: Moment, options: Json) -> Iterator[Notice]:
    local = moment.local(options["true_solar"])
    if local is None or local.hour != 23:
        return
    taken = _ZI_MEANINGS[options["zi_rule"]]
    for rule, meaning in _ZI_MEANINGS.items():
        if rule != options["zi_rule"]:
            text = f"23 点后各家不一，这里{taken}；另一说{meaning}。"
            yield Notice("late_zi", text, {"options": {"zi_rule": rule}})


def _edge_notices(moment: Moment, options: Json) -> Iterator[Notice]:
    """A clock within a minute of the change of double hours, where a slow watch decides."""
    local = moment.local(options["true_solar"])
    if local is None or moment.precision > timedelta(minutes=1):
        return
    after = local.hour % 2 == 1 and local.minute == 0
    if after or (local.hour % 2 == 0 and local.minute == 59):
        branch = BRANCHES[(local.hour + 1) // 2 % 12]
        other = _civil(moment) + timedelta(minutes=-1 if after else 1)
        text = f"此刻正在时辰交界，按{branch}时计；钟表差一分钟便是邻时。"
        yield Notice("hour_edge", text, {"input": {"moment": _civil_input(other)}})


def _solar_time_notices(moment: Moment, options: Json) -> Iterator[Notice]:
    if moment.apparent_solar is None or moment.standard is None:
        return
    if options["true_solar"] == "off":
        text = f"当地真太阳时为 {moment.apparent_solar:%m-%d %H:%M}，"
        text += f"若不按标准时 {moment.standard:%H:%M} 而按真太阳时则不同。"
        yield Notice("true_solar_time", text, {"options": {"true_solar": "apparent"}})
    else:
        text = f"已按太阳时定日与时辰；若按标准时 {moment.standard:%H:%M} 则不同。"
        yield Notice("true_solar_time", text, {"options": {"true_solar": "off"}})


def _civil(moment: Moment) -> datetime:
    if moment.clock is None:
        raise ValueError("a moment without an hour has no clock")
    return datetime.combine(moment.civil.day, moment.clock)


def _civil_input(civil: datetime) -> Json:
    day = {"calendar": "solar", "year": civil.year, "month": civil.month, "day": civil.day, "leap": False}
    return day | {"hour": civil.hour, "minute": civil.minute}


LEAP_MONTH = choice(
    "闰月",
    ["same", "next", "split"],
    "same",
    "闰月起卦的月数：same 用本月之数；next 用次月之数；split 十五日及以前用本月、十六日起用次月",
)


@dataclass(frozen=True, slots=True)
class TimeCounts:
    """年月日时数: the place of the lunar year's branch (子 1), lunar month and day, and of the double hour (子 1)."""

    year: int
    month: int
    day: int
    hour: int


def time_counts(cast: CastingTime, leap_month: str) -> TimeCounts:
    """The counts of a moment with an hour; the year changes on 正月初一, as 梅花易数 counts it."""
    if cast.hour is None:
        raise ValueError("a moment without an hour cannot be counted")
    day = cast.lunar
    later = day.leap and (leap_month == "next" or (leap_month == "split" and day.day > 15))
    month = day.month % 12 + 1 if later else day.month
    return TimeCounts((day.year - 4) % 12 + 1, month, day.day, cast.hour + 1)


def leap_notices(cast: CastingTime, data: Json, options: Json, outcome: Outcome) -> list[Notice]:
    """A leap month is counted three ways."""
    if not cast.lunar.leap:
        return []
    meanings = {"same": "本月之数", "next": "次月之数", "split": "十五日及以前本月、十六日起次月之数"}
    taken = meanings[options["leap_month"]]
    this = outcome(data, options)
    for rule in ("same", "next"):
        other = outcome(data, options | {"leap_month": rule})
        differs = {
            path: {"this": this[path], "other": other[path]} for path in this if this[path] != other[path]
        }
        if differs:
            text = f"时逢闰月，这里用{taken}；另一说用{meanings[rule]}{_told(differs)}。"
            return [Notice("leap_month_count", text, {"options": {"leap_month": rule}, "differs": differs})]
    return []
