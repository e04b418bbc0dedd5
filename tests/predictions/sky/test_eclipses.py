"""Eclipses against published lists; tests/agreement counts and compares all of them."""

from __future__ import annotations

from datetime import datetime
from math import hypot

from predictions.sky import canon, eclipses
from predictions.sky.site import Site

SHANGHAI = Site(31.23, 121.47, "Asia/Shanghai")


def test_the_hybrid_and_the_non_central_eclipses_are_the_known_ones():
    hybrid = [str(found.peak.date()) for found in eclipses.canon() if found.type == "hybrid"]
    assert hybrid == [
        *("1908-12-23", "1909-06-17", "1912-04-17", "1930-04-28", "1986-10-03", "1987-03-29", "2005-04-08"),
        *("2013-11-03", "2023-04-20", "2031-11-14", "2049-11-25", "2050-05-20", "2067-12-06"),
    ]
    grazing = [
        (str(found.peak.date()), found.type)
        for found in eclipses.canon()
        if found.kind == "solar" and found.type != "partial" and found.latitude is None
    ]
    assert grazing == [
        *(("1928-05-19", "total"), ("1950-03-18", "annular"), ("1957-04-30", "annular")),
        *(("1957-10-23", "total"), ("1967-11-02", "total"), ("2014-04-29", "annular")),
        *(("2043-04-09", "total"), ("2043-10-03", "annular")),
    ]


def test_the_table_is_what_the_code_computes():
    committed = [found for found in eclipses.canon() if found.peak.year in (1928, 1988, 2042)]
    made = [row for year in (1928, 1988, 2042) for row in canon.rows(year, year)]
    assert [(row["kind"], row["type"], datetime.fromisoformat(row["peak"])) for row in made] == [
        (found.kind, found.type, found.peak) for found in committed
    ]


def test_the_total_eclipse_of_2009_in_shanghai():
    eclipse = next(found for found in eclipses.canon() if str(found.peak.date()) == "2009-07-22")
    seen = eclipses.local_circumstances(eclipse, SHANGHAI)
    contacts = {found["name"]: found["local"][11:16] for found in seen["contacts"]}
    assert (seen["visible"], seen["complete"], seen["type"]) == (True, True, "total")
    assert contacts == {
        "partial_begin": "08:23",
        "total_begin": "09:36",
        "peak": "09:39",
        "total_end": "09:41",
        "partial_end": "11:01",
    }
    assert seen["magnitude"] > 1


def test_an_eclipse_on_the_other_side_of_the_earth_is_not_seen():
    eclipse = next(found for found in eclipses.canon() if str(found.peak.date()) == "2010-07-11")
    assert eclipses.local_circumstances(eclipse, SHANGHAI) == {
        "visible": False,
        "complete": False,
        "type": None,
        "altitude": None,
        "moon": None,
        "contacts": [],
    }


def test_a_lunar_eclipse_that_begins_before_moonrise_is_seen_in_part():
    eclipse = next(found for found in eclipses.canon() if str(found.peak.date()) == "2026-03-03")
    seen = eclipses.local_circumstances(eclipse, SHANGHAI)
    assert (seen["visible"], seen["complete"], seen["type"]) == (True, False, "total")
    assert [found["name"] for found in seen["contacts"]] == [
        *(
            "penumbral_begin",
            "partial_begin",
            "total_begin",
            "peak",
            "total_end",
            "partial_end",
            "penumbral_end",
        ),
    ]


def eclipse_on(day: str) -> eclipses.Eclipse:
    return next(found for found in eclipses.canon() if str(found.peak.date()) == day)


def test_the_place_of_the_moon_before_the_sun_gives_the_magnitude():
    for day in ("2020-06-21", "2010-01-15", "2012-05-20"):
        seen = eclipses.local_circumstances(eclipse_on(day), SHANGHAI)
        moon = seen["moon"]
        apart = hypot(moon["right"], moon["up"])
        assert abs((1 + moon["radius"] - apart) / 2 - seen["magnitude"]) < 0.002, day
    total = eclipses.local_circumstances(eclipse_on("2009-07-22"), SHANGHAI)["moon"]
    assert total["radius"] == 1.078
    assert hypot(total["right"], total["up"]) < 0.078


def test_the_moon_comes_to_the_sun_from_the_west():
    """In a Chinese morning the west is above a sun that stands in the east, and a little to its right."""
    local = eclipses._local_solar(eclipse_on("2009-07-22").peak, SHANGHAI)
    assert local is not None
    first = eclipses._moon_on_sun(local.partial_begin.time, SHANGHAI)
    last = eclipses._moon_on_sun(local.partial_end.time, SHANGHAI)
    assert first["right"] > 0.2
    assert first["up"] > 1.5
    assert last["right"] < -0.2
    assert last["up"] < -1.5


def test_the_shadow_that_the_moons_place_and_the_magnitudes_give_has_the_size_of_the_earths():
    for found in [found for found in eclipses.canon() if found.magnitudes][::12]:
        moon = eclipses.local_circumstances(found, SHANGHAI)["moon"]
        apart = hypot(moon["right"], moon["up"])
        umbra, penumbra = (apart - 1 + 2 * magnitude for magnitude in found.magnitudes)
        assert 2.6 < umbra < 2.8, found
        assert 4.6 < penumbra < 4.85, found


def test_a_moon_south_of_the_shadow_is_below_it_for_who_looks_south():
    """On 2024-09-18 only the moon's northern edge came into the umbra."""
    dallas = Site(32.78, -96.8, "America/Chicago")
    moon = eclipses.local_circumstances(eclipse_on("2024-09-18"), dallas)["moon"]
    assert moon["up"] < -1.5
