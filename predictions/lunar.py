"""Our calendar: lunar months, solar terms and sexagenary cycles over tyme4py, with the published calendar on
top.

Two sources (option ``calendar_source``):

* ``hko``: the published civil calendar. tyme4py's day tables follow it for 1901-2100 except for the rows of
  ``PUBLISHED_MONTHS`` and ``PUBLISHED_TERMS`` (references: predictions-conventions section 1).
* ``astronomical``: GB/T 33661-2017 applied to computed instants in UTC+8, whatever was published at the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from math import floor, pi

from tyme4py.lunar import LunarYear as TymeLunarYear
from tyme4py.solar import SolarTerm as TymeTerm
from tyme4py.util import ShouXingUtil

from predictions.cycles import ZODIAC, cycle_name, day_cycle
from predictions.festivals import dog_day, festivals_on, legal_holiday, nine_day
from predictions.solar_terms import (
    CHINA,
    J2000,
    J2000_DAY,
    Term,
    jie_by_day,
    month_cycle,
    next_term,
    solar_year_of,
    term,
    term_on,
    terms,
    utc_text,
)
from predictions.types import Json

__all__ = [
    "LunarDate",
    "LunarMonth",
    "LunarYear",
    "Term",
    "calendar_day",
    "lunar_year",
    "new_moon",
    "terms",
    "to_lunar",
]

WEEKDAYS = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
MONTH_NAMES = ("正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月", "腊月")

FIRST_LUNAR_YEAR, LAST_LUNAR_YEAR = 1899, 2101

# Published month starts that differ from the computation or cannot be decided today: (year, month) -> first
# day.
PUBLISHED_MONTHS = {(2057, 9): date(2057, 9, 28), (2089, 8): date(2089, 9, 4), (2097, 7): date(2097, 8, 7)}

# tyme4py fills its table of leap months when the first year is made, and two threads that do so at once fill it
# twice: every leap month of the process is another one from then on. An import is one thread's at a time.
TymeLunarYear(FIRST_LUNAR_YEAR)


@dataclass(frozen=True, slots=True)
class LunarMonth:
    """A month of the lunar calendar: its first civil day and 29 or 30 days."""

    year: int
    month: int
    leap: bool
    first: date
    length: int
    uncertain: bool

    @property
    def name(self) -> str:
        return ("闰" if self.leap else "") + MONTH_NAMES[self.month - 1]


@dataclass(frozen=True, slots=True)
class LunarYear:
    """A lunar year from 正月初一: 12 or 13 months in order."""

    year: int
    months: tuple[LunarMonth, ...]

    @property
    def leap_month(self) -> int | None:
        return next((month.month for month in self.months if month.leap), None)

    def find(self, month: int, leap: bool) -> LunarMonth | None:
        return next((found for found in self.months if (found.month, found.leap) == (month, leap)), None)

    def as_dict(self) -> Json:
        """What GET /api/v1/calendar/lunar/{year} answers."""
        months = [
            {
                "month": month.month,
                "leap": month.leap,
                "name": month.name,
                "first_day": month.first.isoformat(),
                "length": month.length,
                "uncertain": month.uncertain,
            }
            for month in self.months
        ]
        return {
            "year": self.year,
            "ganzhi": cycle_name(self.year - 4),
            "zodiac": ZODIAC[(self.year - 4) % 12],
            "leap_month": self.leap_month,
            "days": sum(month.length for month in self.months),
            "months": months,
        }


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the lunar calendar."""

    year: int
    month: int
    day: int
    leap: bool
    month_length: int
    uncertain: bool

    @property
    def text(self) -> str:
        """闰六月初一, without the year."""
        return f"{'闰' if self.leap else ''}{MONTH_NAMES[self.month - 1]}{day_name(self.day)}"

    def as_dict(self) -> Json:
        return {
            "year": self.year,
            "month": self.month,
            "day": self.day,
            "leap": self.leap,
            "month_length": self.month_length,
            "text": f"{cycle_name(self.year - 4)}年{self.text}",
        }


def day_name(day: int) -> str:
    """初一 … 三十."""
    if day in (10, 20, 30):
        return ("初十", "二十", "三十")[day // 10 - 1]
    return "初十廿"[day // 10] + "一二三四五六七八九"[day % 10 - 1]


@lru_cache(maxsize=512)
def lunar_year(year: int, source: str = "hko") -> LunarYear:
    """The months of a lunar year, 1899-2101; ``source`` is "hko" or "astronomical"."""
    if not FIRST_LUNAR_YEAR <= year <= LAST_LUNAR_YEAR:
        raise ValueError(f"lunar year {year} is outside {FIRST_LUNAR_YEAR}-{LAST_LUNAR_YEAR}")
    starts = _published_starts(year) if source == "hko" else _astronomical_starts(year)
    months = tuple(
        LunarMonth(year, month, leap, first, (after - first).days, _uncertain_month(year, month, leap))
        for (month, leap, first), (_, _, after) in pairwise(starts)
    )
    return LunarYear(year, months)


def _uncertain_month(year: int, month: int, leap: bool) -> bool:
    return not leap and (year, month) in PUBLISHED_MONTHS


def _published_starts(year: int) -> list[tuple[int, bool, date]]:
    """(month, leap, first day) of every month and of the next year's first, as published."""
    names = _month_numbers(TymeLunarYear(year).get_leap_month())
    days = _table_new_moons(year, len(names) + 1)
    starts = [(month, leap, day) for (month, leap), day in zip([*names, (1, False)], days, strict=True)]
    return [
        (month, leap, PUBLISHED_MONTHS.get((year, month), day) if not leap else day)
        for month, leap, day in starts[:-1]
    ] + starts[-1:]


def _month_numbers(leap_month: int) -> list[tuple[int, bool]]:
    numbers = [(month, False) for month in range(1, 13)]
    if leap_month:
        numbers.insert(leap_month, (leap_month, True))
    return numbers


def _table_new_moons(year: int, count: int) -> list[date]:
    """``count`` month starts from 正月 of ``year`` on, from the calendar table of tyme4py.

    正月 is the third new moon counted from the one at or before the winter solstice of the year before, or
    the fourth when a leap month 11 or 12 lies between; its own month class finds the same days at four times
    the cost.
    """
    solstice = TymeTerm(year, 0).get_cursory_julian_day()
    first = ShouXingUtil.calc_shuo(solstice)
    if first > solstice:
        first -= 29.53
    offset = 3 if TymeLunarYear(year - 1).get_leap_month() > 10 else 2
    days = (ShouXingUtil.calc_shuo(first + 29.5306 * (offset + step)) for step in range(count))
    return [J2000_DAY + timedelta(days=int(day)) for day in days]


def _astronomical_starts(year: int) -> list[tuple[int, bool, date]]:
    """The rules of GB/T 33661-2017, sections 4.2-4.4, by computed instants in UTC+8."""
    months = _sui(year) + _sui(year + 1)
    first = next(place for place, (month, leap, _) in enumerate(months) if month == 1 and not leap)
    after = next(
        place for place, (month, leap, _) in enumerate(months) if place > first and month == 1 and not leap
    )
    return months[first : after + 1]


@lru_cache(maxsize=512)
def _sui(year: int) -> list[tuple[int, bool, date]]:
    """The months from the one with the winter solstice of ``year`` - 1 up to, not including, that of
    ``year``.
    """
    start = _new_moon_number(term(year - 1, 23, "astronomical").date)
    end = _new_moon_number(term(year, 23, "astronomical").date)
    days = [_new_moon_day(number) for number in range(start, end + 1)]
    leap_place = _first_without_zhongqi(year, days) if len(days) == 14 else None
    months: list[tuple[int, bool, date]] = []
    month = 10
    for place, day in enumerate(days[:-1]):
        month += place != leap_place
        months.append(((month - 1) % 12 + 1, place == leap_place, day))
    return months


def _first_without_zhongqi(year: int, days: list[date]) -> int:
    """Compared by civil date, as the standard says: by instant, half of the leap years come out wrong."""
    zhongqi = [term(year - 1, 23, "astronomical").date]
    zhongqi += [term(year, index, "astronomical").date for index in range(1, 24, 2)]
    empty = (
        place
        for place in range(len(days) - 1)
        if not any(days[place] <= day < days[place + 1] for day in zhongqi)
    )
    return next(empty)


def _new_moon_number(day: date) -> int:
    """The lunation (0 is the new moon of 2000-01-06) in whose civil month ``day`` lies."""
    number = floor(((day - J2000_DAY).days - 5) / 29.530588) + 1
    while _new_moon_day(number) > day:
        number -= 1
    return number


@lru_cache(maxsize=4096)
def new_moon(number: int) -> datetime:
    """The instant (UTC, to the second) of a new moon; 0 is that of 2000-01-06."""
    century = ShouXingUtil.msa_lon_t(number * 2 * pi) * 36525
    utc = J2000 + timedelta(days=century - ShouXingUtil.dt_t(century))
    return (utc + timedelta(microseconds=500_000)).replace(microsecond=0, tzinfo=UTC)


def _new_moon_day(number: int) -> date:
    return new_moon(number).astimezone(CHINA).date()


def to_lunar(day: date, source: str = "hko") -> LunarDate:
    """The lunar date of a civil day between 1899-02-10 and the end of lunar year 2101."""
    year = lunar_year(day.year, source)
    if day < year.months[0].first:
        year = lunar_year(day.year - 1, source)
    month = next(found for found in reversed(year.months) if found.first <= day)
    passed = (day - month.first).days
    return LunarDate(month.year, month.month, passed + 1, month.leap, month.length, month.uncertain)


def to_solar(month: LunarMonth, day: int) -> date:
    """The civil day of a day of a lunar month; the caller has checked that the month is that long."""
    return month.first + timedelta(days=day - 1)


def calendar_day(day: date, source: str = "hko", year_boundary: str = "lichun") -> Json:
    """The facts of a civil day (DESIGN section 5, ``calendar``); also GET /api/v1/calendar/{date}.

    The sexagenary year changes on the day of 立春 (or on 正月初一, ``year_boundary`` "new_year"), the month
    on the day of its 节, as printed calendars do. ``zodiac`` changes on 正月初一, as people count it.
    """
    lunar = to_lunar(day, source)
    found = term_on(day, source)
    ordinal, _, _ = jie_by_day(day, source)
    year = solar_year_of(ordinal) if year_boundary == "lichun" else lunar.year
    following = next_term(day, source)
    return {
        "solar": day.isoformat(),
        "weekday": WEEKDAYS[day.weekday()],
        "lunar": lunar.as_dict(),
        "ganzhi": {
            "year": cycle_name(year - 4),
            "month": cycle_name(month_cycle(ordinal)),
            "day": cycle_name(day_cycle(day)),
        },
        "zodiac": ZODIAC[(lunar.year - 4) % 12],
        "term": found.name if found else None,
        "term_instant": utc_text(found.instant) if found else None,
        "term_local": found.local.isoformat() if found else None,
        "next_term": following.as_dict() | {"days": (following.date - day).days},
        "festivals": _festivals(day, lunar, found, source),
        "legal_holiday": _holiday(day),
        "season": _season(day, source),
        "uncertain": lunar.uncertain or bool(found and found.uncertain),
    }


def _festivals(day: date, lunar: LunarDate, found: Term | None, source: str) -> list[str]:
    tomorrow = to_lunar(day + timedelta(days=1), source)
    last = (tomorrow.month, tomorrow.day, tomorrow.leap) == (1, 1, False)
    return festivals_on(day, (lunar.month, lunar.day, lunar.leap), last, found.name if found else None)


def _holiday(day: date) -> Json | None:
    found = legal_holiday(day)
    return {"name": found[0], "work": found[1]} if found else None


def _season(day: date, source: str) -> str | None:
    solstice_year = day.year if day.month == 12 else day.year - 1
    return nine_day(day, term(solstice_year, 23, source).date) or dog_day(
        day, term(day.year, 11, source).date, term(day.year, 14, source).date
    )
