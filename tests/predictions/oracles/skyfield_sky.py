"""Makes tests/predictions/golden/skyfield_sky.json with skyfield and JPL DE421, which are no dependencies of ours.

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install skyfield==1.55 skyfield-data==7.0.0
    /tmp/oracle/bin/python tests/predictions/oracles/skyfield_sky.py

Phases of the moon, rise and set of sun and moon, planets, lunar eclipses; all by another ephemeris, another
Delta T and other code than the product's.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from skyfield import VERSION, almanac, eclipselib  # type: ignore[import-not-found]
from skyfield.api import load, load_file, wgs84  # type: ignore[import-not-found]
from skyfield.magnitudelib import planetary_magnitude  # type: ignore[import-not-found]
from skyfield_data import get_skyfield_data_path  # type: ignore[import-not-found]

GOLDEN = Path(__file__).parent.parent / "golden" / "skyfield_sky.json"
PHASE_YEARS = (1903, 1925, 1949, 1968, 1984, 1999, 2012, 2024, 2026)
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


def main() -> None:
    rng = random.Random(20261124)
    golden = {
        "made_with": f"skyfield {'.'.join(map(str, VERSION))}, JPL DE421",
        "phases": phases(),
        "risings": risings(rng),
        "planets": planets(rng),
        "lunar_eclipses": eclipses(),
    }
    lines = (
        f'"{name}": {json.dumps(value, ensure_ascii=False)}'.replace("], [", "],\n[")
        for name, value in golden.items()
    )
    GOLDEN.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
