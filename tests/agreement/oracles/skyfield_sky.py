"""Makes tests/agreement/golden/skyfield_sky.json with skyfield and JPL DE421, which are no dependencies of ours.

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install skyfield==1.55 skyfield-data==7.0.0
    /tmp/oracle/bin/python tests/agreement/oracles/skyfield_sky.py

Solar terms, phases of the moon, rise and set of sun and moon, planets, eclipses; all by another ephemeris,
another Delta T and other code than the product's. DE421 ends in October 2053, and so does everything here.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy  # type: ignore[import-not-found]
from skyfield import VERSION, almanac, eclipselib  # type: ignore[import-not-found]
from skyfield.api import load, load_file, wgs84  # type: ignore[import-not-found]
from skyfield.framelib import (  # type: ignore[import-not-found]
    ecliptic_frame,
    true_equator_and_equinox_of_date,
)
from skyfield.magnitudelib import planetary_magnitude  # type: ignore[import-not-found]
from skyfield_data import get_skyfield_data_path  # type: ignore[import-not-found]

GOLDEN = Path(__file__).parent.parent / "golden" / "skyfield_sky.json"
PHASE_YEARS = range(1901, 2053, 3)
TERM_YEARS = range(1900, 2053)
PLANETS = {
    **{"水星": "MERCURY", "金星": "VENUS", "火星": "MARS", "木星": "JUPITER BARYCENTER"},
    **{"土星": "SATURN BARYCENTER", "天王星": "URANUS BARYCENTER"},
}


# skyfield's own files: those of skyfield-data know no Delta T before 1973.
TS = load.timescale(builtin=True)
EPHEMERIS = load_file(str(Path(get_skyfield_data_path()) / "de421.bsp"))
EARTH, SUN, MOON = (EPHEMERIS[name] for name in ("EARTH", "SUN", "MOON"))


J2000, J2000_JD = datetime(2000, 1, 1, 12, tzinfo=UTC), 2451545.0


def text(when) -> str:
    """Universal time, which civil time follows; skyfield's own UTC is TT less 42.184 s before 1972."""
    instant = J2000 + timedelta(days=when.ut1 - J2000_JD, microseconds=500_000)
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(instant: datetime):
    return TS.ut1_jd(J2000_JD + (instant - J2000) / timedelta(days=1))


def phases() -> list:
    found = []
    for year in PHASE_YEARS:
        times, kinds = almanac.find_discrete(TS.utc(year), TS.utc(year + 1), almanac.moon_phases(EPHEMERIS))
        found += [[text(when), int(kind)] for when, kind in zip(times, kinds, strict=True)]
    return found


def terms() -> list:
    """Every 15 degrees of the sun's apparent longitude of date; number 0 is 小寒, at 285 degrees."""

    def number(when):
        longitude = EARTH.at(when).observe(SUN).apparent().frame_latlon(ecliptic_frame)[1].degrees
        return ((longitude - 285) % 360 // 15).astype(int)

    number.step_days = 8
    found = []
    for year in TERM_YEARS:
        times, numbers = almanac.find_discrete(TS.utc(year), TS.utc(year + 1), number)
        found += [[text(when), int(each)] for when, each in zip(times, numbers, strict=True)]
    return found


def risings(rng: random.Random) -> list:
    found = []
    for _ in range(60):
        latitude, longitude = round(rng.uniform(-62, 62), 2), round(rng.uniform(-179, 179), 2)
        day = datetime(1960, 1, 1, tzinfo=UTC) + timedelta(days=rng.randrange(31000))
        start, end = moment(day), moment(day + timedelta(days=1))
        site = EARTH + wgs84.latlon(latitude, longitude)
        events = {}
        for name, body in (("sun", SUN), ("moon", MOON)):
            for kind, find in (("rise", almanac.find_risings), ("set", almanac.find_settings)):
                times, real = find(site, body, start, end)
                events[f"{name}.{kind}"] = [
                    text(when) for when, is_real in zip(times, real, strict=True) if is_real
                ]
        found.append([day.strftime("%Y-%m-%d"), latitude, longitude, events])
    return found


def planets(rng: random.Random) -> list:
    found = []
    for _ in range(40):
        instant = datetime(1960, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(31000 * 1440))
        latitude, longitude = round(rng.uniform(-60, 60), 2), round(rng.uniform(-179, 179), 2)
        when, site = moment(instant), EARTH + wgs84.latlon(latitude, longitude)
        for name, target in PLANETS.items():
            apparent = site.at(when).observe(EPHEMERIS[target]).apparent()
            altitude, azimuth, _ = apparent.altaz()
            magnitude = float(planetary_magnitude(EARTH.at(when).observe(EPHEMERIS[target])))
            row = [instant.strftime("%Y-%m-%dT%H:%M:%SZ"), latitude, longitude, name]
            found.append([*row, round(altitude.degrees, 3), round(azimuth.degrees, 3), round(magnitude, 2)])
    return found


def eclipses() -> list:
    times, kinds, _ = eclipselib.lunar_eclipses(TS.utc(1901), TS.utc(2053), EPHEMERIS)
    names = [name.lower() for name in eclipselib.LUNAR_ECLIPSES]
    return [[text(when), names[kind]] for when, kind in zip(times, kinds, strict=True)]


# Five Millennium Canon: radii in Earth's equatorial radii, the moon's for the umbra and for the penumbra.
SUN_RADIUS, MOON_UMBRA, MOON_PENUMBRA = 109.1222, 0.272281, 0.272488
EQUATOR_KM, POLE_RATIO = 6378.137, 0.996647


def shadow(when):
    """The moon and the shadow's direction, z stretched so that the Earth is a sphere of radius 1; both arrays."""
    sun, moon = (EARTH.at(when).observe(body).apparent() for body in (SUN, MOON))
    sun, moon = (body.frame_xyz(true_equator_and_equinox_of_date).km / EQUATOR_KM for body in (sun, moon))
    sun[2], moon[2] = sun[2] / POLE_RATIO, moon[2] / POLE_RATIO
    away = moon - sun
    distance = numpy.linalg.norm(away, axis=0)
    axis = away / distance
    height = -(moon * axis).sum(axis=0)
    return numpy.linalg.norm(moon + height * axis, axis=0), height, distance


def solar_eclipses() -> list:
    times, kinds = almanac.find_discrete(TS.utc(1901), TS.utc(2053), almanac.moon_phases(EPHEMERIS))
    found = [greatest(when) for when, kind in zip(times, kinds, strict=True) if kind == 0]
    return [row for row in found if row is not None]


def greatest(conjunction) -> list | None:
    """[peak, type] of the eclipse near a new moon, or None: the axis of the shadow nearest to Earth's centre."""
    when = TS.ut1_jd(conjunction.ut1 + numpy.linspace(-4, 4, 961) / 24)
    miss, height, distance = shadow(when)
    least = int(miss.argmin())
    gamma, height, distance = miss[least], height[least], distance[least]
    outer = numpy.arcsin((SUN_RADIUS + MOON_PENUMBRA) / distance)
    inner = numpy.arcsin((SUN_RADIUS - MOON_UMBRA) / distance)
    penumbra = height * numpy.tan(outer) + MOON_PENUMBRA / numpy.cos(outer)
    umbra = height * numpy.tan(inner) - MOON_UMBRA / numpy.cos(inner)
    if gamma >= 1 + penumbra:
        return None
    return [text(when[least]), solar_type(gamma, umbra, numpy.tan(inner))]


def solar_type(gamma: float, umbra: float, slope: float) -> str:
    """By the umbra where its axis leaves the Earth's surface; where that is beyond the edge, at the edge."""
    if gamma >= 1 + abs(umbra):
        return "partial"
    at_surface = umbra - max(0.0, 1 - gamma**2) ** 0.5 * slope
    if at_surface < 0 < umbra:
        return "hybrid"
    return "total" if at_surface < 0 else "annular"


def main() -> None:
    rng = random.Random(20261124)
    golden = {
        "made_with": f"skyfield {'.'.join(map(str, VERSION))}, JPL DE421",
        "terms": terms(),
        "phases": phases(),
        "risings": risings(rng),
        "planets": planets(rng),
        "lunar_eclipses": eclipses(),
        "solar_eclipses": solar_eclipses(),
    }
    lines = (
        f'"{name}": {json.dumps(value, ensure_ascii=False)}'.replace("], [", "],\n[")
        for name, value in golden.items()
    )
    GOLDEN.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
