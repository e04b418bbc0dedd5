"""The tables of the sky over HTTP: what they answer and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator

from predictions.api import metrics
from predictions.lunar import new_moon
from predictions.solar_terms import utc_text
from tests.predictions.api.conftest import problem

PLACE = "lat=31.23&lon=121.47"
PHASES = ("new", "first_quarter", "full", "last_quarter")
pytestmark = pytest.mark.django_db


def get(client: Client, path: str, **headers: str) -> Any:
    return client.get(f"/api/v1/sky/{path}", headers=headers)


def pointers(body: dict[str, Any]) -> dict[str, str]:
    return {error["pointer"]: error["code"] for error in body["errors"]}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("moon-phases/2026", "MoonPhases"),
        ("eclipses?from=2026&to=2027", "Eclipses"),
        (f"eclipses?from=2026&to=2027&{PLACE}", "Eclipses"),
        (f"rise-set?date=2026-06-21&{PLACE}", "RiseSet"),
        ("rise-set?date=2026-06-21&lat=69.65&lon=18.96&tz=Europe/Oslo", "RiseSet"),
    ],
)
def test_an_answer_is_what_the_document_says(client: Client, path: str, name: str) -> None:
    committed = Path(settings.BASE_DIR) / "docs" / "openapi.json"
    components = json.loads(committed.read_text(encoding="utf-8"))["components"]
    root = {"$ref": f"#/components/schemas/{name}", "components": components}
    response = get(client, path)
    assert response.status_code == 200, response.content
    Draft202012Validator(root).validate(response.json())


@pytest.mark.parametrize(
    "path", ["moon-phases/2026", "eclipses?from=2026&to=2026", f"rise-set?date=2026-01-01&{PLACE}"]
)
def test_tables_need_no_key_and_are_cached_by_their_tag(client: Client, path: str) -> None:
    first = get(client, path)
    assert first["Cache-Control"] == "public, max-age=86400"
    again = get(client, path, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert get(client, path).content == first.content


def test_different_questions_have_different_tags(client: Client) -> None:
    paths = (
        *(
            "eclipses?from=2026&to=2026",
            "eclipses?from=2026&to=2027",
            "eclipses?from=2026&to=2026&kind=solar",
        ),
        *(f"eclipses?from=2026&to=2026&{PLACE}", "moon-phases/2026", f"rise-set?date=2026-01-01&{PLACE}"),
        f"rise-set?date=2026-01-01&{PLACE}&tz=%2B08:00",
    )
    assert len({get(client, path)["ETag"] for path in paths}) == len(paths)


@pytest.mark.parametrize(
    "path",
    [
        "moon-phases/2026?lat=1",
        "eclipses?from=2026&to=2026&type=total",
        f"rise-set?date=2026-01-01&{PLACE}&place=x",
    ],
)
def test_an_unknown_parameter_is_refused(client: Client, path: str) -> None:
    problem(get(client, path), 400, "unknown_field")


def test_a_repeated_parameter_is_refused(client: Client) -> None:
    problem(get(client, "eclipses?from=2026&to=2026&to=2027"), 400, "bad_request")


@pytest.mark.parametrize("path", ["moon-phases/2026", "eclipses", "rise-set"])
def test_other_methods_are_refused(client: Client, path: str) -> None:
    problem(client.post(f"/api/v1/sky/{path}"), 405, "method_not_allowed")


def test_calls_are_counted_by_their_route(client: Client) -> None:
    labels = ("api-eclipses", "GET", "200")
    before = metrics.requests.labels(*labels)._value.get()
    get(client, "eclipses?from=2026&to=2026")
    assert metrics.requests.labels(*labels)._value.get() == before + 1


# --- phases


def test_the_phases_of_a_year(client: Client) -> None:
    body = get(client, "moon-phases/2026").json()
    found = [phase["phase"] for phase in body["phases"]]
    assert body["year"] == 2026
    assert set(found) == set(PHASES)
    assert found == [PHASES[(PHASES.index(found[0]) + place) % 4] for place in range(len(found))]
    new_moons = {phase["instant"] for phase in body["phases"] if phase["phase"] == "new"}
    assert utc_text(new_moon(323)) in new_moons


@pytest.mark.parametrize("year", ["1899", "2101", "-1", "0"])
def test_a_year_out_of_range_is_refused(client: Client, year: str) -> None:
    assert pointers(problem(get(client, f"moon-phases/{year}"), 422, "out_of_range")) == {
        "/year": "out_of_range"
    }


def test_what_is_no_year_is_not_found(client: Client) -> None:
    problem(get(client, "moon-phases/next"), 404, "not_found")


# --- eclipses


def test_the_eclipses_of_two_centuries_at_once(client: Client) -> None:
    found = get(client, "eclipses?from=1901&to=2100").json()["eclipses"]
    assert len(found) == 452 + 457
    peaks = [eclipse["peak"] for eclipse in found]
    assert peaks == sorted(peaks)


def test_a_kind_can_be_chosen_and_dates_are_days_or_years(client: Client) -> None:
    body = get(client, "eclipses?from=2026-08-12&to=2026&kind=solar").json()
    assert (body["from"], body["to"], body["kind"]) == ("2026-08-12", "2026-12-31", "solar")
    assert [(eclipse["type"], eclipse["peak"][:16]) for eclipse in body["eclipses"]] == [
        ("total", "2026-08-12T17:45")
    ]
    assert get(client, "eclipses?from=2026-08-13&to=2026-12-31&kind=solar").json()["eclipses"] == []


def test_the_last_day_is_included(client: Client) -> None:
    assert len(get(client, "eclipses?from=2026-08-12&to=2026-08-12").json()["eclipses"]) == 1


def test_a_place_sees_what_it_sees(client: Client) -> None:
    body = get(client, f"eclipses?from=2009-07-22&to=2009-07-22&{PLACE}&tz=Asia/Shanghai").json()
    (eclipse,) = body["eclipses"]
    assert eclipse["local_peak"].endswith("+08:00")
    assert eclipse["local"]["type"] == "total"
    assert eclipse["local"]["contacts"][0]["name"] == "partial_begin"


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("", {"/from": "missing_field", "/to": "missing_field"}),
        ("from=2026", {"/to": "missing_field"}),
        ("from=2026-02-30&to=2026", {"/from": "impossible_date"}),
        ("from=x&to=", {"/from": "impossible_date", "/to": "impossible_date"}),
        ("from=1899&to=2101", {"/from": "out_of_range", "/to": "out_of_range"}),
        ("from=2027&to=2026", {"/to": "out_of_range"}),
        ("from=2026&to=2026&kind=both", {"/kind": "out_of_range"}),
        ("from=2026&to=2026&lat=31", {"/lon": "missing_field"}),
        ("from=2026&to=2026&tz=Asia/Shanghai", {"/lat": "missing_field", "/lon": "missing_field"}),
        ("from=2026&to=2026&lat=91&lon=abc", {"/lat": "out_of_range", "/lon": "wrong_type"}),
        ("from=2026&to=2026&lat=1&lon=1&tz=Mars", {"/tz": "out_of_range"}),
        (f"from=2000&to=2026&{PLACE}", {"/to": "out_of_range"}),
        ("from=%D9%A2%D9%A0%D9%A2%D9%A6&to=2026", {"/from": "impossible_date"}),
    ],
)
def test_bad_queries_are_told_where_they_are_wrong(
    client: Client, query: str, errors: dict[str, str]
) -> None:
    response = get(client, f"eclipses?{query}")
    assert response.status_code == 422
    assert pointers(response.json()) == errors


# --- rise and set


def test_rise_and_set_carry_the_local_offset(client: Client) -> None:
    body = get(client, f"rise-set?date=2026-06-21&{PLACE}&tz=Asia/Shanghai").json()
    assert (body["date"], body["tz"]) == ("2026-06-21", "Asia/Shanghai")
    assert body["sun"]["rise"].startswith("2026-06-21T04:5")
    assert body["sun"]["rise"].endswith("+08:00")
    assert body["sun"]["civil_dawn"] < body["sun"]["rise"] < body["sun"]["transit"] < body["sun"]["set"]
    assert {"rise", "set", "transit"} <= set(body["moon"])


def test_the_polar_day_has_reasons(client: Client) -> None:
    body = get(client, "rise-set?date=2026-06-21&lat=69.65&lon=18.96&tz=Europe/Oslo").json()
    assert (body["sun"]["rise"], body["sun"]["set"]) == (None, None)
    assert body["sun"]["reason"] == "极昼：太阳整日不落。"


def test_an_offset_is_a_zone_even_with_a_bare_plus_sign(client: Client) -> None:
    for text in ("%2B08:00", "+08:00"):
        assert get(client, f"rise-set?date=2026-06-21&{PLACE}&tz={text}").json()["tz"] == "+08:00"


def test_without_a_zone_the_longitude_decides(client: Client) -> None:
    body = get(client, "rise-set?date=2026-06-21&lat=51.5&lon=-0.1").json()
    assert body["tz"] == "+00:00"


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("", {"/date": "missing_field", "/lat": "missing_field", "/lon": "missing_field"}),
        (f"date=2026&{PLACE}", {"/date": "impossible_date"}),
        (f"date=2026-13-01&{PLACE}", {"/date": "impossible_date"}),
        (f"date=1899-12-31&{PLACE}", {"/date": "out_of_range"}),
        ("date=2026-01-01&lat=nan&lon=inf", {"/lat": "wrong_type", "/lon": "wrong_type"}),
        ("date=2026-01-01&lat=1e1&lon=180.1", {"/lat": "wrong_type", "/lon": "out_of_range"}),
        (f"date=2026-01-01&{PLACE}&tz=", {"/tz": "out_of_range"}),
    ],
)
def test_bad_days_and_places_are_told(client: Client, query: str, errors: dict[str, str]) -> None:
    response = get(client, f"rise-set?{query}")
    assert response.status_code == 422
    assert pointers(response.json()) == errors


def test_errors_speak_the_client_s_language(client: Client) -> None:
    chinese = get(client, "rise-set?date=2026-01-01").json()
    english = get(client, "rise-set?date=2026-01-01", **{"Accept-Language": "en"}).json()
    assert chinese["errors"][0]["detail"] == "缺少参数 lat。"
    assert english["errors"][0]["detail"] == "The parameter lat is missing."
