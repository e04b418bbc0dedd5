"""True solar time: the time a sundial shows at a longitude."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import cos, degrees, radians, sin, tan

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)


def mean_solar_time(instant: datetime, longitude: float) -> datetime:
    """Local mean solar time (naive, to the second): UTC plus four minutes for each degree east."""
    return _whole(instant.astimezone(UTC).replace(tzinfo=None) + timedelta(minutes=4 * longitude))


def apparent_solar_time(instant: datetime, longitude: float) -> datetime:
    """Local apparent solar time (naive, to the second): mean solar time plus the equation of time."""
    return _whole(mean_solar_time(instant, longitude) + timedelta(minutes=equation_of_time(instant)))


def equation_of_time(instant: datetime) -> float:
    """Apparent minus mean solar time in minutes, within 5 s for 1900-2100.

    W. M. Smart's series as given by Meeus, Astronomical Algorithms (1998), 28.3, with the low-precision
    elements of chapter 25: E = y sin 2L - 2e sin M + 4ey sin M cos 2L - y²/2 sin 4L - 5e²/4 sin 2M, y =
    tan²(obliquity / 2).
    """
    century = (instant - _J2000) / timedelta(days=36525)
    longitude = radians(280.46646 + 36000.76983 * century + 0.0003032 * century**2)
    anomaly = radians(357.52911 + 35999.05029 * century - 0.0001537 * century**2)
    eccentricity = 0.016708634 - 0.000042037 * century
    y = tan(radians(23.4392911 - 0.0130042 * century) / 2) ** 2
    equation = (
        y * sin(2 * longitude)
        - 2 * eccentricity * sin(anomaly)
        + 4 * eccentricity * y * sin(anomaly) * cos(2 * longitude)
        - y**2 / 2 * sin(4 * longitude)
        - 5 / 4 * eccentricity**2 * sin(2 * anomaly)
    )
    return 4 * degrees(equation)


def _whole(moment: datetime) -> datetime:
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
