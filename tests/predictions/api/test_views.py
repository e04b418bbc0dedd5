"""The endpoints through Django's client: what they answer and what they refuse."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from predictions import engine, registry
from predictions.models import ApiKey, Prediction, RevokedPages
from predictions.reading_pages.links import open_token
from tests.predictions.api.conftest import (
    CALENDAR,
    DAY,
    NO_OBJECTS,
    NO_TEXTS,
    Api,
    calendar_of,
    new_api,
    problem,
)


def test_a_prediction_answers_the_whole_answer_with_an_id(api: Api) -> None:
    response = api.post("predictions", CALENDAR)
    body = response.json()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert set(body) == {
        *("id", "lang", "reading_url", "understood_as", "chart", "reading", "alternatives", "text"),
        "disclaimer",
    }
    assert body["reading_url"] is None
    assert body["chart"]["facts"]["solar"] == "2026-02-17"
    assert body["chart"]["facts"]["lunar"]["day"] == 1
    assert body["chart"]["options"]


def test_a_prediction_is_never_kept_by_a_cache(api: Api) -> None:
    assert api.post("predictions", CALENDAR)["Cache-Control"] == "no-store"


def test_the_same_question_has_the_same_bytes(api: Api) -> None:
    first, second = (api.post("predictions", CALENDAR) for _ in range(2))
    assert first.content == second.content
    members = list(json.loads(first.content))
    assert members == sorted(members)


def test_the_id_does_not_depend_on_defaults_that_are_spelt_out(api: Api) -> None:
    plain = api.post("predictions", CALENDAR).json()
    spelt = api.post("predictions", CALENDAR | {"options": plain["chart"]["options"]}).json()
    assert plain["id"] == spelt["id"]


def test_the_id_depends_on_key_input_and_options(api: Api, other_api: Api) -> None:
    other_option = CALENDAR | {"options": {"year_boundary": "new_year"}}
    ids = {
        api.post("predictions", body).json()["id"] for body in (CALENDAR, calendar_of(day=18), other_option)
    }
    ids.add(other_api.post("predictions", CALENDAR).json()["id"])
    assert len(ids) == 4


def test_asking_in_another_language_keeps_the_id(api: Api) -> None:
    chinese = api.post("predictions", CALENDAR).json()
    response = api.post("predictions", CALENDAR | {"lang": "en"})
    english = response.json()
    assert response["Content-Language"] == "en"
    assert english["id"] == chinese["id"]
    assert english["disclaimer"] != chinese["disclaimer"]
    assert api.get(f"predictions/{chinese['id']}").json() == english
    assert api.get(f"predictions/{chinese['id']}?lang=zh-Hans").json() == chinese


def test_a_prediction_can_be_fetched_again(api: Api) -> None:
    made = api.post("predictions", CALENDAR)
    again = api.get(made["Content-Location"].removeprefix("/api/v1/"))
    assert again.content == made.content


def test_a_deleted_prediction_is_gone(api: Api) -> None:
    path = f"predictions/{api.post('predictions', CALENDAR).json()['id']}"
    response = api.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert not Prediction.objects.exists()
    problem(api.get(path), 404, "not_found")
    problem(api.delete(path), 404, "not_found")


def test_another_key_s_prediction_is_not_found(api: Api, other_api: Api) -> None:
    path = f"predictions/{api.post('predictions', CALENDAR).json()['id']}"
    problem(other_api.get(path), 404, "not_found")
    problem(other_api.delete(path), 404, "not_found")
    assert api.get(path).status_code == 200


@pytest.mark.parametrize("id_", ["pr_", "x", "pr_" + "0" * 32, "%00", "%ED%A0%80", "pr_" + "0" * 500])
def test_an_id_that_never_was_is_not_found(api: Api, id_: str) -> None:
    problem(api.get(f"predictions/{id_}"), 404, "not_found")


def test_an_unknown_language_of_a_stored_prediction_is_refused(api: Api) -> None:
    path = f"predictions/{api.post('predictions', CALENDAR).json()['id']}"
    assert problem(api.get(f"{path}?lang=fr"), 422, "out_of_range")["errors"][0]["pointer"] == "/lang"
    problem(api.delete(f"{path}?lang=en"), 400, "unknown_field")


def test_what_is_stored_cannot_be_read_in_the_database(api: Api, django_assert_num_queries: Any) -> None:
    from django.db import connection

    api.post("predictions", CALENDAR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT request FROM predictions_prediction")
        stored = cursor.fetchone()[0]
    assert "2026" not in stored
    assert Prediction.objects.get().asked()["input"] == DAY


def test_a_prediction_costs_four_statements(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.post("predictions", CALENDAR)
    window = 0 if settings.REDIS_URL else 1  # Redis counts the key's minute where there is one
    with django_assert_num_queries(3 + window):  # the key, its window, the prediction, the day's use
        api.post("predictions", CALENDAR)


# Tables


@pytest.mark.django_db
def test_a_calendar_day_answers_the_facts(client: Client) -> None:
    day = client.get("/api/v1/calendar/2026-02-17").json()
    assert (day["solar"], day["zodiac"], day["term"]) == ("2026-02-17", "马", None)
    assert day["lunar"] | {"year": 2026, "month": 1, "day": 1, "leap": False} == day["lunar"]
    assert set(day["ganzhi"]) == {"year", "month", "day"}


@pytest.mark.django_db
def test_a_lunar_year_answers_its_months(client: Client) -> None:
    year = client.get("/api/v1/calendar/lunar/2025").json()
    assert (year["year"], year["leap_month"], len(year["months"])) == (2025, 6, 13)
    assert year["months"][0]["first_day"] == "2025-01-29"


@pytest.mark.django_db
def test_the_terms_answer_24_instants_in_utc_with_their_local_time(client: Client) -> None:
    year = client.get("/api/v1/calendar/terms/2026").json()
    assert len(year["terms"]) == 24
    spring = next(term for term in year["terms"] if term["name"] == "立春")
    assert spring["instant"].startswith("2026-02-03T20:0")
    assert spring["instant"].endswith("Z")
    assert spring["local"].startswith("2026-02-04T04:0")
    assert spring["local"].endswith("+08:00")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("calendar/2026-02-30", "impossible_date"),
        ("calendar/2026-13-01", "impossible_date"),
        ("calendar/2026-2-3", "impossible_date"),
        ("calendar/20260203", "impossible_date"),
        ("calendar/1850-01-01", "out_of_range"),
        ("calendar/9999-12-31", "out_of_range"),
        ("calendar/0000-00-00", "impossible_date"),
        ("calendar/lunar/1899", "out_of_range"),
        ("calendar/lunar/2101", "out_of_range"),
        ("calendar/lunar/-5", "out_of_range"),
        ("calendar/terms/0", "out_of_range"),
        ("calendar/terms/999999999", "out_of_range"),
    ],
)
def test_a_date_or_year_without_a_table_is_refused(client: Client, path: str, code: str) -> None:
    told = problem(client.get(f"/api/v1/{path}"), 422, code)
    assert told["errors"][0]["pointer"] in ("/date", "/year")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *("calendar/today", "calendar/lunar/x", "calendar/terms/٢٠٢٦", "calendar/terms/99999999999999999999"),
        *("calendar", "calendar/lunar", "calendar/2026-02-17/", "systems/", "systems/nope", "systems/%00"),
    ],
)
def test_what_is_no_address_is_not_found(client: Client, path: str) -> None:
    problem(client.get(f"/api/v1/{path}"), 404, "not_found")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        *("systems", "systems/calendar", "meta", "openapi.json"),
        *("calendar/2026-02-17", "calendar/lunar/2025", "calendar/terms/2026"),
    ],
)
def test_a_table_is_answered_without_a_key_or_a_query_and_not_sent_twice(
    client: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        first = client.get(f"/api/v1/{path}")
        held = client.get(f"/api/v1/{path}", headers={"If-None-Match": f'"x", W/{first["ETag"]}'})
        other = client.get(f"/api/v1/{path}", headers={"If-None-Match": '"x"'})
    assert (first.status_code, held.status_code, other.status_code) == (200, 304, 200)
    assert first["Cache-Control"].startswith("public, max-age=")
    assert (held.content, held["ETag"]) == (b"", first["ETag"])
    assert first.content == other.content


@pytest.mark.django_db
def test_a_held_table_is_not_computed(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = client.get("/api/v1/calendar/2026-02-17")["ETag"]
    monkeypatch.setattr(engine, "compute", None)
    response = client.get("/api/v1/calendar/2026-02-17", headers={"If-None-Match": tag})
    assert response.status_code == 304


@pytest.mark.django_db
def test_the_tag_changes_with_the_engine(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    before = client.get("/api/v1/calendar/2026-02-17")["ETag"]
    monkeypatch.setattr("predictions.api.caching.ENGINE_VERSION", "next")
    assert client.get("/api/v1/calendar/2026-02-17")["ETag"] != before


@pytest.mark.django_db
def test_the_systems_are_those_of_the_registry(client: Client) -> None:
    listed = client.get("/api/v1/systems").json()["systems"]
    assert [system["id"] for system in listed] == [system.id for system in registry.all_systems()]
    for system in listed:
        assert client.get(f"/api/v1/systems/{system['id']}").json() == system


@pytest.mark.django_db
def test_meta_tells_versions_and_limits(client: Client, settings: Any) -> None:
    settings.API_RATE_LIMIT = 0
    meta = client.get("/api/v1/meta").json()
    assert meta["engine_version"] == engine.ENGINE_VERSION
    assert meta["limits"]["calls_per_minute"] is None
    assert meta["limits"]["body_bytes"] == 65536


# Ask


def test_a_sentence_is_answered(api: Api) -> None:
    response = api.post("ask", {"text": "2026年2月17日农历"})
    body = response.json()
    assert set(body) == {"status", "understood_as", "answer", "question", "context", "text"}
    assert body["status"] == "answered"
    assert body["answer"]["chart"]["facts"]["solar"] == "2026-02-17"
    assert not Prediction.objects.exists()


def test_a_sentence_without_sense_is_not_understood(api: Api) -> None:
    body = api.post("ask", {"text": "asdfgh"}).json()
    assert (body["status"], body["answer"]) == ("not_understood", None)


@pytest.mark.parametrize("text", ["", " ", "\n", "🀄" * 500, "a" * 2000, "\u202e\u200b"])
def test_any_text_has_an_answer(api: Api, text: str) -> None:
    assert api.post("ask", {"text": text}).status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "missing_field", "/text"),
        ({"text": "今天", "now": "x"}, "unknown_field", "/now"),
        ({"text": "x" * 2001}, "out_of_range", "/text"),
        ({"text": "\u0000"}, "invalid_character", "/text"),
        ({"text": "今天", "context": "forged"}, "invalid_context", "/context"),
        ({"text": "今天", "context": "x" * 9000}, "out_of_range", "/context"),
        ({"text": "今天", "context": {}}, "wrong_type", "/context"),
        *[({"text": value}, "wrong_type", "/text") for value in NO_TEXTS],
        *[(value, "wrong_type", "") for value in NO_OBJECTS],
    ],
)
def test_a_question_of_the_wrong_shape_is_refused(api: Api, body: Any, code: str, pointer: str) -> None:
    assert problem(api.post("ask", body), 422, code)["errors"][0]["pointer"] == pointer


def test_the_context_continues_the_conversation(api: Api) -> None:
    if "bazi" not in {system.id for system in registry.all_systems()}:
        pytest.skip("no system that asks back is registered yet")
    first = api.post("ask", {"text": "八字"}).json()
    assert first["status"] == "needs_input"
    assert first["question"]["text"]
    second = api.post("ask", {"text": "1990年5月1日8点", "context": first["context"]}).json()
    assert second["understood_as"]
    assert second["status"] in ("answered", "needs_input")


def test_a_context_is_bound_to_its_key(api: Api, other_api: Api) -> None:
    sealed = signing.dumps({"intent": "x"}, salt=f"predictions.ask.{api.key.public_id}", compress=True)
    body = {"text": "今天农历", "context": sealed}
    problem(other_api.post("ask", body), 422, "invalid_context")


def test_a_context_lives_half_an_hour(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    sealed = signing.dumps({"intent": "x"}, salt=f"predictions.ask.{api.key.public_id}", compress=True)
    late = time.time() + 1801
    monkeypatch.setattr(time, "time", lambda: late)
    problem(api.post("ask", {"text": "今天农历", "context": sealed}), 422, "invalid_context")


def test_a_null_context_is_no_context(api: Api) -> None:
    assert api.post("ask", {"text": "今天农历", "context": None}).status_code == 200


def test_the_scope_of_a_key_is_what_it_may_do(db: None) -> None:
    asks, predicts = new_api(scopes=["ask"]), new_api(scopes=["predict"])
    problem(asks.post("predictions", CALENDAR), 403, "forbidden")
    problem(asks.get("predictions/x"), 403, "forbidden")
    problem(predicts.post("ask", {"text": "今天农历"}), 403, "forbidden")
    assert predicts.post("predictions", CALENDAR).status_code == 200


def test_an_expired_or_revoked_key_is_refused(api: Api) -> None:
    late = new_api(expires_at=timezone.now() - timedelta(seconds=1))
    problem(late.post("predictions", CALENDAR), 401, "unauthenticated")
    api.key.revoke(timezone.now())
    problem(api.post("predictions", CALENDAR), 401, "unauthenticated")
    assert ApiKey.objects.count() == 2


def test_a_prediction_links_to_its_reading_page(api: Api, settings: Any) -> None:
    settings.CELESTIAL_PUBLIC_URL = "https://nexus.example"
    made = api.post("predictions", CALENDAR)
    url = made.json()["reading_url"]
    assert url.startswith("https://nexus.example/r/")
    page = Client().get(url.removeprefix("https://nexus.example"))
    assert page.status_code == 200
    assert "2026-02-17" in page.content.decode()
    # The contract of the same bytes holds with a link in them.
    assert api.post("predictions", CALENDAR).content == made.content
    assert api.get(made["Content-Location"].removeprefix("/api/v1/")).content == made.content


def test_the_link_is_renewed_day_by_day(api: Api, settings: Any) -> None:
    settings.CELESTIAL_PUBLIC_URL = "https://nexus.example"
    first = api.post("predictions", CALENDAR).json()
    Prediction.objects.update(created_at=timezone.now() - timedelta(days=40))
    later = api.post("predictions", CALENDAR).json()
    assert later["id"] == first["id"]
    assert open_token(later["reading_url"].rpartition("/")[2]).expires > timezone.now() + timedelta(days=29)


def test_deleting_a_prediction_deletes_its_page_and_asking_again_makes_a_new_one(
    api: Api, other_api: Api, settings: Any
) -> None:
    settings.CELESTIAL_PUBLIC_URL = "http://testserver"
    made = api.post("predictions", CALENDAR).json()
    elsewhere = other_api.post("predictions", CALENDAR).json()["reading_url"]
    api.delete(f"predictions/{made['id']}")
    visitor = Client()
    assert visitor.get(made["reading_url"]).status_code == 410
    assert visitor.get(elsewhere).status_code == 200
    # The link counts seconds.
    RevokedPages.objects.update(revoked_at=timezone.now() - timedelta(seconds=1))
    assert visitor.get(api.post("predictions", CALENDAR).json()["reading_url"]).status_code == 200


def test_a_stored_prediction_is_not_sent_twice_nor_after_it_was_deleted(api: Api) -> None:
    path = f"predictions/{api.post('predictions', CALENDAR).json()['id']}"
    first = api.get(path)
    held = {"If-None-Match": first["ETag"]}
    again = api.get(path, **held)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == "private, no-cache"
    assert api.get(f"{path}?lang=en", **held).status_code == 200
    problem(api.get(f"{path}?lang=fr", **{"If-None-Match": "*"}), 422, "out_of_range")
    api.delete(path)
    problem(api.get(path, **held), 404, "not_found")
