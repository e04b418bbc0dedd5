"""The rate limit: exact under concurrency, on the database and on a real Redis, open when Redis is gone."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from predictions.api import throttling
from predictions.models import ApiKeyWindow
from tests.predictions.api.conftest import CALENDAR, Api, problem

NOON = datetime(2026, 11, 24, 12, 0, 47, tzinfo=UTC)


@pytest.fixture
def with_redis(settings: Any, redis_url: str) -> None:
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis_url}}
    settings.REDIS_URL = redis_url
    cache.clear()


def test_every_keyed_answer_tells_what_is_left(api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 5
    answers = [api.post("predictions", CALENDAR), api.post("predictions", {}), api.get("predictions/x")]
    for used, response in enumerate(answers, start=1):
        assert response["RateLimit-Policy"] == '"default";q=5;w=60'
        assert response["RateLimit"].startswith(f'"default";r={5 - used};t=')


def test_a_forbidden_call_counts_and_is_told_so(api: Api) -> None:
    api.key.scopes = ["batch"]
    api.key.save()
    response = api.post("predictions", CALENDAR)
    problem(response, 403, "forbidden")
    assert "r=599" in response["RateLimit"]


def test_one_call_too_many_is_refused_and_told_when_to_come_back(api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 2
    statuses = [api.post("predictions", CALENDAR).status_code for _ in range(2)]
    response = api.post("predictions", CALENDAR)
    assert statuses == [200, 200]
    assert problem(response, 429, "rate_limited")["retryable"] is True
    assert 1 <= int(response["Retry-After"]) <= 60
    assert '"default";r=0;' in response["RateLimit"]


def test_keys_do_not_share_their_minute(api: Api, other_api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    assert api.post("predictions", CALENDAR).status_code == 200
    assert other_api.post("predictions", CALENDAR).status_code == 200
    problem(api.post("predictions", CALENDAR), 429, "rate_limited")


def test_zero_switches_the_limit_off(
    api: Api, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.API_RATE_LIMIT = 0
    api.post("predictions", CALENDAR)
    with django_assert_num_queries(3):  # the key, the prediction, the day's use
        response = api.post("predictions", CALENDAR)
    assert "RateLimit" not in response


def test_answers_without_a_key_are_not_limited(api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 1
    for _ in range(3):
        response = api.client.get("/api/v1/systems", headers=api.headers)
        assert response.status_code == 200
        assert "RateLimit" not in response


def test_a_new_minute_begins_anew(api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 3
    used = [throttling.spend(api.key.pk, NOON) for _ in range(2)]
    used.append(throttling.spend(api.key.pk, NOON + timedelta(seconds=13)))
    assert [allowance.used for allowance in used if allowance] == [1, 2, 1]
    assert used[0] is not None
    assert used[0].reset == 13


def test_a_host_whose_clock_is_behind_does_not_open_the_limit_again(api: Api) -> None:
    assert [ApiKeyWindow.add(api.key.pk, minute) for minute in (10, 11, 10, 11)] == [1, 1, 2, 3]
    assert ApiKeyWindow.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_calls_at_the_same_moment_are_all_counted(api: Api) -> None:
    def call(_number: int) -> int:
        try:
            return ApiKeyWindow.add(api.key.pk, 7)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(call, range(40)))
    assert sorted(counts) == list(range(1, 41))


@pytest.mark.usefixtures("with_redis")
def test_redis_counts_calls_at_the_same_moment(api: Api, settings: Any) -> None:
    settings.API_RATE_LIMIT = 25
    with ThreadPoolExecutor(8) as threads:
        spent = list(threads.map(lambda _: throttling.spend(api.key.pk, NOON), range(40)))
    assert sorted(allowance.used for allowance in spent if allowance) == list(range(1, 41))
    assert sum(allowance.exceeded for allowance in spent if allowance) == 15


@pytest.mark.usefixtures("with_redis")
def test_with_redis_the_database_is_not_asked(
    api: Api, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.API_RATE_LIMIT = 1
    api.get("predictions/x")
    with django_assert_num_queries(1):
        problem(api.get("predictions/x"), 429, "rate_limited")
    assert not ApiKeyWindow.objects.exists()


def test_calls_go_on_when_redis_is_gone(
    api: Api, settings: Any, free_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port}/0"
    backend = "django.core.cache.backends.redis.RedisCache"
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": settings.REDIS_URL}}
    settings.API_RATE_LIMIT = 1
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            response = api.post("predictions", CALENDAR)
            assert response.status_code == 200
            assert "RateLimit" not in response
    assert "rate limit not checked" in caplog.text
