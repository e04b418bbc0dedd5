"""What stands on the lines of a 六爻 chart: 六亲, 六神, 伏神, 旬空, and the state that month and day give them.

Sources: 纳甲 and 六亲 after 火珠林, states of lines after 增删卜易. Relatives of the changed hexagram go by
the palace of the main one.
"""

from __future__ import annotations

from dataclasses import dataclass

from predictions.cycles import BRANCH_ELEMENTS, BRANCHES, ELEMENTS, STEMS, void_branches
from predictions.systems.hexagrams import (
    RELATIVES,
    Hexagram,
    hexagram,
    hexagram_facts,
    line_branch,
    line_stem,
    line_text,
)
from predictions.systems.liuyao_cast import Lines
from predictions.systems.trigrams import relation, season
from predictions.types import Json

SPIRITS = ("青龙", "朱雀", "勾陈", "螣蛇", "白虎", "玄武")
# 甲乙起青龙，丙丁起朱雀，戊日起勾陈，己日起螣蛇，庚辛起白虎，壬癸起玄武.
_FIRST_SPIRIT = (0, 0, 1, 1, 2, 3, 4, 4, 5, 5)
# Where a branch goes on (化进神); the other way round it goes back (化退神).
_FORWARD = {"寅": "卯", "巳": "午", "申": "酉", "亥": "子", "丑": "辰", "辰": "未", "未": "戌", "戌": "丑"}
SHI_YING = ("世应比和", "世生应", "世克应", "应克世", "应生世")


@dataclass(frozen=True, slots=True)
class Almanac:
    """月建 (a branch) and 日辰 (a sexagenary index) of the cast."""

    month: int
    day: int

    @property
    def void(self) -> list[str]:
        return void_branches(self.day)


def spirits(day_stem: int) -> tuple[str, ...]:
    """六神 of the six lines from the bottom, by the stem of the day."""
    first = _FIRST_SPIRIT[day_stem]
    return tuple(SPIRITS[(first + place) % 6] for place in range(6))


def main_facts(lines: Lines, when: Almanac | None) -> Json:
    """本卦: name, palace, lines with everything on them."""
    of = lines.main
    hidden = hidden_lines(of)
    rows = [
        _line(of, of, position, when)
        | {"moving": position in lines.moving, "hidden": hidden.get(position)}
        | _state(of.branches[position - 1], position in lines.moving, when)
        for position in range(1, 7)
    ]
    return _named(of) | {"lines": rows}


def changed_facts(lines: Lines, when: Almanac | None) -> Json | None:
    """变卦, with 六亲 by the palace of 本卦; its lines are at rest and hide nothing."""
    of = lines.changed
    if of is None:
        return None
    rows = [
        _line(of, lines.main, position, when)
        | {"moving": False, "hidden": None}
        | _state(of.branches[position - 1], True, when)
        for position in range(1, 7)
    ]
    return _named(of) | {"lines": rows}


def _named(of: Hexagram) -> Json:
    return hexagram_facts(of) | {
        "palace": of.palace.name,
        "palace_element": of.palace.element_name,
        "stage": of.stage,
        "kind": of.kind,
    }


def _line(of: Hexagram, main: Hexagram, position: int, when: Almanac | None) -> Json:
    return {
        "position": position,
        "yin_yang": "阳" if of.yang(position) else "阴",
        "stem": line_stem(of, position),
        "branch": line_branch(of, position),
        "element": ELEMENTS[of.element(position)],
        "relative": of.relative(position, main.palace),
        "spirit": spirits(when.day % 10)[position - 1] if when else None,
        "shi": position == of.shi,
        "ying": position == of.ying,
        "title": of.line_title(position),
        "text": line_text(of, position),
    }


def hidden_lines(of: Hexagram) -> dict[int, Json]:
    """伏神 by position: the relatives that are lacking, where the palace's pure hexagram has them."""
    pure = hexagram(of.palace.bits << 3 | of.palace.bits)
    present = {of.relative(position, of.palace) for position in range(1, 7)}
    return {
        position: {
            "relative": pure.relative(position, of.palace),
            "stem": line_stem(pure, position),
            "branch": line_branch(pure, position),
            "element": ELEMENTS[pure.element(position)],
        }
        for position in range(6, 0, -1)
        if pure.relative(position, of.palace) not in present
    }


def _state(branch: int, moving: bool, when: Almanac | None) -> Json:
    """Season by the month, strength by month and day, and marks; null and empty without a day."""
    if when is None:
        return {"season": None, "strength": None, "marks": []}
    element = BRANCH_ELEMENTS[branch]
    found = season(element, BRANCH_ELEMENTS[when.month])
    by_month = found in ("旺", "相")
    by_day = relation(element, BRANCH_ELEMENTS[when.day % 12]) in (0, 4)
    strength = ("衰", "有气", "旺")[by_month + by_day]
    return {"season": found, "strength": strength, "marks": _marks(branch, moving, by_month, when)}


def _marks(branch: int, moving: bool, by_month: bool, when: Almanac) -> list[str]:
    day = when.day % 12
    marks = []
    if branch in (when.month, day):
        marks += ["临月建"] * (branch == when.month) + ["临日辰"] * (branch == day)
    if (branch - when.month) % 12 == 6:
        marks.append("月破")
    if (branch - day) % 12 == 6:
        marks.append("日冲" if moving else "暗动" if by_month else "日破")
    if (branch + day) % 12 == 1:
        marks.append("合日")
    if BRANCHES[branch] in when.void:
        marks.append("旬空")
    return marks


def moving_facts(main: Json, changed: Json | None, moving: tuple[int, ...]) -> list[Json]:
    """Each moving line with what it turns into and what that does to it."""
    if changed is None:
        return []
    found = []
    for position in moving:
        line, other = main["lines"][position - 1], changed["lines"][position - 1]
        found.append(
            {
                "position": position,
                "relative": line["relative"],
                "spirit": line["spirit"],
                "from": f"{line['relative']}{line['branch']}{line['element']}",
                "to": f"{other['relative']}{other['branch']}{other['element']}",
                "effects": _effects(line, other),
            }
        )
    return found


def _effects(line: Json, other: Json) -> list[str]:
    """回头生克, 进退, 反伏 and 化空 of a moving line, by the branch it turns into."""
    before, after = line["branch"], other["branch"]
    stands = relation(ELEMENTS.index(line["element"]), ELEMENTS.index(other["element"]))
    effects = {3: ["回头克"], 4: ["回头生"]}.get(stands, [])
    if _FORWARD.get(before) == after:
        effects = [*effects, "化进神"]
    elif _FORWARD.get(after) == before:
        effects = [*effects, "化退神"]
    distance = (BRANCHES.index(before) - BRANCHES.index(after)) % 12
    extra = ["伏吟"] * (distance == 0) + ["反吟"] * (distance == 6)
    return [*effects, *extra, *(["化空"] if "旬空" in other["marks"] else [])]


def shi_ying(main: Json) -> Json:
    """世 and 应: their lines and how their elements stand to each other."""
    shi = next(line for line in main["lines"] if line["shi"])
    ying = next(line for line in main["lines"] if line["ying"])
    stands = relation(ELEMENTS.index(shi["element"]), ELEMENTS.index(ying["element"]))
    kept = ("position", "relative", "branch", "element", "spirit", "season", "strength", "marks", "moving")
    return {
        "shi": {name: shi[name] for name in kept},
        "ying": {name: ying[name] for name in kept},
        "relation": SHI_YING[stands],
    }


def month_body(main: Json) -> Json:
    """月卦身: 阳世则从子月起，阴世还从午月生，欲得识其卦中意，从初数至世方真 (卜筮正宗)."""
    shi = next(line for line in main["lines"] if line["shi"])
    first = 0 if shi["yin_yang"] == "阳" else 6
    branch = BRANCHES[(first + shi["position"] - 1) % 12]
    positions = [line["position"] for line in main["lines"] if line["branch"] == branch]
    return {"branch": branch, "positions": positions}


def focus_facts(main: Json, relative: str) -> Json:
    """用神: the lines of what is asked, ``relative`` one of the six relatives or 世; else where it hides."""
    at = [
        line for line in main["lines"] if (line["shi"] if relative == "世" else line["relative"] == relative)
    ]
    hidden = [
        {"position": line["position"], "under": line["relative"]} | line["hidden"]
        for line in main["lines"]
        if not at and line["hidden"] and line["hidden"]["relative"] == relative
    ]
    kept = ("position", "branch", "element", "season", "strength", "marks", "moving")
    return {
        "relative": relative,
        "lines": [{name: line[name] for name in kept} for line in at],
        "hidden": hidden[0] if hidden else None,
    }


def almanac_facts(when: Almanac | None) -> Json:
    """月建, 日辰, 旬空; null without a day."""
    if when is None:
        return {"month": None, "day": None, "void": None}
    day = STEMS[when.day % 10] + BRANCHES[when.day % 12]
    return {"month": BRANCHES[when.month], "day": day, "void": when.void}


__all__ = ["RELATIVES", "Almanac", "almanac_facts", "changed_facts", "focus_facts", "main_facts", "spirits"]
