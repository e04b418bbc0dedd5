"""predictions/drawings/sky_moon.py: the lit side of both halves of the Earth."""

from __future__ import annotations

import pytest

from predictions.drawings.sky_moon import draw_moon, lit_on_the_right
from tests.predictions.drawings.boxes import SVG, root_of, words_of
from tests.predictions.drawings.test_discs import area_of, centre_of
from tests.predictions.drawings.test_sky import sky


def moon_of(day, latitude=31.23):
    facts = sky({"calendar": "solar", "year": 2026, "month": 11, "day": day}, latitude).facts
    return facts, draw_moon(facts)


@pytest.mark.parametrize("day", [1, 5, 9, 13, 17, 21, 24, 28])
def test_the_drawn_moon_is_lit_as_the_facts_say(day):
    facts, drawing = moon_of(day)
    big = next(root_of(drawing).iter(f"{SVG}path")).get("d")
    assert area_of(big) / (3.14159265 * 66**2) == pytest.approx(facts["moon"]["illumination"], abs=0.01)


@pytest.mark.parametrize(
    ("waxing", "latitude", "right"),
    [(True, 40, True), (False, 40, False), (True, -34, False), (False, -34, True)],
)
def test_a_waxing_moon_is_lit_on_the_right_in_the_north_and_on_the_left_in_the_south(waxing, latitude, right):
    assert lit_on_the_right(waxing, latitude) is right


@pytest.mark.parametrize(("latitude", "side"), [(31.23, 1), (-33.9, -1)])
def test_the_crescent_of_the_evening_turns_with_the_hemisphere(latitude, side):
    _, drawing = moon_of(13, latitude)
    big = next(root_of(drawing).iter(f"{SVG}path")).get("d")
    assert (centre_of(big) - 88) * side > 0
    assert ("右侧受光" if side > 0 else "左侧受光") in drawing.description


def test_the_phases_of_the_month_stand_below_with_their_days():
    facts, drawing = moon_of(24)
    words = words_of(drawing)
    for phase in facts["moon"]["phases"]:
        assert words.count(f"{phase['name']} {int(phase['local'][8:10])}日") == 1
    assert "本月月相：2日04:28下弦，9日15:02朔，17日19:48上弦，24日22:54望。" in drawing.description
