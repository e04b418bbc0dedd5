"""The phases of the moon: the instants at which its apparent longitude leads the sun's by 0, 90, 180, 270 degrees.

New moons are those of the lunar calendar (``lunar.new_moon``); the other phases come from the same series of
tyme4py (apparent longitudes, aberration included), within 3 s of JPL DE431 for 1900-2026 where the search of
astronomy-engine is 38 s late. After 2026 the Delta-T guess adds up to 92 s by 2100.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import cos, floor, pi, radians

import astronomy
from tyme4py.util import ShouXingUtil

from predictions.lunar import new_moon
from predictions.sky.site import to_time, whole
from predictions.solar_terms import J2000, utc_text
from predictions.types import Json

PHASES = ("new", "first_quarter", "full", "last_quarter")
PHASE_NAMES = {"new": "朔", "first_quarter": "上弦", "full": "望", "last_quarter": "下弦"}
# By eighths of the synodic month; the four principal names hold on the day of their instant alone.
_BETWEEN = ("蛾眉月", "盈凸月", "亏凸月", "残月")
_PRINCIPAL = {"new": "新月", "first_quarter": "上弦月", "full": "满月", "last_quarter": "下弦月"}
_SYNODIC_DAYS = 29.530588861
_FIRST_NEW_MOON = datetime(2000, 1, 6, 18, 14, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Phase:
    """A principal phase; ``phase`` is one of PHASES, ``instant`` UTC to the second."""

    phase: str
    instant: datetime

    @property
    def name(self) -> str:
        return PHASE_NAMES[self.phase]

    def as_dict(self) -> Json:
        return {"phase": self.phase, "name": self.name, "instant": utc_text(self.instant)}


@lru_cache(maxsize=4096)
def phase(quarter: int) -> Phase:
    """The phase numbered in quarters of lunations from the new moon of 2000-01-06, which is 0."""
    lunation, place = divmod(quarter, 4)
    return Phase(PHASES[place], new_moon(lunation) if place == 0 else _instant(quarter))


def _instant(quarter: int) -> datetime:
    days = ShouXingUtil.msa_lon_t(quarter * pi / 2) * 36525
    utc = J2000 + timedelta(days=days - ShouXingUtil.dt_t(days))
    return whole(utc.replace(tzinfo=UTC))


def phases_between(start: datetime, end: datetime) -> list[Phase]:
    """The phases in start <= instant < end, in order."""
    number = _quarter_near(start) - 2
    found = []
    while (current := phase(number)).instant < end:
        if current.instant >= start:
            found.append(current)
        number += 1
    return found


def _quarter_near(instant: datetime) -> int:
    return floor((instant - _FIRST_NEW_MOON) / timedelta(days=_SYNODIC_DAYS) * 4)


def phases_of_year(year: int) -> list[Phase]:
    """The 49 or 50 phases of a year in UTC."""
    return phases_between(datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC))


def last_new_moon(instant: datetime) -> datetime:
    """The new moon at or before an instant."""
    number = _quarter_near(instant) // 4 + 1
    while new_moon(number) > instant:
        number -= 1
    return new_moon(number)


def phase_name(start: datetime, end: datetime, instant: datetime) -> str:
    """What the moon is called on the civil day from ``start`` to ``end``, at ``instant`` of that day."""
    today = phases_between(start, end)
    if today:
        return _PRINCIPAL[today[0].phase]
    return _BETWEEN[int(elongation(instant) // 90)]


def elongation(instant: datetime) -> float:
    """Apparent longitude of the moon less that of the sun, in degrees from 0 to 360."""
    when = to_time(instant)
    return float((astronomy.EclipticGeoMoon(when).lon - astronomy.SunPosition(when).elon) % 360)


def illuminated(instant: datetime) -> float:
    """The lit fraction of the disc as seen from the Earth's centre, 0 to 1."""
    angle = astronomy.Illumination(astronomy.Body.Moon, to_time(instant)).phase_angle
    return float((1 + cos(radians(angle))) / 2)
