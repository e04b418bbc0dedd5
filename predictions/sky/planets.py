"""Which planets the naked eye finds in the night that begins on a civil day, by a published rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import astronomy

from predictions.sky.horizon import event
from predictions.sky.site import Site, to_time
from predictions.types import Json

RULE = (
    "从当日正午到次日正午每半小时看一次：行星高度不低于5度、距太阳不少于10度、视星等不暗于5等，"
    "且太阳低于地平线下6度（星等暗于0等的为12度），有一次符合即为可见；取其中最高的一次"
)
PLANETS = {
    "水星": astronomy.Body.Mercury,
    "金星": astronomy.Body.Venus,
    "火星": astronomy.Body.Mars,
    "木星": astronomy.Body.Jupiter,
    "土星": astronomy.Body.Saturn,
    "天王星": astronomy.Body.Uranus,
    "海王星": astronomy.Body.Neptune,
}
# Those that the planets can stand in.
CONSTELLATIONS = {
    **{"Ari": "白羊座", "Tau": "金牛座", "Gem": "双子座", "Cnc": "巨蟹座", "Leo": "狮子座", "Vir": "室女座"},
    **{"Lib": "天秤座", "Sco": "天蝎座", "Oph": "蛇夫座", "Sgr": "人马座", "Cap": "摩羯座", "Aqr": "宝瓶座"},
    **{
        "Psc": "双鱼座",
        "Cet": "鲸鱼座",
        "Ori": "猎户座",
        "Sex": "六分仪座",
        "Crv": "乌鸦座",
        "Crt": "巨爵座",
    },
    **{"Hya": "长蛇座", "Sct": "盾牌座", "Peg": "飞马座", "Aur": "御夫座", "CMi": "小犬座", "Ser": "巨蛇座"},
}
LOWEST, NEAREST, FAINTEST = 5.0, 10.0, 5.0
_STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Look:
    """The sun's altitude at a moment of the night."""

    instant: datetime
    when: astronomy.Time
    sun: float


def planet_facts(site: Site, day: date) -> list[Json]:
    """The seven planets: rise and set of the civil day, and the coming night's best moment."""
    start, end = site.bounds(day)
    noon = start + (end - start) / 2
    looks = [_look(noon + step * _STEP, site) for step in range(49)]
    return [_planet(name, body, site, day, looks) for name, body in PLANETS.items()]


def _look(instant: datetime, site: Site) -> _Look:
    when = to_time(instant)
    sun = astronomy.Equator(astronomy.Body.Sun, when, site.observer, True, True)
    return _Look(instant, when, _height(when, site, sun)[0])


def _height(when: astronomy.Time, site: Site, place: astronomy.Equatorial) -> tuple[float, float]:
    """(altitude, azimuth) in degrees, without refraction."""
    found = astronomy.Horizon(when, site.observer, place.ra, place.dec, astronomy.Refraction.Airless)
    return float(found.altitude), float(found.azimuth)


def _planet(name: str, body: astronomy.Body, site: Site, day: date, looks: list[_Look]) -> Json:
    middle = looks[len(looks) // 2].when
    # A planet moves a degree or so in a night: one position serves every look.
    place = astronomy.Equator(body, middle, site.observer, True, True)
    magnitude = float(astronomy.Illumination(body, middle).mag)
    apart = float(astronomy.AngleFromSun(body, middle))
    needed = -6.0 if magnitude <= 0 else -12.0
    dark = [look for look in looks if look.sun <= needed]
    heights = [(*_height(look.when, site, place), look.instant) for look in dark]
    best = max(heights, default=None)
    reason = _reason(best, apart, magnitude)
    rise, setting = event(body, True, site, day), event(body, False, site, day)
    return {
        "name": name,
        "visible": reason is None,
        "reason": reason,
        "rise": site.text(rise) if rise else None,
        "set": site.text(setting) if setting else None,
        "altitude": round(best[0], 1) if best else None,
        "azimuth": round(best[1], 1) if best else None,
        "direction": _direction(best[1]) if best else None,
        "best": site.text(best[2]) if best else None,
        "period": _period(heights) if reason is None else None,
        "magnitude": round(magnitude, 1),
        "elongation": round(apart, 1),
        "constellation": constellation(place, middle),
    }


def _reason(best: tuple[float, float, datetime] | None, apart: float, magnitude: float) -> str | None:
    if magnitude > FAINTEST:
        return f"视星等{magnitude:.1f}，肉眼难见"
    if apart < NEAREST:
        return f"离太阳仅{apart:.0f}度"
    if best is None:
        return "整夜天光不够暗"
    if best[0] < LOWEST:
        return "夜间在地平线下" if best[0] < 0 else f"夜间最高仅{best[0]:.0f}度"
    return None


def _period(heights: list[tuple[float, float, datetime]]) -> str:
    """The part of the dark hours in which the planet is up."""
    night = [instant for _, _, instant in heights]
    up = [instant for height, _, instant in heights if height >= LOWEST]
    from_dusk, to_dawn = up[0] == night[0], up[-1] == night[-1]
    if from_dusk and to_dawn:
        return "整夜"
    if from_dusk:
        return "傍晚" if up[-1] - up[0] <= timedelta(hours=2) else "前半夜"
    if to_dawn:
        return "黎明" if up[-1] - up[0] <= timedelta(hours=2) else "后半夜"
    return "夜间"


_DIRECTIONS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


def _direction(azimuth: float) -> str:
    return _DIRECTIONS[round(azimuth / 45) % 8]


def constellation(place: astronomy.Equatorial, when: astronomy.Time) -> str:
    """The IAU constellation, by its Chinese name."""
    vector = astronomy.RotateVector(astronomy.Rotation_EQD_EQJ(when), place.vec)
    at = astronomy.EquatorFromVector(vector)
    found = astronomy.Constellation(at.ra, at.dec)
    return CONSTELLATIONS.get(found.symbol, str(found.name))
