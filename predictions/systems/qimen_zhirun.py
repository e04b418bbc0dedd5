"""置闰: the ju by blocks of fifteen days that begin on 甲子, 己卯, 甲午 or 己酉, one block for each term.

Blocks run ahead of the terms (超神) by some five days a year; when the block of 芒种 or 大雪 begins too many days
before its term, it is used twice (闰), and the next begin behind theirs (接气). How many days are too many is
disputed: 满九日 (nine) or 过九日 (ten). Days are counted from 符头 to the printed date of the term.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from predictions.cycles import day_cycle
from predictions.solar_terms import TERM_NAMES, term

BLOCK = timedelta(days=15)
# Every sequence begun in this or an earlier decade has become the same long before 1900.
_FIRST_YEAR, _LAST_YEAR = 1840, 2101
_SUMMER, _WINTER = TERM_NAMES.index("夏至"), TERM_NAMES.index("冬至")


@dataclass(frozen=True, slots=True)
class Half:
    """The blocks of a half year from the one of a solstice on: its first day and the solstice's place in TERM_NAMES."""

    first: date
    solstice: int


def zhirun_term(day: date, threshold: int, source: str) -> tuple[str, bool]:
    """The term whose ju ``day`` has, and whether its block is the repeated one (闰)."""
    halves = _halves(threshold, source)
    half = halves[bisect_right([half.first for half in halves], day) - 1]
    place = (day - half.first) // BLOCK
    return TERM_NAMES[(half.solstice + min(place, 11)) % 24], place == 12


@lru_cache(maxsize=8)
def _halves(threshold: int, source: str) -> tuple[Half, ...]:
    """Every half year in order; the gate is the twelfth block, of 大雪 or 芒种."""
    solstice = term(_FIRST_YEAR, _WINTER, source).date
    first = solstice - timedelta(days=day_cycle(solstice) % 15)
    halves = [Half(first, _WINTER)]
    for year in range(_FIRST_YEAR + 1, _LAST_YEAR + 1):
        for opened, following in ((_SUMMER, "芒种"), (_WINTER, "大雪")):
            gate = first + 11 * BLOCK
            ahead = (term(year, TERM_NAMES.index(following), source).date - gate).days
            first = gate + (2 if ahead >= threshold else 1) * BLOCK
            halves.append(Half(first, opened))
    return tuple(halves)
