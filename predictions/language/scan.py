"""One pass over a sentence: recognisers take spans in turn, and no character is read twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Stands for a character that was taken; no table and no pattern contains it.
TAKEN = "\x00"


class Scan:
    """The text with what is understood blanked out; positions stay those of the normalised sentence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.rest = text

    def matches(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Every match in what nobody took yet, taken as it is handed out."""
        start = 0
        while match := pattern.search(self.rest, start):
            self.take(match.start(), match.end())
            start = max(match.end(), match.start() + 1)
            yield match

    def take(self, start: int, end: int) -> None:
        self.rest = self.rest[:start] + TAKEN * (end - start) + self.rest[end:]

    def before(self, position: int, width: int) -> str:
        return self.text[max(0, position - width) : position]

    def after(self, position: int, width: int) -> str:
        return self.text[position : position + width]
