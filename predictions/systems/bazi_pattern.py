"""格局: the pattern of a chart as 子平真诠 takes it from the month: the opinion of one school, never a computed fact.

沈孝瞻, 子平真诠, 论用神: 八字用神，专求月令. 论用神变化: of the stems that the month branch hides, the one that shows
in a stem of year, month or hour names the pattern, the main one before the middle and the residual one; where none
shows, the main one does. Where the month holds the day master's own element there is no such god: 建禄, 月劫 or
阳刃, and the chart's officer, wealth or food is looked for instead (论建禄月劫, 论阳刃). What helps and what spoils a
pattern is that book's own list, chapter by chapter. Its further changes, by combining branches (会合) and where one
god makes another step back (乙生申月，透壬又透戊), are a reader's judgement and not applied.
"""

from __future__ import annotations

from dataclasses import dataclass

from predictions.cycles import STEMS
from predictions.systems.bazi_pillars import HIDDEN_STEMS, Pillars, life_stage, ten_god
from predictions.types import Json

SCHOOL = "子平真诠"
POSITIONS = ("本气", "中气", "余气")
_SELF = ("比肩", "劫财")
# By the god that names the pattern: the pattern, the gods that help it, the gods that spoil it.
_PATTERNS = {
    "正官": ("正官格", ("正财", "偏财", "正印", "偏印"), ("伤官", "七杀")),
    "七杀": ("七杀格", ("食神", "正印", "偏印"), ("正财", "偏财")),
    "正财": ("财格", ("食神", "伤官", "正官"), ("劫财", "比肩", "七杀")),
    "偏财": ("财格", ("食神", "伤官", "正官"), ("劫财", "比肩", "七杀")),
    "正印": ("印格", ("正官", "七杀"), ("正财", "偏财")),
    "偏印": ("印格", ("正官", "七杀"), ("正财", "偏财")),
    "食神": ("食神格", ("正财", "偏财"), ("偏印",)),
    "伤官": ("伤官格", ("正财", "偏财", "正印"), ("正官",)),
    "建禄": ("建禄格", ("正官", "正财", "偏财", "食神"), ("七杀",)),
    "月劫": ("月劫格", ("正官", "正财", "偏财", "食神"), ("七杀",)),
    "阳刃": ("阳刃格", ("正官", "七杀"), ("伤官", "食神")),
}


@dataclass(frozen=True, slots=True)
class _Source:
    """The hidden stem of the month that names the pattern, and the pillars whose stem shows it."""

    stem: int
    position: str
    shown_at: tuple[str, ...]


def pattern_facts(pillars: Pillars) -> Json:
    """{school, name, god, stem, position, shown_at, helped_by, spoiled_by, complete}.

    ``complete`` is false without an hour, whose stem might show another of the month's hidden stems.
    """
    source = _source_of(pillars)
    god = _god_of(pillars, source)
    name, helpers, spoilers = _PATTERNS[god]
    shown = _gods_shown(pillars)
    return {
        "school": SCHOOL,
        "name": name,
        "god": god,
        "stem": STEMS[source.stem],
        "position": source.position,
        "shown_at": list(source.shown_at),
        "helped_by": [god for god in helpers if god in shown],
        "spoiled_by": [god for god in spoilers if god in shown],
        "complete": pillars.hour is not None,
    }


def _source_of(pillars: Pillars) -> _Source:
    """The hidden stem of another element that shows; else the main one."""
    hidden = [STEMS.index(name) for name in HIDDEN_STEMS[pillars.month % 12]]
    master = pillars.day % 10
    sources = [
        _Source(stem, position, _shown_at(pillars, stem))
        for stem, position in zip(hidden, POSITIONS[: len(hidden)], strict=True)
    ]
    showing = [one for one in sources if one.shown_at and ten_god(master, one.stem) not in _SELF]
    return showing[0] if showing else sources[0]


def _shown_at(pillars: Pillars, stem: int) -> tuple[str, ...]:
    return tuple(place for place, index in pillars.known().items() if place != "day" and index % 10 == stem)


def _god_of(pillars: Pillars, source: _Source) -> str:
    """The ten god of the source; for the day master's own element the month's name: 建禄, 阳刃 or 月劫."""
    master = pillars.day % 10
    god = ten_god(master, source.stem)
    if god not in _SELF:
        return god
    stage = life_stage(master, pillars.month % 12)
    if stage == "临官":
        return "建禄"
    return "阳刃" if stage == "帝旺" and master % 2 == 0 else "月劫"


def _gods_shown(pillars: Pillars) -> set[str]:
    master = pillars.day % 10
    return {ten_god(master, index % 10) for place, index in pillars.known().items() if place != "day"}
