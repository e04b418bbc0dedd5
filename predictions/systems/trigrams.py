"""The eight trigrams and the five elements' relations, which every system of hexagrams counts with."""

from __future__ import annotations

from dataclasses import dataclass

from predictions.cycles import ELEMENTS


@dataclass(frozen=True, slots=True)
class Trigram:
    """``number`` is the 先天 one (乾 1 … 坤 8), ``bits`` the lines with the lowest in bit 0, 1 for yang."""

    name: str
    number: int
    nature: str
    element: int
    bits: int

    @property
    def element_name(self) -> str:
        return ELEMENTS[self.element]


# 先天八卦数: 乾一兑二离三震四巽五坎六艮七坤八 (梅花易数 卷一).
TRIGRAMS = (
    Trigram("乾", 1, "天", 3, 0b111),
    Trigram("兑", 2, "泽", 3, 0b011),
    Trigram("离", 3, "火", 1, 0b101),
    Trigram("震", 4, "雷", 0, 0b001),
    Trigram("巽", 5, "风", 0, 0b110),
    Trigram("坎", 6, "水", 4, 0b010),
    Trigram("艮", 7, "山", 2, 0b100),
    Trigram("坤", 8, "地", 2, 0b000),
)
_BY_BITS = {trigram.bits: trigram for trigram in TRIGRAMS}
SEASONS = ("旺", "相", "休", "囚", "死")


def trigram_of(bits: int) -> Trigram:
    """The trigram of three lines, the lowest in bit 0."""
    return _BY_BITS[bits]


def by_number(count: int) -> Trigram:
    """The trigram that a count comes to: the remainder of division by eight, where none left over is eight."""
    return TRIGRAMS[(count - 1) % 8]


def moving_line(count: int) -> int:
    """The line 1-6 that a count comes to: the remainder of division by six, where none left over is six."""
    return (count - 1) % 6 + 1


def relation(this: int, other: int) -> int:
    """How element ``other`` stands to ``this``: 0 the same, 1 this feeds it, 2 this overcomes it, 3 it overcomes this,
    4 it feeds this.
    """
    return (other - this) % 5


def season(element: int, month_element: int) -> str:
    """旺相休囚死 of an element in a month: 当令者旺，令生者相，生令者休，克令者囚，令克者死."""
    return (SEASONS[0], SEASONS[2], SEASONS[3], SEASONS[4], SEASONS[1])[relation(element, month_element)]
