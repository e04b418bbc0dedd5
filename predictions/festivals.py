"""Festivals and seasons of a civil day: fixed tables and counting rules, no computation of the sky."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from tyme4py.holiday import LegalHoliday

from predictions.cycles import STEMS, day_cycle

LUNAR_FESTIVALS = {
    (1, 1): "春节",
    (1, 15): "元宵节",
    (2, 2): "龙抬头",
    (3, 3): "上巳节",
    (5, 5): "端午节",
    (7, 7): "七夕节",
    (7, 15): "中元节",
    (8, 15): "中秋节",
    (9, 9): "重阳节",
    (10, 1): "寒衣节",
    (10, 15): "下元节",
    (12, 8): "腊八节",
    (12, 23): "北方小年",
    (12, 24): "南方小年",
}
TERM_FESTIVALS = {"清明": "清明节", "冬至": "冬至节"}
# (month, day): (name, first year it was kept)
SOLAR_FESTIVALS = {
    (1, 1): ("元旦", 1950),
    (2, 14): ("情人节", 1950),
    (3, 8): ("妇女节", 1950),
    (3, 12): ("植树节", 1979),
    (5, 1): ("劳动节", 1950),
    (5, 4): ("青年节", 1950),
    (6, 1): ("儿童节", 1950),
    (7, 1): ("建党节", 1941),
    (8, 1): ("建军节", 1933),
    (9, 10): ("教师节", 1985),
    (10, 1): ("国庆节", 1950),
    (12, 25): ("圣诞节", 1950),
}
# (month, weekday with Monday 0, which one): (name, first year)
WEEKDAY_FESTIVALS = {
    (5, 6, 2): ("母亲节", 1914),
    (6, 6, 3): ("父亲节", 1972),
    (11, 3, 4): ("感恩节", 1942),
}
NINES = "一二三四五六七八九"


def festivals_on(
    day: date, lunar: tuple[int, int, bool], last_day_of_year: bool, term: str | None
) -> list[str]:
    """The festivals of a day; ``lunar`` is (month, day, leap). Nothing is kept in a leap month."""
    month, number, leap = lunar
    names: list[str | None] = []
    if not leap:
        names.append(LUNAR_FESTIVALS.get((month, number)))
    names.append("除夕" if last_day_of_year else None)
    names.append(TERM_FESTIVALS.get(term or ""))
    names.append(_since(SOLAR_FESTIVALS.get((day.month, day.day)), day.year))
    which = (day.month, day.weekday(), (day.day - 1) // 7 + 1)
    names.append(_since(WEEKDAY_FESTIVALS.get(which), day.year))
    return [name for name in names if name]


def _since(festival: tuple[str, int] | None, year: int) -> str | None:
    return festival[0] if festival and year >= festival[1] else None


@lru_cache(maxsize=1024)
def legal_holiday(day: date) -> tuple[str, bool] | None:
    """(name, whether it is a working day moved by the holiday) where the State Council's list is known
    (2002-2026).
    """
    found = LegalHoliday.from_ymd(day.year, day.month, day.day)
    return (found.get_name(), found.is_work()) if found else None


def dog_day(day: date, summer_solstice: date, autumn_begins: date) -> str | None:
    """三伏: 初伏 from the third 庚 day on or after 夏至, 中伏 from the fourth, 末伏 from the first on or
    after 立秋.
    """
    first = _geng_day(summer_solstice) + timedelta(days=20)
    middle = first + timedelta(days=10)
    last = _geng_day(autumn_begins)
    for name, start, end in (
        ("初伏", first, middle),
        ("中伏", middle, last),
        ("末伏", last, last + timedelta(days=10)),
    ):
        if start <= day < end:
            return f"{name}第{(day - start).days + 1}天"
    return None


def _geng_day(start: date) -> date:
    return start + timedelta(days=(STEMS.index("庚") - day_cycle(start)) % 10)


def nine_day(day: date, winter_solstice: date) -> str | None:
    """数九: nine times nine days counted from 冬至."""
    passed = (day - winter_solstice).days
    return f"{NINES[passed // 9]}九第{passed % 9 + 1}天" if 0 <= passed < 81 else None
