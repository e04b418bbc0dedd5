"""The 24 solar terms and the months they open.

Instants are tyme4py's (at most 3 s from DE431 for 1900-2026, a Delta-T guess of up to 92 s by 2100). Its day
table, which follows the published calendar, and its instants disagree before 1929, so the civil date of a
term never comes from its instant unless the source is "astronomical".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from tyme4py.solar import SolarTerm as TymeTerm

from predictions.types import Json

# In the order of a solar year: even positions are 节, odd ones 中气.
TERM_NAMES = (
    *("小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至"),
    *("小暑", "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至"),
)

CHINA = timezone(timedelta(hours=8))
J2000 = datetime(2000, 1, 1, 12)
J2000_DAY = date(2000, 1, 1)

# The instant is 1979-01-20 23:59:55; it was published as the 21st, 00:00.
PUBLISHED_TERMS = {(1979, "大寒"): date(1979, 1, 21)}
# Closer than this to midnight, the day of an event depends on the Delta-T model.
UNCERTAIN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Term:
    """One of the 24 solar terms: the instant to the second (UTC) and the printed civil date."""

    name: str
    year: int
    index: int
    instant: datetime
    date: date
    uncertain: bool

    @property
    def is_jie(self) -> bool:
        """Whether a month of the sexagenary calendar begins here."""
        return self.index % 2 == 0

    @property
    def local(self) -> datetime:
        return self.instant.astimezone(CHINA)

    @property
    def minute_text(self) -> str:
        """The local time rounded to the minute as almanacs print it: 2026-04-05 02:40."""
        return f"{(self.local + timedelta(seconds=30)):%Y-%m-%d %H:%M}"

    def as_dict(self) -> Json:
        return {
            "name": self.name,
            "instant": utc_text(self.instant),
            "local": self.local.isoformat(),
            "date": self.date.isoformat(),
            "uncertain": self.uncertain,
        }


def utc_text(instant: datetime) -> str:
    """RFC 3339 in UTC with seconds: 2026-04-04T18:39:57Z."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(maxsize=8192)
def _computed_term(year: int, index: int) -> tuple[datetime, date]:
    """The instant in UTC (to the second) and the day of tyme4py's table; index 0 is 小寒 of ``year``."""
    term = TymeTerm(year, index + 1)
    china = J2000 + timedelta(days=term.get_julian_day().get_day() - 2451545)
    instant = (china - timedelta(hours=8)).replace(tzinfo=UTC)
    whole = (instant + timedelta(microseconds=500_000)).replace(microsecond=0)
    return whole, J2000_DAY + timedelta(days=int(term.get_cursory_julian_day()))


@lru_cache(maxsize=8192)
def term(year: int, index: int, source: str = "hko") -> Term:
    """The term at ``index`` (0 小寒 … 23 冬至) of a solar year."""
    name = TERM_NAMES[index]
    instant, table_day = _computed_term(year, index)
    local = instant.astimezone(CHINA)
    day = PUBLISHED_TERMS.get((year, name), table_day) if source == "hko" else local.date()
    return Term(name, year, index, instant, day, _near_midnight(local))


def _near_midnight(local: datetime) -> bool:
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    return min(seconds, 86400 - seconds) < UNCERTAIN_SECONDS


def terms(year: int, source: str = "hko") -> tuple[Term, ...]:
    """The 24 terms of a solar year in order."""
    return tuple(term(year, index, source) for index in range(24))


def term_on(day: date, source: str = "hko") -> Term | None:
    """The term that the calendar prints on ``day``."""
    return next((found for found in _terms_of_month(day, source) if found.date == day), None)


def _terms_of_month(day: date, source: str) -> tuple[Term, Term]:
    first = 2 * (day.month - 1)
    return term(day.year, first, source), term(day.year, first + 1, source)


def _jie(ordinal: int, source: str) -> Term:
    """The 节 that opens the ``ordinal``-th sexagenary month; 12 * year is 小寒 of that year."""
    return term(ordinal // 12, 2 * (ordinal % 12), source)


def jie_around(instant: datetime, source: str = "hko") -> tuple[int, Term, Term]:
    """(ordinal, the 节 at or before, the 节 after) of an instant; the ordinal counts months, 12 * year is
    小寒.

    Comparison is in seconds: at the very second of the 节 the new month has begun.
    """
    ordinal = 12 * instant.year + instant.month - 1
    if instant < _jie(ordinal, source).instant:
        ordinal -= 1
    return ordinal, _jie(ordinal, source), _jie(ordinal + 1, source)


def jie_by_day(day: date, source: str = "hko") -> tuple[int, Term, Term]:
    """As ``jie_around`` for a civil day without a clock: the day of a 节 belongs to the new month."""
    ordinal = 12 * day.year + day.month - 1
    if day < _jie(ordinal, source).date:
        ordinal -= 1
    return ordinal, _jie(ordinal, source), _jie(ordinal + 1, source)


def month_cycle(ordinal: int) -> int:
    """The sexagenary index of the month that ``jie_around`` numbers: 寅 of a 甲 year is 丙寅 (五虎遁)."""
    return (ordinal - 47) % 60


def solar_year_of(ordinal: int) -> int:
    """The year, beginning at 立春, of the month that ``jie_around`` numbers."""
    return (ordinal - 1) // 12


def next_term(day: date, source: str = "hko") -> Term:
    """The first term printed after ``day``."""
    number = 24 * day.year + 2 * (day.month - 1)
    candidates = (term(place // 24, place % 24, source) for place in range(number, number + 4))
    return next(found for found in candidates if found.date > day)
