"""The four pillars and what follows from them by table: hidden stems, ten gods, life stages, palaces.

Year and month go by the instant of the 节 in UTC; day and hour by local time, where 23:00 begins 子 and the
option ``zi_rule`` says whose day the hour before midnight belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from predictions import lunar
from predictions.cycles import (
    BRANCH_ELEMENTS,
    BRANCHES,
    ELEMENTS,
    STEMS,
    cycle_name,
    day_cycle,
    hour_branch,
    hour_cycle,
    nayin,
    void_branches,
)
from predictions.moment import Moment
from predictions.solar_terms import Term, jie_around, jie_by_day, month_cycle, solar_year_of
from predictions.types import Json

PLACES = ("year", "month", "day", "hour")
PLACE_NAMES = {"year": "年", "month": "月", "day": "日", "hour": "时"}

# 地支藏干: main, middle and residual stem of each branch (三命通会 卷一·论人元司事).
HIDDEN_STEMS = (
    "癸",
    "己癸辛",
    "甲丙戊",
    "乙",
    "戊乙癸",
    "丙庚戊",
    "丁己",
    "己丁乙",
    "庚壬戊",
    "辛",
    "戊辛丁",
    "壬甲",
)
# By (element of the other - element of the day master) mod 5: same polarity, other polarity.
_TEN_GODS = (("比肩", "劫财"), ("食神", "伤官"), ("偏财", "正财"), ("七杀", "正官"), ("偏印", "正印"))
LIFE_STAGES = ("长生", "沐浴", "冠带", "临官", "帝旺", "衰", "病", "死", "墓", "绝", "胎", "养")
# The branch where each stem is born; yang stems go forward from it, yin stems backward (阳顺阴逆).
_BIRTH_BRANCHES = "亥午寅酉寅酉巳子申卯"


@dataclass(frozen=True, slots=True)
class Pillars:
    """The sexagenary indexes (0 甲子) of the four pillars; ``before`` and ``after`` are the 节 around the
    birth.
    """

    year: int
    month: int
    day: int
    hour: int | None
    before: Term
    after: Term

    def names(self) -> dict[str, str | None]:
        return {
            "year": cycle_name(self.year),
            "month": cycle_name(self.month),
            "day": cycle_name(self.day),
            "hour": None if self.hour is None else cycle_name(self.hour),
        }

    def known(self) -> dict[str, int]:
        """The pillars that are known, in order."""
        indexes = {"year": self.year, "month": self.month, "day": self.day, "hour": self.hour}
        return {place: index for place, index in indexes.items() if index is not None}


def pillars_of(moment: Moment, options: Json) -> Pillars:
    """The pillars of a moment; without an hour the day of a 节 counts as the new month."""
    source = options["calendar_source"]
    if moment.instant is None:
        ordinal, before, after = jie_by_day(moment.civil.day, source)
    else:
        ordinal, before, after = jie_around(moment.instant, source)
    local = moment.local(options["true_solar"])
    day, hour = (
        (day_cycle(moment.civil.day), None) if local is None else _day_and_hour(local, options["zi_rule"])
    )
    year = solar_year_of(ordinal)
    if options["year_boundary"] == "new_year":
        year = lunar.to_lunar(_civil_day(moment), source).year
    return Pillars((year - 4) % 60, month_cycle(ordinal), day, hour, before, after)


def _civil_day(moment: Moment) -> date:
    return moment.standard.date() if moment.standard else moment.civil.day


def _day_and_hour(local: datetime, zi_rule: str) -> tuple[int, int]:
    today = day_cycle(local.date())
    branch = hour_branch(local.hour)
    if local.hour != 23:
        return today, hour_cycle(today % 10, branch)
    tomorrow = (today + 1) % 60
    day = tomorrow if zi_rule == "next_day" else today
    stem_day = today if zi_rule == "split_same_stem" else tomorrow
    return day, hour_cycle(stem_day % 10, branch)


def element_of_stem(stem: int) -> int:
    return stem // 2


def ten_god(master: int, stem: int) -> str:
    """The ten god of ``stem`` for a day master, both as places in STEMS."""
    relation = (stem // 2 - master // 2) % 5
    return _TEN_GODS[relation][(stem - master) % 2]


def life_stage(stem: int, branch: int) -> str:
    """十二长生 of a stem at a branch."""
    steps = branch - BRANCHES.index(_BIRTH_BRANCHES[stem])
    return LIFE_STAGES[(steps if stem % 2 == 0 else -steps) % 12]


def pillar_facts(pillars: Pillars) -> Json:
    """The facts that follow from the pillars alone, each by pillar; a pillar that is unknown is null
    everywhere.
    """
    master = pillars.day % 10
    facts: Json = {
        "pillars": pillars.names(),
        "day_master": {
            "stem": STEMS[master],
            "element": ELEMENTS[master // 2],
            "yin_yang": "阳阴"[master % 2],
        },
    }
    columns = {place: _column(place, index, master) for place, index in pillars.known().items()}
    for name in (
        "hidden_stems",
        "ten_gods",
        "hidden_ten_gods",
        "nayin",
        "void",
        "life_stages",
        "self_stages",
    ):
        facts[name] = {place: columns[place][name] if place in columns else None for place in PLACES}
    return facts | _palaces(pillars)


def _column(place: str, index: int, master: int) -> Json:
    stem, branch = index % 10, index % 12
    hidden = HIDDEN_STEMS[branch]
    return {
        "hidden_stems": list(hidden),
        "ten_gods": "日主" if place == "day" else ten_god(master, stem),
        "hidden_ten_gods": [ten_god(master, STEMS.index(name)) for name in hidden],
        "nayin": nayin(index),
        "void": void_branches(index),
        "life_stages": life_stage(master, branch),
        "self_stages": life_stage(stem, branch),
    }


def _palaces(pillars: Pillars) -> Json:
    """胎元, 胎息, 命宫, 身宫 (三命通会 卷二); the palaces go by the 节 month, and need the hour."""
    month_stem, month_branch = pillars.month % 10, pillars.month % 12
    day_stem, day_branch = pillars.day % 10, pillars.day % 12
    facts: Json = {
        "fetal_origin": STEMS[(month_stem + 1) % 10] + BRANCHES[(month_branch + 3) % 12],
        "fetal_breath": STEMS[(day_stem + 5) % 10] + BRANCHES[(1 - day_branch) % 12],
        "life_palace": None,
        "body_palace": None,
    }
    if pillars.hour is not None:
        first_of_year = pillars.year % 10 * 12 + 2
        hour_branch_index = pillars.hour % 12
        facts["life_palace"] = cycle_name(first_of_year + (27 - month_branch - hour_branch_index) % 12)
        facts["body_palace"] = cycle_name(first_of_year + (11 + month_branch + hour_branch_index) % 12)
    return facts


def branch_element(branch: int) -> str:
    return ELEMENTS[BRANCH_ELEMENTS[branch]]
