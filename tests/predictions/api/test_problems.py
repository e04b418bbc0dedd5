"""Errors: one shape for all of them, whoever raised them, and nothing of the inside in any."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from django.test import Client, RequestFactory
from rest_framework.exceptions import NotFound, ParseError

from predictions import engine
from predictions.api import problems
from tests.predictions.api.conftest import CALENDAR, Api, problem

SECRET = "a line of source code"


def _fail(*args: Any, **kwargs: Any) -> None:
    raise ZeroDivisionError(SECRET)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/v1", "/api/v2/systems", "/api/v1/no/such", "/api/docs"]
)
@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "head", "options"])
def test_any_unknown_api_address_is_a_problem(path: str, method: str) -> None:
    # As a browser with cookies would: no CSRF page may come in between.
    client = Client(enforce_csrf_checks=True)
    response = getattr(client, method)(path)
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    if method != "head":
        problem(response, 404, "not_found")


@pytest.mark.django_db
def test_another_unknown_address_is_a_short_text(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "404" in response.content.decode()


def test_a_failure_inside_is_a_problem_without_details(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "answer", _fail)
    response = api.post("predictions", CALENDAR)
    told = problem(response, 500, "internal_error")
    assert SECRET not in response.content.decode()
    assert "ZeroDivision" not in response.content.decode()
    assert told["errors"] == []
    assert SECRET in caplog.text


def test_a_database_that_cannot_be_reached_is_worth_another_try(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("predictions.models.Prediction.store", locked)
    response = api.post("predictions", CALENDAR)
    assert problem(response, 503, "unavailable")["retryable"] is True
    assert response["Retry-After"] == "2"


@pytest.mark.parametrize("path", ["/api/v1/x", "/wechat", "/"])
def test_the_handlers_of_django_say_nothing_of_the_failure(path: str) -> None:
    request = RequestFactory().get(path)
    request.id = "request-id-1"  # type: ignore[attr-defined]
    for response in (
        problems.server_error(request),
        problems.bad_request(request, ValueError(SECRET)),
        problems.page_not_found(request, Http404(SECRET)),
    ):
        assert SECRET not in response.content.decode()
        expected = "application/problem+json" if path.startswith("/api/") else "text/plain; charset=utf-8"
        assert response["Content-Type"] == expected


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (NotFound(), 404, "not_found"),
        (ParseError(), 400, "bad_request"),
        (RequestDataTooBig(), 413, "too_large"),
        (KeyError(), 500, "internal_error"),
    ],
)
def test_an_exception_of_a_framework_becomes_its_problem(error: Exception, status: int, code: str) -> None:
    found = problems.problem_of(error)
    assert (found.status, found.code) == (status, code)


def test_every_code_of_the_api_has_a_title() -> None:
    for code in problems.TITLES:
        assert problems.Problem(400, code, "x").body("")["title"]


@pytest.mark.django_db
def test_errors_speak_the_client_s_language(client: Client) -> None:
    chinese = client.get("/api/v1/nothing").json()
    english = client.get("/api/v1/nothing", headers={"Accept-Language": "en"}).json()
    assert english["title"] == "There is nothing here"
    assert chinese["title"] == "这里什么也没有"
    assert chinese["code"] == english["code"]


@pytest.mark.django_db
def test_the_type_of_a_problem_is_the_address_of_its_explanation(client: Client) -> None:
    told = client.get("/api/v1/nothing").json()
    page, _hash, anchor = told["type"].partition("#")
    assert f'id="{anchor}"' in client.get(page).content.decode()
