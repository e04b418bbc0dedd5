"""The view of a birth without an hour: what stays, what changes, always as the chart with that hour says it."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest

from predictions import engine

DAY = 24 * 60
SHOWN = ("year", "month", "day", "hour")


def view(day: date, options: dict[str, str] | None = None, **more: object) -> dict:
    return engine.compute("bazi", asked(day, **more), options or {}).facts["sensitivity"]


def asked(day: date, **more: object) -> dict[str, object]:
    return {
        "birth": {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day} | more,
        "gender": "female",
    }


def minutes(clock: str) -> tuple[int, int]:
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in clock.split("-"))
    return first, last + 1


def days(count: int, seed: int) -> list[date]:
    rng = Random(seed)
    return [date(1901, 1, 1) + timedelta(days=rng.randrange(72_000)) for _ in range(count)]


def test_a_chart_with_an_hour_has_no_such_view():
    assert engine.compute("bazi", asked(date(1990, 5, 17), hour=8)).facts["sensitivity"] is None


def test_an_ordinary_day_has_twelve_double_hours_and_the_hour_before_midnight():
    found = view(date(2000, 5, 17))
    assert [one["clock"] for one in found["hours"]][:3] == ["00:00-00:59", "01:00-02:59", "03:00-04:59"]
    assert found["hours"][-1]["clock"] == "23:00-23:59"
    assert len(found["hours"]) == 13


def test_summer_time_shifts_the_hours_on_the_clock():
    found = view(date(1990, 5, 17))
    assert [one["clock"] for one in found["hours"]][:2] == ["00:00-01:59", "02:00-03:59"]
    assert "day" in found["same"]


def test_a_solar_term_inside_the_day_changes_month_and_year():
    found = view(date(2024, 2, 4))
    before = next(one for one in found["hours"] if one["clock"] == "15:00-16:27")
    after = next(one for one in found["hours"] if one["clock"] == "16:28-16:59")
    assert (before["year"], before["month"]) == ("癸卯", "乙丑")
    assert (after["year"], after["month"]) == ("甲辰", "丙寅")
    assert {"year", "month", "day"} <= set(found["different"])


@pytest.mark.parametrize("day", days(25, 3))
def test_the_stretches_cover_the_day_without_a_gap(day):
    spans = [minutes(one["clock"]) for one in view(day, place="成都")["hours"]]
    assert spans[0][0] == 0
    assert spans[-1][1] == DAY
    assert all(one[1] == other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize("true_solar", ["off", "apparent"])
@pytest.mark.parametrize("day", days(6, 5))
def test_each_stretch_is_the_chart_of_every_minute_in_it(day, true_solar):
    rng = Random(day.toordinal())
    options = {"true_solar": true_solar}
    for one in view(day, options, place="乌鲁木齐")["hours"]:
        first, end = minutes(one["clock"])
        minute = rng.randrange(first, end)
        stated = asked(day, place="乌鲁木齐", hour=minute // 60, minute=minute % 60)
        facts = engine.compute("bazi", stated, options).facts
        assert {place: one[place] for place in SHOWN} == facts["pillars"]
        assert one["strength"] == facts["strength"]["level"]
        assert one["pattern"] == facts["pattern"]["name"]


def test_what_is_the_same_all_day_is_not_among_what_changes():
    found = view(date(1984, 3, 10))
    assert found["same"]["month"] == "丁卯"
    assert set(found["same"]).isdisjoint(found["different"])


def test_the_text_lists_every_stretch():
    answer = engine.answer("bazi", asked(date(2000, 5, 17)))
    assert "时辰不影响：年柱庚辰、月柱辛巳" in answer.text
    assert answer.text.count("时，") >= 13
