"""The moon of the evening with its lit part as it stands in the sky, and the phases of the month."""

from __future__ import annotations

from predictions.drawings.discs import lit_part
from predictions.drawings.picture import LARGE, SMALL, WIDTH, Picture
from predictions.drawings.sky_clock import clock
from predictions.types import Drawing, Json

_PANEL, _RADIUS, _X, _Y = 176, 66, 88, 88
_SMALL_RADIUS, _STRIP = 14, 84
_LIT = {"new": 0.0, "first_quarter": 0.5, "full": 1.0, "last_quarter": 0.5}


def lit_on_the_right(waxing: bool, latitude: float) -> bool:
    """Who looks at the moon's highest place from the northern half of the Earth sees it grow from the right."""
    return waxing == (latitude >= 0)


def draw_moon(facts: Json) -> Drawing:
    """The picture and its words."""
    moon, day, latitude = facts["moon"], facts["solar"], facts["place"]["latitude"]
    right = lit_on_the_right(moon["elongation"] < 180, latitude)
    picture = Picture("sky-moon", "月相", _PANEL + _STRIP)
    picture.rect(0, 0, WIDTH, _PANEL, "night", radius=8)
    picture.circle(_X, _Y, _RADIUS, "dark-moon")
    picture.path(lit_part(_X, _Y, _RADIUS, moon["illumination"], right=right), "moon")
    picture.text(178, 50, moon["phase"], "moon bold start", size=LARGE)
    for place, line in enumerate(moon_lines(moon, day)):
        picture.text(178, 76 + place * 20, line, "moon start", size=SMALL)
    for place, phase in enumerate(moon["phases"]):
        x = WIDTH * (place + 0.5) / len(moon["phases"])
        _draw_phase(picture, phase, x, latitude)
    return picture.finish(description(facts, right=right))


def moon_lines(moon: Json, day: str) -> list[str]:
    """What stands beside the moon."""
    upcoming = moon["next_phase"]
    return [
        f"{clock(moon['at'], day)} 照亮 {moon['illumination'] * 100:.1f}%",
        f"月龄 {moon['age_days']} 天",
        f"距离 {moon['distance_km']} 公里",
        f"下次 {upcoming['local'][5:10]} {clock(upcoming['local'], upcoming['local'][:10])} {upcoming['name']}",
    ]


def _draw_phase(picture: Picture, phase: Json, x: float, latitude: float) -> None:
    y = _PANEL + 24
    right = lit_on_the_right(phase["phase"] == "first_quarter", latitude)
    picture.circle(x, y, _SMALL_RADIUS, "dark-moon")
    picture.path(lit_part(x, y, _SMALL_RADIUS, _LIT[phase["phase"]], right=right), "moon")
    picture.circle(x, y, _SMALL_RADIUS, "line-muted")
    local = phase["local"]
    picture.text(x, y + 32, f"{phase['name']} {int(local[8:10])}日", "ink bold middle", size=SMALL)
    picture.text(x, y + 49, clock(local, local[:10]), "muted middle", size=SMALL)


def description(facts: Json, *, right: bool) -> str:
    """All that the picture shows."""
    moon, day = facts["moon"], facts["solar"]
    side = "右" if right else "左"
    half = "北" if facts["place"]["latitude"] >= 0 else "南"
    upcoming = moon["next_phase"]
    phases = "，".join(
        f"{int(phase['local'][8:10])}日{clock(phase['local'], phase['local'][:10])}{phase['name']}"
        for phase in moon["phases"]
    )
    return (
        f"{day} {clock(moon['at'], day)}的月亮：{moon['phase']}，照亮{moon['illumination'] * 100:.1f}%，"
        f"在{half}半球看{side}侧受光，月龄{moon['age_days']}天，距离{moon['distance_km']}公里；"
        f"下一个月相是{upcoming['local'][:10]} {clock(upcoming['local'], upcoming['local'][:10])}的"
        f"{upcoming['name']}。本月月相：{phases}。"
    )
