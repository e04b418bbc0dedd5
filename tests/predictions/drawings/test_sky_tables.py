"""predictions/drawings/sky_tables.py: seven planets, those to be seen first."""

from __future__ import annotations

from predictions.drawings.sky_tables import tables
from tests.predictions.drawings.test_sky import sky


def test_each_planet_has_a_row_and_the_visible_ones_come_first():
    chart = sky({"calendar": "solar", "year": 2026, "month": 11, "day": 24})
    (table,) = tables(chart)
    names = [row[0].text for row in table.rows]
    assert names[:5] == chart.facts["visible_planets"]
    assert sorted(names) == sorted(planet["name"] for planet in chart.facts["planets"])
    assert [cell.text for cell in table.rows[1]] == ["金星", "黎明", "次日06:00 东南 29°", "-4.9", "室女座"]
    assert table.rows[-1][1].text == "视星等7.8，肉眼难见"
    assert all(len(row) == len(table.head) for row in table.rows)
