"""The sky against skyfield with JPL DE421, and against what NASA and the US Naval Observatory have published."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import chain

import astronomy

from predictions.sky import eclipses, horizon, phases, planets
from predictions.sky.site import Site, to_time
from predictions.solar_terms import terms
from tests.agreement.comparison import Comparison, Outcome, golden, some

SKYFIELD = f"{golden('skyfield_sky.json')['made_with']}"
# NASA, Five Millennium Catalogs: each century's eclipses of each type.
NASA_COUNTS = {
    ("solar", 1901): {"partial": 78, "annular": 73, "total": 71, "hybrid": 6},
    ("solar", 2001): {"partial": 77, "annular": 72, "total": 68, "hybrid": 7},
    ("lunar", 1901): {"penumbral": 83, "partial": 65, "total": 81},
    ("lunar", 2001): {"penumbral": 86, "partial": 57, "total": 85},
}


def seconds(ours: datetime | str, theirs: str) -> float:
    first = datetime.fromisoformat(ours) if isinstance(ours, str) else ours
    return (first - datetime.fromisoformat(theirs)).total_seconds()


def _terms(first: int, last: int, limit: float, share: float) -> Outcome:
    outcome = Outcome()
    rows = [row for row in golden("skyfield_sky.json")["terms"] if first <= int(row[0][:4]) <= last]
    for text, number in some(rows, share):
        ours = terms(int(text[:4]))[number]
        outcome.measure(f"{text[:4]} {ours.name}", seconds(ours.instant, text), limit)
    return outcome


def terms_until_now(share: float) -> Outcome:
    return _terms(1900, 2026, 4, share)


def terms_to_come(share: float) -> Outcome:
    return _terms(2027, 2052, 10, share)


def phases_by_skyfield(share: float) -> Outcome:
    outcome = Outcome()
    rows = golden("skyfield_sky.json")["phases"]
    years = sorted({int(text[:4]) for text, _ in rows})
    ours = chain.from_iterable(phases.phases_of_year(year) for year in years)
    for found, (text, kind) in zip(ours, rows, strict=True):
        if found.phase != phases.PHASES[kind]:
            outcome.compare(text, found.phase, phases.PHASES[kind])
        else:
            outcome.measure(text, seconds(found.instant, text), 10)
    return outcome


@cache
def _horizon(latitude: float, longitude: float, zone: str, text: str) -> dict[str, object]:
    """Rise and set of sun and moon on a civil day: {"sun.rise": instant or None}."""
    site, day = Site(latitude, longitude, zone), date.fromisoformat(text)
    sun, moon = horizon.sun_facts(site, day), horizon.moon_facts(site, day)
    return {
        f"{name}.{kind}": found[kind]
        for name, found in (("sun", sun), ("moon", moon))
        for kind in ("rise", "set")
    }


def _near_midnight(text: str) -> bool:
    """Within a minute of 0:00, where the event may belong to either day."""
    clock = datetime.fromisoformat(text)
    return not 60 < clock.hour * 3600 + clock.minute * 60 + clock.second < 86340


def risings_by_skyfield(share: float) -> Outcome:
    outcome = Outcome()
    for text, latitude, longitude, theirs in some(golden("skyfield_sky.json")["risings"], share):
        ours = _horizon(latitude, longitude, "+00:00", text)
        for name, found in theirs.items():
            case, instant = f"{text} {latitude} {longitude} {name}", ours[name]
            if any(map(_near_midnight, found)):
                continue
            if found and isinstance(instant, str):
                outcome.measure(case, seconds(instant, found[0]), 10)
            else:
                outcome.compare(case, instant, found[0] if found else None)
    return outcome


def risings_by_usno(share: float) -> Outcome:
    """Published to the minute; ours to the second, so half a minute of each residual is theirs."""
    outcome = Outcome()
    for body, latitude, longitude, text, kind in golden("usno_minutes.json")["rows"]:
        case, ours = (
            f"{body} {kind} {text} {latitude} {longitude}",
            _horizon(latitude, longitude, "+00:00", text[:10]),
        )
        instant = ours[f"{body}.{kind}"]
        if isinstance(instant, str):
            outcome.measure(case, seconds(instant, f"{text}:00Z"), 60)
        else:
            outcome.compare(case, instant, text)
    return outcome


def _planet_rows(share: float) -> list[tuple[str, float, float, list[float]]]:
    """(case, altitude and azimuth residual in arc seconds, magnitude residual, and their altitude)."""
    found = []
    for text, latitude, longitude, name, altitude, azimuth, magnitude in some(
        golden("skyfield_sky.json")["planets"], share
    ):
        site, when = Site(latitude, longitude, "+00:00"), to_time(datetime.fromisoformat(text))
        place = astronomy.Equator(planets.PLANETS[name], when, site.observer, True, True)
        ours = astronomy.Horizon(when, site.observer, place.ra, place.dec, astronomy.Refraction.Airless)
        bright = astronomy.Illumination(planets.PLANETS[name], when).mag - magnitude
        found.append((f"{text} {name}", (ours.altitude - altitude) * 3600, bright, [azimuth]))
    return found


def altitudes_by_skyfield(share: float) -> Outcome:
    outcome = Outcome()
    for case, altitude, _, _ in _planet_rows(share):
        outcome.measure(case, altitude, 36)
    return outcome


def magnitudes_by_skyfield(share: float) -> Outcome:
    """Two published models; near inferior conjunction Venus's differ by half a magnitude."""
    outcome = Outcome()
    for case, _, bright, _ in _planet_rows(share):
        outcome.measure(case, bright, 0.6 if case.endswith("金星") else 0.25)
    return outcome


def _canon(kind: str) -> list[eclipses.Eclipse]:
    return [found for found in eclipses.canon() if found.kind == kind]


def _eclipses(kind: str, rows: list[list[str]], share: float) -> Outcome:
    """Each of theirs is one of ours within two minutes and of the same type, and the other way round."""
    outcome, ours = Outcome(), _canon(kind)
    first, last = (
        datetime.fromisoformat(rows[place][0]) - timedelta(minutes=3) * (1, -1)[place] for place in (0, -1)
    )
    for found in ours:
        if first <= found.peak <= last:
            near = [row for row in rows if abs(seconds(found.peak, row[0])) < 120]
            outcome.compare(f"{found.peak:%Y-%m-%d}", found.type, near[0][1] if near else None)
    for text, type_ in rows:
        if not any(abs(seconds(found.peak, text)) < 120 for found in ours):
            outcome.compare(text[:10], None, type_)
    return outcome


def lunar_by_skyfield(share: float) -> Outcome:
    return _eclipses("lunar", golden("skyfield_sky.json")["lunar_eclipses"], share)


def solar_by_skyfield(share: float) -> Outcome:
    return _eclipses("solar", golden("skyfield_sky.json")["solar_eclipses"], share)


def _printed(kind: str) -> Outcome:
    """Date and type of each from 2053 on, where DE421 ends, as NASA prints them."""
    outcome = Outcome()
    ours = {f"{found.peak:%Y-%m-%d}": found.type for found in _canon(kind) if found.peak.year >= 2053}
    theirs = dict(golden(f"nasa_{kind}_eclipses.json")["rows"])
    for day in sorted(ours.keys() | theirs.keys()):
        outcome.compare(day, ours.get(day), theirs.get(day))
    return outcome


def lunar_by_nasa(share: float) -> Outcome:
    return _printed("lunar")


def solar_by_nasa(share: float) -> Outcome:
    return _printed("solar")


def counts_by_nasa(share: float) -> Outcome:
    outcome = Outcome()
    for (kind, first), theirs in NASA_COUNTS.items():
        span = (datetime(first, 1, 1, tzinfo=UTC), datetime(first + 100, 1, 1, tzinfo=UTC))
        counted = Counter(found.type for found in eclipses.between(*span, kind))
        for type_, count in theirs.items():
            outcome.compare(f"{kind} {first}-{first + 99} {type_}", counted.pop(type_, 0), count)
        outcome.compare(f"{kind} {first}-{first + 99}", dict(counted), {})
    return outcome


COMPARISONS = (
    Comparison(
        "terms-skyfield",
        ("calendar", "almanac", "bazi", "qimen", "liuyao", "meihua"),
        "节气时刻：1900-2026 年全部",
        "Instants of all solar terms of 1900-2026",
        SKYFIELD,
        terms_until_now,
        "秒 s",
        4,
    ),
    Comparison(
        "future-terms-skyfield",
        ("calendar",),
        "节气时刻：2027-2052 年全部（含对地球自转的预报之差）",
        "Instants of all solar terms of 2027-2052, with two forecasts of the Earth's rotation in the difference",
        SKYFIELD,
        terms_to_come,
        "秒 s",
        10,
    ),
    Comparison(
        "phases-skyfield",
        ("sky", "calendar"),
        "朔、上弦、望、下弦：1901-2052 年每三年取一年",
        "New moon, quarters and full moon of every third year of 1901-2052",
        SKYFIELD,
        phases_by_skyfield,
        "秒 s",
        10,
    ),
    Comparison(
        "risings-skyfield",
        ("sky",),
        "日月出没：1960-2044 年随机 60 处、60 日（南北纬 62° 以内）",
        "Rise and set of sun and moon at 60 random places and days of 1960-2044, within 62° of the equator",
        SKYFIELD,
        risings_by_skyfield,
        "秒 s",
        10,
    ),
    Comparison(
        "risings-usno",
        ("sky",),
        "日月出没：美国海军天文台公布到分的时刻",
        "Rise and set of sun and moon as the US Naval Observatory has printed them, to the minute",
        "USNO",
        risings_by_usno,
        "秒 s",
        60,
    ),
    Comparison(
        "planets-skyfield",
        ("sky",),
        "行星地平高度：1960-2044 年随机 40 刻，水星至天王星",
        "Altitudes of Mercury to Uranus at 40 random minutes of 1960-2044",
        SKYFIELD,
        altitudes_by_skyfield,
        "角秒 ″",
        36,
    ),
    Comparison(
        "magnitudes-skyfield",
        ("sky",),
        "行星星等：同上（两种公布的模型，金星近下合时相差半等）",
        "Magnitudes of the same; two published models",
        SKYFIELD,
        magnitudes_by_skyfield,
        "等 mag",
        0.6,
    ),
    Comparison(
        "lunar_eclipses-skyfield",
        ("sky",),
        "月食：1901-2052 年每一次的时刻（两分钟内）与类型",
        "Every lunar eclipse of 1901-2052: its peak within two minutes, and its type",
        SKYFIELD,
        lunar_by_skyfield,
    ),
    Comparison(
        "lunar_eclipses-nasa",
        ("sky",),
        "月食：2053-2100 年每一次的日期与类型",
        "Every lunar eclipse of 2053-2100: date and type",
        "NASA Five Millennium Catalog of Lunar Eclipses",
        lunar_by_nasa,
    ),
    Comparison(
        "solar_eclipses-skyfield",
        ("sky",),
        "日食：1901-2052 年每一次的时刻（两分钟内）与类型（另写的影锥计算）",
        "Every solar eclipse of 1901-2052: its peak within two minutes, and its type by another shadow cone",
        SKYFIELD,
        solar_by_skyfield,
    ),
    Comparison(
        "solar_eclipses-nasa",
        ("sky",),
        "日食：2053-2100 年每一次的日期与类型",
        "Every solar eclipse of 2053-2100: date and type",
        "NASA Five Millennium Catalog of Solar Eclipses",
        solar_by_nasa,
    ),
    Comparison(
        "eclipse_counts-nasa",
        ("sky",),
        "日月食：1901-2100 年两个世纪各类型的次数（日食 228+224，月食 229+228）",
        "Eclipses of each type in the centuries 1901-2000 and 2001-2100 (solar 228+224, lunar 229+228)",
        "NASA Five Millennium Catalogs",
        counts_by_nasa,
    ),
)
