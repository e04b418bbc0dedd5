"""Which calendar year a written year means: two digits, 庚午, 马年, 民国; see docs/predictions.md."""

from __future__ import annotations

from datetime import date

from predictions.cycles import ZODIAC, cycle_name
from predictions.language.calendar_days import FIRST_YEAR, LAST_YEAR, Impossible, in_range
from predictions.language.days import DayText, Year
from predictions.lunar import to_lunar

BIRTH, TARGET = "birth", "target"


def calendar_years(day: DayText, today: date, role: str) -> list[int]:
    """The years that the year of a day can mean; empty when it depends on the day itself."""
    year = day.year
    if year is None or (year.kind == "relative" and day.calendar == "lunar"):
        return []
    if year.kind in {"written", "short"}:
        return [_checked(_full_year(year, today), year.cycle)]
    if year.kind == "relative":
        return [in_range(today.year + year.value)]
    return _cycle_years(year, to_lunar(today).year, role)


def _full_year(year: Year, today: date) -> int:
    """Two digits up to next year's are of this century, others of the last."""
    if year.kind == "written":
        return year.value
    century = today.year // 100 * 100
    return century + year.value - (100 if year.value > (today.year + 1) % 100 else 0)


def _checked(year: int, cycle: str) -> int:
    """1990年(庚午): a cycle name that is not that year's is told, neither of the two is preferred."""
    actual = cycle_name(in_range(year) - 4)
    if cycle and cycle != actual:
        raise Impossible(f"{year}年是{actual}年，不是{cycle}年，请核对。")
    return year


def _cycle_years(year: Year, this: int, role: str) -> list[int]:
    """庚午年, 马年: for a birth every such year of the last 120, else the nearest, at best ahead."""
    if year.kind == "ganzhi":
        found = [y for y in range(FIRST_YEAR, LAST_YEAR + 1) if cycle_name(y - 4) == year.cycle]
    else:
        found = [y for y in range(FIRST_YEAR, LAST_YEAR + 1) if (y - 4) % 12 == year.value]
    if not found:
        raise Impossible(f"六十甲子中没有“{year.cycle}”，请核对。")
    if role == BIRTH:
        return sorted((y for y in found if this - 120 < y <= this), reverse=True)
    return [min(found, key=lambda y: (abs(y - this), y < this))]


def year_notes(day: DayText, year: int) -> tuple[str, ...]:
    if day.year is not None and day.year.kind in {"ganzhi", "zodiac", "short"}:
        name = day.year.cycle or (
            ZODIAC[day.year.value] if day.year.kind == "zodiac" else f"{day.year.value:02}"
        )
        return (f"“{name}年”按{year}年理解",)
    return ()
