"""GET /places."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.predictions.api.conftest import Api, new_api, problem


def find(api: Api, name: str) -> list[dict[str, Any]]:
    response = api.get(f"places?q={quote(name)}")
    assert response.status_code == 200, response.content
    body = response.json()
    assert body["query"] == name.strip()
    places: list[dict[str, Any]] = body["places"]
    return places


def test_a_place_is_found_with_its_coordinates_and_zone(api: Api) -> None:
    first = find(api, "杭州")[0]
    assert (first["full_name"], first["tz"], first["exact"]) == ("浙江省杭州市", "Asia/Shanghai", True)
    assert 30 < first["latitude"] < 31
    assert 119 < first["longitude"] < 121


def test_a_city_abroad_has_its_own_zone(api: Api) -> None:
    assert find(api, "new york")[0]["tz"] == "America/New_York"


def test_places_of_the_same_name_come_together(api: Api) -> None:
    exact = [place for place in find(api, "朝阳") if place["exact"]]
    assert len(exact) >= 2


def test_the_beginning_of_a_name_finds_what_may_be_meant(api: Api) -> None:
    found = find(api, "乌鲁木")
    assert found[0]["name"] == "乌鲁木齐"
    assert found[0]["exact"] is False
    assert len(found) <= 10


def test_what_is_nowhere_is_an_empty_list(api: Api) -> None:
    assert find(api, "zzzzqqqq") == []


@pytest.mark.parametrize("query", ["", "?q=", "?q=%20", "?q=" + "x" * 61])
def test_a_name_is_needed(api: Api, query: str) -> None:
    response = api.get(f"places{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/q"


def test_an_unknown_parameter_is_refused(api: Api) -> None:
    problem(api.get("places?q=x&limit=5"), 400, "unknown_field")


def test_a_key_with_the_scope_is_needed(client: Client, db: None) -> None:
    problem(client.get("/api/v1/places?q=x"), 401, "unauthenticated")
    problem(new_api("asker", scopes=["ask"]).get("places?q=x"), 403, "forbidden")


def test_the_answer_is_not_kept_by_a_cache(api: Api) -> None:
    assert api.get("places?q=x")["Cache-Control"] == "no-store"
