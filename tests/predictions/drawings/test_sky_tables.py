"""predictions/drawings/sky_tables.py: the planets that can be seen, each in a row."""

from __future__ import annotations

from predictions.drawings.sky_tables import tables
from tests.predictions.drawings.test_sky import sky


def test_each_visible_planet_has_a_row():
    chart = sky({"calendar": "solar", "year": 2026, "month": 11, "day": 24})
    (table,) = tables(chart)
    assert [row[0].text for row in table.rows] == chart.facts["visible_planets"]
    assert [cell.text for cell in table.rows[1]] == ["金星", "黎明", "次日06:00", "东南 29°", "-4.9"]
    assert all(len(row) == len(table.head) for row in table.rows)


def test_a_night_without_planets_has_no_table():
    assert tables(sky({"calendar": "solar", "year": 2026, "month": 6, "day": 21}, 69.65, 18.96)) == ()
