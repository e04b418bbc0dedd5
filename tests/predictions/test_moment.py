"""The pipeline from a birth object to an instant."""

from __future__ import annotations

from datetime import datetime

import pytest

from predictions.moment import date_errors, describe_moment, moment_errors, resolve_date, resolve_moment

OPTIONS = {"calendar_source": "hko", "true_solar": "off", "dst": "auto", "ambiguous_time": "first"}
BIRTH = {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "minute": 0, "place": "杭州"}


def solar(year: int, month: int, day: int, **more: object) -> dict[str, object]:
    return {"calendar": "solar", "year": year, "month": month, "day": day} | more


def lunar(year: int, month: int, day: int, **more: object) -> dict[str, object]:
    return solar(year, month, day) | {"calendar": "lunar"} | more


def only_error(data: dict[str, object]):
    errors = date_errors(data, "/input/date")
    assert len(errors) == 1
    return errors[0]


def codes(moment) -> list[str]:
    return [notice.code for notice in moment.notices]


def test_30_february_is_refused_with_the_28th():
    error = only_error(solar(2023, 2, 30))
    assert (error.pointer, error.code) == ("/input/date/day", "impossible_date")
    assert error.suggestion == {"year": 2023, "month": 2, "day": 28}


def test_29_february_exists_in_leap_years_only():
    assert date_errors(solar(2024, 2, 29), "") == []
    assert only_error(solar(1900, 2, 29)).suggestion["day"] == 28


def test_the_thirtieth_of_a_short_last_month_is_refused_with_the_29th():
    error = only_error(lunar(2026, 12, 30))
    assert (error.code, error.suggestion["day"]) == ("impossible_date", 29)
    assert "没有三十" in error.detail


def test_a_leap_month_of_another_number_is_named():
    error = only_error(lunar(2025, 4, 1, leap=True))
    assert (error.pointer, error.code) == ("/input/date/leap", "no_such_leap_month")
    assert error.suggestion["choices"] == [
        {"year": 2025, "month": 4, "leap": False},
        {"year": 2025, "month": 6, "leap": True},
    ]


def test_2024_has_no_leap_month_at_all():
    error = only_error(lunar(2024, 6, 1, leap=True))
    assert error.suggestion["leap"] is False
    assert "没有闰月" in error.detail


def test_the_solar_calendar_has_no_leap_months():
    assert only_error(solar(2025, 6, 1, leap=True)).code == "no_such_leap_month"


def test_a_malformed_date_is_left_to_the_schema():
    for data in (None, [], {}, solar(2026, 13, 1), solar(2026, 2, 30) | {"day": "30"}, lunar(2300, 1, 1)):
        assert date_errors(data, "") == []


def test_the_leap_month_of_2025_is_resolved():
    civil = resolve_date(lunar(2025, 6, 1, leap=True))
    assert civil.day.isoformat() == "2025-07-25"
    assert resolve_date(lunar(2025, 6, 1)).day.isoformat() == "2025-06-25"


def test_a_month_with_a_leap_twin_offers_it():
    notices = resolve_date(lunar(2025, 6, 1)).notices
    assert [(notice.code, notice.alternative) for notice in notices] == [
        ("leap_month", {"input": {"date": {"leap": True}}})
    ]
    thirtieth = resolve_date(lunar(2025, 6, 30)).notices
    assert thirtieth[0].alternative is None  # 闰六月 has 29 days


def test_an_undecided_month_says_so():
    notices = resolve_date(solar(2057, 10, 1)).notices
    assert notices[0].code == "uncertain_month"
    assert notices[0].alternative == {"options": {"calendar_source": "astronomical"}}


def test_each_step_is_in_the_trace():
    moment = resolve_moment(BIRTH, OPTIONS)
    names = [step["name"] for step in moment.trace]
    assert names == ["input", "calendar", "clock", "place", "zone", "summer_time", "utc", "solar_time"]
    steps = {step["name"]: step["values"] for step in moment.trace}
    assert steps["zone"] == {"tz": "Asia/Shanghai", "from": "place"}
    assert steps["summer_time"] == {"offset": "+09:00", "summer_minutes": 60, "standard": "1990-05-17T07:00"}
    assert steps["utc"] == {"instant": "1990-05-16T23:00:00Z"}
    assert steps["place"]["longitude"] == 120.21


def test_solar_times_need_a_longitude():
    assert resolve_moment(BIRTH, OPTIONS).mean_solar == datetime(1990, 5, 17, 7, 0, 50)
    assert resolve_moment({**BIRTH} | {"place": "杭州", "longitude": 75.99}, OPTIONS).mean_solar.hour == 4
    placeless = {name: value for name, value in BIRTH.items() if name != "place"}
    assert resolve_moment(placeless, OPTIONS).mean_solar is None


def test_true_solar_time_without_a_longitude_is_refused():
    errors = moment_errors(solar(1990, 1, 1, hour=1), "/input/birth", OPTIONS | {"true_solar": "mean"})
    assert [(error.pointer, error.code) for error in errors] == [("/input/birth/longitude", "missing_field")]


def test_an_unknown_place_comes_with_near_names():
    error = moment_errors(BIRTH | {"place": "杭洲"}, "/input/birth", OPTIONS)[0]
    assert (error.pointer, error.code) == ("/input/birth/place", "unknown_place")
    assert "浙江省杭州市" in error.suggestion["choices"]


def test_an_unknown_zone_comes_with_near_names():
    error = moment_errors(BIRTH | {"tz": "Asia/Shanghay"}, "", OPTIONS)[0]
    assert (error.code, error.suggestion["choices"][0]) == ("out_of_range", "Asia/Shanghai")


def test_a_zone_of_the_request_wins_over_the_place():
    moment = resolve_moment(BIRTH | {"tz": "+08:00"}, OPTIONS)
    assert moment.instant.isoformat() == "1990-05-17T00:00:00+00:00"


def test_without_an_hour_there_is_no_instant():
    moment = resolve_moment(solar(1990, 5, 17), OPTIONS)
    assert (moment.instant, moment.standard, moment.clock) == (None, None, None)
    assert describe_moment(moment) == "公历1990-05-17 时辰不详"


def test_a_shared_name_of_places_is_told_unless_coordinates_decide():
    assert codes(resolve_moment(solar(2000, 1, 1, hour=9, place="朝阳"), OPTIONS)) == ["place_ambiguous"]
    assert codes(resolve_moment(solar(2000, 1, 1, hour=9, place="朝阳", longitude=116.4), OPTIONS)) == []
    assert codes(resolve_moment(solar(2000, 1, 1, hour=9, place="乌鲁木齐"), OPTIONS)) == []


def test_a_longitude_far_from_its_zone_is_questioned():
    assert codes(resolve_moment(solar(2000, 1, 1, hour=9, longitude=-74), OPTIONS)) == [
        "longitude_zone_mismatch"
    ]
    assert codes(resolve_moment(solar(2000, 1, 1, hour=9, place="喀什"), OPTIONS)) == []


@pytest.mark.parametrize(
    ("birth", "text"),
    [
        (BIRTH, "公历1990-05-17 08:00（北京时间，当年夏令时，标准时07:00）"),
        (
            lunar(1990, 4, 23, hour=8),
            "农历庚午年四月廿三（公历1990-05-17） 08:00（北京时间，当年夏令时，标准时07:00）",
        ),
        (solar(2000, 1, 1, hour=0, minute=5, place="纽约"), "公历2000-01-01 00:05（America/New_York 时间）"),
    ],
)
def test_the_echo_says_what_was_understood(birth, text):
    assert describe_moment(resolve_moment(birth, OPTIONS)) == text


def test_the_echo_shows_the_solar_time_that_was_used():
    moment = resolve_moment(solar(2000, 1, 1, hour=9, place="乌鲁木齐"), OPTIONS)
    assert describe_moment(moment, "mean") == "公历2000-01-01 09:00（北京时间，平太阳时06:50）"
