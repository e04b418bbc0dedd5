"""The OpenAPI document: committed, valid, complete, true to the registry."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from predictions import registry
from predictions.api import openapi, urls
from tests.predictions.api.conftest import CALENDAR, Api

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.json"
DOCUMENTED = Path(settings.BASE_DIR) / "docs" / "api.md"
REMAKE = "run: manage.py spectacular --format openapi-json --file docs/openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    committed: dict[str, Any] = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return committed


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [described for path in document["paths"].values() for described in path.values()]


def test_the_committed_document_is_the_one_that_the_code_makes(document: dict[str, Any]) -> None:
    assert document == json.loads(json.dumps(openapi.document())), REMAKE


def test_the_document_is_valid_and_made_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    call_command("spectacular", "--validate", "--fail-on-warn", format="openapi-json", file=str(file))
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(COMMITTED.read_text(encoding="utf-8"))


@pytest.mark.django_db
def test_the_document_is_served_as_committed(client: Client, document: dict[str, Any]) -> None:
    assert client.get("/api/v1/openapi.json").json() == document
    assert document["openapi"] == "3.1.0"


def test_every_address_is_described(document: dict[str, Any]) -> None:
    described = {operation["operationId"] for operation in _operations(document)}
    views = [pattern for pattern in urls.urlpatterns if pattern.name != "api-docs"]
    assert len(document["paths"]) == len(views)
    assert len(described) == len(_operations(document))


def test_the_request_of_every_system_comes_from_the_registry(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    mapping = schemas["PredictionRequest"]["discriminator"]["mapping"]
    assert set(mapping) == {system.id for system in registry.all_systems()}
    for system in registry.all_systems():
        members = schemas[mapping[system.id].rpartition("/")[2]]["properties"]
        assert members["input"] == system.input_schema
        assert members["options"] == system.option_schema


def test_every_operation_names_its_errors(document: dict[str, Any]) -> None:
    for operation in _operations(document):
        codes = set(operation["responses"])
        assert {"400", "406", "500"} <= codes
        if any(operation.get("security", [])):
            assert {"401", "403", "429"} <= codes
        if "requestBody" in operation:
            assert {"413", "415", "422"} <= codes


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    names = re.findall(r"#/components/schemas/(\w+)", COMMITTED.read_text(encoding="utf-8"))
    assert set(names) == set(document["components"]["schemas"])


def test_the_handbook_shows_the_same_calls(document: dict[str, Any]) -> None:
    handbook = DOCUMENTED.read_text(encoding="utf-8")
    for operation in _operations(document):
        assert operation["x-codeSamples"][0]["source"] in handbook, operation["operationId"]


def test_every_body_has_examples_that_are_answered(api: Api, document: dict[str, Any]) -> None:
    shown = 0
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for name, example in _examples(operation).items():
                answer = api.post(path.removeprefix("/api/v1/"), example["value"])
                assert answer.status_code in (200, 202), (path, name, answer.content)
                shown += 1
    assert shown == len(registry.all_systems()) + 2


def _examples(operation: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {"content": {"application/json": {"examples": {}}}})
    found: dict[str, Any] = body["content"]["application/json"]["examples"]
    return found


def _validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    root = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return Draft202012Validator(root)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("systems", "SystemList"),
        ("systems/calendar", "System"),
        ("calendar/2026-02-04", "CalendarDay"),
        ("calendar/lunar/2033", "LunarYear"),
        ("calendar/terms/2026", "SolarTerms"),
        ("meta", "Meta"),
        ("nothing", "Problem"),
    ],
)
@pytest.mark.django_db
def test_an_answer_is_what_the_document_says(
    client: Client, document: dict[str, Any], path: str, name: str
) -> None:
    _validator(document, name).validate(client.get(f"/api/v1/{path}").json())


def test_a_prediction_is_what_the_document_says(api: Api, document: dict[str, Any]) -> None:
    _validator(document, "Prediction").validate(api.post("predictions", CALENDAR).json())
    _validator(document, "Problem").validate(api.post("predictions", {}).json())
    _validator(document, "AskResult").validate(api.post("ask", {"text": "2026年2月17日农历"}).json())
    _validator(document, "AskResult").validate(api.post("ask", {"text": "asdf"}).json())


def test_every_example_of_a_system_can_be_posted(api: Api, document: dict[str, Any]) -> None:
    validator = _validator(document, "PredictionRequest")
    for system in registry.all_systems():
        for example in system.examples:
            body = (
                {"system": system.id, **example}
                if "input" in example
                else {"system": system.id, "input": example}
            )
            validator.validate(body)
            assert api.post("predictions", body).status_code == 200, (system.id, example)
