"""Every impossible date, place, line, range and combination, of every system: a code, a pointer and a suggestion."""

from __future__ import annotations

import re
from typing import Any

import pytest

from predictions import registry
from tests.predictions.api.conftest import Api, problem

DATE = {"calendar": "solar", "year": 2026, "month": 2, "day": 17}
MOMENT = DATE | {"hour": 8, "minute": 0}
# How each system takes a date, and what else it needs
DATED: dict[str, tuple[str, dict[str, Any]]] = {
    "calendar": ("date", {}),
    "almanac": ("date", {}),
    "sky": ("date", {"place": "杭州"}),
    "bazi": ("birth", {}),
    "ziwei": ("birth", {"gender": "male"}),
    "liuyao": ("moment", {}),
    "xiaoliuren": ("moment", {}),
    "meihua": ("moment", {}),
    "qimen": ("moment", {}),
}
OF_DATES: list[tuple[dict[str, Any], str, str]] = [
    ({"month": 2, "day": 30}, "impossible_date", "day"),
    ({"year": 2026, "month": 2, "day": 29}, "impossible_date", "day"),
    ({"month": 13}, "impossible_date", "month"),
    ({"month": 0}, "impossible_date", "month"),
    ({"day": 32}, "impossible_date", "day"),
    ({"day": 0}, "impossible_date", "day"),
    ({"year": 1899}, "out_of_range", "year"),
    ({"year": 2101}, "out_of_range", "year"),
    ({"calendar": "lunar", "month": 3, "day": 1, "leap": True}, "no_such_leap_month", "leap"),
    ({"calendar": "lunar", "month": 2, "day": 30}, "impossible_date", "day"),
    ({"leap": True}, "no_such_leap_month", "leap"),
    ({"calendar": "julian"}, "out_of_range", "calendar"),
    ({"day": 1.0}, "wrong_type", "day"),
    ({"day": "1"}, "wrong_type", "day"),
    ({"day": True}, "wrong_type", "day"),
    ({"dya": 1}, "unknown_field", "dya"),
]
OF_MOMENTS: list[tuple[dict[str, Any], str, str]] = [
    ({"hour": 24}, "out_of_range", "hour"),
    ({"hour": -1}, "out_of_range", "hour"),
    ({"minute": 60}, "out_of_range", "minute"),
    ({"place": "火星"}, "unknown_place", "place"),
    ({"place": "Qqqqqqqqq"}, "unknown_place", "place"),
    ({"tz": "Mars/Olympus"}, "out_of_range", "tz"),
    ({"tz": "+25:00"}, "out_of_range", "tz"),
    ({"longitude": 181}, "out_of_range", "longitude"),
    ({"latitude": -91}, "out_of_range", "latitude"),
]
BIRTH = {"birth": MOMENT}
RANGE = {"event": "搬家", "from": "2026-03-01", "to": "2026-03-31"}
OF_SYSTEMS: list[tuple[str, dict[str, Any], str, str]] = [
    ("liuyao", {"lines": [5, 7, 7, 7, 7, 7]}, "out_of_range", "/input/lines/0"),
    ("liuyao", {"lines": [7] * 5}, "out_of_range", "/input/lines"),
    ("liuyao", {"lines": [7] * 7}, "out_of_range", "/input/lines"),
    ("liuyao", {"lines": [7] * 6, "seed": 1}, "conflicting_fields", "/input/seed"),
    ("liuyao", {"seed": 2**70}, "out_of_range", "/input/seed"),
    ("liuyao", {}, "missing_field", "/input/moment"),
    ("xiaoliuren", {"numbers": [1, 2]}, "out_of_range", "/input/numbers"),
    ("xiaoliuren", {"numbers": [0, 1, 2]}, "out_of_range", "/input/numbers/0"),
    ("xiaoliuren", {"numbers": [1, 2, 3], "moment": MOMENT}, "conflicting_fields", "/input/numbers"),
    ("xiaoliuren", {}, "missing_field", "/input/moment"),
    ("meihua", {"numbers": []}, "out_of_range", "/input/numbers"),
    ("meihua", {"numbers": [7]}, "missing_field", "/input/moment"),
    ("meihua", {}, "missing_field", "/input/moment"),
    ("qimen", {"moment": DATE}, "missing_field", "/input/moment/hour"),
    ("qimen", {}, "missing_field", "/input/moment"),
    ("ziwei", {"birth": DATE, "gender": "male"}, "missing_field", "/input/birth/hour"),
    ("ziwei", BIRTH, "missing_field", "/input/gender"),
    ("ziwei", BIRTH | {"gender": "x"}, "out_of_range", "/input/gender"),
    ("bazi", {"birth": DATE | {"minute": 5}}, "missing_field", "/input/birth/hour"),
    ("sky", {"date": DATE}, "missing_field", "/input/place"),
    ("sky", {"date": DATE, "latitude": 30}, "missing_field", "/input/longitude"),
    ("sky", {"date": DATE, "latitude": 99, "longitude": 1}, "out_of_range", "/input/latitude"),
    ("sky", {"date": DATE, "place": "火星"}, "unknown_place", "/input/place"),
    ("date_selection", RANGE | {"from": "2026-02-30"}, "impossible_date", "/input/from"),
    ("date_selection", RANGE | {"from": "1899-02-03"}, "out_of_range", "/input/from"),
    ("date_selection", RANGE | {"from": "soon"}, "impossible_date", "/input/from"),
    ("date_selection", RANGE | {"to": "2026-02-01"}, "out_of_range", "/input/to"),
    ("date_selection", RANGE | {"to": "2028-02-01"}, "out_of_range", "/input/to"),
    ("date_selection", RANGE | {"event": "造反"}, "out_of_range", "/input/event"),
    ("date_selection", RANGE | {"people": [{}]}, "missing_field", "/input/people/0/zodiac"),
    ("date_selection", RANGE | {"people": [{"zodiac": "猫"}]}, "out_of_range", "/input/people/0/zodiac"),
    ("date_selection", RANGE | {"people": [{"zodiac": "马"}] * 9}, "out_of_range", "/input/people"),
    (
        "date_selection",
        RANGE | {"people": [{"zodiac": "马", "year": 1990}]},
        "missing_field",
        "/input/people/0/calendar",
    ),
    (
        "date_selection",
        RANGE | {"people": [{"birth": DATE | {"day": 30}}]},
        "impossible_date",
        "/input/people/0/birth/day",
    ),
]


def _told(api: Api, system: str, asked: dict[str, Any], code: str, pointer: str) -> dict[str, Any]:
    told = problem(api.post("predictions", {"system": system, "input": asked}), 422, code)
    error = told["errors"][0]
    assert (error["pointer"], error["code"]) == (pointer, code), told
    assert error.get("suggestion"), told
    assert not any(value in ([], {}, "", None) for value in error["suggestion"].values()), told
    first: dict[str, Any] = error
    return first


def _dated() -> list[Any]:
    cases = []
    for system, (member, more) in DATED.items():
        changes = OF_DATES if member == "date" else OF_DATES + OF_MOMENTS
        base = DATE if member == "date" else MOMENT
        for change, code, at in changes:
            asked = {member: base | change} | more
            cases.append(pytest.param(system, asked, code, f"/input/{member}/{at}", id=f"{system}-{change}"))
    return cases


@pytest.mark.parametrize(("system", "asked", "code", "pointer"), _dated())
def test_an_impossible_moment_is_refused_by_every_system_with_the_nearest_possible(
    api: Api, system: str, asked: dict[str, Any], code: str, pointer: str
) -> None:
    _told(api, system, asked, code, pointer)


@pytest.mark.parametrize(("system", "asked", "code", "pointer"), OF_SYSTEMS)
def test_what_a_system_cannot_compute_is_refused_with_what_it_can(
    api: Api, system: str, asked: dict[str, Any], code: str, pointer: str
) -> None:
    _told(api, system, asked, code, pointer)


def test_no_system_is_left_out_of_these_tables() -> None:
    covered = set(DATED) | {system for system, *_rest in OF_SYSTEMS}
    assert covered == {system.id for system in registry.all_systems()}


@pytest.mark.parametrize(("system", "asked", "code", "pointer"), OF_SYSTEMS)
def test_who_asks_in_english_is_refused_in_english(
    api: Api, system: str, asked: dict[str, Any], code: str, pointer: str
) -> None:
    body = {"system": system, "input": asked, "lang": "en"}
    told = api.post("predictions", body).json()
    by_header = api.post(
        "predictions", {"system": system, "input": asked}, **{"Accept-Language": "en"}
    ).json()
    assert told["errors"] == by_header["errors"]
    sentences = [told["title"], told["detail"], *(error["detail"] for error in told["errors"])]
    # What is suggested may be a Chinese term; the sentence around it is not.
    assert not [text for text in sentences if re.search("[，。；：]", text)], sentences
    assert pointer in told["detail"]
