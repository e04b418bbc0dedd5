"""The 64 hexagrams: names, the text of the 周易, and what 京房 hangs on them (八宫, 世应, 纳甲).

A hexagram is an integer of six bits, the bottom line in bit 0, 1 for yang. Nothing here depends on a moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from predictions.cycles import BRANCH_ELEMENTS, BRANCHES, STEMS
from predictions.rules import FOLDER
from predictions.systems.trigrams import TRIGRAMS, Trigram, relation, trigram_of
from predictions.types import Json

# Rows by the upper, columns by the lower trigram, both in 先天 order.
_NAMES = (
    ("乾", "履", "同人", "无妄", "姤", "讼", "遁", "否"),
    ("夬", "兑", "革", "随", "大过", "困", "咸", "萃"),
    ("大有", "睽", "离", "噬嗑", "鼎", "未济", "旅", "晋"),
    ("大壮", "归妹", "丰", "震", "恒", "解", "小过", "豫"),
    ("小畜", "中孚", "家人", "益", "巽", "涣", "渐", "观"),
    ("需", "节", "既济", "屯", "井", "坎", "蹇", "比"),
    ("大畜", "损", "贲", "颐", "蛊", "蒙", "艮", "剥"),
    ("泰", "临", "明夷", "复", "升", "师", "谦", "坤"),
)
# The eight of a palace: which lines of the pure hexagram are turned, and where 世 stands (京氏易传).
_STAGES = (
    ("本宫", 0b000000, 6),
    ("一世", 0b000001, 1),
    ("二世", 0b000011, 2),
    ("三世", 0b000111, 3),
    ("四世", 0b001111, 4),
    ("五世", 0b011111, 5),
    ("游魂", 0b010111, 4),
    ("归魂", 0b010000, 3),
)
# 纳甲: inner stem, outer stem, branch of the lowest inner line, and the step to the next line; the outer trigram begins
# at the branch opposite (火珠林).
_NAJIA = {
    "乾": ("甲", "壬", 0, 2),
    "震": ("庚", "庚", 0, 2),
    "坎": ("戊", "戊", 2, 2),
    "艮": ("丙", "丙", 4, 2),
    "坤": ("乙", "癸", 7, -2),
    "巽": ("辛", "辛", 1, -2),
    "离": ("己", "己", 3, -2),
    "兑": ("丁", "丁", 5, -2),
}
RELATIVES = ("兄弟", "子孙", "妻财", "官鬼", "父母")
_PLACES = ("初", "二", "三", "四", "五", "上")


@dataclass(frozen=True, slots=True)
class Hexagram:
    """One of the 64. ``branches`` and ``stems`` are places in BRANCHES and STEMS, bottom line first; ``shi`` and
    ``ying`` are positions 1-6.
    """

    bits: int
    short: str
    upper: Trigram
    lower: Trigram
    palace: Trigram
    stage: str
    shi: int
    stems: tuple[int, ...]
    branches: tuple[int, ...]

    @property
    def name(self) -> str:
        """乾为天, 天风姤."""
        if self.upper is self.lower:
            return f"{self.short}为{self.upper.nature}"
        return f"{self.upper.nature}{self.lower.nature}{self.short}"

    @property
    def ying(self) -> int:
        return (self.shi + 2) % 6 + 1

    @property
    def kind(self) -> str | None:
        """六冲 or 六合 when all three pairs of lines (1-4, 2-5, 3-6) clash or combine by their branches."""
        pairs = list(zip(self.branches[:3], self.branches[3:], strict=True))
        if all((low - high) % 12 == 6 for low, high in pairs):
            return "六冲"
        return "六合" if all((low + high) % 12 == 1 for low, high in pairs) else None

    def yang(self, position: int) -> bool:
        return bool(self.bits >> (position - 1) & 1)

    def element(self, position: int) -> int:
        return BRANCH_ELEMENTS[self.branches[position - 1]]

    def relative(self, position: int, palace: Trigram) -> str:
        """六亲 of a line for the element of ``palace``, which is the main hexagram's also for the changed one."""
        return RELATIVES[relation(palace.element, self.element(position))]

    def line_title(self, position: int) -> str:
        """初九, 六二 … 上六."""
        digit = "九" if self.yang(position) else "六"
        place = _PLACES[position - 1]
        return place + digit if position in (1, 6) else digit + place


@cache
def hexagram(bits: int) -> Hexagram:
    """The hexagram of six lines (0-63)."""
    upper, lower = trigram_of(bits >> 3), trigram_of(bits & 7)
    palace, stage, shi = _palaces()[bits]
    stems, branches = _najia(lower, upper)
    short = _NAMES[upper.number - 1][lower.number - 1]
    return Hexagram(bits, short, upper, lower, palace, stage, shi, stems, branches)


def of_trigrams(upper: Trigram, lower: Trigram) -> Hexagram:
    return hexagram(upper.bits << 3 | lower.bits)


def mutual(of: Hexagram) -> Hexagram:
    """互卦: lines 2-4 below, 3-5 above."""
    return hexagram((of.bits >> 2 & 7) << 3 | of.bits >> 1 & 7)


@cache
def _palaces() -> dict[int, tuple[Trigram, str, int]]:
    return {
        (trigram.bits << 3 | trigram.bits) ^ turned: (trigram, stage, shi)
        for trigram in TRIGRAMS
        for stage, turned, shi in _STAGES
    }


def _najia(lower: Trigram, upper: Trigram) -> tuple[tuple[int, ...], tuple[int, ...]]:
    inner, _, first, step = _NAJIA[lower.name]
    _, outer, first_above, step_above = _NAJIA[upper.name]
    branches = [(first + step * place) % 12 for place in range(3)]
    branches += [(first_above + 6 + step_above * place) % 12 for place in range(3)]
    return (STEMS.index(inner),) * 3 + (STEMS.index(outer),) * 3, tuple(branches)


@cache
def _document() -> Json:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (FOLDER / "zhouyi.yaml").read_text(encoding="utf-8")
    document: Json = yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are the safe one
    return document


@cache
def _classic() -> dict[str, tuple[int, list[str]]]:
    """By short name: the place in the received order (1-64), and 卦辞, six 爻辞, perhaps 用九 or 用六."""
    return {row[0]: (number, row[1:]) for number, row in enumerate(_document()["hexagrams"], 1)}


def number_of(of: Hexagram) -> int:
    """The place in the received order of the 周易, 1-64."""
    return _classic()[of.short][0]


def judgement(of: Hexagram) -> str:
    """卦辞."""
    return _classic()[of.short][1][0]


def image(of: Hexagram) -> str:
    """大象."""
    return str(_document()["images"][of.short])


def line_text(of: Hexagram, position: int) -> str:
    """爻辞 of the line at ``position`` 1-6."""
    return _classic()[of.short][1][position]


def all_lines_text(of: Hexagram) -> str | None:
    """用九 of 乾, 用六 of 坤."""
    texts = _classic()[of.short][1]
    return texts[7] if len(texts) == 8 else None


def hexagram_facts(of: Hexagram) -> Json:
    """What every system says of a hexagram: names, place, trigrams, 卦辞."""
    return {
        "name": of.name,
        "short": of.short,
        "number": number_of(of),
        "symbol": chr(0x4DBF + number_of(of)),
        "upper": of.upper.name,
        "lower": of.lower.name,
        "judgement": judgement(of),
        "image": image(of),
    }


def plain_lines(of: Hexagram, moving: set[int]) -> list[Json]:
    """The lines from the bottom with nothing but their form and text."""
    return [
        {
            "position": position,
            "yin_yang": "阳" if of.yang(position) else "阴",
            "moving": position in moving,
            "title": of.line_title(position),
            "text": line_text(of, position),
        }
        for position in range(1, 7)
    ]


def line_branch(of: Hexagram, position: int) -> str:
    return BRANCHES[of.branches[position - 1]]


def line_stem(of: Hexagram, position: int) -> str:
    return STEMS[of.stems[position - 1]]
