"""From a DayText to a day of the calendar by the rules of docs/predictions.md: no clamp, no guess."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from predictions.language.calendar_days import (
    LAST_YEAR,
    Impossible,
    day_label,
    in_range,
    lunar_dict,
    lunar_on,
    month_length,
    solar_day,
    solar_dict,
    solar_label,
)
from predictions.language.days import DayText, Year
from predictions.language.festivals import FOLK_DAYS, Festival
from predictions.language.years import BIRTH, TARGET, calendar_years, year_notes
from predictions.lunar import lunar_year, to_lunar, to_solar
from predictions.solar_terms import TERM_NAMES, term
from predictions.types import Json


@dataclass(frozen=True, slots=True)
class DayReading:
    """What a DayText means.

    `day` is a date of the API (calendar, year, month, day, leap?), incomplete where `missing` names parts.
    With a `problem`, `choices` are the nearest possible days; else they are what the text could equally mean,
    and `labels` name them where their dates say too little.
    """

    day: Json = field(default_factory=dict)
    solar: date | None = None
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    choices: tuple[Json, ...] = ()
    labels: tuple[str, ...] = ()
    problem: str = ""


def read_day(day: DayText, today: date, role: str) -> DayReading:
    """The day that a text names, for a birth (in the past, never completed) or for a day to look at."""
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
    in_range(day.year)
    return DayReading(solar_dict(day), day, notes=notes)


def _either(days: list[Json], *notes: str) -> DayReading:
    return DayReading(choices=tuple(days), notes=notes)


def _exact(calendar: str, year: int, month: int, day: int, leap: bool, *notes: str) -> DayReading:
    solar = solar_day(calendar, year, month, day, leap)
    if calendar == "solar":
        return DayReading(solar_dict(solar), solar, notes=notes)
    return DayReading(lunar_dict(year, month, day, leap), solar, notes=notes)


# --- civil dates


def _civil(day: DayText, today: date, role: str) -> DayReading:
    if day.calendar == "either" and day.month and day.day:
        return _either_calendar(day, today, role)
    if day.month is None and day.day is not None:
        return _day_of_month(day, today, role)
    years = calendar_years(day, today, role)
    if len(years) > 1:
        return _either([_part(replace(day, year=Year("written", year))) for year in years])
    return _civil_in(years[0] if years else None, day, today, role)


def _civil_in(year: int | None, day: DayText, today: date, role: str) -> DayReading:
    if day.month is None or day.day is None or (year is None and role == BIRTH):
        return _incomplete(replace(day, year=Year("written", year) if year else None))
    if year is not None:
        return _exact(day.calendar, year, day.month, day.day, day.leap, *year_notes(day, year))
    if day.year is not None:
        return _relative_lunar(day.year.value, day.month, day.day, day.leap, today)
    if day.calendar == "lunar":
        return _next_lunar(day.month, day.day, day.leap, today)
    return _next_solar(day.month, day.day, today)


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
    return _either([choice for reading in readings for choice in (reading.choices or (reading.day,))])


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
    number = day.day or 0
    if role == BIRTH and day.shift is None:
        return _incomplete(day)
    if day.calendar == "lunar":
        return _lunar_day_of_month(number, day.shift, today)
    for step in [day.shift] if day.shift is not None else range(3):
        year, month = _month_away(today, step)
        if day.shift is not None or (
            number <= month_length(year, month) and date(year, month, number or 1) >= today
        ):
            return _exact("solar", year, month, number, False)
    raise Impossible(f"没有{number}号，一个月最多31天。")


def _month_away(today: date, step: int) -> tuple[int, int]:
    year, month = divmod(today.year * 12 + today.month - 1 + step, 12)
    return in_range(year), month + 1


def _lunar_day_of_month(number: int, shift: int | None, today: date) -> DayReading:
    now = to_lunar(today)
    months = [month for year in (now.year - 1, now.year, now.year + 1) for month in lunar_year(year).months]
    here = next(place for place, month in enumerate(months) if lunar_on(month) == lunar_on(now))
    month = months[here + (shift if shift is not None else int(number < now.day))]
    reading = _exact("lunar", month.year, month.month, number, month.leap)
    if not shift:
        return reading
    year, named = _month_away(today, shift)
    if not 1 <= number <= month_length(year, named):
        return reading
    note = f"按农历理解；如指公历请说{solar_label(date(year, named, number))}"
    return replace(reading, notes=(*reading.notes, note))


def _next_solar(month: int, number: int, today: date) -> DayReading:
    """Month and day without a year: the next time it comes, today included."""
    ahead = [year for year in range(today.year, today.year + 9) if _falls_on(year, month, number, today)]
    year = ahead[0] if ahead else today.year + (month < today.month)
    note = f"没有写年份，按最近的下一次（{year}年）"
    return _exact("solar", year, month, number, False, *([note] if year != today.year else []))


def _falls_on(year: int, month: int, number: int, today: date) -> bool:
    if not (1 <= month <= 12 and 1 <= number <= month_length(year, month)):
        return False
    return date(year, month, number) >= today


def _next_lunar(month: int, number: int, leap: bool, today: date) -> DayReading:
    _possible({"calendar": "lunar", "month": month, "day": number})
    this = to_lunar(today).year
    for year in range(this, LAST_YEAR + 1):
        found = lunar_year(year).find(month, leap)
        if found is None or to_solar(found, min(number, found.length)) < today:
            continue
        note = f"没有写年份，按最近的下一次（农历{year}年）"
        return _exact("lunar", year, month, number, leap, *([note] if year != this else []))
    raise Impossible(f"{LAST_YEAR}年以前没有这样的月份。")


def _relative_lunar(shift: int, month: int, number: int, leap: bool, today: date) -> DayReading:
    """今年, 明年 before a lunar date: around New Year the lunar and the solar year are two days."""
    by_lunar = _exact("lunar", to_lunar(today).year + shift, month, number, leap)
    wanted = today.year + shift
    days = (_lunar_day(year, month, number, leap) for year in (wanted - 1, wanted))
    return _settled(by_lunar, [day for day in days if day and day.year == wanted], today, shift)


def _lunar_day(year: int, month: int, day: int, leap: bool = False) -> date | None:
    found = lunar_year(year).find(month, leap)
    return to_solar(found, day or found.length) if found and day <= found.length else None


def _settled(by_lunar: DayReading, by_solar: list[date], today: date, shift: int) -> DayReading:
    """今年 is the lunar year while that day is still ahead; else two different days are a question."""
    others = [day for day in by_solar if day != by_lunar.solar]
    assert by_lunar.solar is not None
    if not others or (shift == 0 and by_lunar.solar >= today):
        return by_lunar
    return _either([solar_dict(day) for day in sorted([by_lunar.solar, *others])])


# --- named days


def _festival(day: DayText, today: date, role: str) -> DayReading:
    if len(day.festivals) > 1:
        return _several_festivals(day, today, role)
    (festival,) = day.festivals
    if day.year is None:
        return _next_festival(festival, today, role)
    years = calendar_years(replace(day, calendar="solar"), today, role)
    if len(years) > 1:
        return _either([solar_dict(_occurrence(festival, year)) for year in years])
    year = years[0]
    if festival.calendar == "solar":
        return _solar(_occurrence(festival, year))
    if day.calendar == "lunar":
        return _solar(_occurrence(festival, year))
    return _lunar_festival(festival, day, year, today, role)


def _several_festivals(day: DayText, today: date, role: str) -> DayReading:
    days: list[Json] = []
    labels: list[str] = []
    for one in day.festivals:
        reading = _festival(replace(day, festivals=(one,)), today, role)
        days += reading.choices or (reading.day,)
        labels += [f"{day_label(choice)}（{one.name}）" for choice in reading.choices or (reading.day,)]
    return replace(_either(days), labels=tuple(labels))


def _lunar_festival(festival: Festival, day: DayText, year: int, today: date, role: str) -> DayReading:
    """除夕 of 2026 is that of the solar year; a birth or 明年 asks where the two years differ."""
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
        inside[0], f"按公历{year}年里的{festival.name}理解；农历{year}年的是{day_label(by_lunar.day)}"
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
        name = TERM_NAMES[day.value]
        why = f"{name}每年日期不同，请写出年份，例如“1990年{name}”。"
        return DayReading(missing=("year",), problem=why)
    if day.year is None:
        days = (term(year, day.value).date for year in (today.year, today.year + 1))
        return _solar(next(found for found in days if found >= today))
    years = calendar_years(replace(day, calendar="solar"), today, role)
    days_of = [solar_dict(term(year, day.value).date) for year in years]
    return _either(days_of) if len(days_of) > 1 else _solar(term(years[0], day.value).date)


# --- days counted from today


def _days(day: DayText, today: date, role: str) -> DayReading:
    return _solar(_shifted(today, day.value))


def _shifted(today: date, days: int) -> date:
    if abs(days) > 366 * 300:
        raise Impossible("相隔的天数太多了，请直接写日期。")
    return today + timedelta(days=days)


def _months(day: DayText, today: date, role: str) -> DayReading:
    if abs(day.value) > 3600:
        raise Impossible("相隔的月数太多了，请直接写日期。")
    year, month = _month_away(today, day.value)
    return _exact("solar", year, month, today.day, False)


def _years_away(day: DayText, today: date, role: str) -> DayReading:
    return _exact("solar", today.year + day.value, today.month, today.day, False)


def _weekday(day: DayText, today: date, role: str) -> DayReading:
    """周一 starts the week; without 上, 这 or 下 it is the next such day, today included."""
    monday = today - timedelta(days=today.weekday())
    if day.value == 7:
        saturday = monday + timedelta(days=7 * (day.shift or 0) + 5)
        days = [solar_dict(saturday), solar_dict(saturday + timedelta(days=1))]
        names = [f"{day_label(one)}（{name}）" for one, name in zip(days, ("周六", "周日"), strict=True)]
        return replace(_either(days), labels=tuple(names))
    if day.shift is None:
        return _solar(today + timedelta(days=(day.value - today.weekday()) % 7))
    return _solar(monday + timedelta(days=7 * day.shift + day.value))


def _range(day: DayText, today: date, role: str) -> DayReading:
    return DayReading(missing=("day",), problem=f"“{day.text}”是一段时间，请说具体哪一天。")


def _either_order(day: DayText, today: date, role: str) -> DayReading:
    """5/6/1990: the month comes first in America, the day in Europe."""
    year, first, second = calendar_years(day, today, role)[0], day.month or 1, day.day or 1
    days = [solar_dict(date(year, *order)) for order in sorted({(first, second), (second, first)})]
    return _either(days) if len(days) > 1 else _exact("solar", year, first, second, False)


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
