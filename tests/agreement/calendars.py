"""Pillars and lunar dates of 5,000 random minutes, against lunar_python and bazi; the days of the almanac."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

from bazi.bazi import Bazi
from bazi.calendar import CalendarBackend, calendar_utils_of
from bazi.school import BaziConfig
from lunar_python import Solar

from predictions import engine
from tests.agreement.comparison import Comparison, Outcome, instants, moment, package

COUNT, SEED = 5000, 20261124
BAZI_BEGINS = datetime(1901, 2, 19)
SECTS = ((1, "next_day"), (2, "split_next_stem"))
OBSERVATORY: Any = calendar_utils_of(CalendarBackend.HKO)
TO_THE_MINUTE = BaziConfig.from_values("minute", "celestial")


def our_pillars(civil: datetime, rule: str) -> str:
    chart = engine.compute("bazi", {"birth": moment(civil)}, {"zi_rule": rule})
    return " ".join(chart.facts["pillars"].values())


def pillars_by_lunar_python(share: float) -> Outcome:
    outcome = Outcome()
    for civil in instants(round(COUNT * share), SEED):
        theirs = Solar.fromYmdHms(*civil.timetuple()[:5], 0).getLunar().getEightChar()
        for sect, rule in SECTS:
            theirs.setSect(sect)
            pillars = [theirs.getYear(), theirs.getMonth(), theirs.getDay(), theirs.getTime()]
            outcome.compare(f"{civil:%Y-%m-%d %H:%M} {rule}", our_pillars(civil, rule), " ".join(pillars))
    return outcome


def in_range_of_bazi(count: int) -> Iterator[datetime]:
    """The same minutes; the few before bazi's first day are passed over, others come after the last."""
    return islice((civil for civil in instants(COUNT + 50, SEED) if civil >= BAZI_BEGINS), count)


def pillars_by_bazi(share: float) -> Outcome:
    outcome = Outcome()
    for civil in in_range_of_bazi(round(COUNT * share)):
        theirs = " ".join(map(str, Bazi.create(civil, "male", TO_THE_MINUTE).pillars))
        outcome.compare(f"{civil:%Y-%m-%d %H:%M}", our_pillars(civil, "next_day"), theirs)
    return outcome


def our_lunar(day: date) -> str:
    asked = {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}
    found = engine.compute("calendar", {"date": asked}).facts["lunar"]
    return lunar_text(found["year"], found["month"], found["leap"], found["day"])


def lunar_text(year: int, month: int, leap: bool, day: int) -> str:
    return f"{year}-{'闰' if leap else ''}{month}-{day}"


def lunar_by_lunar_python(share: float) -> Outcome:
    outcome = Outcome()
    for civil in instants(round(COUNT * share), SEED):
        theirs = Solar.fromYmd(civil.year, civil.month, civil.day).getLunar()
        month = theirs.getMonth()
        text = lunar_text(theirs.getYear(), abs(month), month < 0, theirs.getDay())
        outcome.compare(f"{civil:%Y-%m-%d}", our_lunar(civil.date()), text)
    return outcome


def lunar_by_bazi(share: float) -> Outcome:
    """bazi numbers the months of a lunar year from 1 to 13; the leap month is the one after its namesake."""
    outcome = Outcome()
    for civil in in_range_of_bazi(round(COUNT * share)):
        theirs = OBSERVATORY.to_lunar(civil.date())
        info = OBSERVATORY.lunar_years_db[theirs.year]
        leap = info["leap_month"] if info["leap"] else 0
        leaps = bool(leap) and theirs.month == leap + 1
        month = theirs.month - (1 if leap and theirs.month > leap else 0)
        text = lunar_text(theirs.year, month, leaps, theirs.day)
        outcome.compare(f"{civil:%Y-%m-%d}", our_lunar(civil.date()), text)
    return outcome


def almanac_by_lunar_python(share: float) -> Outcome:
    """建除, 值神 with 黄道 or 黑道, the mansion with planet and animal, 冲 and 煞, of 1,000 days."""
    outcome = Outcome()
    for civil in instants(round(1000 * share), SEED + 1):
        asked = {"calendar": "solar", "year": civil.year, "month": civil.month, "day": civil.day}
        facts = engine.compute("almanac", {"date": asked}).facts
        god, clash = facts["yellow_black"], facts["clash"]
        ours = [facts["jianchu"], god["name"] + god["kind"], facts["mansion_full"]]
        ours += [clash["zodiac"] + clash["ganzhi"], clash["direction"]]
        theirs = Solar.fromYmd(civil.year, civil.month, civil.day).getLunar()
        other = [theirs.getZhiXing(), theirs.getDayTianShen() + theirs.getDayTianShenType()]
        other += [theirs.getXiu() + theirs.getZheng() + theirs.getAnimal()]
        other += [theirs.getDayChongShengXiao() + theirs.getDayChongGan() + theirs.getDayChong()]
        outcome.compare(f"{civil:%Y-%m-%d}", " ".join(ours), " ".join([*other, theirs.getDaySha()]))
    return outcome


COMPARISONS = (
    Comparison(
        "pillars-lunar_python",
        ("bazi",),
        "四柱：1901-2099 年随机 5,000 个时刻，各按两种子时规则",
        "Four pillars of 5,000 random minutes of 1901-2099, each by two rules for 23:00",
        package("lunar_python"),
        pillars_by_lunar_python,
        share=0.1,
    ),
    Comparison(
        "pillars-bazi",
        ("bazi",),
        "四柱：同样的时刻（自 1901-02-19，共 5,000 个），交节到分，23 点换日",
        "Four pillars of 5,000 of these minutes (from 1901-02-19), terms to the minute, the day beginning at 23:00",
        package("bazi"),
        pillars_by_bazi,
        share=0.1,
    ),
    Comparison(
        "lunar-lunar_python",
        ("calendar", "ziwei"),
        "农历日期：同样的 5,000 个时刻",
        "Lunar dates of the same 5,000 minutes",
        package("lunar_python"),
        lunar_by_lunar_python,
        share=0.2,
    ),
    Comparison(
        "lunar-bazi",
        ("calendar", "ziwei"),
        "农历日期：同样的时刻（自 1901-02-19，共 5,000 个），对照其中的香港天文台历表",
        "Lunar dates of 5,000 of these minutes (from 1901-02-19), against the Hong Kong Observatory's table inside it",
        package("bazi"),
        lunar_by_bazi,
        share=0.2,
    ),
    Comparison(
        "almanac-lunar_python",
        ("almanac", "date_selection"),
        "建除、值神黄黑道、二十八宿、冲煞：1901-2099 年随机 1,000 日",
        "Day officer, spirit, mansion, clash of 1,000 random days of 1901-2099",
        package("lunar_python"),
        almanac_by_lunar_python,
        share=0.3,
    ),
)
