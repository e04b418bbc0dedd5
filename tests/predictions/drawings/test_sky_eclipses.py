"""predictions/drawings/sky_eclipses.py: discs that cover what the facts say."""

from __future__ import annotations

from math import pi

import pytest

from predictions.drawings.sky_eclipses import card_lines, draw_eclipses, shadows, side_of
from predictions.engine import compute
from tests.predictions.drawings.boxes import SVG, check, root_of, words_of
from tests.predictions.drawings.test_discs import area_of

RADIUS = 35
DALLAS = {"latitude": 32.78, "longitude": -96.8, "tz": "America/Chicago"}


def eclipses_of(year, month, day, **place):
    date = {"calendar": "solar", "year": year, "month": month, "day": day}
    return compute("sky", {"date": date} | (place or {"place": "上海"})).facts


def paths_of(facts):
    return [(path.get("class"), path.get("d")) for path in root_of(draw_eclipses(facts)).iter(f"{SVG}path")]


def test_a_partial_eclipse_of_the_sun_covers_the_obscured_part_of_its_disc():
    facts = eclipses_of(2020, 6, 10)
    first = facts["next_eclipses"][0]
    kind, path = paths_of(facts)[0]
    assert kind == "dark-moon"
    assert area_of(path) / (pi * RADIUS**2) == pytest.approx(first["local"]["obscuration"], abs=0.01)


def test_a_total_eclipse_of_the_sun_shows_the_moon_and_the_corona():
    facts = eclipses_of(2009, 7, 15)
    assert facts["next_eclipses"][0]["local"]["type"] == "total"
    kind, path = paths_of(facts)[0]
    assert kind == "dark-moon"
    assert area_of(path) > pi * RADIUS**2
    assert (
        "日全食：当地可见全食，食甚09:39，食分1.08，食甚时月亮遮在太阳的正中"
        in draw_eclipses(facts).description
    )


def test_a_lunar_shadow_reaches_as_far_over_the_moon_as_its_magnitude():
    facts = eclipses_of(2024, 8, 25, **DALLAS)
    eclipse = next(found for found in facts["next_eclipses"] if found["kind"] == "lunar")
    for (x, y, radius), key in zip(shadows(eclipse, 0, 0), ("penumbral", "umbral"), strict=True):
        depth = radius + RADIUS - (x**2 + y**2) ** 0.5
        assert depth / (2 * RADIUS) == pytest.approx(eclipse[f"{key}_magnitude"], abs=0.002)
        assert 2.4 < radius / RADIUS < 5.2


def test_a_total_lunar_eclipse_lies_wholly_in_the_umbra():
    facts = eclipses_of(2025, 3, 1, **DALLAS)
    umbra = [path for kind, path in paths_of(facts) if kind == "umbra"]
    assert area_of(umbra[0]) == pytest.approx(pi * RADIUS**2, rel=0.01)
    first = facts["next_eclipses"][0]
    assert card_lines(first) == [
        "当地可见全食",
        "食甚 01:59　食分 1.18",
        "半影始 前日22:57　半影终 05:00",
        "初亏 00:09　复圆 03:48",
        "食既 01:25　生光 02:32",
    ]


def test_an_eclipse_that_the_place_does_not_see_is_not_drawn_as_if_it_did():
    facts = eclipses_of(2026, 11, 24)
    drawing = draw_eclipses(facts)
    check(drawing)
    assert words_of(drawing).count("不可见") == 2
    assert "2027-02-06日环食：当地不可见，全球食甚23:59" in drawing.description.replace("次日00:00", "23:59")


@pytest.mark.parametrize(
    ("right", "up", "side"), [(0, 0.05, "正中"), (0.5, 0, "右方"), (-0.4, -0.3, "左下方"), (0, 0.6, "上方")]
)
def test_the_side_that_is_covered_is_told(right, up, side):
    assert side_of({"right": right, "up": up, "radius": 1.0}) == side
