"""GET /places: where a name lies."""

from __future__ import annotations

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions import places
from predictions.api import queries
from predictions.api.endpoint import Endpoint
from predictions.api.openapi import curl, operation, parameter
from predictions.types import FieldError, InvalidInput

SHOWN = 10
CHARACTERS = 60


class Places(Endpoint):
    parameters = ("q",)

    @operation(
        "findPlaces",
        "查地名 · Find a place by its name",
        "PlaceList",
        tag="predictions",
        curl=curl("places?q=%E6%9D%AD%E5%B7%9E", key=True),
        parameters=[
            parameter("q", "query", {"type": "string", "minLength": 1, "maxLength": CHARACTERS}, "杭州")
        ],
        errors=(422,),
    )
    def get(self, request: Request) -> Response:
        """Scope predict. Places of that name first (`exact` true), then those that begin with, contain or
        resemble it; at most 10."""
        query = queries.Query(request)
        name = query.read("q", _name) or ""
        query.finish()
        exact = places.find_places(name)
        found = list(dict.fromkeys([*exact, *places.suggest(name, SHOWN)]))[:SHOWN]
        return Response(
            {"query": name, "places": [place.as_dict() | {"exact": place in exact} for place in found]}
        )


def _name(parameter_name: str, text: str) -> str:
    if 0 < len(text.strip()) <= CHARACTERS:
        return text.strip()
    detail = _("Write a name of 1 to %(most)d characters.") % {"most": CHARACTERS}
    raise InvalidInput([FieldError(f"/{parameter_name}", "out_of_range", detail)])
