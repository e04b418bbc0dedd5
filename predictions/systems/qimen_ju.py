"""定局: which dun, yuan and ju (1-9) an instant has, by 拆补, 置闰 or 茅山.

拆补: the term by its instant, the yuan by 符头, the last 甲 or 己 day. 置闰: the same yuan, the term by blocks of
fifteen days (qimen_zhirun.py). 茅山: the term by its instant, the yuan by the days since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from predictions.cycles import day_cycle
from predictions.solar_terms import Term, jie_around, term
from predictions.systems.qimen_zhirun import zhirun_term

YUAN = ("上元", "中元", "下元")
# 上中下 of each term from 冬至 on (烟波钓叟歌: 冬至惊蛰一七四…); 阳遁 to 芒种, 阴遁 from 夏至.
_JU = {
    "冬至": (1, 7, 4),
    "小寒": (2, 8, 5),
    "大寒": (3, 9, 6),
    "立春": (8, 5, 2),
    "雨水": (9, 6, 3),
    "惊蛰": (1, 7, 4),
    "春分": (3, 9, 6),
    "清明": (4, 1, 7),
    "谷雨": (5, 2, 8),
    "立夏": (4, 1, 7),
    "小满": (5, 2, 8),
    "芒种": (6, 3, 9),
    "夏至": (9, 3, 6),
    "小暑": (8, 2, 5),
    "大暑": (7, 1, 4),
    "立秋": (2, 5, 8),
    "处暑": (1, 4, 7),
    "白露": (9, 3, 6),
    "秋分": (7, 1, 4),
    "寒露": (6, 9, 3),
    "霜降": (5, 8, 2),
    "立冬": (6, 9, 3),
    "小雪": (5, 8, 2),
    "大雪": (4, 7, 1),
}
_FORWARD = tuple(_JU)[:12]


# The days by which 芒种 and 大雪 must be run ahead of for their block to be used twice.
THRESHOLDS = {"zhirun_9": 9, "zhirun_10": 10}


@dataclass(frozen=True, slots=True)
class Ju:
    """``term`` is the one whose ju it is, ``intercalary`` its repeated block; ``yuan`` 0-2; ``fu_head`` the sexagenary
    index of 符头; ``before`` and ``after`` are the terms around the instant.
    """

    term: str
    intercalary: bool
    yuan: int
    fu_head: int
    before: Term
    after: Term

    @property
    def forward(self) -> bool:
        """阳遁."""
        return self.term in _FORWARD

    @property
    def number(self) -> int:
        return _JU[self.term][self.yuan]

    @property
    def dun(self) -> str:
        return "yang" if self.forward else "yin"

    @property
    def title(self) -> str:
        """阳遁一局 冬至上元."""
        numeral = "一二三四五六七八九"[self.number - 1]
        leap = "闰" if self.intercalary else ""
        return f"{'阳' if self.forward else '阴'}遁{numeral}局 {leap}{self.term}{YUAN[self.yuan]}"


def terms_around(instant: datetime, source: str) -> tuple[Term, Term]:
    """The term at or before an instant and the next one, of all 24."""
    ordinal, before, after = jie_around(instant, source)
    middle = term(ordinal // 12, 2 * (ordinal % 12) + 1, source)
    return (middle, after) if instant >= middle.instant else (before, middle)


def ju_of(instant: datetime, day: date, source: str, method: str) -> Ju:
    """The ju of an instant on ``day`` (by the 23:00 rule); ``method`` is chaibu, zhirun_9, zhirun_10 or maoshan."""
    before, after = terms_around(instant, source)
    index = day_cycle(day)
    name, intercalary, yuan = before.name, False, index // 5 % 3
    if method == "maoshan":
        yuan = min((instant - before.instant) // timedelta(days=5), 2)
    if method in THRESHOLDS:
        name, intercalary = zhirun_term(day, THRESHOLDS[method], source)
    return Ju(name, intercalary, yuan, index - index % 5, before, after)
