"""Stems, branches and the sexagenary cycle, counted from 0: 甲 0, 子 0, 甲子 0."""

from __future__ import annotations

from datetime import date

STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
ZODIAC = "鼠牛虎兔龙蛇马羊猴鸡狗猪"
ELEMENTS = "木火土金水"
# The element (place in ELEMENTS) of each branch; a stem's is its place // 2.
BRANCH_ELEMENTS = (4, 2, 0, 0, 2, 1, 1, 2, 3, 3, 2, 4)
# 纳音, one for each pair of the sixty (三命通会 卷一).
NAYIN = (
    *("海中金", "炉中火", "大林木", "路旁土", "剑锋金", "山头火", "涧下水", "城头土", "白蜡金", "杨柳木"),
    *("泉中水", "屋上土", "霹雳火", "松柏木", "长流水", "沙中金", "山下火", "平地木", "壁上土", "金箔金"),
    *("覆灯火", "天河水", "大驿土", "钗钏金", "桑柘木", "大溪水", "沙中土", "天上火", "石榴木", "大海水"),
)

FIRST_JIAZI_DAY = date(2000, 1, 7)


def cycle_name(index: int) -> str:
    """The name of a place in the sexagenary cycle; 0 is 甲子, any integer is taken modulo 60."""
    return STEMS[index % 10] + BRANCHES[index % 12]


def cycle_index(name: str) -> int:
    """The place of a name such as 甲子 in the cycle, 0-59; a pair that does not exist raises ValueError."""
    stem, branch = STEMS.index(name[0]), BRANCHES.index(name[1])
    if (stem - branch) % 2:
        raise ValueError(f"{name} is not in the sexagenary cycle")
    return (6 * stem - 5 * branch) % 60


def day_cycle(day: date) -> int:
    """The sexagenary index of a civil day, 00:00 to 24:00."""
    return (day - FIRST_JIAZI_DAY).days % 60


def hour_branch(hour: int) -> int:
    """The branch of a clock hour: 23 and 0 are 子 (0), 1 and 2 are 丑 (1)."""
    return (hour + 1) // 2 % 12


def hour_cycle(day_stem: int, branch: int) -> int:
    """The sexagenary index of a double hour, by the stem of its day (五鼠遁: 甲己还加甲)."""
    return (day_stem % 5 * 12 + branch) % 60


def nayin(index: int) -> str:
    """The 纳音 of a place in the cycle."""
    return NAYIN[index % 60 // 2]


def void_branches(index: int) -> list[str]:
    """The two branches left over in the decade (旬) of a place in the cycle."""
    first = (10 + index % 12 - index % 10) % 12
    return [BRANCHES[first], BRANCHES[(first + 1) % 12]]
