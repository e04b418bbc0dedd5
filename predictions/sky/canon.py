"""Every eclipse of a span of years by computation; ``data/eclipses.csv`` is this module's own output.

astronomy-engine finds the eclipses. The type of a solar one is decided here, because it knows no hybrid
eclipse and calls a total or annular one whose axis misses the Earth partial:

* the axis misses the Earth, but the cone of the umbra reaches it: non-central, total or annular by the width
  of the cone at the plane through the Earth's centre;
* total where it is greatest, but annular at both ends of the path, which lie in that plane: hybrid.

The type of a lunar one follows from its magnitudes with the Earth's shadow enlarged by Danjon's rule, as
NASA's Five Millennium Canon has it; astronomy-engine's own rule makes three that miss the umbra by a hair
(1900-06-13, 1988-03-03, 2042-09-29) partial.

Run ``python -m predictions.sky.canon`` to make the table anew (about a minute).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from math import asin, hypot, pi, radians
from pathlib import Path

import astronomy

from predictions.sky.site import to_instant, to_time
from predictions.solar_terms import utc_text

TABLE = Path(__file__).parent.parent / "data" / "eclipses.csv"
FIRST_YEAR, LAST_YEAR = 1900, 2100
COLUMNS = (
    *("kind", "type", "peak", "gamma", "central", "latitude", "longitude", "obscuration"),
    *("umbral_magnitude", "penumbral_magnitude", "penumbral", "partial", "total"),
)

_EARTH_KM = 6378.137
# The polar radius of the Earth over its equatorial one: non-central eclipses happen near the poles.
_POLAR = 0.9966
_SUN_KM = 695700.0
# The radius that fits Espenak's types: the moon's valleys let the sun shine through.
_MOON_KM = 1736.0
# Danjon's rule adds a hundredth of the moon's parallax to the shadow; k is the moon's mean radius in Earths.
_DANJON, _MOON_IN_EARTHS = 1.01, 0.272508


def rows(first: int, last: int) -> Iterator[dict[str, str]]:
    """The eclipses with peaks in the years from ``first`` to ``last`` (UTC), in order of their peaks."""
    start, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    found = [*_solar(start, end), *_lunar(start, end)]
    yield from sorted(found, key=lambda row: row["peak"])


def _solar(start: datetime, end: datetime) -> Iterator[dict[str, str]]:
    eclipse = astronomy.SearchGlobalSolarEclipse(to_time(start))
    while to_instant(eclipse.peak) < end:
        yield _solar_row(eclipse)
        eclipse = astronomy.NextGlobalSolarEclipse(eclipse.peak)


def _solar_row(eclipse: astronomy.GlobalSolarEclipseInfo) -> dict[str, str]:
    central = eclipse.kind != astronomy.EclipseKind.Partial
    row = {
        "kind": "solar",
        "type": solar_type(eclipse),
        "peak": utc_text(to_instant(eclipse.peak)),
        "gamma": f"{eclipse.distance / _EARTH_KM:.4f}",
        "central": "yes" if central else "no",
    }
    if central:
        row |= {"latitude": f"{eclipse.latitude:.2f}", "longitude": f"{eclipse.longitude:.2f}"}
        row["obscuration"] = f"{eclipse.obscuration:.4f}"
    return row


def solar_type(eclipse: astronomy.GlobalSolarEclipseInfo) -> str:
    """total, annular, hybrid or partial."""
    umbra = umbra_km(eclipse.peak)
    if eclipse.kind == astronomy.EclipseKind.Partial:
        reaches = eclipse.distance < _POLAR * _EARTH_KM + abs(umbra)
        return ("total" if umbra > 0 else "annular") if reaches else "partial"
    if eclipse.kind == astronomy.EclipseKind.Annular:
        return "annular"
    return "total" if umbra > 0 else "hybrid"


def umbra_km(when: astronomy.Time) -> float:
    """The radius of the umbra at the plane through the Earth's centre; negative beyond the tip of the cone."""
    sun = astronomy.GeoVector(astronomy.Body.Sun, when, True)
    moon = astronomy.GeoMoon(when)
    axis = (moon.x - sun.x, moon.y - sun.y, moon.z - sun.z)
    earth = (-moon.x, -moon.y, -moon.z)
    length = hypot(*axis)
    beyond = sum(a * b for a, b in zip(axis, earth, strict=True)) / length**2
    return float(_SUN_KM - (1 + beyond) * (_SUN_KM - _MOON_KM))


def _lunar(start: datetime, end: datetime) -> Iterator[dict[str, str]]:
    eclipse = astronomy.SearchLunarEclipse(to_time(start))
    while to_instant(eclipse.peak) < end:
        yield _lunar_row(eclipse)
        eclipse = astronomy.NextLunarEclipse(eclipse.peak)


def _lunar_row(eclipse: astronomy.LunarEclipseInfo) -> dict[str, str]:
    umbral, penumbral = lunar_magnitudes(eclipse.peak)
    kind = "total" if umbral >= 1 else "partial" if umbral > 0 else "penumbral"
    partial = eclipse.sd_partial if kind != "penumbral" else 0.0
    return {
        "kind": "lunar",
        "type": kind,
        "peak": utc_text(to_instant(eclipse.peak)),
        "umbral_magnitude": f"{umbral:.4f}",
        "penumbral_magnitude": f"{penumbral:.4f}",
        "penumbral": f"{eclipse.sd_penum * 60:.0f}",
        "partial": f"{partial * 60:.0f}",
        "total": f"{eclipse.sd_total * 60:.0f}",
    }


def lunar_magnitudes(when: astronomy.Time) -> tuple[float, float]:
    """(umbral, penumbral) magnitude: the part of the moon's diameter inside the shadow, by Danjon's rule."""
    sun = astronomy.GeoVector(astronomy.Body.Sun, when, True)
    moon = astronomy.GeoMoon(when)
    sun_km, moon_km = (hypot(body.x, body.y, body.z) * astronomy.KM_PER_AU for body in (sun, moon))
    parallax = _DANJON * asin(_EARTH_KM / moon_km) + asin(_EARTH_KM / sun_km)
    sun_radius, moon_radius = asin(_SUN_KM / sun_km), asin(_MOON_IN_EARTHS * _EARTH_KM / moon_km)
    apart = pi - radians(astronomy.AngleBetween(sun, moon))
    depths = (parallax + edge + moon_radius - apart for edge in (-sun_radius, sun_radius))
    umbral, penumbral = (depth / (2 * moon_radius) for depth in depths)
    return umbral, penumbral


def write(path: Path = TABLE) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("# Made by predictions/sky/canon.py; half durations in seconds.\n")
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows(FIRST_YEAR, LAST_YEAR))


if __name__ == "__main__":
    write()
