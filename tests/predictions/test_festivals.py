"""Festivals, holidays and the counted seasons."""

from __future__ import annotations

from datetime import date

import pytest

from predictions.festivals import dog_day, festivals_on, legal_holiday, nine_day


def test_nothing_is_kept_in_a_leap_month():
    assert festivals_on(date(2025, 7, 25), (6, 1, True), False, None) == []
    assert festivals_on(date(1995, 10, 9), (8, 15, True), False, None) == []


def test_a_festival_begins_with_its_year():
    assert "教师节" not in festivals_on(date(1984, 9, 10), (8, 15, False), False, None)
    assert "教师节" in festivals_on(date(1985, 9, 10), (7, 26, False), False, None)


def test_movable_sundays():
    assert festivals_on(date(2026, 5, 10), (3, 24, False), False, None) == ["母亲节"]
    assert festivals_on(date(2026, 6, 21), (5, 7, False), False, "夏至") == ["父亲节"]


# 2026: 夏至 06-21, 立秋 08-07; 初伏 07-15, 中伏 07-25, 末伏 08-14 as announced.
@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 7, 14), None),
        (date(2026, 7, 15), "初伏第1天"),
        (date(2026, 7, 25), "中伏第1天"),
        (date(2026, 8, 13), "中伏第20天"),
        (date(2026, 8, 14), "末伏第1天"),
        (date(2026, 8, 24), None),
    ],
)
def test_dog_days_of_2026(day, name):
    assert dog_day(day, date(2026, 6, 21), date(2026, 8, 7)) == name


def test_nine_times_nine_days_from_the_solstice():
    solstice = date(2025, 12, 21)
    assert nine_day(solstice, solstice) == "一九第1天"
    assert nine_day(date(2026, 3, 11), solstice) == "九九第9天"
    assert nine_day(date(2026, 3, 12), solstice) is None


def test_legal_holidays_where_the_list_is_known():
    assert legal_holiday(date(2026, 10, 1)) == ("国庆节", False)
    assert legal_holiday(date(2027, 10, 1)) is None
