"""predictions/drawings/date_selection.py: the ranking of days."""

from __future__ import annotations

from predictions.drawings.date_selection import MOST, draw, tables
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, words_of

ASKED = {"event": "搬家", "from": "2026-12-01", "to": "2026-12-31", "people": [{"zodiac": "马"}]}


def chart_of(**changes):
    return compute("date_selection", ASKED | changes)


def test_the_days_stand_by_their_scores():
    chart = chart_of()
    (drawing,) = draw(chart)
    check(drawing)
    scores = [word for word in words_of(drawing) if word.endswith("分")]
    assert scores == [f"{day['score']}分" for day in chart.facts["days"]]
    assert drawing.description.startswith("搬家合用的日子，分数高的在前：2026-12-24")


def test_a_long_range_shows_the_best_and_counts_the_rest():
    chart = chart_of(to="2027-05-31", people=[])
    (drawing,) = draw(chart)
    check(drawing)
    assert len([word for word in words_of(drawing) if word.endswith("分")]) == MOST
    assert f"另有{chart.facts['count'] - MOST}天" in drawing.description
    assert len(tables(chart)[0].rows) == chart.facts["count"]


def test_no_day_no_picture():
    chart = chart_of(to="2026-12-02")
    assert chart.facts["days"] == []
    assert draw(chart) == ()
    (table,) = tables(chart)
    assert table.caption == "排除的日子"


def test_every_reason_is_in_the_tables_with_its_source():
    chart = chart_of()
    chosen, excluded = tables(chart)
    assert "+2 黄道日，青龙值日〔协纪辨方书〕" in chosen.rows[0][1].text
    dates = {date for row in excluded.rows for date in row[1].text.split("、")}
    assert dates == {day["date"] for day in chart.facts["excluded"]}
