"""The documentation page: complete, self-contained, without anything that the strict policy forbids."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from predictions.api.openapi import document
from tests.predictions.api.conftest import problem

pytestmark = pytest.mark.django_db


def _page(client: Client) -> str:
    response = client.get("/api/docs/")
    assert response.status_code == 200
    assert response["Content-Security-Policy"].startswith("default-src 'self'")
    return response.content.decode()


def test_every_operation_is_listed_with_its_call(client: Client) -> None:
    page = _page(client)
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in page
            assert operation["summary"] in page
    assert page.count("curl ") > len(document()["paths"])


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(client: Client) -> None:
    page = _page(client)
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:|<iframe|<img", page)
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', page) == ["/static/predictions/docs.css"]
    assert Path(str(finders.find("predictions/docs.css"))).is_file()


def test_the_calls_name_the_public_address(client: Client, settings: Any) -> None:
    settings.CELESTIAL_PUBLIC_URL = "https://nexus.example"
    page = _page(client)
    assert "https://nexus.example/api/v1/systems" in page
    assert "127.0.0.1" not in page


def test_the_page_is_not_sent_twice(client: Client) -> None:
    tag = client.get("/api/docs/")["ETag"]
    response = client.get("/api/docs/", headers={"If-None-Match": tag})
    assert (response.status_code, response.content) == (304, b"")


def test_head_has_the_length_of_the_page(client: Client) -> None:
    head = client.head("/api/docs/")
    assert int(head["Content-Length"]) == len(client.get("/api/docs/").content)


def test_the_page_needs_no_query(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        _page(client)


def test_another_method_is_a_problem(client: Client) -> None:
    response = client.put("/api/docs/")
    problem(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/api/docs/").status_code == 204
    assert Client(enforce_csrf_checks=True).post("/api/docs/").status_code == 405
