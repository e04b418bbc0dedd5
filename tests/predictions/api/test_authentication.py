"""Who may call: the header, the key, its scope."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from predictions.api import keys
from predictions.models import ApiKey
from tests.predictions.api.conftest import CALENDAR, Api, new_api, problem


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    [
        *("Bearer", "Bearer ", "Bearer x", "Token cel_live_x", "Basic eDp5", "cel_live_x"),
        *("Bearer a b c", "Bearer " + "x" * 5000, "Bearer \xff\xfe"),
    ],
)
def test_a_header_that_holds_no_key_is_refused_without_a_query(
    header: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = Client().get("/api/v1/predictions/x", headers={"Authorization": header})
    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


@pytest.mark.django_db
def test_no_header_is_told_the_scheme_alone() -> None:
    response = Client().get("/api/v1/predictions/x")
    problem(response, 401, "unauthenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.django_db
def test_a_well_formed_key_that_was_never_made_is_refused() -> None:
    header = {"Authorization": f"Bearer {keys.new_key().text}"}
    problem(Client().get("/api/v1/predictions/x", headers=header), 401, "unauthenticated")


def test_the_public_part_of_a_key_does_not_open_anything(api: Api) -> None:
    stranger = keys.new_key()
    ApiKey.objects.filter(pk=api.key.pk).update(digest=stranger.digest)
    problem(api.get("predictions/x"), 401, "unauthenticated")


def test_the_scheme_is_read_in_any_case(api: Api) -> None:
    for scheme in ("bearer", "BEARER"):
        response = api.client.get("/api/v1/predictions/x", headers={"Authorization": f"{scheme} {api.text}"})
        problem(response, 404, "not_found")


def test_a_key_is_not_read_from_the_query(api: Api) -> None:
    problem(api.client.get(f"/api/v1/predictions/x?key={api.text}"), 401, "unauthenticated")


def test_a_session_of_staff_is_no_key(owner_client: Client) -> None:
    problem(owner_client.get("/api/v1/predictions/x"), 401, "unauthenticated")


def test_a_refused_key_is_told_why_only_to_its_holder(api: Api) -> None:
    ApiKey.objects.filter(pk=api.key.pk).update(revoked_at=timezone.now())
    told = problem(api.get("predictions/x"), 401, "unauthenticated")["detail"]
    forged = ApiKey.objects.get(pk=api.key.pk)
    forged.digest = "0" * 64
    forged.save()
    assert problem(api.get("predictions/x"), 401, "unauthenticated")["detail"] != told


def test_a_missing_scope_is_named(db: None) -> None:
    told = problem(new_api(scopes=["batch"]).post("predictions", CALENDAR), 403, "forbidden")
    assert "predict" in told["detail"]


def test_the_first_use_of_a_day_is_noted_and_the_others_cost_no_more(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    window = 0 if settings.REDIS_URL else 1  # Redis counts the key's minute where there is one
    with django_assert_num_queries(3 + window):  # the key, its day, its window, the day's use
        problem(api.get("predictions/x"), 404, "not_found")
    assert ApiKey.objects.get().last_used_on == datetime.now(UTC).date()
    with django_assert_num_queries(2 + window):
        problem(api.get("predictions/x"), 404, "not_found")
    ApiKey.objects.update(last_used_on=datetime.now(UTC).date() - timedelta(days=1))
    problem(api.get("predictions/x"), 404, "not_found")
    assert ApiKey.objects.get().last_used_on == datetime.now(UTC).date()


def test_two_keys_of_a_client_work_at_once_so_that_it_can_change_over(db: None) -> None:
    old, new = new_api("app"), new_api("app")
    for each in (old, new):
        assert each.post("predictions", CALENDAR).status_code == 200
