"""The sky of a day and its night: the day by the clock, the moon, the planets, the next eclipses."""

from __future__ import annotations

from predictions.drawings.sky_day import draw_day
from predictions.drawings.sky_eclipses import draw_eclipses
from predictions.drawings.sky_moon import draw_moon
from predictions.drawings.sky_planets import draw_planets
from predictions.types import Chart, Drawing


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """Four pictures."""
    facts = chart.facts
    return draw_moon(facts), draw_day(facts), draw_planets(facts), draw_eclipses(facts)
