"""Pictures read back: where every text lies, what is painted under it, and how well it can be read there.

`check(drawing)` holds for every picture of every system; widths are counted as in `predictions.drawings.widths`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

from predictions.drawings.picture import FILLS
from predictions.drawings.widths import width_of
from predictions.types import Drawing

CSS = Path(__file__).resolve().parents[3] / "predictions/static/predictions/reading.css"
SVG = "{http://www.w3.org/2000/svg}"
# Of a font size: how far characters reach above and below their baseline.
ABOVE, BELOW = 0.84, 0.1
# WCAG AA: 4.5 for text, 3 for text of 18.66 px in bold and for shapes.
READABLE = 4.5
SLACK = 0.6


@dataclass(frozen=True)
class Text:
    words: str
    left: float
    right: float
    top: float
    bottom: float
    fill: str
    behind: str

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def root_of(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg)


def size_of(drawing: Drawing) -> tuple[float, float]:
    width, height = root_of(drawing).get("viewBox").split()[2:]
    return float(width), float(height)


def texts_of(drawing: Drawing) -> list[Text]:
    """The texts in the order of painting."""
    found, painted = [], []
    for element in root_of(drawing):
        tag = element.tag.removeprefix(SVG)
        if tag == "text":
            found.append(_text(element, painted))
        elif tag in ("rect", "circle") and _fill(element):
            painted.append(element)
    return found


def words_of(drawing: Drawing) -> list[str]:
    return [text.words for text in texts_of(drawing)]


def _text(element, painted) -> Text:
    size, kinds = float(element.get("font-size")), element.get("class").split()
    width = width_of(element.text, size)
    x, y = float(element.get("x")), float(element.get("y"))
    left = x - (0 if "start" in kinds else width if "end" in kinds else width / 2)
    box = (left, left + width, y - ABOVE * size, y + BELOW * size)
    middle = (left + width / 2, y - 0.35 * size)
    under = [shape for shape in painted if _covers(shape, *middle)]
    behind = _fill(under[-1]) if under else "paper"
    return Text(element.text, *box, fill=_fill(element) or "ink", behind=behind)


def _fill(element) -> str | None:
    return next((kind for kind in element.get("class", "").split() if kind in FILLS), None)


def _covers(shape, x: float, y: float) -> bool:
    numbers = {name: float(value) for name, value in shape.attrib.items() if name != "class"}
    if "r" in numbers:
        return (x - numbers["cx"]) ** 2 + (y - numbers["cy"]) ** 2 <= numbers["r"] ** 2
    right, lower = numbers["x"] + numbers["width"], numbers["y"] + numbers["height"]
    return numbers["x"] <= x <= right and numbers["y"] <= y <= lower


def overlapping(drawing: Drawing) -> list[tuple[str, str]]:
    """The pairs of texts that run into each other."""
    return [
        (one.words, other.words)
        for one, other in combinations(texts_of(drawing), 2)
        if min(one.right, other.right) - max(one.left, other.left) > SLACK
        and min(one.bottom, other.bottom) - max(one.top, other.top) > SLACK
    ]


def outside(drawing: Drawing) -> list[str]:
    """The texts that the edge of the picture cuts."""
    width, height = size_of(drawing)
    return [
        text.words
        for text in texts_of(drawing)
        if text.left < -SLACK or text.right > width + SLACK or text.top < 0 or text.bottom > height
    ]


@cache
def colours(dark: bool) -> dict[str, str]:
    """The colours of the classes in light or dark mode."""
    light, *rest = re.findall(r":root \{(.*?)\}", CSS.read_text(), re.DOTALL)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", light))
    return found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", rest[0])) if dark else found


def contrast(one: str, other: str, dark: bool) -> float:
    """By WCAG, 1 to 21."""
    bright, dim = sorted((_luminance(colours(dark)[name]) for name in (one, other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def unreadable(drawing: Drawing) -> set[tuple[str, str, bool]]:
    """(text class, class behind it, dark) where the contrast is below WCAG AA."""
    pairs = {(text.fill, text.behind) for text in texts_of(drawing)}
    return {
        (fill, behind, dark)
        for fill, behind in pairs
        for dark in (False, True)
        if contrast(fill, behind, dark) < READABLE
    }


def check(drawing: Drawing) -> None:
    """What no picture may get wrong."""
    assert overlapping(drawing) == []
    assert outside(drawing) == []
    assert unreadable(drawing) == set()
    assert "None" not in drawing.svg
    assert "None" not in drawing.description
    root = root_of(drawing)
    assert root.find(f"{SVG}desc").text == drawing.description
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 2
