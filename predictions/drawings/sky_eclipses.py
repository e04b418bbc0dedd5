"""The next eclipses as the place sees them at their greatest: discs upright, the zenith above."""

from __future__ import annotations

from predictions.drawings.discs import circle_part, covered_part
from predictions.drawings.picture import BODY, SMALL, WIDTH, Picture
from predictions.drawings.sky_clock import clock
from predictions.types import Drawing, Json

_CARD, _GAP, _BOX, _RADIUS = 126, 8, 112, 35
_TEXT, _KEY, _SHORT_CARD = 129, 26, 74
CONTACTS = {
    "penumbral_begin": "半影始",
    "partial_begin": "初亏",
    "total_begin": "食既",
    "peak": "食甚",
    "total_end": "生光",
    "partial_end": "复圆",
    "penumbral_end": "半影终",
}
_SEEN = {"total": "全食", "annular": "环食", "hybrid": "全环食", "partial": "偏食", "penumbral": "半影月食"}


def draw_eclipses(facts: Json) -> Drawing:
    """The picture and its words; at the end of the canon there may be no eclipse left."""
    coming = facts["next_eclipses"]
    heights = [_card_height(eclipse) + _GAP for eclipse in coming]
    picture = Picture("sky-eclipses", "最近的日月食", sum(heights) + _KEY)
    for place, eclipse in enumerate(coming):
        _draw_card(picture, eclipse, sum(heights[:place]))
    told = "图为食甚时的样子，上方是当地天顶的方向" if coming else "2100年以前没有日月食"
    picture.text(WIDTH / 2, sum(heights) + 16, told, "muted middle", size=SMALL)
    return picture.finish(description(facts))


def _card_height(eclipse: Json) -> float:
    """A solar eclipse that the place does not see has nothing to draw."""
    return _CARD if eclipse["local"]["moon"] else _SHORT_CARD


def _draw_card(picture: Picture, eclipse: Json, y: float) -> None:
    height = _card_height(eclipse)
    picture.rect(0, y, WIDTH, height, "panel", radius=8)
    x, middle = 7 + _BOX / 2, y + height / 2
    if eclipse["local"]["moon"] is None:
        picture.circle(x, middle, 26, "line-muted dashed")
        picture.text(x, middle + 4, "不可见", "muted middle", size=SMALL)
    else:
        picture.rect(7, y + 7, _BOX, _BOX, "night", radius=6)
        (_draw_lunar if eclipse["kind"] == "lunar" else _draw_solar)(picture, eclipse, x, middle)
    picture.text(_TEXT, y + 24, eclipse["name"], "ink bold start", size=BODY)
    picture.text(WIDTH - 10, y + 24, eclipse["local_peak"][:10], "ink end", size=BODY)
    for place, line in enumerate(card_lines(eclipse)):
        picture.text(_TEXT, y + 46 + place * 17.5, line, "ink start", size=SMALL)


def _draw_solar(picture: Picture, eclipse: Json, x: float, y: float) -> None:
    """The sun with the moon before it; a total one leaves the corona."""
    local = eclipse["local"]
    moon = local["moon"]
    covered = covered_part(x, y, _RADIUS, *moon_at(moon, x, y), moon["radius"] * _RADIUS)
    if local["type"] == "total":
        picture.circle(x, y, _RADIUS * 1.22, "moon")
        picture.path(circle_part(*moon_at(moon, x, y), moon["radius"] * _RADIUS), "dark-moon")
        return
    picture.circle(x, y, _RADIUS, "sun")
    picture.path(covered, "dark-moon")


def moon_at(moon: Json, x: float, y: float) -> tuple[float, float]:
    """The moon's centre in the picture where the sun's or the shadow's is at x, y."""
    return x + moon["right"] * _RADIUS, y - moon["up"] * _RADIUS


def _draw_lunar(picture: Picture, eclipse: Json, x: float, y: float) -> None:
    """The moon in the middle, the shadows upon it."""
    picture.circle(x, y, _RADIUS, "moon")
    for kind, (shadow_x, shadow_y, radius) in zip(("penumbra", "umbra"), shadows(eclipse, x, y), strict=True):
        covered = covered_part(x, y, _RADIUS, shadow_x, shadow_y, radius)
        if covered:
            picture.path(covered, kind)


def shadows(eclipse: Json, x: float, y: float) -> tuple[tuple[float, float, float], ...]:
    """(x, y, radius) of the penumbra and the umbra around a moon at x, y.

    A magnitude is the covered part of the moon's diameter, so it gives the radius where the distance is known.
    """
    moon = eclipse["local"]["moon"]
    centre = (x - moon["right"] * _RADIUS, y + moon["up"] * _RADIUS)
    apart = (moon["right"] ** 2 + moon["up"] ** 2) ** 0.5
    magnitudes = (eclipse["penumbral_magnitude"], eclipse["umbral_magnitude"])
    return tuple((*centre, (apart - 1 + 2 * magnitude) * _RADIUS) for magnitude in magnitudes)


def card_lines(eclipse: Json) -> list[str]:
    """At most five lines: what the place sees, how much, and when."""
    local, day = eclipse["local"], eclipse["local_peak"][:10]
    told = [seen_text(eclipse), amount_text(eclipse)]
    contacts = [found for found in local["contacts"] if found["name"] != "peak"]
    begins = [found for found in contacts if found["name"].endswith("begin")]
    for found in begins:
        end = next(other for other in contacts if other["name"] == found["name"].replace("begin", "end"))
        names = (CONTACTS[found["name"]], CONTACTS[end["name"]])
        told.append(f"{names[0]} {clock(found['local'], day)}　{names[1]} {clock(end['local'], day)}")
    return told


def seen_text(eclipse: Json) -> str:
    """What the place sees of it."""
    local = eclipse["local"]
    if not local["visible"]:
        why = "，月在地平线下" if eclipse["kind"] == "lunar" else ""
        return f"当地不可见{why}"
    return f"当地可见{_SEEN[local['type']]}" if local["complete"] else "当地只见部分过程"


def amount_text(eclipse: Json) -> str:
    """When it is greatest, and how great."""
    local, peak = eclipse["local"], eclipse["local_peak"]
    if eclipse["kind"] == "lunar":
        penumbral = eclipse["type"] == "penumbral"
        magnitude = eclipse["penumbral_magnitude" if penumbral else "umbral_magnitude"]
        named = "半影食分" if penumbral else "食分"
        told = f"{magnitude:.2f}" if magnitude >= 0.005 else "不足0.01"
        return f"食甚 {clock(peak, peak[:10])}　{named} {told}"
    if not local["visible"]:
        return f"全球食甚 {clock(peak, peak[:10])}"
    here = next(found["local"] for found in local["contacts"] if found["name"] == "peak")
    return f"食甚 {clock(here, peak[:10])}　食分 {local['magnitude']:.2f}"


def description(facts: Json) -> str:
    """All that the picture shows."""
    told = [f"{_heading(eclipse)}{'，'.join(_told(eclipse))}。" for eclipse in facts["next_eclipses"]]
    return "".join(told) or "2100年以前没有日月食。"


def _heading(eclipse: Json) -> str:
    return f"{eclipse['local_peak'][:10]}{eclipse['name']}："


def _told(eclipse: Json) -> list[str]:
    local, day = eclipse["local"], eclipse["local_peak"][:10]
    contacts = [
        f"{CONTACTS[found['name']]}{clock(found['local'], day)}"
        for found in local["contacts"]
        if found["name"] != "peak"
    ]
    told = [seen_text(eclipse), amount_text(eclipse).replace("　", "，").replace(" ", "")]
    if local["moon"] and eclipse["kind"] == "solar":
        told.append(
            f"食甚时月亮遮在太阳的{side_of(local['moon'])}，遮住日面{local['obscuration'] * 100:.0f}%"
        )
    return [*told, *contacts]


def side_of(moon: Json) -> str:
    """正中, or the side on which the moon's centre lies."""
    if (moon["right"] ** 2 + moon["up"] ** 2) ** 0.5 < 0.1:
        return "正中"
    upright = "上" if moon["up"] > 0.1 else "下" if moon["up"] < -0.1 else ""
    across = "右" if moon["right"] > 0.1 else "左" if moon["right"] < -0.1 else ""
    return f"{across}{upright}方"
