"""The middle of the 紫微斗数 grid: the birth, its pillars, the levels, and 三方四正 of 命宫 as fine lines."""

from __future__ import annotations

from predictions.cycles import BRANCHES
from predictions.drawings.picture import BODY, LARGE, SMALL, Picture
from predictions.types import Json

_PILLARS = {"year": "年", "month": "月", "day": "日", "hour": "时"}
_GENDERS = {"male": "男", "female": "女"}
LEVELS = ("大限", "流年", "小限")
_LINE, _HEAD, _PILLAR_ROWS, _MARGIN = 17, 30, 54, 12
# Where a palace touches the middle, in quarters of its width and height.
_TOUCHES = {
    **{"巳": (0, 0), "午": (1, 0), "未": (3, 0), "申": (4, 0), "酉": (4, 1), "戌": (4, 3)},
    **{"亥": (4, 4), "子": (3, 4), "丑": (1, 4), "寅": (0, 4), "卯": (0, 3), "辰": (0, 1)},
}


def centre_height(facts: Json) -> float:
    """What the words need with a margin above and below."""
    return _words_height(facts) + 2 * _MARGIN


def _words_height(facts: Json) -> float:
    levels = level_lines(facts["levels"])
    return _HEAD + _LINE * (len(birth_lines(facts)) + len(levels)) + _PILLAR_ROWS - (0 if levels else 12)


def draw_centre(picture: Picture, facts: Json, x: float, y: float, width: float, height: float) -> None:
    """Everything inside the four middle cells."""
    _draw_trine(picture, facts["soul_palace"], x, y, width, height)
    middle, top = x + width / 2, y + (height - _words_height(facts)) / 2
    picture.text(middle, top + 18, "紫微斗数", "ink bold serif middle", size=LARGE)
    top = _draw_lines(picture, birth_lines(facts), middle, top + _HEAD)
    _draw_pillars(picture, facts["pillars"], middle, top)
    _draw_lines(picture, level_lines(facts["levels"]), middle, top + _PILLAR_ROWS)


def birth_lines(facts: Json) -> list[str]:
    """The birth in lines of at most thirteen characters."""
    hour = facts["hour"]
    return [
        f"{_GENDERS[facts['gender']]}命 · {facts['five_elements_class']} · 属{facts['zodiac']}",
        f"公历 {facts['solar']}",
        f"农历{facts['lunar']['text']}",
        f"{hour['name']} {hour['range']}",
        f"命主{facts['soul_star']} · 身主{facts['body_star']}",
    ]


def level_lines(levels: Json | None) -> list[str]:
    """The day asked about and, for each level, its stem and branch and its four transformations."""
    if levels is None:
        return []
    lines = [f"{levels['target']} 虚岁{levels['age']}"]
    for key, name in zip(("decadal", "yearly", "small"), LEVELS, strict=True):
        level = levels[key]
        if level:
            lines.append(f"{name}{level['ganzhi']} 在{level['palace']}")
        if level and key != "small":
            lines.append(" ".join(entry["star"] + entry["mutagen"] for entry in level["mutagens"][:2]))
            lines.append(" ".join(entry["star"] + entry["mutagen"] for entry in level["mutagens"][2:]))
    return lines


def _draw_lines(picture: Picture, lines: list[str], middle: float, top: float) -> float:
    for place, line in enumerate(lines):
        kind = "ink bold middle" if line.startswith(LEVELS) else "ink middle"
        picture.text(middle, top + place * _LINE + 12, line, kind, size=SMALL)
    return top + len(lines) * _LINE


def _draw_pillars(picture: Picture, pillars: Json, middle: float, top: float) -> None:
    for place, (key, name) in enumerate(_PILLARS.items()):
        x = middle + (place - 1.5) * 36
        picture.text(x, top + 15, name, "muted middle", size=SMALL)
        picture.text(x, top + 33, pillars[key], "ink bold middle", size=BODY)


def _draw_trine(picture: Picture, soul: str, x: float, y: float, width: float, height: float) -> None:
    """From 命宫 to the palace opposite and to the two that stand four branches away."""
    place = BRANCHES.index(soul)
    ends = [BRANCHES[(place + step) % 12] for step in (0, 4, 8, 6)]
    points = [(x + _TOUCHES[end][0] * width / 4, y + _TOUCHES[end][1] * height / 4) for end in ends]
    for start, end in ((0, 1), (1, 2), (2, 0), (0, 3)):
        picture.line(*points[start], *points[end], "line dashed")
