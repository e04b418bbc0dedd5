"""The eclipses of 1900 to 2100 with their types, and what a place sees of them.

``data/eclipses.csv`` holds the computed canon (``canon.py``), so that two centuries are listed at once. The
local circumstances of a solar eclipse are computed when asked.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import asin, degrees, hypot

import astronomy

from predictions.sky.canon import TABLE
from predictions.sky.site import Site, to_instant, to_time
from predictions.solar_terms import utc_text
from predictions.types import Json

KINDS = ("solar", "lunar")
NAMES = {
    ("solar", "total"): "日全食",
    ("solar", "annular"): "日环食",
    ("solar", "hybrid"): "日全环食",
    ("solar", "partial"): "日偏食",
    ("lunar", "total"): "月全食",
    ("lunar", "partial"): "月偏食",
    ("lunar", "penumbral"): "半影月食",
}
_SUN_KM, _MOON_KM = 695700.0, 1737.4
_STEP = timedelta(minutes=20)
# The penumbra crosses the whole Earth in less than this before and after the peak.
_HALF_SOLAR = timedelta(hours=3, minutes=20)


@dataclass(frozen=True, slots=True)
class Eclipse:
    """``peak`` is UTC to the second; latitude and longitude where a central solar eclipse is greatest.

    ``magnitudes`` (umbral, penumbral) and the half durations of the phases are a lunar eclipse's; ``gamma``,
    in Earth radii, a solar one's.
    """

    kind: str
    type: str
    peak: datetime
    gamma: float | None
    latitude: float | None
    longitude: float | None
    magnitudes: tuple[float, float] | None
    penumbral: timedelta
    partial: timedelta
    total: timedelta

    @property
    def name(self) -> str:
        return NAMES[self.kind, self.type]

    def as_dict(self) -> Json:
        shown = {"kind": self.kind, "type": self.type, "name": self.name, "peak": utc_text(self.peak)}
        return shown | (self._solar() if self.kind == "solar" else self._lunar())

    def _solar(self) -> Json:
        central = self.latitude is not None
        return {
            "gamma": self.gamma,
            "central": central,
            "latitude": self.latitude,
            "longitude": self.longitude,
        }

    def _lunar(self) -> Json:
        umbral, penumbral = self.magnitudes or (None, None)
        contacts = {name: utc_text(instant) for name, instant in self.contacts().items()}
        names = (
            "penumbral_begin",
            "partial_begin",
            "total_begin",
            "total_end",
            "partial_end",
            "penumbral_end",
        )
        return {
            "umbral_magnitude": umbral,
            "penumbral_magnitude": penumbral,
            **{name: contacts.get(name) for name in names},
        }

    def contacts(self) -> dict[str, datetime]:
        """When the phases of a lunar eclipse begin and end, those that it has."""
        halves = {"penumbral": self.penumbral, "partial": self.partial, "total": self.total}
        found = {f"{name}_begin": self.peak - half for name, half in halves.items() if half}
        return found | {f"{name}_end": self.peak + half for name, half in halves.items() if half}


@lru_cache(maxsize=1)
def canon() -> tuple[Eclipse, ...]:
    """Every eclipse from 1900 to 2100 in order of their peaks."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(_read(row) for row in csv.DictReader(line for line in lines if not line.startswith("#")))


def _read(row: dict[str, str]) -> Eclipse:
    umbral, penumbral = _number(row["umbral_magnitude"]), _number(row["penumbral_magnitude"])
    halves = {name: timedelta(seconds=int(row[name] or 0)) for name in ("penumbral", "partial", "total")}
    return Eclipse(
        kind=row["kind"],
        type=row["type"],
        peak=datetime.fromisoformat(row["peak"]).astimezone(UTC),
        gamma=_number(row["gamma"]),
        latitude=_number(row["latitude"]),
        longitude=_number(row["longitude"]),
        magnitudes=None if umbral is None or penumbral is None else (umbral, penumbral),
        **halves,
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def between(start: datetime, end: datetime, kind: str | None = None) -> list[Eclipse]:
    """The eclipses with start <= peak < end; ``kind`` solar, lunar or None for both."""
    return [found for found in canon() if start <= found.peak < end and kind in (None, found.kind)]


def following(instant: datetime, kind: str, count: int) -> list[Eclipse]:
    """The next eclipses of a kind from an instant on; fewer at the end of 2100."""
    return [found for found in canon() if found.peak >= instant and found.kind == kind][:count]


# --- what a place sees
# ------------------------------------------------------------------------------------------------


def local_circumstances(eclipse: Eclipse, site: Site) -> Json:
    """Whether and how an eclipse is seen: {"visible", "type", "altitude", "magnitude", "moon", contacts…}.

    ``type`` is what the place sees. Altitudes are degrees above the horizon at the local peak, refraction
    included; contacts carry the local offset. ``moon`` is the moon at the local peak as somebody who faces it
    sees it, ``right`` of and ``up`` (towards the zenith) from the centre of the sun or of the Earth's shadow;
    its ``radius`` and both distances are in radii of the sun, or of the moon in a lunar eclipse. Null where no
    place for it can be told.
    """
    return _solar_here(eclipse, site) if eclipse.kind == "solar" else _lunar_here(eclipse, site)


def _lunar_here(eclipse: Eclipse, site: Site) -> Json:
    contacts = eclipse.contacts() | {"peak": eclipse.peak}
    altitudes = {name: altitude(astronomy.Body.Moon, instant, site) for name, instant in contacts.items()}
    ordered = sorted(contacts, key=lambda name: contacts[name])
    return {
        "visible": any(value > 0 for value in altitudes.values()),
        "complete": all(value > 0 for value in altitudes.values()),
        "type": eclipse.type,
        "altitude": round(altitudes["peak"], 1),
        "moon": _moon_in_shadow(to_time(eclipse.peak), site),
        "contacts": [
            {"name": name, "local": site.text(contacts[name]), "altitude": round(altitudes[name], 1)}
            for name in ordered
        ],
    }


def altitude(body: astronomy.Body, instant: datetime, site: Site) -> float:
    """The apparent altitude of a body in degrees."""
    when, observer = to_time(instant), site.observer
    place = astronomy.Equator(body, when, observer, True, True)
    return float(astronomy.Horizon(when, observer, place.ra, place.dec, astronomy.Refraction.Normal).altitude)


@lru_cache(maxsize=2048)
def _local_solar(peak: datetime, site: Site) -> astronomy.LocalSolarEclipseInfo | None:
    """The eclipse as the place sees it; None where the sun is not eclipsed above its horizon.

    A coarse look first: astronomy-engine would search on for years.
    """
    looks = int(2 * _HALF_SOLAR / _STEP) + 1
    moments = [peak - _HALF_SOLAR + step * _STEP for step in range(looks)]
    if not any(_near(moment, site) for moment in moments):
        return None
    found = astronomy.SearchLocalSolarEclipse(to_time(peak - timedelta(days=3)), site.observer)
    return found if abs(to_instant(found.peak.time) - peak) < timedelta(days=1) else None


def _near(instant: datetime, site: Site) -> bool:
    """Whether the discs touch or nearly do, with the sun up or nearly so: a degree of room for the steps."""
    when = to_time(instant)
    sun, moon = (_topocentric(body, when, site) for body in (astronomy.Body.Sun, astronomy.Body.Moon))
    if astronomy.AngleBetween(sun.vec, moon.vec) > 1.0:
        return False
    up = astronomy.Horizon(when, site.observer, sun.ra, sun.dec, astronomy.Refraction.Airless).altitude
    return bool(up > -6.0)


def _topocentric(body: astronomy.Body, when: astronomy.Time, site: Site) -> astronomy.Equatorial:
    return astronomy.Equator(body, when, site.observer, True, True)


def _solar_here(eclipse: Eclipse, site: Site) -> Json:
    found = _local_solar(eclipse.peak, site)
    if found is None:
        unseen = {"visible": False, "complete": False, "type": None, "altitude": None}
        return unseen | {"moon": None, "contacts": []}
    contacts = {
        "partial_begin": found.partial_begin,
        "total_begin": found.total_begin,
        "peak": found.peak,
        "total_end": found.total_end,
        "partial_end": found.partial_end,
    }
    events = {name: event for name, event in contacts.items() if event is not None}
    return {
        "visible": True,
        "complete": all(event.altitude > 0 for event in events.values()),
        "type": found.kind.name.lower(),
        "altitude": round(found.peak.altitude, 1),
        "magnitude": round(_magnitude(found.peak.time, site), 3),
        "obscuration": round(found.obscuration, 3),
        "moon": _moon_on_sun(found.peak.time, site),
        "contacts": [
            {
                "name": name,
                "local": site.text(to_instant(event.time)),
                "altitude": round(event.altitude, 1),
            }
            for name, event in events.items()
        ],
    }


def _moon_on_sun(when: astronomy.Time, site: Site) -> Json:
    """As the place sees it, in radii of the sun."""
    sun, moon = (_topocentric(body, when, site) for body in (astronomy.Body.Sun, astronomy.Body.Moon))
    turned = astronomy.Rotation_EQD_HOR(when, site.observer)
    right, up = _beside(*(astronomy.RotateVector(turned, body.vec) for body in (sun, moon)))
    unit = asin(_SUN_KM / (sun.dist * astronomy.KM_PER_AU))
    radius = asin(_MOON_KM / (moon.dist * astronomy.KM_PER_AU)) / unit
    return {"right": round(right / unit, 3), "up": round(up / unit, 3), "radius": round(radius, 3)}


def _moon_in_shadow(when: astronomy.Time, site: Site) -> Json:
    """From the Earth's centre, as the magnitudes are, but upright as at the place; in radii of the moon."""
    sun, moon = astronomy.GeoVector(astronomy.Body.Sun, when, True), astronomy.GeoMoon(when)
    shadow = astronomy.Vector(-sun.x, -sun.y, -sun.z, when)
    turned = astronomy.Rotation_EQJ_HOR(when, site.observer)
    right, up = _beside(*(astronomy.RotateVector(turned, body) for body in (shadow, moon)))
    unit = asin(_MOON_KM / (moon.Length() * astronomy.KM_PER_AU))
    return {"right": round(right / unit, 3), "up": round(up / unit, 3), "radius": 1.0}


def _beside(centre: astronomy.Vector, other: astronomy.Vector) -> tuple[float, float]:
    """How far one direction is to the right of and above another, in radians.

    Both are horizontal vectors: x to the north, y to the west, z to the zenith.
    """
    across = hypot(centre.x, centre.y)
    height = centre.Length()
    right = (centre.y * other.x - centre.x * other.y) / across
    along = (centre.x * other.x + centre.y * other.y) / across
    up = (across * other.z - centre.z * along) / height
    forward = (across * along + centre.z * other.z) / height
    return right / forward, up / forward


def _magnitude(when: astronomy.Time, site: Site) -> float:
    """The covered part of the sun's diameter; for a total or annular eclipse the ratio of the diameters."""
    sun, moon = (_topocentric(body, when, site) for body in (astronomy.Body.Sun, astronomy.Body.Moon))
    sun_radius = degrees(asin(_SUN_KM / (sun.dist * astronomy.KM_PER_AU)))
    moon_radius = degrees(asin(_MOON_KM / (moon.dist * astronomy.KM_PER_AU)))
    apart = float(astronomy.AngleBetween(sun.vec, moon.vec))
    if apart < abs(sun_radius - moon_radius):
        return moon_radius / sun_radius
    return (sun_radius + moon_radius - apart) / (2 * sun_radius)
