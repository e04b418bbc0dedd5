"""predictions/drawings/ziwei.py: every star once, in its palace, in its place."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.ziwei import CELL, EDGE, PLACES, draw
from predictions.engine import compute
from tests.predictions.drawings.boxes import SVG, check, root_of, size_of, texts_of, words_of

TARGET = {"calendar": "solar", "year": 2026, "month": 11, "day": 24}
SPARSE = {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "minute": 0, "place": "杭州"}
DENSE = {"calendar": "solar", "year": 1963, "month": 10, "day": 22, "hour": 18, "minute": 0}
GODS = ("boshi", "jiangqian", "suiqian", "changsheng")


def chart_of(birth=SPARSE, gender="male", levels="none", **options):
    asked = {"birth": birth, "gender": gender} | ({} if levels == "none" else {"target": TARGET})
    return compute("ziwei", asked, {"levels": levels} | options)


def in_cells(drawing):
    """The words of each branch's cell, each text wholly inside it."""
    tops = {
        float(rect.get("y")) for rect in root_of(drawing).iter(f"{SVG}rect") if rect.get("class") == "line"
    }
    edges = [*sorted(tops), size_of(drawing)[1]]
    return {branch: words_between(drawing, place, edges) for branch, place in PLACES.items()}


def words_between(drawing, place, edges):
    column, row = place
    left, right = EDGE + column * CELL, EDGE + (column + 1) * CELL
    found = []
    for text in texts_of(drawing):
        x, y = text.middle
        if left < x < right and edges[row] < y < edges[row + 1]:
            assert left <= text.left < text.right <= right, text
            assert edges[row] <= text.top < text.bottom <= edges[row + 1], text
            found.append(text.words)
    return found


def named_in(palace):
    """What the facts put into a palace."""
    stars = [star for key in ("major", "minor", "adjective") for star in palace[key]]
    words = [star["name"] for star in stars]
    words += [star[mark] for star in stars for mark in ("brightness", "mutagen") if star[mark]]
    decade = palace["decadal"]
    words += [palace[god] for god in GODS]
    words += [palace["name"], palace["stem"] + palace["branch"], f"{decade['from']}-{decade['to']}"]
    return words + ["身"] * palace["body"] + ["来因"] * palace["origin"]


births = st.fixed_dictionaries(
    {
        "calendar": st.just("solar"),
        "year": st.integers(1902, 2098),
        "month": st.integers(1, 12),
        "day": st.integers(1, 28),
        "hour": st.integers(0, 23),
    }
)


@settings(max_examples=25, deadline=None)
@given(births, st.sampled_from(["male", "female"]), st.sampled_from(["default", "zhongzhou"]))
def test_every_star_of_any_chart_stands_once_in_its_palace_and_nothing_collides(birth, gender, algorithm):
    chart = chart_of(birth, gender, algorithm=algorithm)
    (drawing,) = draw(chart)
    check(drawing)
    cells = in_cells(drawing)
    for palace in chart.facts["palaces"]:
        assert Counter(cells[palace["branch"]]) == Counter(named_in(palace))


@pytest.mark.parametrize("birth", [SPARSE, DENSE])
@pytest.mark.parametrize("levels", ["decadal", "yearly"])
def test_the_levels_are_marked_in_the_palaces_where_they_stand(birth, levels):
    chart = chart_of(birth, "female", levels, algorithm="zhongzhou")
    (drawing,) = draw(chart)
    check(drawing)
    cells = in_cells(drawing)
    for key, name in (("decadal", "大限"), ("yearly", "流年"), ("small", "小限")):
        level = chart.facts["levels"][key]
        holding = [branch for branch, words in cells.items() if name in words]
        expected = [chart.facts["palaces"][level["position"] - 1]["branch"]] if level else []
        assert holding == expected


def test_a_chart_without_levels_marks_none():
    words = words_of(draw(chart_of())[0])
    assert not {"大限", "流年", "小限"} & set(words)


def test_the_branches_stand_where_they_always_stand():
    cells = in_cells(draw(chart_of())[0])
    for branch, words in cells.items():
        assert sum(word.endswith(branch) and len(word) == 2 for word in words) >= 1
    assert PLACES["巳"] == (0, 0)
    assert PLACES["申"] == (3, 0)
    assert PLACES["亥"] == (3, 3)
    assert PLACES["寅"] == (0, 3)


def test_the_middle_names_the_birth():
    words = words_of(draw(chart_of())[0])
    assert "男命 · 火六局 · 属马" in words
    assert "公历 1990-05-17" in words
    assert "命主巨门 · 身主火星" in words
    assert {"庚午", "辛巳", "壬午", "甲辰"} <= set(words)


def test_the_description_says_every_star_of_every_palace():
    chart = chart_of(DENSE, "female", "yearly")
    (drawing,) = draw(chart)
    for palace in chart.facts["palaces"]:
        told = next(
            part
            for part in drawing.description.split("。")
            if f"在{palace['stem']}{palace['branch']}，" in part and "大限" in part
        )
        assert all(star["name"] in told for key in ("major", "minor", "adjective") for star in palace[key])
        assert all(palace[god] in told for god in GODS)
    assert "大限己未，命宫在迁移宫" in drawing.description


def test_what_a_fact_holds_stays_text_and_the_bytes_are_always_the_same():
    chart = chart_of()
    assert draw(chart) == draw(chart)
    facts = deepcopy(chart.facts)
    facts["soul_star"] = "<script>&"
    (drawing,) = draw(replace(chart, facts=facts))
    assert "<script" not in drawing.svg
