"""The twelve palaces of 紫微斗数 around the birth data, each branch in its fixed place.

The height of a row follows its fullest palace, so that nothing is cut and nothing runs into another star.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from predictions.drawings.picture import BODY, SMALL, WIDTH, Picture
from predictions.drawings.widths import rows_of, width_of
from predictions.drawings.ziwei_centre import centre_height, draw_centre
from predictions.drawings.ziwei_words import description
from predictions.types import Chart, Drawing, Json

# (column, row) of each branch: 巳 in the upper left corner, then clockwise.
PLACES = {
    **{"巳": (0, 0), "午": (1, 0), "未": (2, 0), "申": (3, 0), "酉": (3, 1), "戌": (3, 2)},
    **{"亥": (3, 3), "子": (2, 3), "丑": (1, 3), "寅": (0, 3), "卯": (0, 2), "辰": (0, 1)},
}
MUTAGEN_CLASSES = {"禄": "good", "权": "earth", "科": "water", "忌": "bad"}
LEVEL_NAMES = {"decadal": "大限", "yearly": "流年", "small": "小限"}
EDGE = 1
CELL = (WIDTH - 2 * EDGE) / 4
PAD = 3
ROOM = CELL - 2 * PAD
_GAP = 2.5
_TAG, _MAJOR, _MINOR, _ADJECTIVE, _FOOT = 15, 18, 15.5, 14.5, 49


@dataclass(frozen=True, slots=True)
class Word:
    """Characters of one star or tag; the box is a mark with its characters in the colour of the paper."""

    text: str
    kind: str = "ink"
    size: int = SMALL
    box: str = ""

    @property
    def width(self) -> float:
        return width_of(self.text, self.size) + (3 if self.box else 0)


Token = tuple[Word, ...]


@dataclass(frozen=True)
class Palace:
    """One palace with the levels that stand in it, and its rows of words from top to bottom."""

    facts: Json
    levels: tuple[str, ...]

    @cached_property
    def rows(self) -> list[tuple[float, list[Token]]]:
        """(height, tokens) of every row above the foot."""
        palace = self.facts
        tags: list[Token] = [
            (Word(tag, "accent bold"),) for tag in (*self.levels, *(["来因"] if palace["origin"] else []))
        ]
        majors: list[Token] = [_star(star, "ink bold", BODY) for star in palace["major"]]
        minors: list[Token] = [_star(star, "ink", SMALL) for star in palace["minor"]]
        adjectives: list[Token] = [(Word(star["name"], "muted"),) for star in palace["adjective"]]
        return [
            *_flow(tags, _TAG),
            *((_MAJOR, [major]) for major in majors),
            *_flow(minors, _MINOR),
            *_flow(adjectives, _ADJECTIVE),
        ]

    @property
    def height(self) -> float:
        return sum(height for height, _ in self.rows) + _FOOT + 2 * PAD


def _star(star: Json, kind: str, size: int) -> Token:
    words = [Word(star["name"], kind, size)]
    if star["brightness"]:
        words.append(Word(star["brightness"], "muted"))
    if star["mutagen"]:
        words.append(Word(star["mutagen"], "paper", box=MUTAGEN_CLASSES[star["mutagen"]]))
    return tuple(words)


def _flow(tokens: list[Token], height: float) -> list[tuple[float, list[Token]]]:
    rows = rows_of([_width(token) for token in tokens], ROOM, _GAP)
    return [(height, [tokens[index] for index in row]) for row in rows]


def _width(token: Token) -> float:
    return sum(word.width for word in token)


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The one picture of a ziwei chart."""
    facts = chart.facts
    palaces = {palace["branch"]: Palace(palace, _levels_in(palace, facts)) for palace in facts["palaces"]}
    tops = _tops(palaces, centre_height(facts))
    picture = Picture("ziwei", "紫微斗数命盘", tops[4] + EDGE)
    picture.rect(EDGE, EDGE, 4 * CELL, tops[4] - EDGE, "paper")
    draw_centre(picture, facts, EDGE + CELL, tops[1], 2 * CELL, tops[3] - tops[1])
    for branch, palace in palaces.items():
        column, row = PLACES[branch]
        _draw_palace(picture, palace, EDGE + column * CELL, tops[row], tops[row + 1] - tops[row])
    picture.rect(EDGE, EDGE, 4 * CELL, tops[4] - EDGE, "line-muted")
    return (picture.finish(description(facts)),)


def _levels_in(palace: Json, facts: Json) -> tuple[str, ...]:
    """大限, 流年 and 小限 where they stand in this palace."""
    levels = facts["levels"] or {}
    standing = ((name, levels.get(key)) for key, name in LEVEL_NAMES.items())
    return tuple(name for name, level in standing if level and level["position"] == palace["position"])


def _tops(palaces: dict[str, Palace], middle: float) -> list[float]:
    """The upper edges of the four rows and the lower edge of the last; ``middle`` is what the centre needs."""
    heights = [
        max(palace.height for branch, palace in palaces.items() if PLACES[branch][1] == row)
        for row in range(4)
    ]
    lacking = max(0.0, middle - heights[1] - heights[2]) / 2
    heights[1] += lacking
    heights[2] += lacking
    return [EDGE + sum(heights[:row]) for row in range(5)]


def _draw_palace(picture: Picture, palace: Palace, x: float, y: float, height: float) -> None:
    if palace.levels:
        picture.rect(x, y, CELL, height, "mark" if "大限" in palace.levels else "panel")
    picture.rect(x, y, CELL, height, "line")
    baseline = y + PAD
    for row_height, tokens in palace.rows:
        baseline += row_height
        _draw_row(picture, tokens, x + PAD, baseline - 3)
    _draw_foot(picture, palace.facts, x, y + height)


def _draw_row(picture: Picture, tokens: list[Token], x: float, baseline: float) -> None:
    for token in tokens:
        for word in token:
            if word.box:
                picture.rect(x + 1, baseline - 11.5, word.width - 1, 14.5, word.box, radius=2)
                picture.text(x + word.width / 2 + 0.5, baseline, word.text, f"{word.kind} middle")
            else:
                picture.text(x, baseline, word.text, f"{word.kind} start", size=word.size)
            x += word.width
        x += _GAP


def _draw_foot(picture: Picture, palace: Json, x: float, bottom: float) -> None:
    """Three rows: the gods of the year, the decade with 长生, the palace with its stem and branch."""
    right = x + CELL - PAD
    gods: list[Token] = [(Word(palace[name], "muted"),) for name in ("boshi", "jiangqian", "suiqian")]
    picture.line(x + PAD, bottom - _FOOT, right, bottom - _FOOT, "line")
    _draw_row(picture, gods, x + PAD, bottom - 36)
    decade = palace["decadal"]
    picture.text(x + PAD, bottom - 21, f"{decade['from']}-{decade['to']}", "ink start", size=SMALL)
    picture.text(right, bottom - 21, palace["changsheng"], "muted end", size=SMALL)
    name = palace["name"]
    picture.text(x + PAD, bottom - 5, name, "accent bold start", size=BODY)
    if palace["body"]:
        mark = x + PAD + width_of(name, BODY) + 1
        picture.rect(mark, bottom - 16.5, 13.5, 14, "accent", radius=2)
        picture.text(mark + 6.75, bottom - 5.5, "身", "paper bold middle", size=SMALL)
    picture.text(right, bottom - 5, palace["stem"] + palace["branch"], "ink end", size=BODY)
