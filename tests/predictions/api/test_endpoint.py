"""What every endpoint refuses: methods, queries, bodies, types; and that a refusal changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve

from predictions.api import views
from predictions.models import Prediction
from tests.predictions.api.conftest import CALENDAR, DAY, NO_OBJECTS, NO_TEXTS, Api, calendar_of, problem

BAD_VALUES: list[Any] = [True, 1.0, "1", None, [], {}]

BAD_BODIES: list[tuple[Any, str, str | None]] = [
    (CALENDAR | {"system": "calender"}, "unknown_system", "/system"),
    (CALENDAR | {"system": "\u0000"}, "invalid_character", "/system"),
    (CALENDAR | {"system": "\ud800"}, "invalid_character", "/system"),
    ({"\ud800": 1}, "invalid_character", ""),
    (calendar_of(month=2, day=30), "impossible_date", "/input/date/day"),
    (calendar_of(month=13), "impossible_date", "/input/date/month"),
    (calendar_of(month=0), "impossible_date", "/input/date/month"),
    (calendar_of(year=1800), "out_of_range", "/input/date/year"),
    (calendar_of(year=2300), "out_of_range", "/input/date/year"),
    (calendar_of(year=10**300), "out_of_range", "/input/date/year"),
    (calendar_of(calendar="lunar", month=3, day=1, leap=True), "no_such_leap_month", None),
    (calendar_of(calendar="lunar", month=2, day=30), "impossible_date", "/input/date/day"),
    (calendar_of(calendar="julian"), "out_of_range", "/input/date/calendar"),
    (calendar_of(hour=1), "unknown_field", "/input/date/hour"),
    ({"system": "calendar", "input": {}}, "missing_field", "/input/date"),
    ({"system": "calendar"}, "missing_field", "/input"),
    ({"input": DAY}, "missing_field", "/system"),
    (CALENDAR | {"sistem": 1}, "unknown_field", "/sistem"),
    (CALENDAR | {"options": {"no_such": 1}}, "unknown_field", "/options/no_such"),
    (CALENDAR | {"options": {"year_boundary": "x"}}, "out_of_range", "/options/year_boundary"),
    (CALENDAR | {"lang": "fr"}, "out_of_range", "/lang"),
    *[(calendar_of(day=value), "wrong_type", "/input/date/day") for value in BAD_VALUES],
    *[(CALENDAR | {"system": value}, "wrong_type", "/system") for value in NO_TEXTS],
    *[(CALENDAR | {"input": value}, "wrong_type", "/input") for value in NO_OBJECTS],
    *[(CALENDAR | {"options": value}, "wrong_type", "/options") for value in NO_OBJECTS],
    *[(CALENDAR | {"lang": value}, "wrong_type", "/lang") for value in NO_TEXTS],
    *[(value, "wrong_type", "") for value in NO_OBJECTS],
]


@pytest.mark.parametrize(("body", "code", "pointer"), BAD_BODIES)
def test_a_body_that_cannot_be_computed_is_refused_and_changes_nothing(
    api: Api, body: Any, code: str, pointer: str | None
) -> None:
    told = problem(api.post("predictions", body), 422, code)
    if pointer is not None:
        assert told["errors"][0]["pointer"] == pointer
    assert told["errors"][0]["code"] == code
    assert not Prediction.objects.exists()


def test_an_unknown_system_is_told_the_nearest_one(api: Api) -> None:
    told = problem(api.post("predictions", CALENDAR | {"system": "calender"}), 422, "unknown_system")
    assert told["errors"][0]["suggestion"] == {"system": "calendar"}


def test_every_independent_error_is_told_at_once(api: Api) -> None:
    told = problem(api.post("predictions", calendar_of(month=13, day="x", year=1)), 422, "wrong_type")
    assert {error["pointer"] for error in told["errors"]} == {
        *("/input/date/month", "/input/date/day", "/input/date/year"),
    }


BAD_JSON = [
    (b"", "empty"),
    (b"{", "unfinished"),
    (b"{} {}", "two values"),
    (b"\xff{}", "not UTF-8"),
    (b"\xef\xbb\xbf{}", "a byte order mark"),
    (b"{'a': 1}", "single quotes"),
    (b'{"a": NaN}', "NaN"),
    (b'{"a": Infinity}', "Infinity"),
    (b'{"a": -Infinity}', "-Infinity"),
    (b'{"a": 1e999}', "a number that overflows"),
    (b'{"a": 1' + b"0" * 400 + b"}", "an integer that overflows"),
    (b'{"a": 1, "a": 1}', "a repeated member"),
    (b'{"\\ud800": 1, "\\ud800": 1}', "a repeated member that cannot be printed"),
    (b'{"a": {"b": 1, "b": 2}}', "a repeated member inside"),
    (b'{"a": ' + b"9" * 5000 + b"}", "a number of 5,000 digits"),
    (b"[" * 40 + b"]" * 40, "nested 40 levels"),
    (b"[" * 30_000 + b"]" * 30_000, "nested 30,000 levels"),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "10,000 nested objects"),
]


@pytest.mark.parametrize("path", ["predictions", "ask"])
@pytest.mark.parametrize("raw", [raw for raw, _ in BAD_JSON], ids=[name for _, name in BAD_JSON])
def test_json_that_is_none_is_a_bad_request(api: Api, path: str, raw: bytes) -> None:
    problem(api.send(path, raw), 400, "invalid_json")


def test_a_body_over_64_kib_is_too_large(api: Api) -> None:
    problem(api.send("predictions", b'"' + b"x" * 65_535 + b'"'), 413, "too_large")
    problem(api.send("predictions", b'"' + b"x" * 65_534 + b'"'), 422, "wrong_type")


@pytest.mark.parametrize(
    "content_type",
    [
        *("text/plain", "text/json", "", "application/x-www-form-urlencoded"),
        *("multipart/form-data; boundary=x", "application/json; charset=gbk"),
    ],
)
def test_a_body_of_another_type_is_refused(api: Api, content_type: str) -> None:
    response = api.send("predictions", json.dumps(CALENDAR).encode(), content_type)
    problem(response, 415, "unsupported_media_type")


def test_a_charset_that_says_utf_8_is_fine(api: Api) -> None:
    response = api.send("predictions", json.dumps(CALENDAR).encode(), 'application/json; charset="UTF-8"')
    assert response.status_code == 200


def test_an_answer_in_another_type_is_not_to_be_had(api: Api) -> None:
    problem(api.get("predictions/x", Accept="text/html"), 406, "not_acceptable")
    problem(Client().get("/api/v1/systems", headers={"Accept": "application/xml"}), 406, "not_acceptable")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["systems", "meta", "calendar/2026-02-17", "systems/calendar"])
def test_an_unknown_query_parameter_is_refused(path: str) -> None:
    told = problem(Client().get(f"/api/v1/{path}?fromat=x&%00=1"), 400, "unknown_field")
    assert told["errors"][0]["pointer"] == "/fromat"


def test_an_unknown_query_parameter_of_a_post_is_refused(api: Api) -> None:
    problem(api.post("predictions?lang=en", CALENDAR), 400, "unknown_field")


def test_a_repeated_query_parameter_is_refused(api: Api) -> None:
    problem(api.get("predictions/x?lang=en&lang=en"), 400, "bad_request")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["put", "patch", "delete", "get", "trace"])
def test_another_method_is_not_allowed_and_told_which_are(method: str) -> None:
    response = getattr(Client(), method)("/api/v1/predictions")
    problem(response, 405, "method_not_allowed")
    assert {part.strip() for part in response["Allow"].split(",")} == {"POST", "OPTIONS"}


@pytest.mark.django_db
def test_options_answers_the_methods_without_a_key() -> None:
    response = Client().options("/api/v1/predictions/x")
    assert (response.status_code, response.content) == (204, b"")
    assert {part.strip() for part in response["Allow"].split(",")} == {"GET", "HEAD", "DELETE", "OPTIONS"}


def test_head_answers_the_headers_of_get(api: Api) -> None:
    path = f"/api/v1/predictions/{api.post('predictions', CALENDAR).json()['id']}"
    got, head = (call(path, headers=api.headers) for call in (api.client.get, api.client.head))
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == got["Content-Length"]
    assert api.client.head("/api/v1/systems")["ETag"] == api.client.get("/api/v1/systems")["ETag"]


def test_a_key_is_asked_for_before_anything_else(db: None, client: Client) -> None:
    for method, path in [("post", "predictions"), ("get", "predictions/x"), ("post", "ask")]:
        response = getattr(client, method)(f"/api/v1/{path}")
        problem(response, 401, "unauthenticated")
        assert response["WWW-Authenticate"].startswith("Bearer")


def test_the_view_itself_sends_no_body_for_head() -> None:
    # Past Django's client, which drops bodies by itself.
    request = RequestFactory().head("/api/v1/meta")
    request.resolver_match = resolve("/api/v1/meta")
    response = views.Meta.as_view()(request)
    response.render()
    assert response.content == b""
    assert int(response["Content-Length"]) > 100
