"""Days of both calendars as the API writes them, and the nearest possible day where one does not exist."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from predictions.lunar import LunarDate, LunarMonth, day_name, lunar_year, to_solar
from predictions.types import Json

FIRST_YEAR, LAST_YEAR = 1900, 2100
MONTH_NAMES = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")


class Impossible(Exception):
    """A day that does not exist; `nearest` are dates of the API that do."""

    def __init__(self, text: str, nearest: tuple[Json, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.nearest = nearest


def month_length(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def solar_dict(day: date) -> Json:
    return {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}


def lunar_dict(year: int, month: int, day: int, leap: bool) -> Json:
    shown: Json = {"calendar": "lunar", "year": year, "month": month, "day": day}
    return shown | ({"leap": True} if leap else {})


def lunar_on(day: LunarDate | LunarMonth) -> tuple[int, int, bool]:
    """The month of a lunar day, or the month itself, as a key."""
    return day.year, day.month, day.leap


def solar_label(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def day_label(known: Json) -> str:
    """公历2026年2月17日, 农历2025年闰六月初一: in words that the parser reads back, as far as it is known."""
    lunar = known["calendar"] == "lunar"
    year = f"{known['year']}年" if "year" in known else ""
    month, day = known.get("month"), known.get("day")
    if lunar:
        shown = f"{'闰' if known.get('leap') else ''}{MONTH_NAMES[month - 1]}月" if month else ""
        return f"农历{year}{shown}{day_name(day) if day else ''}"
    return f"公历{year}{f'{month}月' if month else ''}{f'{day}日' if day else ''}"


def solar_day(calendar: str, year: int, month: int, day: int, leap: bool) -> date:
    """The civil day of a date; raises Impossible with the reason and the nearest possible days."""
    in_range(year)
    if not 1 <= month <= 12:
        hint = "（闰月请写“闰几月”）" if calendar == "lunar" else ""
        raise Impossible(f"没有{month}月，一年只有1到12月{hint}。", _in_december(calendar, year, day))
    if calendar == "lunar":
        return _lunar_day(year, month, day, leap)
    length = month_length(year, month)
    if 1 <= day <= length:
        return date(year, month, day)
    raise Impossible(
        f"{year}年{month}月没有{day}日，只有1日到{length}日。",
        _around(date(year, month, 1 if day < 1 else length), day),
    )


def in_range(year: int) -> int:
    """The year itself; raises Impossible with the first or last day that can be looked up."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        return year
    edge = date(FIRST_YEAR, 1, 1) if year < FIRST_YEAR else date(LAST_YEAR, 12, 31)
    limits = f"{FIRST_YEAR}–{LAST_YEAR}年"
    raise Impossible(
        f"{year}年超出了可以查询的范围（{limits}），最近的是{edge.year}年。", (solar_dict(edge),)
    )


def _in_december(calendar: str, year: int, day: int) -> tuple[Json, ...]:
    if calendar == "lunar" or not 1 <= day <= 31:
        return ()
    return (solar_dict(date(year, 12, day)),)


def _around(edge: date, wanted: int) -> tuple[Json, ...]:
    """The last day of the month and, for a day past it, the first of the next month."""
    if wanted < 1 or (edge.year, edge.month) == (LAST_YEAR, 12):
        return (solar_dict(edge),)
    return solar_dict(edge), solar_dict(date.fromordinal(edge.toordinal() + 1))


def _lunar_day(year: int, month: int, day: int, leap: bool) -> date:
    months = lunar_year(year)
    found = months.find(month, leap)
    if found is None:
        raise _no_leap_month(year, month, day)
    if 1 <= day <= found.length:
        return to_solar(found, day)
    shown = f"农历{year}年{'闰' if leap else ''}{MONTH_NAMES[month - 1]}月"
    if not 1 <= day <= 30:
        raise Impossible(f"{shown}没有第{day}天，只有初一到{day_name(found.length)}。", _last_and_next(found))
    eve = "（除夕就是廿九）" if month == 12 and not _follows(months.months, found) else ""
    raise Impossible(f"{shown}只有{found.length}天，没有{day_name(day)}{eve}。", _last_and_next(found))


def _follows(months: tuple[LunarMonth, ...], found: LunarMonth) -> bool:
    return months.index(found) + 1 < len(months)


def _last_and_next(month: LunarMonth) -> tuple[Json, ...]:
    last = lunar_dict(month.year, month.month, month.length, month.leap)
    months = lunar_year(month.year).months
    place = months.index(month) + 1
    if place < len(months):
        after = months[place]
        return last, lunar_dict(after.year, after.month, 1, after.leap)
    return (last, lunar_dict(month.year + 1, 1, 1, False)) if month.year < LAST_YEAR else (last,)


def _no_leap_month(year: int, month: int, day: int) -> Impossible:
    """2024年闰六月: the same day of the plain month, or of the year's own leap month."""
    actual = lunar_year(year).leap_month
    said = f"那年闰的是{MONTH_NAMES[actual - 1]}月" if actual else "那年没有闰月"
    choices = [(month, False)] + ([(actual, True)] if actual else [])
    months = [(lunar_year(year).find(*choice), choice) for choice in choices]
    nearest = [
        lunar_dict(year, choice[0], day, choice[1])
        for found, choice in months
        if found is not None and 1 <= day <= found.length
    ]
    return Impossible(f"农历{year}年没有闰{MONTH_NAMES[month - 1]}月，{said}。", tuple(nearest))
