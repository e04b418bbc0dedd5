"""神煞 and the relations of stems and branches, by table (三命通会 卷二、卷三; the verses are quoted where
they decide).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from predictions.cycles import BRANCHES, STEMS, cycle_name, void_branches
from predictions.systems.bazi_pillars import PLACES, Pillars
from predictions.types import Json

# By stem, in the order of STEMS: the branches where the star stands. Looked up for the stems of day and year.
BY_STEM = {
    "天乙贵人": ("丑未", "子申", "亥酉", "亥酉", "丑未", "子申", "丑未", "寅午", "卯巳", "卯巳"),
    "太极贵人": ("子午", "子午", "卯酉", "卯酉", "辰戌丑未", "辰戌丑未", "寅亥", "寅亥", "巳申", "巳申"),
}
# Looked up for the stem of the day only.
BY_DAY_STEM = {
    "文昌贵人": "巳午申酉申酉亥子寅卯",
    "禄神": "寅卯巳午巳午申酉亥子",
    "金舆": "辰巳未申未申戌亥丑寅",
    "国印贵人": "戌亥丑寅丑寅辰巳未申",
    "红艳": "午午寅未辰辰戌酉子申",
}
# 羊刃 of the yang stems only; books disagree about the yin ones.
BLADES = {"甲": "卯", "丙": "午", "戊": "午", "庚": "酉", "壬": "子"}
# By the trine of a branch (申子辰, 巳酉丑, 寅午戌, 亥卯未 are places 0, 1, 2, 3 of branch % 4), for year and
# day branch.
BY_TRINE = {
    "驿马": "寅亥申巳",
    "桃花": "酉午卯子",
    "华盖": "辰丑戌未",
    "将星": "子酉午卯",
    "劫煞": "巳寅亥申",
    "亡神": "亥申巳寅",
    "灾煞": "午卯子酉",
}
# By month branch 子 to 亥. 正月生者见丁, 二月生者见申 ...
HEAVENLY_VIRTUE = "巳庚丁申壬辛亥甲癸寅丙乙"
MONTHLY_VIRTUE = "壬庚丙甲"
KUIGANG = ("庚辰", "庚戌", "壬辰", "戊戌")
MISMATCHED = ("丙子", "丁丑", "戊寅", "辛卯", "壬辰", "癸巳", "丙午", "丁未", "戊申", "辛酉", "壬戌", "癸亥")
# By season of the month branch: 春戊寅, 夏甲午, 秋戊申, 冬甲子.
PARDON = ("戊寅", "甲午", "戊申", "甲子")

STEM_COMBINATIONS = {"甲己": "土", "乙庚": "金", "丙辛": "水", "丁壬": "木", "戊癸": "火"}
STEM_CLASHES = ("甲庚", "乙辛", "丙壬", "丁癸")
BRANCH_COMBINATIONS = {"子丑": "土", "寅亥": "木", "卯戌": "火", "辰酉": "金", "巳申": "水", "午未": "土"}
TRINES = {"申子辰": "水", "亥卯未": "木", "寅午戌": "火", "巳酉丑": "金"}
ASSEMBLIES = {"寅卯辰": "木", "巳午未": "火", "申酉戌": "金", "亥子丑": "水"}
HARMS = ("子未", "丑午", "寅巳", "卯辰", "申亥", "酉戌")
PUNISHMENTS = ("子卯", "寅巳", "巳申", "寅申", "丑戌", "戌未", "丑未")
SELF_PUNISHMENTS = "辰午酉亥"


def star_facts(pillars: Pillars) -> list[Json]:
    """[{name, by, at}]: a star, what it was looked up by, the pillars where it stands."""
    known = {place: cycle_name(index) for place, index in pillars.known().items()}
    stars = [
        *_stem_stars(known),
        *_trine_stars(known),
        *_year_stars(known),
        *_month_stars(known),
        *_day_stars(known),
    ]
    return [star for star in stars if star["at"]]


def _star(name: str, by: str, known: dict[str, str], targets: str, skip: str = "") -> Json:
    """``targets`` are characters of either kind; ``skip`` is the pillar that the star was looked up by."""
    at = [
        place
        for place, pillar in known.items()
        if place != skip and (pillar[0] in targets or pillar[1] in targets)
    ]
    return {"name": name, "by": by, "at": at}


def _stem_stars(known: dict[str, str]) -> Iterator[Json]:
    for name, table in BY_STEM.items():
        for place, by in (("day", "日干"), ("year", "年干")):
            yield _star(name, by, known, table[STEMS.index(known[place][0])])
    master = STEMS.index(known["day"][0])
    for name, branches in BY_DAY_STEM.items():
        yield _star(name, "日干", known, branches[master])
    yield _star("羊刃", "日干", known, BLADES.get(known["day"][0], ""))


def _trine_stars(known: dict[str, str]) -> Iterator[Json]:
    for name, branches in BY_TRINE.items():
        for place, by in (("year", "年支"), ("day", "日支")):
            yield _star(name, by, known, branches[BRANCHES.index(known[place][1]) % 4], skip=place)


def _year_stars(known: dict[str, str]) -> Iterator[Json]:
    year = BRANCHES.index(known["year"][1])
    season = (year + 1) % 12 // 3
    yield _star("红鸾", "年支", known, BRANCHES[(3 - year) % 12], skip="year")
    yield _star("天喜", "年支", known, BRANCHES[(9 - year) % 12], skip="year")
    yield _star("孤辰", "年支", known, "寅巳申亥"[season], skip="year")
    yield _star("寡宿", "年支", known, "戌丑辰未"[season], skip="year")


def _month_stars(known: dict[str, str]) -> Iterator[Json]:
    month = BRANCHES.index(known["month"][1])
    yield _star("天德贵人", "月支", known, HEAVENLY_VIRTUE[month])
    yield _star("月德贵人", "月支", known, MONTHLY_VIRTUE[month % 4])
    yield _star("天医", "月支", known, BRANCHES[month - 1], skip="month")


def _day_stars(known: dict[str, str]) -> Iterator[Json]:
    day = known["day"]
    season = (BRANCHES.index(known["month"][1]) - 2) % 12 // 3
    yield {"name": "魁罡", "by": "日柱", "at": ["day"] if day in KUIGANG else []}
    yield {"name": "阴差阳错", "by": "日柱", "at": ["day"] if day in MISMATCHED else []}
    yield {"name": "天赦", "by": "月令", "at": ["day"] if day == PARDON[season] else []}
    index = (6 * STEMS.index(day[0]) - 5 * BRANCHES.index(day[1])) % 60
    yield _star("空亡", "日柱", known, "".join(void_branches(index)), skip="day")


def relation_facts(pillars: Pillars) -> list[Json]:
    """[{kind, between, characters, result}] among the pillars; ``result`` is the element of a combination or
    null.
    """
    known = {place: cycle_name(index) for place, index in pillars.known().items()}
    pairs = [found for pair in combinations(known, 2) for found in _pair_relations(pair, known)]
    return pairs + _triples("三合", TRINES, known) + _triples("三会", ASSEMBLIES, known)


def _pair_relations(pair: tuple[str, str], known: dict[str, str]) -> Iterator[Json]:
    stems = {known[place][0] for place in pair}
    branches = {known[place][1] for place in pair}
    yield from _found("天干五合", STEM_COMBINATIONS, stems, pair)
    yield from _found("天干相冲", dict.fromkeys(STEM_CLASHES), stems, pair)
    yield from _found("六合", BRANCH_COMBINATIONS, branches, pair)
    yield from _found(
        "六冲", {BRANCHES[place] + BRANCHES[place + 6]: None for place in range(6)}, branches, pair
    )
    yield from _found("六害", dict.fromkeys(HARMS), branches, pair)
    yield from _found("相刑", dict.fromkeys(PUNISHMENTS), branches, pair)
    if len(branches) == 1 and branches <= set(SELF_PUNISHMENTS):
        yield _relation("自刑", pair, 2 * min(branches), None)


def _found(
    kind: str, table: Mapping[str, str | None], seen: set[str], pair: tuple[str, str]
) -> Iterator[Json]:
    for characters, result in table.items():
        if set(characters) == seen:
            yield _relation(kind, pair, characters, result)


def _triples(kind: str, table: dict[str, str], known: dict[str, str]) -> list[Json]:
    branches = {pillar[1] for pillar in known.values()}
    return [
        _relation(
            kind,
            [place for place in PLACES if place in known and known[place][1] in characters],
            characters,
            result,
        )
        for characters, result in table.items()
        if set(characters) <= branches
    ]


def _relation(kind: str, between: tuple[str, str] | list[str], characters: str, result: str | None) -> Json:
    return {"kind": kind, "between": list(between), "characters": characters, "result": result}
