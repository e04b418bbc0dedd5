"""大运: which way the luck cycles run, when they begin, what they are.

Yang years of men and yin years of women run forward to the next 节, the others back to the 节 before; three
days make a year (三命通会 卷二·论大运). The option ``dayun`` says how finely the days are counted.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from predictions.cycles import STEMS, cycle_name, hour_branch
from predictions.moment import Moment
from predictions.solar_terms import jie_around, solar_year_of
from predictions.systems.bazi_pillars import Pillars, ten_god
from predictions.types import Json

CYCLES = 10


@dataclass(frozen=True, slots=True)
class Span:
    """How long after birth the first cycle begins."""

    years: int
    months: int
    days: int
    hours: int
    minutes: int

    def as_dict(self) -> Json:
        return {
            "years": self.years,
            "months": self.months,
            "days": self.days,
            "hours": self.hours,
            "minutes": self.minutes,
        }

    def after(self, birth: datetime) -> datetime:
        """Years and months by the calendar, then the rest; a day past the end of its month runs into the
        next.
        """
        months = 12 * (birth.year + self.years) + birth.month - 1 + self.months
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        overrun = max(birth.day - last, 0)
        begun = birth.replace(year=year, month=month + 1, day=birth.day - overrun)
        return begun + timedelta(days=self.days + overrun, hours=self.hours, minutes=self.minutes)


def luck_of(moment: Moment, pillars: Pillars, gender: str | None, options: Json) -> Json | None:
    """The luck facts; null without a gender, and without an hour only direction and names."""
    if gender is None:
        return None
    forward = (pillars.year % 2 == 0) == (gender == "male")
    names = [_cycle(pillars, step if forward else -step) for step in range(1, CYCLES + 1)]
    if moment.instant is None or moment.standard is None:
        unknown = {"start_age": None, "start_year": None, "nominal_age": None, "start_date": None}
        return {"start": None, "forward": forward, "cycles": [name | unknown for name in names]}
    span = _span(moment.standard, _border(moment, pillars, forward), options["dayun"])
    begun = span.after(moment.standard)
    nominal = _year_label(moment.instant + (begun - moment.standard)) - _year_label(moment.instant) + 1
    cycles = [
        name
        | {
            "start_age": span.years + 10 * step,
            "start_year": begun.year + 10 * step,
            "nominal_age": nominal + 10 * step,
            "start_date": span_start(begun, step),
        }
        for step, name in enumerate(names)
    ]
    return {"start": span.as_dict(), "forward": forward, "cycles": cycles}


def _cycle(pillars: Pillars, steps: int) -> Json:
    index = (pillars.month + steps) % 60
    return {"ganzhi": cycle_name(index), "ten_god": ten_god(pillars.day % 10, index % 10)}


def _border(moment: Moment, pillars: Pillars, forward: bool) -> datetime:
    """The instant of the 节 that is counted to, on the local standard clock of the birth."""
    instant = (pillars.after if forward else pillars.before).instant
    if moment.instant is None or moment.standard is None:
        raise ValueError("a birth without an hour has no border")
    return moment.standard + (instant - moment.instant)


def _year_label(instant: datetime) -> int:
    """The year, from 立春, that an instant lies in; 虚岁 counts these."""
    return solar_year_of(jie_around(instant)[0])


def span_start(begun: datetime, step: int) -> str:
    """The day that a cycle begins, ten years apart; 29 February becomes the 28th in plain years."""
    year = begun.year + 10 * step
    day = min(begun.day, monthrange(year, begun.month)[1])
    return f"{year:04d}-{begun.month:02d}-{day:02d}"


def _span(birth: datetime, border: datetime, dayun: str) -> Span:
    return _COUNTS[dayun](min(birth, border), max(birth, border))


def _by_minutes(start: datetime, end: datetime) -> Span:
    """Three days a year carried down to the second: 4320 minutes a year, 360 a month, 12 a day, 30 s an
    hour.
    """
    seconds = int((end - start).total_seconds())
    years, seconds = divmod(seconds, 259200)
    months, seconds = divmod(seconds, 21600)
    days, seconds = divmod(seconds, 720)
    hours, seconds = divmod(seconds, 30)
    return Span(years, months, days, hours, 2 * seconds)


def _by_days(start: datetime, end: datetime) -> Span:
    """As _by_minutes, without a rest smaller than a day (元亨利贞 china95)."""
    minutes = int((end - start).total_seconds()) // 60
    years, minutes = divmod(minutes, 4320)
    months, minutes = divmod(minutes, 360)
    return Span(years, months, minutes // 12, 0, 0)


def _by_double_hours(start: datetime, end: datetime) -> Span:
    """A day is four months, a double hour ten days; 23:00 counts as the last double hour of its day."""
    hours = _place_in_day(end) - _place_in_day(start)
    days = (end.date() - start.date()).days
    if hours < 0:
        hours, days = hours + 12, days - 1
    months = hours * 10 // 30
    years, whole_months = divmod(days * 4 + months, 12)
    return Span(years, whole_months, hours * 10 - months * 30, 0, 0)


def _place_in_day(moment: datetime) -> int:
    return 11 if moment.hour == 23 else hour_branch(moment.hour)


_COUNTS: dict[str, Callable[[datetime, datetime], Span]] = {
    "minutes": _by_minutes,
    "shichen": _by_double_hours,
    "china95": _by_days,
}


def direction_reason(pillars: Pillars, gender: str) -> str:
    """阳男顺行 and its three siblings, for the trace."""
    polarity = "阳阴"[pillars.year % 2]
    person = "男" if gender == "male" else "女"
    forward = (pillars.year % 2 == 0) == (gender == "male")
    return f"年干{STEMS[pillars.year % 10]}属{polarity}，{polarity}{person}{'顺' if forward else '逆'}行"
