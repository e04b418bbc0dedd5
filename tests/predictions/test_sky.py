"""The sky against published minutes and its own lunar calendar; tests/agreement compares it with JPL DE421."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions import engine, lunar
from predictions.sky import horizon, phases, planets
from predictions.sky.site import Site, zone_of
from predictions.types import DISCLAIMER, DISCLAIMER_EN, InvalidInput, canonical_json

SHANGHAI = Site(31.23, 121.47, "Asia/Shanghai")
TROMSO = Site(69.65, 18.96, "Europe/Oslo")


def asked(day: str, **place: object) -> dict[str, object]:
    year, month, number = map(int, day.split("-"))
    date_object = {"calendar": "solar", "year": year, "month": month, "day": number}
    return {"date": date_object} | (place or {"place": "上海"})


def facts(day: str, **place: object):
    return engine.compute("sky", asked(day, **place)).facts


def refused(data: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        engine.validate("sky", data)
    return {found.pointer: found.code for found in error.value.errors}


def seconds(text: str, other: str) -> float:
    return (datetime.fromisoformat(text) - datetime.fromisoformat(other)).total_seconds()


# --- phases of the moon


@pytest.mark.parametrize(
    ("phase", "minute"),
    [
        ("new", "2000-01-06T18:14"),
        ("full", "2000-01-21T04:40"),
        ("new", "2024-04-08T18:21"),
        ("full", "2025-03-14T06:55"),
        ("new", "2025-03-29T10:58"),
        ("new", "2026-02-17T12:01"),
        ("full", "2026-03-03T11:38"),
    ],
)
def test_phases_agree_with_the_minutes_of_the_usno(phase, minute):
    found = [each for each in phases.phases_of_year(int(minute[:4])) if each.phase == phase]
    nearest = min(abs(seconds(f"{minute}:00Z", each.as_dict()["instant"])) for each in found)
    assert nearest <= 60


def test_a_new_moon_is_the_same_instant_as_in_the_lunar_calendar():
    for year in (1901, 1984, 2026, 2057, 2100):
        for found in phases.phases_of_year(year):
            if found.phase == "new":
                day = found.instant.astimezone(SHANGHAI.local(found.instant).tzinfo).date()
                assert lunar.to_lunar(day, "astronomical").day == 1, found
    assert {phase.instant for phase in phases.phases_of_year(2026)} >= {
        lunar.new_moon(number) for number in range(323, 333)
    }


def test_the_phases_of_a_year_come_in_turn():
    for year in range(1900, 2101, 20):
        found = phases.phases_of_year(year)
        assert 49 <= len(found) <= 50
        gaps = [(after.instant - before.instant).total_seconds() / 86400 for before, after in pairwise(found)]
        assert all(6.5 < gap < 8.4 for gap in gaps)


@pytest.mark.parametrize(
    ("day", "name", "principal"),
    [
        ("2026-11-24", "满月", "望"),
        ("2026-11-20", "盈凸月", None),
        ("2026-11-12", "蛾眉月", None),
        ("2026-11-28", "亏凸月", None),
        ("2026-11-06", "残月", None),
        ("2026-11-09", "新月", "朔"),
    ],
)
def test_the_moon_has_a_name_on_every_day(day, name, principal):
    moon = facts(day)["moon"]
    assert (moon["phase"], moon["principal"]) == (name, principal)
    assert 0 <= moon["illumination"] <= 1


# --- rise and set


def test_polar_day_and_polar_night_have_no_times_but_reasons():
    summer, winter = (horizon.sun_facts(TROMSO, day) for day in (date(2026, 6, 21), date(2026, 12, 21)))
    assert (summer["rise"], summer["set"], summer["reason"]) == (None, None, "极昼：太阳整日不落。")
    assert (winter["rise"], winter["set"], winter["reason"]) == (None, None, "极夜：太阳整日不升。")
    assert (summer["stays"], winter["stays"]) == ("up", "down")
    assert horizon.sun_facts(SHANGHAI, date(2026, 6, 21))["stays"] is None
    assert winter["civil_dawn"] is not None
    assert summer["transit"][:16] == "2026-06-21T12:45"
    assert set(summer["reasons"]) == {
        *("rise", "set", "civil_dawn", "civil_dusk", "nautical_dawn", "nautical_dusk"),
        *("astronomical_dawn", "astronomical_dusk"),
    }


def test_the_moon_that_does_not_rise_on_a_day_says_so():
    days = [date(2026, 11, 1) + timedelta(days=step) for step in range(30)]
    found = [horizon.moon_facts(SHANGHAI, day) for day in days]
    without = [moon for moon in found if moon["rise"] is None]
    assert len(without) == 1
    assert without[0]["reason"] == "月亮当日不升起，在前后一日。"


def test_a_dusk_after_midnight_is_still_told():
    """乌鲁木齐 shows Beijing time, two hours ahead of its sun."""
    sun = facts("2026-06-21", place="乌鲁木齐")["sun"]
    assert sun["astronomical_dusk"].startswith("2026-06-22T00:")
    assert sun["set"].startswith("2026-06-21T21:")


def test_days_of_summer_time_have_the_offset_of_their_hour():
    sun = horizon.sun_facts(Site(40.71, -74.01, "America/New_York"), date(2026, 3, 8))
    assert sun["rise"].endswith("-04:00")
    old = horizon.sun_facts(SHANGHAI, date(1942, 7, 1))
    assert old["rise"].endswith("+08:00"), "the occupied city's summer time is not the mainland's"
    assert horizon.sun_facts(SHANGHAI, date(1988, 7, 1))["rise"].endswith("+09:00")


@settings(max_examples=40, deadline=None)
@given(
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    step=st.integers(0, 73000),
    zone=st.sampled_from(["+00:00", "Asia/Shanghai", "America/New_York", "Pacific/Apia"]),
)
def test_every_place_and_day_has_a_time_or_a_reason(latitude, longitude, step, zone):
    site, day = Site(latitude, longitude, zone), date(1900, 6, 1) + timedelta(days=step)
    for found in (horizon.sun_facts(site, day), horizon.moon_facts(site, day)):
        for name in ("rise", "set", "transit"):
            assert (found[name] is None) == (name in found["reasons"])
        for name in set(found) - {"stays", "reason", "reasons", "day_length", "transit_altitude"}:
            assert found[name] is None or datetime.fromisoformat(found[name])


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (31.23, 121.47, "Asia/Shanghai"),
        (43.8, 87.6, "Asia/Shanghai"),
        (51.5, -0.1, "+00:00"),
        (40.7, -74.0, "-05:00"),
        (-33.9, 151.2, "+10:00"),
        (0, 179.9, "+12:00"),
    ],
)
def test_coordinates_without_a_zone_get_one(latitude, longitude, zone):
    assert zone_of(latitude, longitude) == zone


# --- planets


def test_the_rule_of_visibility_is_published_and_kept():
    chart = engine.compute("sky", asked("2026-11-24"))
    convention = next(step for step in chart.trace if step["name"] == "convention")
    assert convention["values"]["planets"] == planets.RULE
    for planet in chart.facts["planets"]:
        assert planet["visible"] == (planet["reason"] is None)
        if planet["visible"]:
            assert planet["altitude"] >= planets.LOWEST
            assert planet["elongation"] >= planets.NEAREST
            assert planet["magnitude"] <= planets.FAINTEST
            assert all(planet[name] for name in ("best", "direction", "period"))
    assert [planet["name"] for planet in chart.facts["planets"]] == list(planets.PLANETS)


@pytest.mark.parametrize(
    ("day", "name", "visible", "period"),
    [
        # Venus: greatest brilliancy in the evening of 2025-02, inferior conjunction 2025-03-23.
        ("2025-02-15", "金星", True, "傍晚"),
        ("2025-03-23", "金星", False, None),
        # Jupiter: opposition 2026-01-10, conjunction 2026-07-29.
        ("2026-01-10", "木星", True, "整夜"),
        ("2026-07-29", "木星", False, None),
        ("2026-01-10", "海王星", False, None),
    ],
)
def test_planets_are_seen_around_opposition_and_not_at_conjunction(day, name, visible, period):
    planet = next(found for found in facts(day)["planets"] if found["name"] == name)
    if period == "傍晚":
        assert planet["period"] in ("傍晚", "前半夜")
    else:
        assert planet["period"] == period
    assert planet["visible"] is visible


# --- the system


def test_the_facts_have_the_names_of_the_design():
    found = facts("2026-11-24")
    assert {"sun", "moon", "planets", "next_eclipses"} <= set(found)
    assert {"name", "visible", "rise", "set", "altitude", "magnitude"} <= set(found["planets"][0])
    assert [eclipse["kind"] for eclipse in found["next_eclipses"]].count("solar") == 2
    assert found["next_eclipses"] == sorted(found["next_eclipses"], key=lambda eclipse: eclipse["peak"])


def test_the_answer_says_where_and_by_which_clock():
    answer = engine.answer("sky", asked("2026-11-24"))
    assert answer.understood_as == "公历2026-11-24，上海市（北京时间）"
    assert answer.text.endswith(DISCLAIMER)
    english = engine.answer("sky", asked("2026-11-24", latitude=-33.87, longitude=151.21), lang="en")
    assert english.understood_as == "2026-11-24, 33.87°S 151.21°E (+10:00 time)"
    assert english.text.startswith("Sun: ")
    assert english.text.endswith(DISCLAIMER_EN)


def test_a_lunar_date_is_understood():
    data = {"date": {"calendar": "lunar", "year": 2026, "month": 8, "day": 15}, "place": "北京"}
    chart = engine.compute("sky", data)
    assert chart.facts["solar"] == "2026-09-25"
    assert chart.facts["moon"]["phase"] in ("盈凸月", "满月")


def test_a_zone_that_was_not_given_is_told():
    chart = engine.compute("sky", asked("2026-11-24", latitude=51.48, longitude=0.0))
    assert [notice.code for notice in chart.warnings] == ["zone_assumed"]
    assert chart.facts["place"]["tz"] == "+00:00"


def test_a_place_is_needed():
    date_only = {"date": asked("2026-11-24")["date"]}
    assert refused(date_only) == {"/input/place": "missing_field"}
    assert refused(date_only | {"latitude": 30}) == {"/input/longitude": "missing_field"}
    assert refused(date_only | {"longitude": 120.5}) == {"/input/latitude": "missing_field"}
    assert refused({"place": "上海"}) == {"/input/date": "missing_field"}


def test_bad_input_is_told_where_it_is():
    assert refused(asked("2026-02-30", place="火星", tz="Mars/Olympus")) == {
        "/input/date/day": "impossible_date",
        "/input/place": "unknown_place",
        "/input/tz": "out_of_range",
    }
    assert refused(asked("2026-02-20", latitude=91, longitude=181.5)) == {
        "/input/latitude": "out_of_range",
        "/input/longitude": "out_of_range",
    }
    assert refused(asked("2026-02-20", latitude=True, longitude="x")) == {
        "/input/latitude": "wrong_type",
        "/input/longitude": "wrong_type",
    }


def test_a_changed_answer_does_not_change_the_next():
    first = facts("2026-11-24")
    first["sun"]["rise"] = "spoilt"
    assert facts("2026-11-24")["sun"]["rise"] != "spoilt"


@settings(max_examples=25, deadline=None)
@given(
    step=st.integers(0, 73413),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
)
def test_every_sky_is_plain_json_and_fits_one_message(step, latitude, longitude):
    day = date(1900, 1, 1) + timedelta(days=step)
    answer = engine.answer("sky", asked(day.isoformat(), latitude=latitude, longitude=longitude))
    assert canonical_json(answer.as_dict())
    assert len(answer.text.encode()) < 2048
    for statement in answer.reading.statements:
        assert statement.rule.startswith("sky.")
        assert statement.evidence
