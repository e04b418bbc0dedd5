"""The console's pages of keys and predictions, for every role."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from predictions import engine
from predictions.models import ApiKey, ApiUsage, Batch, KeyRefused, Prediction

KEYS, PREDICTIONS = "/admin/predictions/apikey/", "/admin/predictions/prediction/"
BATCHES = "/admin/predictions/batch/"
FORM = {"name": "made here", "scopes": ["predict"], "expires_at_0": "", "expires_at_1": ""}


@pytest.fixture
def key(db: None) -> ApiKey:
    return ApiKey.issue("app")[0]


@pytest.fixture
def prediction(key: ApiKey) -> Prediction:
    born = {"date": {"calendar": "solar", "year": 1987, "month": 6, "day": 5}}
    Prediction.remember(key, engine.compute("calendar", born), "zh-Hans")
    return Prediction.objects.get()


@pytest.fixture
def clients(
    owner_client: Client, operator_client: Client, viewer_client: Client, stranger_client: Client
) -> dict[str, Client]:
    return {
        "owner": owner_client,
        "operator": operator_client,
        "viewer": viewer_client,
        "stranger": stranger_client,
        "nobody": Client(),
    }


ROLES = ("owner", "operator", "viewer", "stranger", "nobody")


@pytest.mark.parametrize("role", ROLES)
def test_only_an_owner_makes_a_key(clients: dict[str, Client], role: str) -> None:
    response = clients[role].post(f"{KEYS}add/", FORM)
    assert ApiKey.objects.count() == (role == "owner")
    assert response.status_code == {"owner": 200, "nobody": 302}.get(role, 403)


@pytest.mark.parametrize("role", ROLES)
def test_only_an_owner_revokes_a_key(clients: dict[str, Client], role: str, key: ApiKey) -> None:
    clients[role].post(KEYS, {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert (key.revoked_at is not None) is (role == "owner")


@pytest.mark.parametrize("role", ROLES)
def test_keys_and_predictions_are_seen_by_staff_with_a_role(
    clients: dict[str, Client], role: str, prediction: Prediction
) -> None:
    expected = {"stranger": 403, "nobody": 302}.get(role, 200)
    for path in (
        KEYS,
        f"{KEYS}{prediction.key_id}/change/",
        PREDICTIONS,
        f"{PREDICTIONS}{prediction.pk}/change/",
    ):
        assert clients[role].get(path).status_code == expected, path


@pytest.mark.parametrize("role", ROLES)
def test_nobody_deletes_a_key_or_touches_a_prediction(
    clients: dict[str, Client], role: str, prediction: Prediction
) -> None:
    client = clients[role]
    for path in (
        f"{KEYS}{prediction.key_id}/delete/",
        f"{PREDICTIONS}add/",
        f"{PREDICTIONS}{prediction.pk}/delete/",
        f"{PREDICTIONS}{prediction.pk}/change/",
    ):
        assert client.post(path, {"post": "yes", "system": "x"}).status_code in (302, 403)
    assert Prediction.objects.get().system == "calendar"


def test_a_new_key_is_shown_once_and_works(owner_client: Client) -> None:
    response = owner_client.post(f"{KEYS}add/", FORM)
    page = response.content.decode()
    text = re.findall(r"cel_live_[0-9A-Za-z]{46}", page)[0]
    key = ApiKey.admit(text, timezone.now())
    assert (key.name, key.scopes, key.created_by) == ("made here", ["predict"], key.created_by)
    assert key.created_by is not None
    assert "no-store" in response["Cache-Control"]
    assert not any("cel_live" in cookie.value for cookie in response.cookies.values())
    for path in (KEYS, f"{KEYS}{key.pk}/change/", f"{KEYS}{key.pk}/history/"):
        assert text not in owner_client.get(path).content.decode()


@pytest.mark.parametrize("change", [{"name": ""}, {"scopes": []}, {"scopes": ["root"]}])
def test_a_key_that_cannot_be_is_not_made(owner_client: Client, change: dict[str, Any]) -> None:
    assert owner_client.post(f"{KEYS}add/", FORM | change).status_code == 200
    assert not ApiKey.objects.exists()


def test_the_scope_of_a_key_stays_as_it_was_made(owner_client: Client, key: ApiKey) -> None:
    owner_client.post(f"{KEYS}{key.pk}/change/", {"name": "renamed", "scopes": ["ask"]})
    key.refresh_from_db()
    assert (key.name, key.scopes) == ("renamed", ["predict", "ask", "batch"])


def test_a_revoked_key_is_shown_as_such_and_logged(owner_client: Client, db: None) -> None:
    key, text = ApiKey.issue("app")
    page = owner_client.post(KEYS, {"action": "revoke", "_selected_action": [key.pk]}, follow=True)
    assert page.status_code == 200
    with pytest.raises(KeyRefused):
        ApiKey.admit(text, timezone.now())
    assert LogEntry.objects.filter(object_id=str(key.pk), change_message="revoked").count() == 1


@pytest.mark.parametrize("role", ["owner", "operator", "viewer"])
def test_birth_data_is_masked_without_the_permission_and_a_look_at_it_is_logged(
    clients: dict[str, Client], role: str, prediction: Prediction
) -> None:
    page = clients[role].get(f"{PREDICTIONS}{prediction.pk}/change/").content.decode()
    seen = role == "owner"
    assert ("1987" in page) is seen
    assert ("••••••" in page) is not seen
    assert LogEntry.objects.filter(change_message="viewed birth data").count() == seen


def test_the_list_of_predictions_shows_no_birth_data(owner_client: Client, prediction: Prediction) -> None:
    page = owner_client.get(PREDICTIONS).content.decode()
    assert prediction.public_id in page
    assert "1987" not in page


def test_the_pages_are_in_chinese_by_default(owner_client: Client, key: ApiKey) -> None:
    page = owner_client.get(f"{KEYS}{key.pk}/change/").content.decode()
    assert "API 密钥" in page
    assert "吊销" in owner_client.get(KEYS).content.decode()


@pytest.fixture
def batch(key: ApiKey) -> Batch:
    born = {"birth": {"calendar": "solar", "year": 1987, "month": 6, "day": 5}}
    return Batch.submit(key, [{"system": "bazi", "input": born}], timezone.now(), request_id="r-1")[0]


@pytest.mark.parametrize("role", ROLES)
def test_batches_are_seen_by_staff_with_a_role_and_touched_by_nobody(
    clients: dict[str, Client], role: str, batch: Batch
) -> None:
    client, seen = clients[role], {"stranger": 403, "nobody": 302}.get(role, 200)
    for path in (BATCHES, f"{BATCHES}{batch.pk}/change/"):
        assert client.get(path).status_code == seen, path
    for path in (f"{BATCHES}add/", f"{BATCHES}{batch.pk}/delete/", f"{BATCHES}{batch.pk}/change/"):
        assert client.post(path, {"post": "yes", "status": "cancelled"}).status_code in (302, 403)
    assert Batch.objects.get().status == "queued"


def test_the_pages_of_a_batch_show_how_far_it_is_and_no_birth_data(
    owner_client: Client, batch: Batch
) -> None:
    for path in (BATCHES, f"{BATCHES}{batch.pk}/change/"):
        page = owner_client.get(path).content.decode()
        assert batch.public_id in page
        assert "排队中" in page
        assert "1987" not in page
        assert "birth" not in page
    assert batch.public_id in owner_client.get(f"{BATCHES}?q=r-1").content.decode()


@pytest.mark.parametrize("role", ["owner", "operator", "viewer"])
def test_the_page_of_a_key_shows_what_it_used(clients: dict[str, Client], role: str, key: ApiKey) -> None:
    path = f"{KEYS}{key.pk}/change/"
    assert "最近 30 天没有调用" in clients[role].get(path).content.decode()
    today = timezone.localdate()
    ApiUsage.add(key.pk, today, "predictions", 200, system="bazi", count=41)
    ApiUsage.add(key.pk, today, "predictions", 422, count=2)
    page = clients[role].get(path).content.decode()
    assert f"<td>{today}</td><td>43</td>" in page
    assert '<meter min="0" max="43" value="43">' in page
    assert "bazi 41" in page
