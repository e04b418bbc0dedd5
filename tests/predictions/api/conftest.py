"""A live key and a client that calls with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from predictions.models import ApiKey

DAY = {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}}
CALENDAR = {"system": "calendar", "input": DAY}
NO_TEXTS: list[Any] = [True, 1, 1.0, None, [], {}]
NO_OBJECTS: list[Any] = [True, 1, "x", None, []]


def calendar_of(**members: Any) -> dict[str, Any]:
    """CALENDAR with other members of the date."""
    return {"system": "calendar", "input": {"date": {**DAY["date"], **members}}}


@dataclass
class Api:
    """Calls under /api/v1/ as one key."""

    key: ApiKey
    text: str
    client: Client

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/api/v1/{path}", headers=self.headers | headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1/{path}", headers=self.headers)

    def post(self, path: str, body: object, **headers: str) -> Any:
        return self.send(path, json.dumps(body).encode(), **headers)

    def send(self, path: str, raw: bytes, content_type: str = "application/json", **headers: str) -> Any:
        return self.client.post(
            f"/api/v1/{path}", raw, content_type=content_type, headers=self.headers | headers
        )


def new_api(name: str = "tests", **options: Any) -> Api:
    key, text = ApiKey.issue(name, **options)
    return Api(key, text, Client())


@pytest.fixture
def api(db: None) -> Api:
    return new_api()


@pytest.fixture
def other_api(db: None) -> Api:
    return new_api("another client")


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The body of an error, after checking what every error must have."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = json.loads(response.content)
    assert set(body) == {
        *("type", "title", "status", "detail", "code", "errors", "request_id", "retryable"),
    }
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"]
    assert body["detail"]
    assert body["type"].endswith(f"/api/docs/#{code}")
    assert body["request_id"] == response["X-Request-ID"]
    assert body["retryable"] is (status in (429, 503))
    return body
