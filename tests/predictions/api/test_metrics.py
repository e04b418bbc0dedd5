"""What is counted, and that strangers can't make new labels."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from predictions.api import metrics
from tests.predictions.api.conftest import CALENDAR, Api


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def _counted(route: str, method: str, status: str) -> float:
    return _value("api_requests_total", route=route, method=method, status=status)


def test_a_call_is_counted_under_its_route_method_and_status(api: Api) -> None:
    before = _counted("api-predictions", "POST", "200")
    seconds = _value("api_request_seconds_count", route="api-predictions")
    engine = _value("api_engine_seconds_count", system="calendar")
    api.post("predictions", CALENDAR)
    assert _counted("api-predictions", "POST", "200") == before + 1
    assert _value("api_request_seconds_count", route="api-predictions") == seconds + 1
    assert _value("api_engine_seconds_count", system="calendar") == engine + 1


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [
        ("/api/v1/predictions/x", "api-prediction", "401"),
        ("/api/v1/systems/zz", "api-system", "404"),
        ("/api/v1/calendar/2026-02-30", "api-calendar-day", "422"),
        ("/api/v1/zz", "none", "404"),
        ("/api/docs/", "api-docs", "200"),
    ],
)
@pytest.mark.django_db
def test_refused_calls_are_counted_too(path: str, route: str, status: str) -> None:
    before = _counted(route, "GET", status)
    Client().get(path)
    assert _counted(route, "GET", status) == before + 1


@pytest.mark.django_db
def test_a_made_up_method_or_system_makes_no_label(api: Api) -> None:
    before = _counted("api-systems", "other", "405")
    Client().generic("BREW", "/api/v1/systems")
    api.post("predictions", {"system": "brewing", "input": {}})
    assert _counted("api-systems", "other", "405") == before + 1
    samples: list[Any] = next(iter(metrics.engine_seconds.collect())).samples
    assert not any(sample.labels.get("system") == "brewing" for sample in samples)


def test_only_kinds_that_add_up_over_processes_are_used() -> None:
    kinds = {type(value).__name__ for value in vars(metrics).values() if isinstance(value, MetricWrapperBase)}
    assert kinds <= {"Counter", "Histogram"}
