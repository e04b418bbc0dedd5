"""What stays and what changes over the day of a birth without an hour: equal values grow together into one block."""

from __future__ import annotations

from itertools import groupby

from predictions.drawings.picture import BODY, SMALL, WIDTH, Picture
from predictions.types import Drawing, Json

COLUMNS = {
    "year": "年柱",
    "month": "月柱",
    "day": "日柱",
    "hour": "时柱",
    "strength": "日主",
    "pattern": "格局",
}
_CLOCK, _TOP, _ROW, _KEY = 84, 26, 27, 26
_WIDTH = (WIDTH - _CLOCK) / len(COLUMNS)


def draw_hours(sensitivity: Json) -> Drawing:
    """One row for each stretch of the clock, one column for each value that is compared."""
    hours = sensitivity["hours"]
    picture = Picture("bazi-hours", "时辰不详：全日的异同", _TOP + len(hours) * _ROW + _KEY)
    for row, hour in enumerate(hours):
        picture.text(0, _TOP + row * _ROW + 18, hour["clock"], "ink start", size=SMALL)
    for column, (key, title) in enumerate(COLUMNS.items()):
        x = _CLOCK + column * _WIDTH
        picture.text(x + _WIDTH / 2, 17, title, "muted middle", size=SMALL)
        for place, (first, count, value) in enumerate(runs(hours, key)):
            _draw_run(picture, x, first, count, value, "mark" if place % 2 else "panel")
    key_line = "连成一块的不变，分开的随时辰而变"
    picture.text(WIDTH / 2, _TOP + len(hours) * _ROW + 18, key_line, "muted middle", size=SMALL)
    return picture.finish(description(sensitivity))


def runs(hours: list[Json], key: str) -> list[tuple[int, int, str]]:
    """(first row, number of rows, value) of neighbours with the same value; ？ where it can't be told."""
    found, first = [], 0
    for value, same in groupby(hour[key] for hour in hours):
        count = len(list(same))
        found.append((first, count, value or "？"))
        first += count
    return found


def _draw_run(picture: Picture, x: float, first: int, count: int, value: str, kind: str) -> None:
    top, height = _TOP + first * _ROW, count * _ROW
    picture.rect(x + 1, top + 1, _WIDTH - 2, height - 2, kind, radius=4)
    size = BODY if len(value) <= 2 else SMALL
    picture.text(x + _WIDTH / 2, top + height / 2 + 5, value, "ink bold middle", size=size)


def description(sensitivity: Json) -> str:
    """All that the picture shows, column by column."""
    hours = sensitivity["hours"]
    return "".join(f"{title}{_told(hours, key)}。" for key, title in COLUMNS.items())


def _told(hours: list[Json], key: str) -> str:
    found = runs(hours, key)
    if len(found) == 1:
        return f"全日不变，为{found[0][2]}"
    spans = (
        f"{hours[first]['clock'][:5]}至{hours[first + count - 1]['clock'][-5:]}为{value}"
        for first, count, value in found
    )
    return f"随时辰而变：{'；'.join(spans)}"
