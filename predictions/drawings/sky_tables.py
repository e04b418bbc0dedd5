"""The planets of the night as a table: when, where and how bright."""

from __future__ import annotations

from predictions.drawings.sky_clock import clock
from predictions.types import Cell, Chart, Json, Table


def tables(chart: Chart) -> tuple[Table, ...]:
    """One table, the planets that can be seen before the others."""
    facts = chart.facts
    ordered = sorted(facts["planets"], key=lambda planet: not planet["visible"])
    rows = tuple(_row(planet, facts["solar"]) for planet in ordered)
    return (Table("今夜行星", ("行星", "何时", "最高时", "星等", "星座"), rows),)


def _row(planet: Json, day: str) -> tuple[Cell, ...]:
    name = Cell(planet["name"], "strong" if planet["visible"] else "")
    bright = (Cell(f"{planet['magnitude']:g}"), Cell(planet["constellation"]))
    if not planet["visible"]:
        return (name, Cell(planet["reason"]), Cell("—"), *bright)
    where = f"{clock(planet['best'], day)} {planet['direction']} {planet['altitude']:.0f}°"
    return (name, Cell(planet["period"]), Cell(where), *bright)
