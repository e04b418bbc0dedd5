"""GET /usage: a key sees what it did, by day, system and endpoint."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from predictions import tasks
from predictions.models import ApiUsage, Batch
from tests.predictions.api.conftest import CALENDAR, Api, new_api, problem


def test_every_call_of_a_key_is_counted_where_it_belongs(api: Api, other_api: Api) -> None:
    made = api.post("predictions", CALENDAR).json()["id"]
    api.get(f"predictions/{made}")
    api.post("predictions", CALENDAR | {"system": "nothing"})
    api.post("ask", {"text": "2026年2月17日农历"})
    api.post("batches", {"items": [CALENDAR, CALENDAR, {}]})
    tasks.run_batch(Batch.objects.get().pk)
    other_api.get("places?q=x")
    body = api.get("usage").json()
    today = timezone.localdate().isoformat()
    assert body["to"] == today
    assert body["total"] == {"calls": 8, "succeeded": 6, "refused": 2, "failed": 0}
    assert body["days"] == [{"day": today, **body["total"]}]
    assert {row["endpoint"]: row["calls"] for row in body["endpoints"]} == {
        "predictions": 2,
        "prediction": 1,
        "ask": 1,
        "batches": 1,
        "batch-item": 3,
    }
    assert [row["system"] for row in body["systems"]] == ["calendar"]
    assert body["systems"][0]["calls"] == 5
    assert api.get("usage").json()["total"]["calls"] == 9


def test_a_call_over_the_limit_writes_nothing(api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    for _ in range(3):
        api.get("predictions/x")
    assert [row.count for row in ApiUsage.objects.all()] == [1]


@pytest.mark.parametrize("scope", ["predict", "ask", "batch"])
def test_any_key_may_see_its_own_use(db: None, scope: str) -> None:
    assert new_api(scopes=[scope]).get("usage").status_code == 200


def test_a_range_can_be_asked_for(api: Api) -> None:
    today = timezone.localdate()
    for days in (0, 40, 41):
        ApiUsage.add(api.key.pk, today - timedelta(days=days), "ask", 200)
    body = api.get(f"usage?from={today - timedelta(days=40)}&to={today - timedelta(days=1)}").json()
    assert body["total"]["calls"] == 1


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("from=2026-11-02&to=2026-11-01", "out_of_range", "/from"),
        ("from=2024-01-01&to=2026-01-01", "out_of_range", "/from"),
        ("from=2026-02-30", "impossible_date", "/from"),
        ("to=x", "impossible_date", "/to"),
    ],
)
def test_a_range_that_cannot_be_is_refused(api: Api, query: str, code: str, pointer: str) -> None:
    assert problem(api.get(f"usage?{query}"), 422, code)["errors"][0]["pointer"] == pointer


def test_a_key_is_needed(db: None, client: Any) -> None:
    problem(client.get("/api/v1/usage"), 401, "unauthenticated")


def test_an_answer_is_given_although_it_could_not_be_counted(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def locked(*_arguments: Any, **_options: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("predictions.models.ApiUsage.add", locked)
    assert api.post("predictions", CALENDAR).status_code == 200
    assert "a call was not counted: OperationalError" in caplog.text
