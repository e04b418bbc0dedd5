"""A day by the clock: night, the three twilights and the day as bands, the sun's way over the horizon, the moon."""

from __future__ import annotations

from datetime import date
from math import asin, cos, degrees, pi, radians, sin

from predictions.drawings.picture import SMALL, WIDTH, Picture
from predictions.drawings.sky_clock import clock, hour_of
from predictions.types import Drawing, Json

Span = tuple[float, float]

_LEFT, _HOUR = 14, (WIDTH - 28) / 24
_TOP, _BAND, _MOON_TOP, _MOON_BAR = 24, 96, 140, 12
_TABLE, _ROW = 178, 21
# Class, title, the keys of what begins and ends it, the sun's altitude at its edge; darkest first.
TWILIGHTS = (
    ("astronomical", "天文晨昏", "astronomical_dawn", "astronomical_dusk", -18.0),
    ("nautical", "航海晨昏", "nautical_dawn", "nautical_dusk", -12.0),
    ("civil", "民用晨昏", "civil_dawn", "civil_dusk", -6.0),
)
_HEIGHT = _TABLE + _ROW * 6 + 8


def draw_day(facts: Json) -> Drawing:
    """The picture and its words."""
    sun, moon, day = facts["sun"], facts["moon"], facts["solar"]
    picture = Picture("sky-day", "昼夜与晨昏", _HEIGHT)
    picture.rect(_LEFT, _TOP, 24 * _HOUR, _BAND, "night")
    for kind, spans in bands(facts):
        for start, end in spans:
            picture.rect(_LEFT + start * _HOUR, _TOP, (end - start) * _HOUR, _BAND, kind)
    _draw_sun(picture, facts)
    picture.rect(_LEFT, _MOON_TOP, 24 * _HOUR, _MOON_BAR, "night")
    for start, end in spans_of(moon["rise"], moon["set"], day, always=moon["stays"] == "up"):
        picture.rect(_LEFT + start * _HOUR, _MOON_TOP, (end - start) * _HOUR, _MOON_BAR, "moon")
    _draw_hours(picture)
    _draw_table(picture, sun, moon, day)
    return picture.finish(description(facts))


def bands(facts: Json) -> list[tuple[str, list[Span]]]:
    """(class, hours of the day) of everything brighter than night, each lying upon the one before."""
    sun, day = facts["sun"], facts["solar"]
    highest = sun["transit_altitude"]
    if highest is None:
        highest = 90 - abs(facts["place"]["latitude"] - declination(day))
    found = [
        (kind, spans_of(sun[dawn], sun[dusk], day, always=highest > depth))
        for kind, _, dawn, dusk, depth in TWILIGHTS
    ]
    return [*found, ("day", spans_of(sun["rise"], sun["set"], day, always=sun["stays"] == "up"))]


def spans_of(start: str | None, end: str | None, day: str, *, always: bool) -> list[Span]:
    """The hours between 0 and 24 from a beginning to an end; ``always`` decides where there is neither.

    An end after midnight stands for the one of the evening before too: a day moves it by minutes only.
    """
    begins = hour_of(start, day) if start else None
    ends = hour_of(end, day) if end else None
    if begins is None and ends is None:
        return [(0.0, 24.0)] if always else []
    if begins is None or ends is None:
        return [(begins or 0.0, 24.0 if ends is None else ends)]
    if ends < begins:
        return [(0.0, ends), (begins, 24.0)]
    spans = [(max(begins, 0.0), min(ends, 24.0))]
    before = [(0.0, ends - 24)] if ends > 24 else []
    after = [(begins + 24, 24.0)] if begins < 0 else []
    return [*before, *spans, *after]


def declination(day: str) -> float:
    """The sun's, in degrees, to half a degree: enough for a curve."""
    return 23.44 * sin(2 * pi * (date.fromisoformat(day).timetuple().tm_yday - 81) / 365.25)


def altitude(hour: float, transit: float, latitude: float, slope: float) -> float:
    """Of the sun, in degrees, at an hour of the clock; ``slope`` is its declination."""
    turned, north, tilt = radians((hour - transit) * 15), radians(latitude), radians(slope)
    return degrees(asin(sin(north) * sin(tilt) + cos(north) * cos(tilt) * cos(turned)))


def _draw_sun(picture: Picture, facts: Json) -> None:
    """The sun's height over the day as a hill, and a word on its highest place."""
    sun, day, latitude = facts["sun"], facts["solar"], facts["place"]["latitude"]
    transit = hour_of(sun["transit"], day) if sun["transit"] else 12.0
    slope = declination(day)
    for start, end in spans_of(sun["rise"], sun["set"], day, always=sun["stays"] == "up"):
        hours = [start + (end - start) * step / 32 for step in range(33)]
        points = [(hour, max(0.0, altitude(hour, transit, latitude, slope))) for hour in hours]
        steps = "".join(f"L{_LEFT + hour * _HOUR:.2f} {_height(up):.2f}" for hour, up in points)
        floor = _TOP + _BAND
        picture.path(f"M{_LEFT + start * _HOUR:.2f} {floor}{steps}L{_LEFT + end * _HOUR:.2f} {floor}Z", "sun")
    if sun["transit"]:
        x = min(max(_LEFT + transit * _HOUR, 80), WIDTH - 80)
        told = f"中天 {clock(sun['transit'], day)} 高 {sun['transit_altitude']:g}°"
        picture.text(x, 16, told, "ink middle", size=SMALL)


def _height(up: float) -> float:
    return _TOP + _BAND - up * (_BAND - 6) / 90


def _draw_hours(picture: Picture) -> None:
    for hour in range(0, 25, 6):
        x = _LEFT + hour * _HOUR
        picture.line(x, _TOP + _BAND, x, _TOP + _BAND + 4, "line-muted")
        picture.text(x, _TOP + _BAND + 16, hour, "muted middle", size=SMALL)


def _draw_table(picture: Picture, sun: Json, moon: Json, day: str) -> None:
    """The key to the colours, with the times."""
    picture.text(200, _TABLE - 6, "始", "muted middle", size=SMALL)
    picture.text(286, _TABLE - 6, "终", "muted middle", size=SMALL)
    rows = [("day", "白昼", sun["rise"], sun["set"])]
    rows += [(kind, title, sun[dawn], sun[dusk]) for kind, title, dawn, dusk, _ in reversed(TWILIGHTS)]
    rows.append(("moon", "月亮在天", moon["rise"], moon["set"]))
    for place, (kind, title, start, end) in enumerate(rows):
        baseline = _TABLE + place * _ROW + 15
        picture.rect(_LEFT, baseline - 11, 20, 13, kind)
        picture.rect(_LEFT, baseline - 11, 20, 13, "line-muted")
        picture.text(_LEFT + 30, baseline, title, "ink start", size=SMALL)
        picture.text(200, baseline, clock(start, day), "ink middle", size=SMALL)
        picture.text(286, baseline, clock(end, day), "ink middle", size=SMALL)
    told = last_line(sun, moon)
    if told:
        picture.text(_LEFT, _TABLE + 5 * _ROW + 15, told, "muted start", size=SMALL)


def last_line(sun: Json, moon: Json) -> str:
    """Why sun or moon do not rise or set; else how long the day is, where it is whole."""
    told = [reason for reason in (sun["reason"], moon["reason"]) if reason]
    length = f"昼长 {sun['day_length']}" if sun["day_length"] else ""
    return "".join(told) or length


def description(facts: Json) -> str:
    """All that the picture shows."""
    sun, moon, day = facts["sun"], facts["moon"], facts["solar"]
    transit = f"，中天{clock(sun['transit'], day)}，高{sun['transit_altitude']:g}度" if sun["transit"] else ""
    length = f"，昼长{sun['day_length']}" if sun["day_length"] else ""
    twilights = "；".join(
        _told(title, "自", sun[dawn], "至", sun[dusk], day) for _, title, dawn, dusk, _ in reversed(TWILIGHTS)
    )
    times = _told("", "日出", sun["rise"], "，日落", sun["set"], day)
    moon_times = _told("", "月出", moon["rise"], "，月落", moon["set"], day)
    reasons = "".join(body["reason"] for body in (sun, moon) if body["reason"])
    return f"{day}：{times}{transit}{length}。{twilights}。{moon_times}。{reasons}"


def _told(title: str, begins: str, start: str | None, ends: str, end: str | None, day: str) -> str:
    """民用晨昏自06:03至17:18."""
    if start is None and end is None:
        return f"没有{title or begins + ends.replace('，', '和')}" + ("的界线" if title else "")
    shown = [clock(time, day) if time else "（无）" for time in (start, end)]
    return f"{title}{begins}{shown[0]}{ends}{shown[1]}"
