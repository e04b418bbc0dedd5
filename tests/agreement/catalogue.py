"""Every comparison of the suite, in the order of the report."""

from __future__ import annotations

from tests.agreement import books, calendars, destiny, hexagrams, palaces, plates, sky
from tests.agreement.comparison import Comparison

COMPARISONS: tuple[Comparison, ...] = (
    *calendars.COMPARISONS,
    *destiny.COMPARISONS,
    *palaces.COMPARISONS,
    *hexagrams.COMPARISONS,
    *plates.COMPARISONS,
    *books.COMPARISONS,
    *sky.COMPARISONS,
)
