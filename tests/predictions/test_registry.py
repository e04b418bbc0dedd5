"""The registry: what the API, the menus and OpenAPI read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from jsonschema import Draft202012Validator

from predictions import engine, registry
from predictions.registry import System
from predictions.types import InvalidInput

ROOT = Path(__file__).resolve().parents[2]


def test_every_system_of_the_registry_is_complete():
    for system in registry.all_systems():
        Draft202012Validator.check_schema(system.input_schema)
        Draft202012Validator.check_schema(system.option_schema)
        assert system.title
        assert system.title_en
        assert system.summary
        assert system.summary_en
        assert system.conformance
        assert system.range == {"from": 1900, "to": 2100}


def test_every_option_has_a_default_that_is_allowed():
    for system in registry.all_systems():
        for option in system.option_schema["properties"].values():
            assert option["default"] in option["enum"]
            assert option["title"]
            assert option["description"]


def test_every_example_is_answered():
    for system in registry.all_systems():
        for example in system.examples:
            assert engine.answer(system.id, example).text


def test_an_unknown_system_is_refused_with_the_nearest_id():
    with pytest.raises(InvalidInput) as refused:
        registry.get("bazy")
    error = refused.value.errors[0]
    assert (error.pointer, error.code, error.suggestion) == ("/system", "unknown_system", {"system": "bazi"})


def test_a_system_that_is_like_nothing_gets_the_list():
    with pytest.raises(InvalidInput) as refused:
        registry.get("taluopai")
    assert "calendar" in refused.value.errors[0].suggestion["choices"]


def test_a_system_id_that_is_no_string_is_a_wrong_type():
    with pytest.raises(InvalidInput) as refused:
        registry.get(7)
    assert refused.value.errors[0].code == "wrong_type"


def test_a_preset_names_only_systems_that_exist():
    assert registry.preset("历法民俗")[:2] == ("calendar", "almanac")
    assert set(registry.preset("历法民俗")) <= {system.id for system in registry.all_systems()}


def test_a_system_can_be_registered_and_taken_out_again():
    twin = replace(registry.get("calendar"), id="twin")
    registry.register(twin)
    try:
        assert registry.get("twin") is twin
        with pytest.raises(ValueError, match="already registered"):
            registry.register(twin)
    finally:
        registry.unregister("twin")
    with pytest.raises(InvalidInput):
        registry.get("twin")


def test_the_public_form_of_a_system_is_json_with_its_presets():
    shown = registry.get("bazi").as_dict()
    assert shown["needs_birth"] is True
    assert "命理" in shown["presets"]
    assert re.fullmatch(r"\d+", shown["version"])


@pytest.fixture
def smallest_system() -> Iterator[System]:
    """The code of docs/predictions.md, registered as it stands there."""
    page = (ROOT / "docs" / "predictions.md").read_text(encoding="utf-8")
    code = page.split("## 6. 加一个系统")[1].split("```python\n")[1].split("```")[0]
    module = ModuleType("year_name")
    exec(compile(code, "docs/predictions.md", "exec"), vars(module))
    registry.register(module.SYSTEM)
    yield module.SYSTEM
    registry.unregister(module.SYSTEM.id)


def test_the_smallest_system_of_the_documentation_works(smallest_system, client):
    answer = engine.answer("year_name", {"year": 2026})
    assert answer.text.startswith("2026年是丙午年。")
    assert smallest_system.id in {system.id for system in registry.all_systems()}
    with pytest.raises(InvalidInput) as refused:
        engine.answer("year_name", {"year": 2026.0})
    assert [error.pointer for error in refused.value.errors] == ["/input/year"]
    listed = client.get("/api/v1/systems/year_name")
    assert listed.json()["title"] == "年干支"


def test_a_substitute_keeps_the_order_of_the_menu():
    order = [system.id for system in registry.all_systems()]
    before = registry.substitute(replace(registry.get("almanac"), slow=True))
    assert [system.id for system in registry.all_systems()] == order
    assert registry.get("almanac").slow
    assert registry.substitute(before).slow
    assert not registry.get("almanac").slow
