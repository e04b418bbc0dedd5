"""Where another convention or a small error of the birth time gives another chart: the warnings of bazi.

An alternative is always a change of the request, and the differences come from computing that request, never
from a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from predictions.cycles import ZODIAC, cycle_name
from predictions.moment import Moment, moment_errors, resolve_moment
from predictions.solar_terms import Term
from predictions.systems.bazi_luck import luck_of
from predictions.systems.bazi_pillars import PLACE_NAMES, Pillars, pillars_of
from predictions.types import Json, Notice

# Terms are printed to the minute and computed to a few seconds: this near, both sides are possible.
TERM_MARGIN = timedelta(minutes=2)
# Conventions that are worth a word only where they change this chart.
_ONLY_IF_DIFFERENT = ("true_solar_time", "late_zi", "year_boundary")
_ZI_RULES = {
    "next_day": "日柱、时柱都按次日（子初换日）",
    "split_next_stem": "日柱仍按当日，时干按次日（夜子时）",
    "split_same_stem": "日柱、时干都按当日",
}


def boundary_notices(data: Json, options: Json, moment: Moment, pillars: Pillars) -> list[Notice]:
    """Every warning of the chart, those that change it with the other chart's differing facts."""
    found = [
        *moment.notices,
        *_term_notices(moment, pillars),
        *_late_zi_notices(moment, options),
        *_solar_time_notices(moment, options),
        *_year_notices(moment, pillars, options),
        *_unknown_hour_notices(moment, pillars, options),
    ]
    compared = (_compared(notice, data, options, moment, pillars) for notice in found)
    return [notice for notice in compared if notice]


def _compared(notice: Notice, data: Json, options: Json, moment: Moment, pillars: Pillars) -> Notice | None:
    """The notice with the differences of its alternative; a convention that changes nothing here is not
    mentioned.
    """
    change = notice.alternative
    if change is None or "differs" in change:
        return notice
    birth = data["birth"] | change.get("input", {}).get("birth", {})
    other_options = options | change.get("options", {})
    if moment_errors(birth, "", other_options):
        return Notice(notice.code, notice.text)
    other_moment = resolve_moment(birth, other_options)
    other = pillars_of(other_moment, other_options)
    differs = _pillar_differences(pillars, other)
    if not differs:
        return None if notice.code in _ONLY_IF_DIFFERENT else Notice(notice.code, notice.text)
    differs |= _luck_differences(
        data.get("gender"), (moment, pillars, options), (other_moment, other, other_options)
    )
    return Notice(notice.code, f"{notice.text}{_told(differs)}", change | {"differs": differs})


def _pillar_differences(this: Pillars, other: Pillars) -> Json:
    names, others = this.names(), other.names()
    return {
        f"pillars.{place}": {"this": name, "other": others[place]}
        for place, name in names.items()
        if name != others[place]
    }


def _luck_differences(
    gender: str | None, this: tuple[Moment, Pillars, Json], other: tuple[Moment, Pillars, Json]
) -> Json:
    lucks = [luck_of(moment, pillars, gender, options) for moment, pillars, options in (this, other)]
    if lucks[0] is None or lucks[1] is None:
        return {}
    starts = [{name: luck[name] for name in ("forward", "start")} for luck in lucks if luck]
    return {} if starts[0] == starts[1] else {"luck": {"this": starts[0], "other": starts[1]}}


def _told(differs: Json) -> str:
    changed = [
        f"{PLACE_NAMES[path[8:]]}柱{pair['this'] or '不详'}→{pair['other'] or '不详'}"
        for path, pair in differs.items()
        if path.startswith("pillars.")
    ]
    return f"（改：{'，'.join(changed)}）"


def _term_notices(moment: Moment, pillars: Pillars) -> Iterator[Notice]:
    """Both charts when the 节 is nearer than two minutes or lies inside the stated precision."""
    if moment.instant is None:
        return
    for term in (pillars.before, pillars.after):
        gap = term.instant - moment.instant
        if abs(gap) < TERM_MARGIN or timedelta() < gap < moment.precision:
            yield _term_notice(moment, term, gap)


def _term_notice(moment: Moment, term: Term, gap: timedelta) -> Notice:
    side = "后" if gap <= timedelta() else "前"
    text = f"出生时刻与{term.name}交节（{term.local:%Y-%m-%d %H:%M:%S} 北京时间）极近，这里按交节{side}计；"
    text += "请核对出生时刻到分钟。"
    other = _other_side(moment, gap)
    return Notice("term_boundary", text, {"input": {"birth": _civil_input(other)}})


def _other_side(moment: Moment, gap: timedelta) -> datetime:
    """The clock reading (as the person gives it) of the nearest whole minute on the other side of the 节."""
    if moment.clock is None:
        raise ValueError("a birth without an hour has no clock")
    civil = datetime.combine(moment.civil.day, moment.clock)
    minutes = ceil(gap / timedelta(minutes=1))
    return civil + timedelta(minutes=minutes if gap > timedelta() else minutes - 1)


def _civil_input(civil: datetime) -> Json:
    day = {"calendar": "solar", "year": civil.year, "month": civil.month, "day": civil.day, "leap": False}
    return day | {"hour": civil.hour, "minute": civil.minute}


def _late_zi_notices(moment: Moment, options: Json) -> Iterator[Notice]:
    local = moment.local(options["true_solar"])
    if local is None or local.hour != 23:
        return
    for rule, meaning in _ZI_RULES.items():
        if rule != options["zi_rule"]:
            text = f"23 点后各家不一，这里{_ZI_RULES[options['zi_rule']]}；另一说{meaning}。"
            yield Notice("late_zi", text, {"options": {"zi_rule": rule}})


def _solar_time_notices(moment: Moment, options: Json) -> Iterator[Notice]:
    if moment.apparent_solar is None or moment.standard is None:
        return
    if options["true_solar"] == "off":
        text = (
            f"出生地真太阳时为 {moment.apparent_solar:%m-%d %H:%M}（标准时 {moment.standard:%m-%d %H:%M}）。"
        )
        text += "若按真太阳时，日柱或时柱不同。"
        yield Notice("true_solar_time", text, {"options": {"true_solar": "apparent"}})
    else:
        text = f"已按太阳时排日柱、时柱；若按标准时 {moment.standard:%H:%M}，结果不同。"
        yield Notice("true_solar_time", text, {"options": {"true_solar": "off"}})


def _year_notices(moment: Moment, pillars: Pillars, options: Json) -> Iterator[Notice]:
    lunar_year = (moment.civil.lunar.year - 4) % 60
    by_term = options["year_boundary"] == "lichun"
    if by_term and lunar_year == pillars.year:
        return
    other = "new_year" if by_term else "lichun"
    text = f"生于立春与正月初一之间：民俗以正月初一换生肖，属{ZODIAC[lunar_year % 12]}；年柱这里按"
    text += "立春换年。" if by_term else "正月初一换年。"
    yield Notice("year_boundary", text, {"options": {"year_boundary": other}})


def _unknown_hour_notices(moment: Moment, pillars: Pillars, options: Json) -> Iterator[Notice]:
    if moment.clock is not None:
        return
    yield Notice(
        "hour_unknown",
        "时辰不详：只排年、月、日三柱，凡与时辰有关的都不作论断；各时辰的差别见“随时辰变”。",
    )
    if pillars.before.date == moment.civil.day:
        yield _term_day_notice(pillars, options)


def _term_day_notice(pillars: Pillars, options: Json) -> Notice:
    """Without an hour nobody knows which side of the 节 the birth lies on."""
    term = pillars.before
    differs = {"pillars.month": _pair(pillars.month)}
    if term.name == "立春" and options["year_boundary"] == "lichun":
        differs["pillars.year"] = _pair(pillars.year)
    text = f"当日 {term.minute_text[11:]} 交{term.name}；时辰不详，暂按交节后计{_told(differs)}。"
    return Notice("term_day", text, {"differs": differs})


def _pair(index: int) -> Json:
    return {"this": cycle_name(index), "other": cycle_name(index - 1)}
