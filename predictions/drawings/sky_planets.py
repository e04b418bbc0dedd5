"""The horizon of the night with the planets, each at its highest dark moment."""

from __future__ import annotations

from collections.abc import Iterator

from predictions.drawings.picture import SMALL, WIDTH, Picture
from predictions.drawings.sky_clock import clock
from predictions.drawings.widths import width_of
from predictions.types import Drawing, Json

Box = tuple[float, float, float, float]

_LEFT, _TOP, _PLOT = 8, 8, 150
_DEGREE = (WIDTH - 2 * _LEFT) / 360
_UP = (_PLOT - 16) / 90
_DIRECTIONS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_HEIGHT = _TOP + _PLOT + 44


def draw_planets(facts: Json) -> Drawing:
    """The picture and its words; the sky is empty where no planet can be seen."""
    seen = [planet for planet in facts["planets"] if planet["visible"]]
    north = facts["place"]["latitude"] >= 0
    picture = Picture("sky-planets", "今夜行星", _HEIGHT)
    picture.rect(0, 0, WIDTH, _TOP + _PLOT, "night", radius=8)
    _draw_frame(picture, north=north)
    dots = [(planet, *place_of(planet, north=north)) for planet in seen]
    taken = [*_frame_boxes(), *((x - 6, y - 6, x + 6, y + 6) for _, x, y in dots)]
    for planet, x, y in dots:
        picture.circle(x, y, radius_of(planet["magnitude"]), "moon")
        box = free_box(x, y, width_of(planet["name"], SMALL), taken)
        taken.append(box)
        picture.text(box[0], box[3] - 2, planet["name"], "moon start", size=SMALL)
    if not seen:
        picture.text(WIDTH / 2, 84, "今夜没有肉眼可见的行星", "moon middle", size=SMALL)
    hidden = "、".join(planet["name"] for planet in facts["planets"] if not planet["visible"])
    picture.text(WIDTH / 2, _HEIGHT - 6, f"不可见：{hidden or '无'}", "muted middle", size=SMALL)
    return picture.finish(description(facts))


def place_of(planet: Json, *, north: bool) -> tuple[float, float]:
    """Where a planet stands: the south is in the middle for the northern half of the Earth, else the north."""
    azimuth = planet["azimuth"] if north else (planet["azimuth"] + 180) % 360
    return _LEFT + azimuth * _DEGREE, _height(planet["altitude"])


def radius_of(magnitude: float) -> float:
    """Brighter is larger: 6 units for Venus, 2.5 for the faintest."""
    return min(6.0, max(2.5, 4.0 - 0.5 * magnitude))


def _height(altitude: float) -> float:
    return _TOP + _PLOT - altitude * _UP


def _draw_frame(picture: Picture, *, north: bool) -> None:
    for altitude in (30, 60):
        picture.line(_LEFT, _height(altitude), WIDTH - _LEFT, _height(altitude), "line-muted dashed")
        picture.text(_LEFT, _height(altitude) - 3, f"{altitude}°", "moon start", size=SMALL)
    for place in range(9):
        x = _LEFT + place * 45 * _DEGREE
        named = _DIRECTIONS[(place + (0 if north else 4)) % 8]
        picture.line(x, _TOP + _PLOT - 5, x, _TOP + _PLOT, "line-muted")
        anchor = {0: "start", 8: "end"}.get(place, "middle")
        at = {0: 0.0, 8: float(WIDTH)}.get(place, x)
        picture.text(at, _TOP + _PLOT + 15, named, f"muted {anchor}", size=SMALL)


def _frame_boxes() -> list[Box]:
    """The dashed lines and their degrees, which no name may cross."""
    lines = [(0.0, _height(altitude) - 1, WIDTH * 1.0, _height(altitude) + 1) for altitude in (30, 60)]
    return [*lines, *((_LEFT * 1.0, box[1] - 13, _LEFT + 24.0, box[1]) for box in lines)]


def free_box(x: float, y: float, width: float, taken: list[Box]) -> Box:
    """The place nearest to a dot where its name collides with nothing; the last resort is beside the dot."""
    boxes = list(_boxes(x, y, width))
    return next(
        (box for box in boxes if _inside(box) and not any(_meets(box, other) for other in taken)), boxes[0]
    )


def _boxes(x: float, y: float, width: float) -> Iterator[Box]:
    """Right, left, above, below, then between them; then the same farther away."""
    for away in range(8, 80, 8):
        aside = (away + width / 2) * 0.7
        for right, down in (
            *((away + width / 2, 0.0), (-away - width / 2, 0.0), (0.0, -away - 6.0), (0.0, away + 6.0)),
            *((aside, -away - 2.0), (-aside, -away - 2.0), (aside, away + 2.0), (-aside, away + 2.0)),
        ):
            middle, left = y + down, x + right - width / 2
            yield left, middle - 6, left + width, middle + 6


def _inside(box: Box) -> bool:
    return box[0] >= 2 and box[1] >= 2 and box[2] <= WIDTH - 2 and box[3] <= _TOP + _PLOT - 2


def _meets(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def description(facts: Json) -> str:
    """All that the picture shows, and when to look."""
    day = facts["solar"]
    seen = "；".join(
        f"{planet['name']}{planet['period']}可见，{clock(planet['best'], day)}最高，"
        f"在{planet['direction']}方，高{planet['altitude']:.0f}度，{planet['magnitude']:g}等"
        for planet in facts["planets"]
        if planet["visible"]
    )
    hidden = "；".join(
        f"{planet['name']}（{planet['reason']}）" for planet in facts["planets"] if not planet["visible"]
    )
    return f"{seen or '今夜没有肉眼可见的行星'}。不可见：{hidden or '无'}。"
