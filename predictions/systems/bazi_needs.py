"""用神: what a chart needs, as two schools see it side by side; opinions with their name, never a computed fact.

扶抑 (滴天髓, 论衰旺): a strong day master is drained, spent and controlled, a weak one fed and joined; the strength is
the one of `bazi_strength`, which is 本站's table. 调候 (穷通宝鉴, 余春台 ed.): by day master and month the stems that
temper cold, heat, drought and damp, the first before the others; editions differ in the order of the later ones.
"""

from __future__ import annotations

from predictions.cycles import ELEMENTS, STEMS
from predictions.systems.bazi_pillars import HIDDEN_STEMS, Pillars
from predictions.types import Json

BALANCE, CLIMATE = "滴天髓·扶抑", "穷通宝鉴·调候"
# The elements by their distance from the day master's: 0 its own, 1 what it feeds … 4 what feeds it.
_RELATIONS = ("比劫", "食伤", "财", "官杀", "印")
_NEEDED = {"偏强": (1, 2, 3), "偏弱": (4, 0)}
# By day master, months from 寅 to 丑.
_TEMPERING = {
    "甲": "丙癸 庚丙丁戊己 庚丁壬 癸丁庚 癸丁庚 癸丁庚 庚丁壬 庚丁丙 庚甲丁壬癸 庚丁丙戊 丁庚丙 丁庚丙",
    "乙": "丙癸 丙癸 癸丙戊 癸 癸丙 癸丙 丙癸己 癸丙丁 癸辛 丙戊 丙 丙",
    "丙": "壬庚 壬己 壬甲 壬庚癸 壬庚 壬庚 壬戊 壬癸 甲壬 甲戊庚壬 壬戊己 壬甲",
    "丁": "甲庚 庚甲 甲庚 甲庚 壬庚癸 甲壬庚 甲庚丙戊 甲庚丙戊 甲庚戊 甲庚 甲庚 甲庚",
    "戊": "丙甲癸 丙甲癸 甲丙癸 甲丙癸 壬甲丙 癸丙甲 丙癸甲 丙癸 甲丙癸 甲丙 丙甲 丙甲",
    "己": "丙庚甲 甲癸丙 丙癸甲 癸丙 癸丙 癸丙 丙癸 丙癸 甲丙癸 丙甲戊 丙甲戊 丙甲戊",
    "庚": "戊甲壬丙丁 丁甲庚丙 甲丁壬癸 壬戊丙丁 壬癸 丁甲 丁甲 丁甲丙 甲壬 丁丙 丁甲丙 丙丁甲",
    "辛": "己壬庚 壬甲 壬甲 壬甲癸 壬己癸 壬庚甲 壬甲戊 壬甲 壬甲 壬丙 丙戊壬甲 丙壬戊己",
    "壬": "庚丙戊 戊辛庚 甲庚 壬辛庚癸 癸庚辛 辛甲 戊丁 甲庚 甲丙 戊丙庚 戊丙 丙丁甲",
    "癸": "辛丙 庚辛 丙辛甲 辛 庚辛壬癸 庚辛壬癸 丁 辛丙 辛甲壬癸 庚辛戊丁 丙辛 丙丁",
}


def need_facts(pillars: Pillars, level: str | None) -> list[Json]:
    """The two opinions. `level` is the strength of the day master, None while the hour is unknown.

    扶抑: {school, level, favours: [{element, as}], avoids: [{element, as}]}, both empty for 中和 or no level.
    调候: {school, stems: [{stem, element, at: "shown"|"hidden"|None}]}.
    """
    return [_balance(pillars.day % 10 // 2, level), _climate(pillars)]


def _balance(master: int, level: str | None) -> Json:
    needed = _NEEDED.get(level or "", ())
    others = tuple(step for step in range(5) if step not in needed) if needed else ()
    return {
        "school": BALANCE,
        "level": level,
        "favours": [_element(master, step) for step in needed],
        "avoids": [_element(master, step) for step in others],
    }


def _element(master: int, step: int) -> Json:
    return {"element": ELEMENTS[(master + step) % 5], "as": _RELATIONS[step]}


def _climate(pillars: Pillars) -> Json:
    months = _TEMPERING[STEMS[pillars.day % 10]].split()
    stems = months[(pillars.month % 12 - 2) % 12]
    return {"school": CLIMATE, "stems": [_tempering(pillars, name) for name in stems]}


def _tempering(pillars: Pillars, name: str) -> Json:
    """A stem of the list and whether the chart has it; the day master itself counts for nothing."""
    known = pillars.known()
    shown = any(STEMS[index % 10] == name for place, index in known.items() if place != "day")
    hidden = any(name in HIDDEN_STEMS[index % 12] for index in known.values())
    at = "shown" if shown else "hidden" if hidden else None
    return {"stem": name, "element": ELEMENTS[STEMS.index(name) // 2], "at": at}
