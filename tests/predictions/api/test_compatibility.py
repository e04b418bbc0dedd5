"""v1 only grows: today's document against that of the last release, and the check against changes made on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from predictions.api import openapi
from tests.predictions.api.compatibility import breaking_changes

# The document as the last release served it. A release replaces it by docs/openapi.json; nothing else does.
RELEASED = Path(__file__).resolve().parents[2] / "fixtures" / "openapi-released.json"
EXPLAIN = (
    "This breaks clients of v1 (docs/api.md, stability). Add instead of changing, deprecate what goes (predictions/api/"
    "deprecation.py). Only what no release ever served may be changed: then bring that part of the fixture up to date."
)


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(RELEASED.read_text(encoding="utf-8"))
    return document


def test_nothing_breaks_clients_of_the_last_release(released: dict[str, Any]) -> None:
    now = json.loads(json.dumps(openapi.document()))
    assert not breaking_changes(released, now), EXPLAIN


def _schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def _without(holder: dict[str, Any], name: str) -> None:
    del holder[name]


CHANGES: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    (
        "DELETE /api/v1/batches/{batch_id} is gone",
        lambda d: d["paths"]["/api/v1/batches/{batch_id}"].pop("delete"),
    ),
    (
        "GET /api/v1/meta needs a key",
        lambda d: d["paths"]["/api/v1/meta"]["get"].update(security=[{"apiKey": []}]),
    ),
    ("POST /api/v1/ask body/mood is required", lambda d: _schema(d, "AskRequest")["required"].append("mood")),
    (
        "POST /api/v1/ask body/context is not accepted any more",
        lambda d: _without(_schema(d, "AskRequest")["properties"], "context"),
    ),
    (
        "POST /api/v1/ask body/context may not be null any more",
        lambda d: _schema(d, "AskRequest")["properties"]["context"].update(type="string"),
    ),
    (
        "POST /api/v1/ask body/text has a lower maxLength",
        lambda d: _schema(d, "AskRequest")["properties"]["text"].update(maxLength=10),
    ),
    (
        "POST /api/v1/batches body/items has a higher minItems",
        lambda d: _schema(d, "BatchRequest")["properties"]["items"].update(minItems=2),
    ),
    (
        "POST /api/v1/predictions body (BaziRequest) is not accepted any more",
        lambda d: d["components"]["schemas"]["PredictionRequest"]["oneOf"].remove(
            {"$ref": "#/components/schemas/BaziRequest"}
        ),
    ),
    (
        "POST /api/v1/predictions body (BaziRequest)/lang may not be en any more",
        lambda d: _schema(d, "BaziRequest")["properties"]["lang"]["enum"].remove("en"),
    ),
    (
        "POST /api/v1/predictions body (BaziRequest)/lang has another default",
        lambda d: _schema(d, "BaziRequest")["properties"]["lang"].update(default="en"),
    ),
    (
        "GET /api/v1/places requires near",
        lambda d: d["paths"]["/api/v1/places"]["get"]["parameters"].append(
            {"name": "near", "in": "query", "required": True, "schema": {}}
        ),
    ),
    (
        "GET /api/v1/batches takes no limit any more",
        lambda d: d["paths"]["/api/v1/batches"]["get"]["parameters"].pop(),
    ),
    (
        "POST /api/v1/predictions 200/text is gone",
        lambda d: _without(_schema(d, "Prediction")["properties"], "text"),
    ),
    (
        "POST /api/v1/predictions 200/text may be null now",
        lambda d: _schema(d, "Prediction")["properties"].update(text={"type": ["string", "null"]}),
    ),
    (
        "GET /api/v1/usage 200/days/*/calls may be missing",
        lambda d: _schema(d, "Usage")["properties"]["days"]["items"]["required"].remove("calls"),
    ),
    (
        "POST /api/v1/batches does not answer 202 any more",
        lambda d: d["paths"]["/api/v1/batches"]["post"]["responses"].pop("202"),
    ),
    ("POST /api/v1/ask 422/code is gone", lambda d: _without(_schema(d, "Problem")["properties"], "code")),
]


@pytest.mark.parametrize(("told", "change"), CHANGES, ids=[told for told, _change in CHANGES])
def test_a_breaking_change_is_found(
    released: dict[str, Any], told: str, change: Callable[[dict[str, Any]], object]
) -> None:
    changed = deepcopy(released)
    change(changed)
    assert told in breaking_changes(released, changed)


def test_what_is_only_added_breaks_nothing(released: dict[str, Any]) -> None:
    grown = deepcopy(released)
    grown["paths"]["/api/v1/new"] = deepcopy(grown["paths"]["/api/v1/meta"])
    _schema(grown, "AskRequest")["properties"]["mood"] = {"type": "string"}
    _schema(grown, "BaziRequest")["properties"]["lang"]["enum"].append("zh-Hant")
    _schema(grown, "Prediction")["properties"]["extra"] = {"type": "string"}
    _schema(grown, "Prediction")["required"].append("extra")
    _schema(grown, "AskRequest")["properties"]["text"]["maxLength"] = 4000
    grown["paths"]["/api/v1/meta"]["get"]["responses"]["409"] = {"description": "new"}
    optional = {"name": "near", "in": "query", "schema": {"type": "string"}}
    grown["paths"]["/api/v1/places"]["get"]["parameters"].append(optional)
    assert breaking_changes(released, grown) == []
