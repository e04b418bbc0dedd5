"""Days as the API writes them and as people read them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from predictions.language.calendar_days import Impossible, day_label, in_range, solar_day
from predictions.lunar import to_lunar
from tests.predictions.language.test_understanding import SOLAR_DAYS


@given(SOLAR_DAYS.filter(lambda day: day >= date(1900, 1, 31)))
def test_a_day_is_the_same_in_both_calendars(day):
    lunar = to_lunar(day)
    assert solar_day("solar", day.year, day.month, day.day, False) == day
    assert solar_day("lunar", lunar.year, lunar.month, lunar.day, lunar.leap) == day


@pytest.mark.parametrize(
    ("known", "label"),
    [
        ({"calendar": "solar", "year": 2026, "month": 2, "day": 17}, "公历2026年2月17日"),
        ({"calendar": "lunar", "year": 2025, "month": 6, "day": 1, "leap": True}, "农历2025年闰六月初一"),
        ({"calendar": "lunar", "month": 12, "day": 8}, "农历腊月初八"),
        ({"calendar": "solar", "month": 4, "day": 23}, "公历4月23日"),
    ],
)
def test_a_day_has_a_label_as_far_as_it_is_known(known, label):
    assert day_label(known) == label


def test_years_outside_the_tables_are_refused_with_the_nearest_day():
    assert in_range(1900) == 1900
    with pytest.raises(Impossible) as refused:
        in_range(1899)
    assert refused.value.nearest == ({"calendar": "solar", "year": 1900, "month": 1, "day": 1},)


def test_the_last_day_of_the_tables_has_no_day_after_it():
    with pytest.raises(Impossible) as refused:
        solar_day("solar", 2100, 12, 32, False)
    assert len(refused.value.nearest) == 1
