"""How wide words are before any browser has set them: counted in characters, generously for Latin ones."""

from __future__ import annotations

from collections.abc import Iterable

# In em. Digits are 0.5 to 0.6 wide in the fonts of phones; Chinese characters and punctuation are 1.
_LATIN = 0.6


def width_of(words: str, size: float) -> float:
    """The width of words in units at a font size."""
    return sum(_LATIN if ord(character) < 0x2E80 else 1.0 for character in words) * size


def rows_of(widths: Iterable[float], room: float, gap: float) -> list[list[int]]:
    """Which items stand in which row when they are set one after the other, as words in a paragraph.

    An item wider than the room has a row of its own.
    """
    rows: list[list[int]] = []
    used = room
    for index, width in enumerate(widths):
        if not rows or used + gap + width > room:
            rows.append([])
            used = -gap
        rows[-1].append(index)
        used += gap + width
    return rows


def shortened(words: str, room: float, size: float) -> str:
    """The words, or as many of them as the room holds and an ellipsis."""
    if width_of(words, size) <= room:
        return words
    while words and width_of(f"{words}…", size) > room:
        words = words[:-1]
    return f"{words}…"
