"""Usage by key and day: every call counted once, also at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from predictions.models import ApiKey, ApiUsage
from predictions.models.usage import KEPT, outcome_of, totals

TODAY = date(2026, 11, 24)


@pytest.fixture
def key(db: None) -> ApiKey:
    return ApiKey.issue("app")[0]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, "succeeded"), (204, "succeeded"), (304, "succeeded"), (404, "refused"), (500, "failed")],
)
def test_a_status_is_a_success_a_refusal_or_a_failure(status: int, outcome: str) -> None:
    assert outcome_of(status) == outcome


def test_counts_add_up_by_day_endpoint_system_and_outcome(key: ApiKey) -> None:
    for day, system, status in [(0, "bazi", 200), (0, "bazi", 200), (0, "bazi", 422), (1, "sky", 200)]:
        ApiUsage.add(key.pk, TODAY - timedelta(days=day), "predictions", status, system=system)
    ApiUsage.add(key.pk, TODAY, ApiUsage.ITEM, 200, system="sky", count=25)
    rows = ApiUsage.between(key, TODAY - timedelta(days=1), TODAY)
    assert totals(rows, "system") == [
        {"system": "bazi", "calls": 3, "succeeded": 2, "refused": 1, "failed": 0},
        {"system": "sky", "calls": 26, "succeeded": 26, "refused": 0, "failed": 0},
    ]
    assert [day["calls"] for day in totals(rows, "day")] == [1, 28]


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_moment_are_all_counted(key: ApiKey) -> None:
    def call(_number: int) -> None:
        try:
            ApiUsage.add(key.pk, TODAY, "predictions", 200, system="bazi")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(call, range(40)))
    assert ApiUsage.objects.get().count == 40


def test_old_days_are_pruned(key: ApiKey) -> None:
    for days in (0, KEPT.days, KEPT.days + 1):
        ApiUsage.add(key.pk, TODAY - timedelta(days=days), "predictions", 200)
    assert ApiUsage.prune(TODAY) == 1
    assert ApiUsage.objects.count() == 2
