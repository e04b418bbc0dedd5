"""One SVG built element by element, never from strings, so that whatever a fact holds is escaped."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from predictions.types import Drawing

WIDTH = 340
SMALLEST_TEXT = 12
SMALL, BODY, LARGE, HUGE = 12, 14, 18, 26

# Fill colours. A text is `ink` unless it says more; the five elements are the colours of 五行.
FILLS = (
    *("ink", "muted", "accent", "paper", "panel", "mark", "shade", "good", "bad"),
    *("wood", "fire", "earth", "metal", "water", "sun", "moon", "dark-moon", "night"),
    *("day", "civil", "nautical", "astronomical", "penumbra", "umbra"),
)
# Strokes: a line is hair-thin and grey, `line-strong` is of ink; `dashed` goes with any of them.
STROKES = (
    *("line", "line-strong", "line-accent", "line-muted", "line-good", "line-bad", "dashed", "thick"),
    *("line-wood", "line-fire", "line-earth", "line-metal", "line-water"),
)
TEXTS = ("start", "middle", "end", "bold", "serif")
CLASSES = frozenset((*FILLS, *STROKES, *TEXTS))
# The class of each of 五行 (predictions.cycles.ELEMENTS).
ELEMENT_CLASSES = {"木": "wood", "火": "fire", "土": "earth", "金": "metal", "水": "water"}

_NAME = re.compile(r"[a-z][a-z0-9-]*")


class Picture:
    """A picture of `height` units; every method adds one shape, in the order of painting.

    `kind` is one or more of CLASSES, separated by spaces; another word raises ValueError, as does a text below
    SMALLEST_TEXT. Lengths are in units from the upper left corner.
    """

    def __init__(self, name: str, title: str, height: float, width: float = WIDTH) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a picture: small letters, digits and hyphens")
        self.title = title
        self._root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {_number(width)} {_number(height)}",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
                "class": "drawing",
                "lang": "zh-Hans",
            },
        )
        self._add("title", id=f"{name}-title").text = title
        self._description = self._add("desc", id=f"{name}-desc")

    def text(
        self, x: float, y: float, words: object, kind: str = "ink middle", *, size: float = BODY
    ) -> None:
        """Words whose baseline starts, is centred or ends at x, y (`start`, `middle`, `end`)."""
        if size < SMALLEST_TEXT:
            raise ValueError(f"text of {size} units can't be read on a phone")
        self._add("text", kind, x=x, y=y, font_size=size).text = str(words)

    def column(self, x: float, y: float, words: str, kind: str = "ink middle", *, size: float = BODY) -> None:
        """One character under the other; the first baseline is at y."""
        for row, character in enumerate(words):
            self.text(x, y + row * size * 1.15, character, kind, size=size)

    def rect(
        self, x: float, y: float, width: float, height: float, kind: str = "panel", *, radius: float = 0
    ) -> None:
        """A rectangle from its upper left corner, with rounded corners if `radius` says so."""
        corners = {"rx": radius} if radius else {}
        self._add("rect", kind, x=x, y=y, width=width, height=height, **corners)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "line") -> None:
        """A straight line between two points."""
        self._add("line", kind, x1=x1, y1=y1, x2=x2, y2=y2)

    def circle(self, x: float, y: float, radius: float, kind: str = "panel") -> None:
        """A circle about x, y."""
        self._add("circle", kind, cx=x, cy=y, r=radius)

    def path(self, steps: str, kind: str = "line") -> None:
        """Any other shape; `steps` is SVG's path data, made of numbers that the caller computed."""
        self._add("path", kind, d=steps)

    def finish(self, description: str) -> Drawing:
        """The drawing; `description` says in words all that the picture shows."""
        self._description.text = description
        return Drawing(self.title, ElementTree.tostring(self._root, encoding="unicode"), description)

    def _add(self, tag: str, kind: str = "", **attributes: float | str) -> ElementTree.Element:
        unknown = set(kind.split()) - CLASSES
        if unknown:
            raise ValueError(f"no such class of a picture: {', '.join(sorted(unknown))}")
        given = {name.replace("_", "-"): _number(value) for name, value in attributes.items()}
        return ElementTree.SubElement(self._root, tag, ({"class": kind} if kind else {}) | given)


def _number(value: float | str) -> str:
    """Two decimals are finer than any screen; the same number always gives the same text."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
