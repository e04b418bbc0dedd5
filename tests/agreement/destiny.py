"""What 八字 derives from the pillars against lunar_python, and when 大运 begins, by three methods, against tyme4py."""

from __future__ import annotations

from itertools import islice
from typing import Any

from lunar_python import Solar
from tyme4py.eightchar.provider.impl import (
    China95ChildLimitProvider,
    DefaultChildLimitProvider,
    LunarSect1ChildLimitProvider,
)
from tyme4py.solar import SolarTime

from predictions import engine
from predictions.types import Json
from tests.agreement.comparison import Comparison, Outcome, instants, moment, package

SEED = 20261125
PLACES = (("year", "Year"), ("month", "Month"), ("day", "Day"), ("hour", "Time"))
# Of tyme4py each method is asked by itself; its class-wide setting is never touched.
METHODS = {
    "minutes": DefaultChildLimitProvider(),
    "shichen": LunarSect1ChildLimitProvider(),
    "china95": China95ChildLimitProvider(),
}


def tables_by_lunar_python(share: float) -> Outcome:
    outcome = Outcome()
    for civil in islice(instants(1000, SEED), round(1000 * share)):
        facts = engine.compute("bazi", {"birth": moment(civil)}).facts
        theirs = Solar.fromYmdHms(*civil.timetuple()[:5], 0).getLunar().getEightChar()
        theirs.setSect(1)
        for place, name in PLACES:
            outcome.compare(f"{civil:%Y-%m-%d %H:%M} {place}", _ours(facts, place), _theirs(theirs, name))
    return outcome


def _ours(facts: Json, place: str) -> list[object]:
    god = [] if place == "day" else [facts["ten_gods"][place]]
    tables = [facts[name][place] for name in ("hidden_stems", "hidden_ten_gods", "nayin", "life_stages")]
    return [*tables, "".join(facts["void"][place]), *god]


def _theirs(chart: Any, name: str) -> list[object]:
    god = [] if name == "Day" else [getattr(chart, f"get{name}ShiShenGan")()]
    tables = [getattr(chart, f"get{name}{table}")() for table in ("HideGan", "ShiShenZhi", "NaYin", "DiShi")]
    return [*tables, getattr(chart, f"get{name}XunKong")(), *god]


def luck_by_tyme4py(share: float) -> Outcome:
    outcome = Outcome()
    for number, civil in enumerate(islice(instants(300, SEED), round(300 * share))):
        birth = {"birth": moment(civil), "gender": ("male", "female")[number % 2]}
        theirs = SolarTime.from_ymd_hms(*civil.timetuple()[:5], 0)
        for method, provider in METHODS.items():
            luck = engine.compute("bazi", birth, {"dayun": method}).facts["luck"]
            start = [luck["start"][name] for name in ("years", "months", "days")]
            ours = [*start, luck["cycles"][0]["start_date"]]
            outcome.compare(
                f"{civil:%Y-%m-%d %H:%M} {method}", ours, _limit(theirs, luck["forward"], provider)
            )
    return outcome


def _limit(born: SolarTime, forward: bool, provider: Any) -> list[object]:
    """Years, months and days to the first 大运, and its date."""
    term = born.get_term()
    term = term if term.is_jie() else term.next(-1)
    info = provider.get_info(born, term.next(2) if forward else term)
    end = info.get_end_time()
    day = f"{end.get_year()}-{end.get_month():02d}-{end.get_day():02d}"
    return [info.get_year_count(), info.get_month_count(), info.get_day_count(), day]


COMPARISONS = (
    Comparison(
        "tables-lunar_python",
        ("bazi",),
        "八字：1,000 个随机时刻四柱的藏干、十神、纳音、旬空、十二长生",
        "Hidden stems, ten gods, 纳音, void and life stages of the four pillars of 1,000 random minutes",
        package("lunar_python"),
        tables_by_lunar_python,
        share=0.2,
    ),
    Comparison(
        "luck-tyme4py",
        ("bazi",),
        "八字：300 个随机时刻的起运，三种算法",
        "The beginning of 大运 for 300 random minutes by three methods",
        package("tyme4py"),
        luck_by_tyme4py,
        share=0.3,
    ),
)
