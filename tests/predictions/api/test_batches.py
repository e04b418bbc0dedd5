"""Batches over HTTP: what is accepted, what is told while they run, and what remains."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from predictions import registry, tasks
from predictions.models import Batch, BatchChunk, Prediction
from predictions.models.batch import CHUNK, ITEMS, KEPT, OPEN_BATCHES
from tests.predictions.api.conftest import CALENDAR, NO_OBJECTS, Api, calendar_of, new_api, problem


def days(count: int) -> list[dict[str, Any]]:
    return [calendar_of(year=1900 + number % 200, day=1 + number // 200) for number in range(count)]


def finish(batch_id: str) -> None:
    """What the workers do, in this process."""
    batch = Batch.objects.get(public_id=batch_id)
    while not batch.over:
        tasks.run_batch(batch.pk)
        batch.refresh_from_db()


def post(api: Api, items: list[Any], **headers: str) -> dict[str, Any]:
    response = api.post("batches", {"items": items}, **headers)
    assert response.status_code == 202, response.content
    body: dict[str, Any] = response.json()
    return body


def pages(api: Api, batch_id: str, limit: int = 50) -> list[list[dict[str, Any]]]:
    """Every page from the first to the one without a next."""
    found, cursor = [], ""
    while cursor is not None:
        query = f"limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        body = api.get(f"batches/{batch_id}/results?{query}").json()
        found.append(body["data"])
        cursor = body["next_cursor"]
    return found


def results(api: Api, batch_id: str, limit: int = 50) -> list[dict[str, Any]]:
    return [result for page in pages(api, batch_id, limit) for result in page]


def test_a_batch_is_accepted_with_its_address_and_state(api: Api) -> None:
    response = api.post("batches", {"items": days(30)})
    body = response.json()
    assert response.status_code == 202
    assert response["Location"] == f"/api/v1/batches/{body['id']}"
    assert response["Retry-After"] == "2"
    assert (body["status"], body["total"], body["done"], body["failed"], body["progress"]) == (
        *("queued", 30, 0, 0),
        0.0,
    )
    assert (body["started"], body["finished"]) == (None, None)
    assert body["created"] < body["expires"]
    assert api.client.get(response["Location"], headers=api.headers).json() == body


def test_every_result_is_what_a_single_call_answers(api: Api) -> None:
    items = [
        {"system": system.id, **(example if "input" in example else {"input": example}), "lang": lang}
        for system in registry.all_systems()
        for example in system.examples
        for lang in ("zh-Hans", "en")
    ]
    batch_id = post(api, items)["id"]
    finish(batch_id)
    found = results(api, batch_id, 7)
    assert [result["index"] for result in found] == list(range(len(items)))
    for result, item in zip(found, items, strict=True):
        single = api.post("predictions", item).json()
        assert result == {"index": result["index"], "status": 200, "prediction": single, "problem": None}
        assert api.get(f"predictions/{single['id']}").status_code == 200


def test_what_is_wrong_with_an_item_is_told_by_its_result_alone(api: Api) -> None:
    wrong = [
        calendar_of(month=2, day=30),
        CALENDAR | {"system": "calender"},
        {"system": "calendar"},
        {},
        CALENDAR | {"lang": "fr"},
    ]
    batch_id = post(api, [CALENDAR, *wrong, CALENDAR])["id"]
    finish(batch_id)
    found = results(api, batch_id)
    for item, result in zip(wrong, found[1:-1], strict=True):
        single = api.post("predictions", item)
        told = result["problem"]
        assert (result["status"], result["prediction"]) == (422, None)
        assert {**told, "request_id": ""} == {**single.json(), "request_id": ""}
    assert [found[0]["status"], found[-1]["status"]] == [200, 200]
    body = api.get(f"batches/{batch_id}").json()
    assert (body["status"], body["done"], body["failed"], body["progress"]) == ("finished", 7, 5, 1.0)


def test_problems_of_items_speak_the_language_and_carry_the_id_of_the_call(api: Api) -> None:
    headers = {"Accept-Language": "en", "X-Request-ID": "client-chosen-7"}
    batch_id = post(api, [CALENDAR | {"system": "calender"}], **headers)["id"]
    finish(batch_id)
    told = results(api, batch_id)[0]["problem"]
    assert told["title"] == "There is no such system"
    assert told["request_id"] == "client-chosen-7"


def test_an_item_that_fails_in_the_engine_is_a_problem_of_ours(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr("predictions.api.views._answer", broken)
    batch_id = post(api, [CALENDAR])["id"]
    finish(batch_id)
    result = results(api, batch_id)[0]
    assert (result["status"], result["problem"]["code"]) == (500, "internal_error")
    assert "ZeroDivisionError" in caplog.text


def test_results_are_readable_in_order_while_the_batch_runs(api: Api) -> None:
    batch_id = post(api, days(3 * CHUNK))["id"]
    batch = Batch.objects.get()
    assert batch.begin(timezone.now())
    first = BatchChunk.claim(batch, timezone.now())
    second = BatchChunk.claim(batch, timezone.now())
    assert first
    assert second
    tasks._answer(batch, second)
    empty = api.get(f"batches/{batch_id}/results")
    assert empty.json()["data"] == []
    assert empty["Retry-After"] == "2"
    tasks._answer(batch, first)
    body = api.get(f"batches/{batch_id}/results?limit=200").json()
    assert [result["index"] for result in body["data"]] == list(range(2 * CHUNK))
    finish(batch_id)
    rest = api.get(f"batches/{batch_id}/results?limit=200&cursor={body['next_cursor']}").json()
    assert [result["index"] for result in rest["data"]] == list(range(2 * CHUNK, 3 * CHUNK))
    assert rest["next_cursor"] is None
    again = api.get(f"batches/{batch_id}/results?limit=200&cursor={empty.json()['next_cursor']}").json()
    assert again["data"][: 2 * CHUNK] == body["data"]


@pytest.mark.parametrize("limit", [1, 24, 25, 26, 200])
def test_pages_of_any_size_hold_every_item_once(api: Api, limit: int) -> None:
    batch_id = post(api, days(2 * CHUNK + 3))["id"]
    finish(batch_id)
    found = pages(api, batch_id, limit)
    assert [result["index"] for page in found for result in page] == list(range(2 * CHUNK + 3))
    assert all(len(page) == limit for page in found[:-1])


def test_the_next_page_is_linked(api: Api) -> None:
    batch_id = post(api, days(3))["id"]
    finish(batch_id)
    response = api.get(f"batches/{batch_id}/results?limit=2")
    link = response["Link"].partition(">")[0].lstrip("<")
    assert api.client.get(link, headers=api.headers).json()["data"][0]["index"] == 2
    assert "Link" not in api.client.get(link, headers=api.headers)


def test_the_same_idempotency_key_and_body_is_the_same_batch(api: Api) -> None:
    first = api.post("batches", {"items": days(2)}, **{"Idempotency-Key": "a"})
    again = api.post("batches", {"items": days(2)}, **{"Idempotency-Key": "a"})
    assert again.status_code == 202
    assert again.json()["id"] == first.json()["id"]
    assert (again["Idempotent-Replayed"], "Idempotent-Replayed" in first) == ("true", False)
    assert Batch.objects.count() == 1


def test_the_same_idempotency_key_with_another_body_is_refused(api: Api) -> None:
    post(api, days(2), **{"Idempotency-Key": "a"})
    told = api.post("batches", {"items": days(3)}, **{"Idempotency-Key": "a"})
    problem(told, 422, "idempotency_key_reused")
    assert Batch.objects.count() == 1


def test_an_idempotency_key_belongs_to_its_api_key_and_is_free_after_a_day(api: Api, other_api: Api) -> None:
    mine = post(api, days(2), **{"Idempotency-Key": "a"})["id"]
    assert post(other_api, days(3), **{"Idempotency-Key": "a"})["id"] != mine
    Batch.objects.filter(public_id=mine).update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert post(api, days(3), **{"Idempotency-Key": "a"})["id"] != mine
    assert api.get(f"batches/{mine}").status_code == 200


def test_without_an_idempotency_key_every_call_is_a_new_batch(api: Api) -> None:
    assert post(api, days(1))["id"] != post(api, days(1))["id"]


@pytest.mark.parametrize("given", ["", "two words", "x" * 256, "é"])
def test_an_idempotency_key_that_is_none_is_a_bad_request(api: Api, given: str) -> None:
    problem(api.post("batches", {"items": days(1)}, **{"Idempotency-Key": given}), 400, "bad_request")


BAD_BODIES: list[tuple[Any, str, str]] = [
    ({}, "missing_field", "/items"),
    ({"items": []}, "out_of_range", "/items"),
    ({"items": [CALENDAR] * (ITEMS + 1)}, "out_of_range", "/items"),
    ({"items": [CALENDAR, 1]}, "wrong_type", "/items/1"),
    ({"items": [CALENDAR, {"system": "\ud800"}]}, "invalid_character", "/items/1/system"),
    ({"items": [CALENDAR], "callback": "x"}, "unknown_field", "/callback"),
    *[({"items": value}, "wrong_type", "/items") for value in (True, 1, "x", None, {})],
    *[(value, "wrong_type", "") for value in NO_OBJECTS],
]


@pytest.mark.parametrize(("body", "code", "pointer"), BAD_BODIES)
def test_a_body_that_is_no_list_of_requests_is_refused(api: Api, body: Any, code: str, pointer: str) -> None:
    told = problem(api.post("batches", body), 422, code)
    assert told["errors"][0]["pointer"] == pointer
    assert not Batch.objects.exists()


def test_a_thousand_items_fit_and_a_body_over_a_mebibyte_does_not(api: Api) -> None:
    assert post(api, [calendar_of() | {"lang": "en"}] * ITEMS)["total"] == ITEMS
    raw = json.dumps({"items": [CALENDAR]}).encode()
    problem(api.send("batches", raw + b" " * (1024 * 1024)), 413, "too_large")
    assert api.send("batches", raw + b" " * (1024 * 1024 - len(raw))).status_code == 202


def test_a_key_without_the_scope_makes_no_batch(db: None) -> None:
    api = new_api(scopes=["predict", "ask"])
    for response in (api.post("batches", {"items": days(1)}), api.get("batches"), api.get("batches/x")):
        problem(response, 403, "forbidden")


def test_a_key_that_has_too_many_open_batches_waits(api: Api) -> None:
    opened = [post(api, days(1))["id"] for _ in range(OPEN_BATCHES)]
    refused = api.post("batches", {"items": days(1)})
    problem(refused, 429, "rate_limited")
    assert refused["Retry-After"] == "10"
    finish(opened[0])
    post(api, days(1))


def test_a_cancelled_batch_keeps_what_was_computed_and_forgets_the_rest(api: Api) -> None:
    batch_id = post(api, days(4 * CHUNK))["id"]
    batch = Batch.objects.get()
    batch.begin(timezone.now())
    claimed = [BatchChunk.claim(batch, timezone.now()) for _ in range(3)]
    for chunk in (claimed[0], claimed[2]):
        assert chunk
        tasks._answer(batch, chunk)
    answers = [api.post(f"batches/{batch_id}/cancel", {}).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["status"], answers[0]["done"]) == ("cancelled", 2 * CHUNK)
    assert answers[0]["finished"]
    assert claimed[1]
    assert not tasks._answer(batch, claimed[1])
    assert tasks.run_batch(batch.pk) == 0
    for limit in (7, 200):
        indexes = [result["index"] for result in results(api, batch_id, limit)]
        assert indexes == [*range(CHUNK), *range(2 * CHUNK, 3 * CHUNK)]
    assert BatchChunk.objects.count() == 2


def test_cancelling_a_finished_batch_changes_nothing(api: Api) -> None:
    batch_id = post(api, days(1))["id"]
    finish(batch_id)
    before = api.get(f"batches/{batch_id}").json()
    assert api.post(f"batches/{batch_id}/cancel", {}).json() == before


def test_a_deleted_batch_leaves_nothing_but_what_was_also_asked_singly(api: Api) -> None:
    batch_id = post(api, days(CHUNK + 2))["id"]
    single = api.post("predictions", days(1)[0]).json()["id"]
    finish(batch_id)
    later = api.post("predictions", days(2)[1]).json()["id"]
    assert Prediction.objects.count() == CHUNK + 2
    assert api.delete(f"batches/{batch_id}").status_code == 204
    assert not BatchChunk.objects.exists()
    assert {row.public_id for row in Prediction.objects.all()} == {single, later}
    for response in (api.get(f"batches/{batch_id}"), api.delete(f"batches/{batch_id}")):
        problem(response, 404, "not_found")


def expire(batch_id: str) -> None:
    Batch.objects.filter(public_id=batch_id).update(created_at=timezone.now() - KEPT - timedelta(seconds=1))
    assert Batch.prune(timezone.now()) == 1


@pytest.mark.parametrize("first_to_go", [0, 1, 2])
@pytest.mark.parametrize("how", ["delete", "prune"])
def test_what_several_batches_asked_stays_until_the_last_of_them_goes(
    api: Api, settings: Any, how: str, first_to_go: int
) -> None:
    settings.CELESTIAL_PUBLIC_URL = "https://nexus.example"
    batches = []
    for _ in range(3):
        batches.append(post(api, days(2))["id"])
        finish(batches[-1])
    kept = [result["prediction"] for result in results(api, batches[0])]
    pages = [prediction["reading_url"].removeprefix("https://nexus.example") for prediction in kept]
    leaving = [*batches[first_to_go:], *batches[:first_to_go]]
    for number, batch_id in enumerate(leaving):
        assert [api.get(f"predictions/{prediction['id']}").json() for prediction in kept] == kept, number
        assert [api.client.get(page).status_code for page in pages] == [200, 200]
        if how == "delete":
            assert api.delete(f"batches/{batch_id}").status_code == 204
        else:
            expire(batch_id)
    assert not Prediction.objects.exists()
    if how == "delete":
        assert [api.client.get(page).status_code for page in pages] == [410, 410]


@pytest.mark.parametrize("singly", [0, 1, 2])
@pytest.mark.parametrize("how", ["delete", "prune"])
def test_what_was_also_asked_singly_outlives_every_batch(api: Api, how: str, singly: int) -> None:
    """Before both batches, between them or after them."""
    batches = []
    for number in range(3):
        if number == singly:
            single = api.post("predictions", days(1)[0]).json()["id"]
        else:
            batches.append(post(api, days(2))["id"])
            finish(batches[-1])
    for batch_id in batches:
        if how == "delete":
            api.delete(f"batches/{batch_id}")
        else:
            expire(batch_id)
    assert [row.public_id for row in Prediction.objects.all()] == [single]


def test_the_batch_of_another_key_does_not_exist(api: Api, other_api: Api) -> None:
    batch_id = post(api, days(1))["id"]
    for response in (
        other_api.get(f"batches/{batch_id}"),
        other_api.get(f"batches/{batch_id}/results"),
        other_api.post(f"batches/{batch_id}/cancel", {}),
        other_api.delete(f"batches/{batch_id}"),
        api.get("batches/ba_x"),
        api.get("batches/%00"),
    ):
        problem(response, 404, "not_found")
    assert other_api.get("batches").json()["data"] == []
    assert Batch.objects.get().status == "queued"


def test_batches_are_listed_newest_first_by_cursor(api: Api) -> None:
    made = [post(api, days(1))["id"] for _ in range(5)]
    first = api.get("batches?limit=2").json()
    rest = api.get(f"batches?limit=200&cursor={first['next_cursor']}").json()
    assert [batch["id"] for batch in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "code", "pointer"),
    [
        ("limit=0", "out_of_range", "/limit"),
        ("limit=201", "out_of_range", "/limit"),
        ("limit=99999", "out_of_range", "/limit"),
        ("limit=-1", "out_of_range", "/limit"),
        ("limit=x", "wrong_type", "/limit"),
        ("limit=1.0", "wrong_type", "/limit"),
        ("limit=", "wrong_type", "/limit"),
        ("limit=٣", "wrong_type", "/limit"),
        ("cursor=", "invalid_cursor", "/cursor"),
        ("cursor=Mg:1:x", "invalid_cursor", "/cursor"),
    ],
)
def test_a_page_that_cannot_be_is_refused(api: Api, query: str, code: str, pointer: str) -> None:
    batch_id = post(api, days(1))["id"]
    for path in ("batches", f"batches/{batch_id}/results"):
        assert problem(api.get(f"{path}?{query}"), 422, code)["errors"][0]["pointer"] == pointer


def test_a_cursor_is_good_for_its_own_list_alone(api: Api, other_api: Api) -> None:
    ids = [post(api, days(3))["id"] for _ in range(2)]
    for batch_id in ids:
        finish(batch_id)
    cursor = api.get(f"batches/{ids[0]}/results?limit=1").json()["next_cursor"]
    listing = api.get("batches?limit=1").json()["next_cursor"]
    problem(api.get(f"batches/{ids[1]}/results?cursor={cursor}"), 422, "invalid_cursor")
    problem(api.get(f"batches?cursor={cursor}"), 422, "invalid_cursor")
    problem(other_api.get(f"batches?cursor={listing}"), 422, "invalid_cursor")


def test_a_revoked_key_gets_nothing_computed_any_more(api: Api) -> None:
    post(api, days(2))
    api.key.revoke(timezone.now())
    batch = Batch.objects.get()
    assert tasks.run_batch(batch.pk) == 0
    batch.refresh_from_db()
    assert (batch.status, batch.done, batch.chunks.count()) == ("cancelled", 0, 0)


def test_an_old_batch_is_pruned_with_its_predictions(api: Api) -> None:
    old, young = (post(api, [calendar_of(year=year)])["id"] for year in (1950, 1960))
    for batch_id in (old, young):
        finish(batch_id)
    Batch.objects.filter(public_id=old).update(created_at=timezone.now() - KEPT - timedelta(seconds=1))
    assert Batch.prune(timezone.now()) == 1
    problem(api.get(f"batches/{old}"), 404, "not_found")
    assert len(results(api, young)) == 1
    assert Prediction.objects.count() == 1


def test_neither_input_nor_results_are_readable_in_the_database(api: Api) -> None:
    from django.db import connection

    born = {"birth": {"calendar": "solar", "year": 1987, "month": 6, "day": 5}}
    batch_id = post(api, [{"system": "bazi", "input": born}])["id"]

    def stored() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT requests, packed_results FROM predictions_batchchunk")
            return str(cursor.fetchall())

    waiting = stored()
    finish(batch_id)
    assert BatchChunk.objects.get().requests == ""
    for text in (waiting, stored()):
        assert "1987" not in text
        assert "birth" not in text
        assert "gcm1:" in text


def test_items_have_the_reading_page_of_a_single_call_and_lose_it_with_the_batch(
    api: Api, settings: Any
) -> None:
    settings.CELESTIAL_PUBLIC_URL = "https://nexus.example"
    known = api.post("predictions", days(1)[0]).json()
    Prediction.objects.update(created_at=timezone.now() - timedelta(days=3, hours=1))
    batch_id = post(api, days(3))["id"]
    finish(batch_id)
    found = [result["prediction"] for result in results(api, batch_id)]
    singles = [api.get(f"predictions/{prediction['id']}").json() for prediction in found]
    assert found == singles
    assert known["id"] == found[0]["id"]
    pages = [prediction["reading_url"].removeprefix("https://nexus.example") for prediction in found]
    assert [api.client.get(page).status_code for page in pages] == [200, 200, 200]
    api.delete(f"batches/{batch_id}")
    assert [api.client.get(page).status_code for page in pages] == [200, 410, 410]
