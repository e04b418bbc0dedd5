"""Over real HTTP, as a client's library sees it."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.predictions.api.conftest import CALENDAR, Api, new_api

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def live_api() -> Api:
    return new_api()


def _call(server: Any, method: str, path: str, headers: dict[str, str], body: bytes | None = None) -> Any:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    answer = (response.status, dict(response.getheaders()), response.read())
    connection.close()
    return answer


def test_a_chart_is_computed_fetched_and_deleted(live_server: Any, live_api: Api) -> None:
    headers = live_api.headers | {"Content-Type": "application/json"}
    status, answered, made = _call(
        live_server, "POST", "/api/v1/predictions", headers, json.dumps(CALENDAR).encode()
    )
    path = answered["Content-Location"]
    assert status == 200
    assert _call(live_server, "GET", path, live_api.headers)[2] == made
    assert _call(live_server, "HEAD", path, live_api.headers)[2] == b""
    assert _call(live_server, "DELETE", path, live_api.headers)[0] == 204
    assert _call(live_server, "GET", path, live_api.headers)[0] == 404


def test_a_huge_body_is_answered_and_not_reset(live_server: Any, live_api: Api) -> None:
    headers = live_api.headers | {"Content-Type": "application/json"}
    status, _headers, raw = _call(live_server, "POST", "/api/v1/predictions", headers, b" " * 900_000)
    assert (status, json.loads(raw)["code"]) == (413, "too_large")


def test_the_request_id_of_a_client_comes_back(live_server: Any) -> None:
    given = {"X-Request-ID": "client-chosen-1"}
    _status, headers, raw = _call(live_server, "GET", "/api/v1/nothing", given)
    assert headers["X-Request-ID"] == json.loads(raw)["request_id"] == "client-chosen-1"


def test_the_same_question_at_the_same_moment_is_one_row(live_server: Any, live_api: Api) -> None:
    headers = live_api.headers | {"Content-Type": "application/json"}
    body = json.dumps(CALENDAR).encode()
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(
                lambda _: _call(live_server, "POST", "/api/v1/predictions", headers, body)[::2], range(8)
            )
        )
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert live_api.key.predictions.count() == 1
