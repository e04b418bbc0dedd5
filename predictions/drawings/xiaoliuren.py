"""The six palaces of 小六壬 as they lie on the joints of three fingers, with the three counts and where they end."""

from __future__ import annotations

from predictions.drawings.picture import BODY, ELEMENT_CLASSES, LARGE, SMALL, WIDTH, Picture
from predictions.types import Chart, Drawing, Json

# (column, row): index, middle and ring finger, tips above, roots below; counted clockwise from 大安.
PLACES = {
    **{"大安": (0, 1), "留连": (0, 0), "速喜": (1, 0)},
    **{"赤口": (2, 0), "小吉": (2, 1), "空亡": (1, 1)},
}
_FINGERS = ("食指", "中指", "无名指")
_LUCK_CLASSES = {"吉": "good", "凶": "bad", "平": "muted"}
_GAP = 22
_CELL, _ROW = (WIDTH - 2 * _GAP) / 3, 122
_TOP = 24
_HEIGHT = _TOP + 2 * _ROW + _GAP + 34
_NUMBERS = "①②③"


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The one picture: six palaces, the way of the count, the result framed."""
    facts = chart.facts
    picture = Picture("xiaoliuren", "小六壬掌诀", _HEIGHT)
    for column, finger in enumerate(_FINGERS):
        picture.text(column * (_CELL + _GAP) + _CELL / 2, 15, finger, "muted middle", size=SMALL)
    for name, (column, row) in PLACES.items():
        _draw_palace(picture, name, facts, column * (_CELL + _GAP), _TOP + row * (_ROW + _GAP))
    _draw_arrows(picture)
    way = " → ".join(f"{number}{name}" for number, name in zip(_NUMBERS, facts["palaces"], strict=True))
    told = f"{way}　结果：{facts['result']}（{facts['luck']}）"
    picture.text(WIDTH / 2, _HEIGHT - 8, told, "ink bold middle", size=BODY)
    return (picture.finish(description(facts)),)


def _draw_palace(picture: Picture, name: str, facts: Json, x: float, y: float) -> None:
    """A palace that a count reached says more than the others, which only have their place."""
    steps = [place for place, palace in enumerate(facts["palaces"]) if palace == name]
    result = 2 in steps
    picture.rect(x, y, _CELL, _ROW, "mark" if result else "panel", radius=8)
    if result:
        picture.rect(x + 1, y + 1, _CELL - 2, _ROW - 2, "line-accent", radius=7)
    middle = x + _CELL / 2
    if not steps:
        picture.text(middle, y + _ROW / 2 + 6, name, "muted serif middle", size=LARGE)
        return
    detail = facts["details"][steps[0]]
    picture.text(middle, y + 53, name, "ink bold serif middle", size=LARGE)
    _draw_steps(picture, facts, steps, middle, y + 22)
    picture.text(middle, y + 75, detail["luck"], f"{_LUCK_CLASSES[detail['luck']]} bold middle", size=BODY)
    picture.text(middle - 21, y + 94, detail["spirit"], "ink middle", size=SMALL)
    picture.text(middle + 21, y + 94, detail["direction"], "ink middle", size=SMALL)
    element = detail["element"]
    picture.text(middle, y + 112, f"属{element}", f"{ELEMENT_CLASSES[element]} middle", size=SMALL)


def _draw_steps(picture: Picture, facts: Json, steps: list[int], middle: float, baseline: float) -> None:
    """The numbers of the counts that ended here, side by side; three numbers have no names of their own."""
    for index, step in enumerate(steps):
        x = middle + (index - (len(steps) - 1) / 2) * 31
        named = facts["details"][step]["place"] if facts["method"] == "moment" else ""
        picture.text(x, baseline, f"{_NUMBERS[step]}{named}", "accent bold middle", size=BODY)


def _draw_arrows(picture: Picture) -> None:
    """From each palace to the next, clockwise."""
    upper, lower = _TOP + _ROW / 2, _TOP + _ROW * 1.5 + _GAP
    for column in (0, 1):
        x = (column + 1) * (_CELL + _GAP) - _GAP / 2
        _draw_arrow(picture, x, upper, 1, 0)
        _draw_arrow(picture, x, lower, -1, 0)
    between = _TOP + _ROW + _GAP / 2
    _draw_arrow(picture, _CELL / 2, between, 0, -1)
    _draw_arrow(picture, 2 * (_CELL + _GAP) + _CELL / 2, between, 0, 1)


def _draw_arrow(picture: Picture, x: float, y: float, right: int, down: int) -> None:
    """An arrow about x, y, as long as the gap between two palaces allows."""
    tip, side = 7, 4
    head_x, head_y = x + tip * right, y + tip * down
    picture.line(x - tip * right, y - tip * down, head_x, head_y, "line-muted")
    for turn in (-1, 1):
        end_x = x + 3 * right + turn * side * down
        end_y = y + 3 * down + turn * side * right
        picture.line(head_x, head_y, end_x, end_y, "line-muted")


def description(facts: Json) -> str:
    """All that the picture shows."""
    told = [
        f"第{number}步{detail['place']}落{detail['palace']}（{detail['luck']}，{detail['spirit']}，"
        f"{detail['direction']}，属{detail['element']}）"
        for number, detail in zip("一二三", facts["details"], strict=True)
    ]
    return (
        "六宫在食指、中指、无名指的上下节，自大安（食指下节）起顺数留连（食指上节）、速喜（中指上节）、"
        "赤口（无名指上节）、小吉（无名指下节）、空亡（中指下节）。"
        f"{'；'.join(told)}。结果为{facts['result']}，{facts['luck']}。"
    )
