"""predictions/drawings/sky_planets.py: dots where the facts have them, names that do not collide."""

from __future__ import annotations

import pytest

from predictions.drawings.sky_planets import draw_planets, free_box, place_of, radius_of
from tests.predictions.drawings.boxes import SVG, check, root_of, words_of
from tests.predictions.drawings.test_sky import sky

DAY = {"calendar": "solar", "year": 2026, "month": 11, "day": 24}


def planet(name, azimuth, altitude=20.0):
    return {
        **{"name": name, "visible": True, "azimuth": azimuth, "altitude": altitude, "magnitude": 0.0},
        **{"period": "傍晚", "best": "2026-11-24T18:00:00+08:00", "direction": "南", "reason": None},
    }


def picture_of(planets, latitude=31.0):
    return draw_planets({"planets": planets, "place": {"latitude": latitude}, "solar": "2026-11-24"})


def test_every_visible_planet_has_one_dot_and_one_name():
    facts = sky(DAY).facts
    drawing = draw_planets(facts)
    assert len(list(root_of(drawing).iter(f"{SVG}circle"))) == len(facts["visible_planets"]) == 5
    assert all(words_of(drawing).count(name) == 1 for name in facts["visible_planets"])
    assert "不可见：天王星、海王星" in words_of(drawing)


def test_five_planets_in_one_place_still_have_names_that_can_be_read():
    names = ("水星", "金星", "火星", "木星", "土星")
    for azimuth in (0, 2, 90, 180, 270, 359):
        drawing = picture_of([planet(name, azimuth) for name in names])
        check(drawing)
        assert set(names) <= set(words_of(drawing))


def test_the_south_is_in_the_middle_of_the_northern_sky_and_the_north_of_the_southern():
    assert place_of(planet("木星", 180), north=True)[0] == pytest.approx(170)
    assert place_of(planet("木星", 0), north=False)[0] == pytest.approx(170)
    assert "南" in words_of(picture_of([]))[3:]


def test_higher_is_above_and_brighter_is_larger():
    assert place_of(planet("木星", 90, 80), north=True)[1] < place_of(planet("木星", 90, 10), north=True)[1]
    assert radius_of(-4.5) > radius_of(1.0)


def test_a_name_keeps_off_what_is_taken():
    assert free_box(100, 100, 24, [])[0] == 108
    assert free_box(100, 100, 24, [(106, 90, 200, 110)])[2] <= 100


def test_a_night_without_planets_says_so():
    drawing = picture_of([])
    assert "今夜没有肉眼可见的行星" in words_of(drawing)
    assert drawing.description == "今夜没有肉眼可见的行星。不可见：无。"
