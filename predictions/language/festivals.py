"""Days that people call by name: the festivals of both calendars."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Festival:
    """A yearly day. `day` 0 is the last of the month; `week` n is the n-th `weekday` (Monday 0) of it."""

    name: str
    calendar: str
    month: int
    day: int = 0
    week: int = 0
    weekday: int = 0


def _solar(name: str, month: int, day: int) -> Festival:
    return Festival(name, "solar", month, day)


def _lunar(name: str, month: int, day: int) -> Festival:
    return Festival(name, "lunar", month, day)


_SPRING = _lunar("春节", 1, 1)
_EVE = _lunar("除夕", 12, 0)
_LANTERN = _lunar("元宵节", 1, 15)
_DRAGON_HEAD = _lunar("龙抬头", 2, 2)
_SHANGSI = _lunar("上巳节", 3, 3)
_DRAGON_BOAT = _lunar("端午节", 5, 5)
_SEVENTH = _lunar("七夕", 7, 7)
_GHOST = _lunar("中元节", 7, 15)
_MOON = _lunar("中秋节", 8, 15)
_DOUBLE_NINTH = _lunar("重阳节", 9, 9)
_LABA = _lunar("腊八", 12, 8)
_NATIONAL = _solar("国庆节", 10, 1)
_LABOUR = _solar("劳动节", 5, 1)
_CHILDREN = _solar("儿童节", 6, 1)
_NEW_YEAR = _solar("元旦", 1, 1)
_WOMEN = _solar("妇女节", 3, 8)
_YOUTH = _solar("青年节", 5, 4)
_PARTY = _solar("建党节", 7, 1)
_ARMY = _solar("建军节", 8, 1)
_CHRISTMAS = _solar("圣诞节", 12, 25)

# Two customs, two days: the person chooses.
LITTLE_NEW_YEAR = (_lunar("北方小年", 12, 23), _lunar("南方小年", 12, 24))

FESTIVALS: dict[str, Festival] = {
    "春节": _SPRING, "农历新年": _SPRING, "新春": _SPRING, "过年": _SPRING,
    "除夕": _EVE, "大年三十": _EVE, "年三十": _EVE, "年夜": _EVE, "大年夜": _EVE, "大年卅": _EVE,
    "元宵节": _LANTERN, "元宵": _LANTERN, "上元节": _LANTERN,
    "龙抬头": _DRAGON_HEAD, "上巳节": _SHANGSI,
    "端午节": _DRAGON_BOAT, "端午": _DRAGON_BOAT, "端阳": _DRAGON_BOAT,
    "七夕节": _SEVENTH, "七夕": _SEVENTH, "乞巧节": _SEVENTH,
    "中元节": _GHOST, "鬼节": _GHOST, "七月半": _GHOST,
    "中秋节": _MOON, "中秋": _MOON, "八月节": _MOON,
    "重阳节": _DOUBLE_NINTH, "重阳": _DOUBLE_NINTH,
    "寒衣节": _lunar("寒衣节", 10, 1), "下元节": _lunar("下元节", 10, 15),
    "腊八节": _LABA, "腊八": _LABA, "北方小年": LITTLE_NEW_YEAR[0], "南方小年": LITTLE_NEW_YEAR[1],
    "元旦节": _NEW_YEAR, "元旦": _NEW_YEAR, "情人节": _solar("情人节", 2, 14),
    "妇女节": _WOMEN, "三八节": _WOMEN, "植树节": _solar("植树节", 3, 12), "愚人节": _solar("愚人节", 4, 1),
    "劳动节": _LABOUR, "五一": _LABOUR, "青年节": _YOUTH, "五四": _YOUTH,
    "儿童节": _CHILDREN, "六一": _CHILDREN, "建党节": _PARTY, "建军节": _ARMY, "八一": _ARMY,
    "教师节": _solar("教师节", 9, 10), "国庆节": _NATIONAL, "国庆": _NATIONAL, "十一假期": _NATIONAL,
    "十一国庆": _NATIONAL, "十一黄金周": _NATIONAL, "双十一": _solar("双十一", 11, 11),
    "平安夜": _solar("平安夜", 12, 24), "圣诞节": _CHRISTMAS, "圣诞": _CHRISTMAS,
    "母亲节": Festival("母亲节", "solar", 5, week=2, weekday=6),
    "父亲节": Festival("父亲节", "solar", 6, week=3, weekday=6),
    "感恩节": Festival("感恩节", "solar", 11, week=4, weekday=3),
}  # fmt: skip

# Names made of numerals mean a day only where no numeral or unit touches them (一九八一年, 十一点, 五一二).
NUMERAL_FESTIVALS = frozenset({"五一", "五四", "六一", "八一"})

# 八月十五 is the lunar day to everybody; other days in Chinese numerals could be of either calendar.
FOLK_DAYS = frozenset({(2, 2), (3, 3), (5, 5), (7, 7), (7, 15), (8, 15), (9, 9)})
