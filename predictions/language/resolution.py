"""From a DayText to a day of the calendar: the written rules of docs/predictions.md, never a clamp, never a guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from predictions.cycles import ZODIAC, cycle_name
from predictions.language.calendar_days import (
    FIRST_YEAR,
    LAST_YEAR,
    Impossible,
    day_label,
    lunar_dict,
    lunar_on,
    month_length,
    solar_day,
    solar_dict,
    solar_label,
)
from predictions.language.days import DayText, Year
from predictions.language.festivals import FOLK_DAYS, Festival
from predictions.lunar import lunar_year, to_lunar, to_solar
from predictions.solar_terms import TERM_NAMES, term
from predictions.types import Json

BIRTH, TARGET = "birth", "target"


@dataclass(frozen=True, slots=True)
class DayReading:
    """What a DayText means.

    `date` is a date of the API (calendar, year, month, day, leap?), incomplete where `missing` names parts. With a
    `problem`, `choices` are the nearest possible days; without one, they are what the text could equally mean.
    """

    date: Json = field(default_factory=dict)
    solar: date | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choices: tuple[Json, ...] = ()
    problem: str = ""

    @property
    def certain(self) -> bool:
        return not (self.problem or self.choices or self.missing)


def read_day(day: DayText, today: date, role: str) -> DayReading:
    """The day that a text names, for a birth (always in the past, never completed) or for a day to look at."""
    try:
        reading = _READERS[day.kind](day, today, role)
    except Impossible as impossible:
        return DayReading(problem=impossible.text, choices=impossible.nearest)
    if day.after and reading.solar is not None:
        return _moved(reading, day.after)
    return reading


def _moved(reading: DayReading, days: int) -> DayReading:
    assert reading.solar is not None
    return replace(_solar(reading.solar + timedelta(days=days)), notes=reading.notes)


def _solar(day: date, *notes: str) -> DayReading:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Impossible(f"{day.year}年超出了可以查询的范围（{FIRST_YEAR}–{LAST_YEAR}年）。")
    return DayReading(solar_dict(day), day, notes=notes)


def _either(days: list[Json], *notes: str) -> DayReading:
    return DayReading(choices=tuple(days), notes=notes)


def _exact(calendar: str, year: int, month: int, day: int, leap: bool, *notes: str) -> DayReading:
    solar = solar_day(calendar, year, month, day, leap)
    if calendar == "solar":
        return DayReading(solar_dict(solar), solar, notes=notes)
    return DayReading(lunar_dict(year, month, day, leap), solar, notes=notes)


# --- civil dates ---------------------------------------------------------------------------------------------------


def _civil(day: DayText, today: date, role: str) -> DayReading:
    if day.calendar == "either" and day.month and day.day:
        return _either_calendar(day, today, role)
    if day.month is None and day.day is not None:
        return _day_of_month(day, today, role)
    years = _years(day, today, role)
    if len(years) > 1:
        return _either([_part(replace(day, year=Year("written", year))) for year in years])
    year = years[0] if years else None
    if day.month is None or day.day is None or (year is None and role == BIRTH):
        return _incomplete(replace(day, year=Year("written", year) if year else None))
    if year is not None:
        return _exact(day.calendar, year, day.month, day.day, day.leap, *_year_notes(day, year))
    if day.year is not None:
        return _relative_lunar(day, today)
    return _next_civil(day, today)


def _either_calendar(day: DayText, today: date, role: str) -> DayReading:
    """四月二十三 without 日 or 号: both calendars write so. Days that everybody knows as lunar are lunar."""
    if role == TARGET and (day.month, day.day) in FOLK_DAYS:
        reading = _civil(replace(day, calendar="lunar"), today, role)
        return replace(reading, notes=(*reading.notes, f"“{day.text}”按农历理解"))
    readings = []
    problems = []
    for calendar in ("solar", "lunar"):
        try:
            readings.append(_civil(replace(day, calendar=calendar), today, role))
        except Impossible as impossible:
            problems.append(impossible)
    if not readings:
        raise problems[0]
    if len(readings) == 1:
        return readings[0]
    return _either([choice for reading in readings for choice in (reading.choices or (reading.date,))])


def _years(day: DayText, today: date, role: str) -> list[int]:
    """The calendar years that the year of a civil date can mean; empty when it depends on the day itself."""
    year = day.year
    if year is None or (year.kind == "relative" and day.calendar == "lunar"):
        return []
    if year.kind in {"written", "short"}:
        return [_checked(_full_year(year, today), year.cycle)]
    if year.kind == "relative":
        return [today.year + year.value]
    return _cycle_years(year, to_lunar(today).year, role)


def _full_year(year: Year, today: date) -> int:
    """Two digits up to next year's are of this century, others of the last."""
    if year.kind == "written":
        return year.value
    century = today.year // 100 * 100
    return century + year.value - (100 if year.value > (today.year + 1) % 100 else 0)


def _checked(year: int, cycle: str) -> int:
    """1990年(庚午): a cycle name that is not that year's is told, neither of the two is preferred."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        nearest = "1900年" if year < FIRST_YEAR else "2100年"
        raise Impossible(f"{year}年超出了可以查询的范围（{FIRST_YEAR}–{LAST_YEAR}年），最近的是{nearest}。")
    actual = cycle_name(year - 4)
    if cycle and cycle != actual:
        raise Impossible(f"{year}年是{actual}年，不是{cycle}年，请核对。")
    return year


def _cycle_years(year: Year, this: int, role: str) -> list[int]:
    """庚午年, 马年: for a birth every such year of the last 120, for another day the nearest, at best ahead."""
    if year.kind == "ganzhi":
        found = [y for y in range(FIRST_YEAR, LAST_YEAR + 1) if cycle_name(y - 4) == year.cycle]
    else:
        found = [y for y in range(FIRST_YEAR, LAST_YEAR + 1) if (y - 4) % 12 == year.value]
    if not found:
        raise Impossible(f"六十甲子中没有“{year.cycle}”，请核对。")
    if role == BIRTH:
        return sorted((y for y in found if this - 120 < y <= this), reverse=True)
    return [min(found, key=lambda y: (abs(y - this), y < this))]


def _year_notes(day: DayText, year: int) -> tuple[str, ...]:
    if day.year is not None and day.year.kind in {"ganzhi", "zodiac", "short"}:
        name = day.year.cycle or (
            ZODIAC[day.year.value] if day.year.kind == "zodiac" else f"{day.year.value:02}"
        )
        return (f"“{name}年”按{year}年理解",)
    return ()


def _part(day: DayText) -> Json:
    """A date of the API with what is known of it."""
    known: Json = {"calendar": "solar" if day.calendar == "either" else day.calendar}
    if day.year is not None:
        known["year"] = day.year.value
    known |= {name: value for name, value in (("month", day.month), ("day", day.day)) if value is not None}
    return known | ({"leap": True} if day.leap else {})


def _incomplete(day: DayText) -> DayReading:
    known = _part(day)
    _possible(known)
    return DayReading(known, missing=tuple(part for part in ("year", "month", "day") if part not in known))


def _possible(known: Json) -> None:
    """A part that no year can make right is told at once: 13月, 2月30日."""
    longest = 30 if known["calendar"] == "lunar" else 31
    month, day = known.get("month", 1), known.get("day", 1)
    if not 1 <= month <= 12:
        raise Impossible(f"没有{month}月，一年只有1到12月。")
    if known["calendar"] == "solar":
        longest = month_length(2000, month)
    if not 1 <= day <= longest:
        raise Impossible(f"{month}月没有{day}日，最多到{longest}日。")


def _day_of_month(day: DayText, today: date, role: str) -> DayReading:
    """17号, 初八, 下个月初八: of the named month, else the next such day."""
    assert day.day is not None
    if role == BIRTH and day.shift is None:
        return DayReading({"calendar": day.calendar, "day": day.day}, missing=("year", "month"))
    if day.calendar == "lunar":
        return _lunar_day_of_month(day, today)
    if day.calendar == "either":
        day = replace(day, calendar="solar")
    months = range(day.shift, day.shift + 1) if day.shift is not None else range(0, 3)
    for step in months:
        year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
        if day.shift is None and (
            day.day > month_length(year, month + 1) or date(year, month + 1, day.day) < today
        ):
            continue
        return _exact("solar", year, month + 1, day.day, False)
    raise Impossible(f"没有{day.day}号，一个月最多31天。")


def _lunar_day_of_month(day: DayText, today: date) -> DayReading:
    assert day.day is not None
    now = to_lunar(today)
    months = [month for year in (now.year - 1, now.year, now.year + 1) for month in lunar_year(year).months]
    here = next(
        place for place, month in enumerate(months) if (month.year, month.month, month.leap) == lunar_on(now)
    )
    place = here + (day.shift if day.shift is not None else int(day.day < now.day))
    month = months[place]
    reading = _exact("lunar", month.year, month.month, day.day, month.leap)
    if day.shift is None or not day.shift:
        return reading
    other = _named_solar_month(day, today)
    return replace(
        reading, notes=(*reading.notes, f"按农历理解；如指公历请说{solar_label(other)}") if other else ()
    )


def _named_solar_month(day: DayText, today: date) -> date | None:
    assert day.day is not None and day.shift is not None
    year, month = divmod(today.year * 12 + today.month - 1 + day.shift, 12)
    return date(year, month + 1, day.day) if 1 <= day.day <= month_length(year, month + 1) else None


def _next_civil(day: DayText, today: date) -> DayReading:
    """Month and day without a year: the next time it comes, today included."""
    assert day.month is not None and day.day is not None
    _possible(_part(day))
    if day.calendar == "lunar":
        return _next_lunar(day, today)
    for year in range(today.year, today.year + 9):
        if day.day <= month_length(year, day.month) and date(year, day.month, day.day) >= today:
            note = f"没有写年份，按最近的下一次（{year}年）" if year != today.year else ""
            return _exact("solar", year, day.month, day.day, False, *([note] if note else []))
    raise Impossible(f"没有{day.month}月{day.day}日。")


def _next_lunar(day: DayText, today: date) -> DayReading:
    assert day.month is not None and day.day is not None
    this = to_lunar(today).year
    for year in range(this, LAST_YEAR + 1):
        month = lunar_year(year).find(day.month, day.leap)
        if month is None or to_solar(month, min(day.day, month.length)) < today:
            continue
        note = f"没有写年份，按最近的下一次（农历{year}年）" if year != this else ""
        return _exact("lunar", year, day.month, day.day, day.leap, *([note] if note else []))
    raise Impossible(f"{LAST_YEAR}年以前没有这样的闰月。")


def _relative_lunar(day: DayText, today: date) -> DayReading:
    """今年, 明年 before a lunar date: lunar year and solar year can be two different days around New Year."""
    assert day.year is not None and day.month is not None and day.day is not None
    this, month, number = to_lunar(today).year, day.month, day.day
    by_lunar = _exact("lunar", this + day.year.value, month, number, day.leap)
    wanted = today.year + day.year.value
    by_solar = [
        d
        for d in (_lunar_day(y, month, number, day.leap) for y in (wanted - 1, wanted))
        if d and d.year == wanted
    ]
    return _settled(by_lunar, by_solar, today, day.year.value)


def _lunar_day(year: int, month: int, day: int, leap: bool = False) -> date | None:
    found = lunar_year(year).find(month, leap)
    return to_solar(found, day or found.length) if found and day <= found.length else None


def _settled(by_lunar: DayReading, by_solar: list[date], today: date, shift: int) -> DayReading:
    """今年 is the lunar year as long as that day is still ahead; otherwise two different days are a question."""
    others = [day for day in by_solar if day != by_lunar.solar]
    assert by_lunar.solar is not None
    if not others or (shift == 0 and by_lunar.solar >= today):
        return by_lunar
    return _either([solar_dict(day) for day in sorted([by_lunar.solar, *others])])


# --- named days ----------------------------------------------------------------------------------------------------


def _festival(day: DayText, today: date, role: str) -> DayReading:
    if len(day.festivals) > 1:
        readings = [_festival(replace(day, festivals=(one,)), today, role) for one in day.festivals]
        return _either([choice for reading in readings for choice in (reading.choices or (reading.date,))])
    (festival,) = day.festivals
    if day.year is None:
        return _next_festival(festival, today, role)
    years = _years(replace(day, calendar="solar"), today, role)
    if len(years) > 1:
        return _either([solar_dict(_occurrence(festival, year)) for year in years])
    year = years[0]
    _checked(year, "")
    if festival.calendar == "solar":
        return _solar(_occurrence(festival, year))
    if day.calendar == "lunar":
        return _solar(_occurrence(festival, year))
    return _lunar_festival(festival, day, year, today, role)


def _lunar_festival(festival: Festival, day: DayText, year: int, today: date, role: str) -> DayReading:
    """除夕 of 2026 is the one in the solar year 2026; a birth or 明年 asks where lunar and solar year differ."""
    assert day.year is not None
    inside = [d for d in (_occurrence(festival, y) for y in (year - 1, year)) if d.year == year]
    lunar = to_lunar(today).year + day.year.value if day.year.kind == "relative" else year
    by_lunar = _solar(_occurrence(festival, lunar))
    if inside == [by_lunar.solar] or not inside:
        return by_lunar
    if festival.month == 1:
        return _solar(inside[0])
    if day.year.kind == "relative":
        return _settled(by_lunar, inside, today, day.year.value)
    if role == BIRTH:
        return _either([solar_dict(d) for d in (*inside, by_lunar.solar) if d])
    return _solar(
        inside[0], f"按公历{year}年里的{festival.name}理解；农历{year}年的是{day_label(by_lunar.date)}"
    )


def _next_festival(festival: Festival, today: date, role: str) -> DayReading:
    if role == BIRTH:
        known: Json = {"calendar": festival.calendar, "month": festival.month}
        return DayReading(known | ({"day": festival.day} if festival.day else {}), missing=("year",))
    days = (_occurrence(festival, year) for year in range(today.year - 1, today.year + 3))
    return _solar(next(day for day in days if day >= today))


def _occurrence(festival: Festival, year: int) -> date:
    """The day of a festival in a year of its own calendar."""
    if festival.week:
        first = date(year, festival.month, 1)
        return first + timedelta(days=(festival.weekday - first.weekday()) % 7 + 7 * (festival.week - 1))
    if festival.calendar == "solar":
        return date(year, festival.month, festival.day)
    found = _lunar_day(year, festival.month, festival.day)
    assert found is not None
    return found


def _term(day: DayText, today: date, role: str) -> DayReading:
    if day.year is None and role == BIRTH:
        return DayReading(missing=("year",), notes=(f"{TERM_NAMES[day.value]}每年日期不同",))
    if day.year is None:
        days = (term(year, day.value).date for year in (today.year, today.year + 1))
        return _solar(next(found for found in days if found >= today))
    years = _years(replace(day, calendar="solar"), today, role)
    days_of = [solar_dict(term(_checked(year, ""), day.value).date) for year in years]
    return _either(days_of) if len(days_of) > 1 else _solar(term(years[0], day.value).date)


# --- days counted from today ---------------------------------------------------------------------------------------


def _days(day: DayText, today: date, role: str) -> DayReading:
    return _solar(_shifted(today, day.value))


def _shifted(today: date, days: int) -> date:
    if abs(days) > 366 * 300:
        raise Impossible("相隔的天数太多了，请直接写日期。")
    return today + timedelta(days=days)


def _months(day: DayText, today: date, role: str) -> DayReading:
    if abs(day.value) > 3600:
        raise Impossible("相隔的月数太多了，请直接写日期。")
    year, month = divmod(today.year * 12 + today.month - 1 + day.value, 12)
    return _exact("solar", year, month + 1, today.day, False)


def _years_away(day: DayText, today: date, role: str) -> DayReading:
    return _exact("solar", today.year + day.value, today.month, today.day, False)


def _weekday(day: DayText, today: date, role: str) -> DayReading:
    """周一 starts the week; without 上, 这 or 下 it is the next such day, today included."""
    monday = today - timedelta(days=today.weekday())
    if day.value == 7:
        saturday = monday + timedelta(days=7 * (day.shift or 0) + 5)
        return _either([solar_dict(saturday), solar_dict(saturday + timedelta(days=1))])
    if day.shift is None:
        return _solar(today + timedelta(days=(day.value - today.weekday()) % 7))
    return _solar(monday + timedelta(days=7 * day.shift + day.value))


def _range(day: DayText, today: date, role: str) -> DayReading:
    return DayReading(missing=("day",), problem=f"“{day.text}”是一段时间，请说具体哪一天。")


def _either_order(day: DayText, today: date, role: str) -> DayReading:
    """5/6/1990: the month comes first in America, the day in Europe."""
    assert day.year is not None and day.month is not None and day.day is not None
    year = _checked(day.year.value, "")
    orders = {(day.month, day.day), (day.day, day.month)}
    days = [solar_dict(solar_day("solar", year, month, number, False)) for month, number in sorted(orders)]
    return _either(days) if len(days) > 1 else _exact("solar", year, day.month, day.day, False)


_READERS: dict[str, Callable[[DayText, date, str], DayReading]] = {
    "civil": _civil,
    "festival": _festival,
    "term": _term,
    "days": _days,
    "months": _months,
    "years": _years_away,
    "weekday": _weekday,
    "range": _range,
    "either_order": _either_order,
}
