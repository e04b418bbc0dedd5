"""What is deprecated works, and says so: in the headers of its answers and in the OpenAPI document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response

from predictions import registry
from predictions.api import urls
from predictions.api.deprecation import Deprecation, deprecated_member, of_body
from predictions.api.endpoint import Endpoint, PublicEndpoint
from predictions.api.openapi import curl, operation
from predictions.schemas import object_schema
from tests.predictions.api.conftest import CALENDAR, Api, problem

OLD = Deprecation(date(2026, 11, 24), date(2027, 11, 24))
OLDER = Deprecation(date(2026, 1, 1), date(2027, 1, 1))
HEADERS = {
    "Deprecation": "@1795478400",
    "Sunset": "Wed, 24 Nov 2027 00:00:00 GMT",
    "Link": '</api/docs/#stability>; rel="deprecation"',
}
BODY = object_schema(
    "x",
    {
        "new": {"type": "string"},
        "old": deprecated_member({"type": "string"}, OLD),
        "list": {
            "type": "array",
            "items": object_schema("y", {"older": deprecated_member({"type": "integer"}, OLDER)}),
        },
    },
)


class OldEndpoint(PublicEndpoint):
    @operation("getOld", "旧 · Old", "Meta", tag="service", curl=curl("old"), deprecated=OLD)
    def get(self, request: Request) -> Response:
        """An operation that goes."""
        return Response({})


class OldMember(Endpoint):
    scope = None

    @operation("postOld", "旧 · Old", "Meta", tag="service", curl=curl("old-member", {}), body="AskRequest")
    def post(self, request: Request) -> Response:
        """An operation with members that go."""
        return Response(self.valid_body(request, BODY))


urlpatterns = [
    path("api/v1/old", OldEndpoint.as_view(), name="api-old"),
    path("api/v1/old-member", OldMember.as_view(), name="api-old-member"),
]
ours = pytest.mark.urls("tests.predictions.api.test_deprecation")


def _told(response: Any) -> dict[str, str]:
    return {name: response[name] for name in HEADERS if response.has_header(name)}


@ours
@pytest.mark.django_db
def test_every_answer_of_a_deprecated_operation_says_until_when_it_lives() -> None:
    for response in (Client().get("/api/v1/old"), Client().head("/api/v1/old")):
        assert (response.status_code, _told(response)) == (200, HEADERS)
    refused = Client().get("/api/v1/old?x=1")
    problem(refused, 400, "unknown_field")
    assert _told(refused) == HEADERS


@ours
def test_a_deprecated_member_is_told_where_it_is_sent_and_only_there(api: Api) -> None:
    assert _told(api.post("old-member", {"old": "x"})) == HEADERS
    assert _told(api.post("old-member", {"new": "x"})) == {}


@ours
def test_the_openapi_document_marks_a_deprecated_operation() -> None:
    described = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    assert described["/api/v1/old"]["get"]["deprecated"] is True
    assert "deprecated" not in described["/api/v1/old-member"]["post"]


def test_of_several_deprecated_members_the_one_that_goes_first_is_told() -> None:
    assert of_body(BODY, {"old": "x", "list": [{}, {"older": 1}]}) == OLDER
    assert of_body(BODY, {"list": [{}]}) is None


@pytest.fixture
def calendar_with_an_old_option(monkeypatch: pytest.MonkeyPatch) -> None:
    system = registry.get("calendar")
    properties = system.option_schema["properties"]
    name = next(iter(properties))
    changed = properties | {name: deprecated_member(properties[name], OLD)}
    # In its place: the order of systems is that of menus and of the OpenAPI document.
    monkeypatch.setitem(
        registry._systems(),
        "calendar",
        replace(system, option_schema=system.option_schema | {"properties": changed}),
    )


@pytest.mark.usefixtures("calendar_with_an_old_option")
def test_a_deprecated_option_of_a_system_is_told(api: Api) -> None:
    name, member = next(iter(registry.get("calendar").option_schema["properties"].items()))
    assert _told(api.post("predictions", CALENDAR | {"options": {name: member["default"]}})) == HEADERS
    assert _told(api.post("predictions", CALENDAR)) == {}


def test_nothing_that_is_served_now_is_deprecated_without_a_date() -> None:
    assert [pattern.name for pattern in urls.urlpatterns if pattern.name.startswith("api-old")] == []
