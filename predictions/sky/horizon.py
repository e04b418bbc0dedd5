"""Rising, setting, culmination and twilight of a civil day, with a reason where there is none.

Rise and set: the upper limb on a sea-level horizon with 34' of refraction. Twilight: the sun's centre 6, 12
and 18 degrees below the horizon, without refraction. Rise, set and transit belong to the civil day of the
place's clocks; the twilights are those around the day's noon, so that a dusk after midnight (夏至 in 乌鲁木齐,
whose clocks run two hours ahead of the sun) is still told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache

import astronomy

from predictions.sky.site import Site, to_instant, to_time
from predictions.types import Json

SUN, MOON = astronomy.Body.Sun, astronomy.Body.Moon
TWILIGHTS = {"civil": -6.0, "nautical": -12.0, "astronomical": -18.0}
_TWILIGHT_NAMES = {"civil": "民用", "nautical": "航海", "astronomical": "天文"}
_BODY_NAMES = {SUN: "太阳", MOON: "月亮"}
# The centre of sun or moon at rise and set; the moon's parallax and size vary it by a degree at most.
_LIMB = -0.833
_DAY = timedelta(days=1)


def event(body: astronomy.Body, rising: bool, site: Site, day: date) -> datetime | None:
    """The first rise or set of a body on the civil day; None when there is none."""
    start, end = site.bounds(day)
    direction = astronomy.Direction.Rise if rising else astronomy.Direction.Set
    found = astronomy.SearchRiseSet(body, site.observer, direction, to_time(start), (end - start) / _DAY)
    return _within(found, start, end)


def crossing(depth: float, rising: bool, site: Site, start: datetime, end: datetime) -> datetime | None:
    """When the sun's centre first passes an altitude between two instants."""
    direction = astronomy.Direction.Rise if rising else astronomy.Direction.Set
    span = (end - start) / _DAY
    found = astronomy.SearchAltitude(SUN, site.observer, direction, to_time(start), span, depth)
    return _within(found, start, end)


def _within(found: astronomy.Time | None, start: datetime, end: datetime) -> datetime | None:
    if found is None:
        return None
    instant = to_instant(found)
    return instant if start <= instant < end else None


def culmination(body: astronomy.Body, site: Site, day: date) -> tuple[datetime, float] | None:
    """(instant, apparent altitude) of the upper transit on the civil day; the moon skips a day a month."""
    start, end = site.bounds(day)
    found = astronomy.SearchHourAngle(body, site.observer, 0.0, to_time(start))
    instant = to_instant(found.time)
    return (instant, float(found.hor.altitude)) if instant < end else None


def sun_facts(site: Site, day: date) -> Json:
    """Rise, set, transit and the three twilights of a day."""
    times = {"rise": event(SUN, True, site, day), "set": event(SUN, False, site, day)}
    top = culmination(SUN, site, day)
    times["transit"] = top[0] if top else None
    start, end = site.bounds(day)
    noon = top[0] if top else start + (end - start) / 2
    for name, depth in TWILIGHTS.items():
        times[f"{name}_dawn"] = crossing(depth, True, site, noon - _DAY / 2, noon)
        times[f"{name}_dusk"] = crossing(depth, False, site, noon, noon + _DAY / 2)
    length = _day_length(times["rise"], times["set"])
    return _shown(SUN, site, day, times) | {
        "transit_altitude": round(top[1], 1) if top else None,
        "day_length": length,
    }


def _day_length(rise: datetime | None, setting: datetime | None) -> str | None:
    """13:45:12; None when the sun does not both rise and set on the day."""
    if rise is None or setting is None or setting < rise:
        return None
    return str(setting - rise)


def moon_facts(site: Site, day: date) -> Json:
    """Rise, set and transit of a day."""
    top = culmination(MOON, site, day)
    times = {"rise": event(MOON, True, site, day), "set": event(MOON, False, site, day)}
    times["transit"] = top[0] if top else None
    return _shown(MOON, site, day, times) | {"transit_altitude": round(top[1], 1) if top else None}


def _shown(body: astronomy.Body, site: Site, day: date, times: dict[str, datetime | None]) -> Json:
    """The times as local text; ``reasons`` has a sentence for each that is null, ``reason`` the first of them.

    ``stays`` is "up" or "down" where the body neither rises nor sets.
    """
    missing = [name for name, instant in times.items() if instant is None]
    reasons: Json = {}
    stays = None
    if missing:
        lowest, highest = _altitude_range(body, site, day)
        if times["rise"] is None and times["set"] is None:
            stays = "up" if (lowest + highest) / 2 > _LIMB else "down"
        reasons = {name: _reason(body, name, lowest, highest) for name in missing}
    shown: Json = {name: site.text(instant) if instant else None for name, instant in times.items()}
    first = next((reasons[name] for name in ("rise", "set") if name in reasons), None)
    return shown | {"stays": stays, "reason": first, "reasons": reasons}


@lru_cache(maxsize=512)
def _altitude_range(body: astronomy.Body, site: Site, day: date) -> tuple[float, float]:
    """The lowest and the highest true altitude of the centre on the day, looked at every ten minutes."""
    start, end = site.bounds(day)
    steps = int((end - start) / timedelta(minutes=10))
    look = _altitudes(body, site)
    heights = [look(start + step * timedelta(minutes=10)) for step in range(steps + 1)]
    return min(heights), max(heights)


def _altitudes(body: astronomy.Body, site: Site) -> Callable[[datetime], float]:
    observer = site.observer

    def look(instant: datetime) -> float:
        when = to_time(instant)
        place = astronomy.Equator(body, when, observer, True, True)
        horizon = astronomy.Horizon(when, observer, place.ra, place.dec, astronomy.Refraction.Airless)
        return float(horizon.altitude)

    return look


def _reason(body: astronomy.Body, name: str, lowest: float, highest: float) -> str:
    subject = _BODY_NAMES[body]
    if name == "transit":
        return f"{subject}当日不过中天，在前后一日。"
    if name in ("rise", "set"):
        return _limb_reason(body, name, lowest, highest)
    twilight = name.split("_", maxsplit=1)[0]
    depth, title = TWILIGHTS[twilight], _TWILIGHT_NAMES[twilight]
    if lowest > depth:
        return f"太阳整日不低于地平线下{-depth:g}度，没有{title}晨昏的界线。"
    if highest < depth:
        return f"太阳整日低于地平线下{-depth:g}度，没有{title}晨昏。"
    return f"当日没有{title}{'晨光始' if name.endswith('dawn') else '昏影终'}。"


def _limb_reason(body: astronomy.Body, name: str, lowest: float, highest: float) -> str:
    subject, word = _BODY_NAMES[body], "升起" if name == "rise" else "落下"
    middle = (lowest + highest) / 2
    if lowest < _LIMB - 0.5 and highest > _LIMB + 0.5:
        return f"{subject}当日不{word}，在前后一日。"
    polar = {True: "极昼：", False: "极夜："}[middle > _LIMB] if body is SUN else ""
    return f"{polar}{subject}整日{'不落' if middle > _LIMB else '不升'}。"
