"""The planets of the night as a table: when, where and how bright."""

from __future__ import annotations

from predictions.drawings.sky_clock import clock
from predictions.types import Cell, Chart, Json, Table


def tables(chart: Chart) -> tuple[Table, ...]:
    """One table of the planets that can be seen; none where there is none."""
    facts = chart.facts
    rows = tuple(_row(planet, facts["solar"]) for planet in facts["planets"] if planet["visible"])
    return (Table("可见的行星", ("行星", "何时", "最高时", "方位", "星等"), rows),) if rows else ()


def _row(planet: Json, day: str) -> tuple[Cell, ...]:
    return (
        Cell(planet["name"]),
        Cell(planet["period"]),
        Cell(clock(planet["best"], day)),
        Cell(f"{planet['direction']} {planet['altitude']:.0f}°"),
        Cell(f"{planet['magnitude']:g}"),
    )
