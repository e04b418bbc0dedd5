"""Entity tags known before anything is computed: a table depends on the question and the versions alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import HttpRequest
from django.utils.http import parse_etags
from rest_framework.request import Request
from rest_framework.response import Response

from celestial_site import __version__
from predictions import registry
from predictions.engine import ENGINE_VERSION
from predictions.types import Json, canonical_json

DAY = 86400
MINUTES = 300


def entity_tag(*question: str) -> str:
    """A strong tag for the answer to `question` by these versions of engine, systems and project."""
    versions = [[system.id, system.version] for system in registry.all_systems()]
    known = canonical_json([__version__, ENGINE_VERSION, versions, question])
    return f'"{hashlib.sha256(known.encode()).hexdigest()[:16]}"'


def is_current(request: HttpRequest | Request, tag: str) -> bool:
    """Whether the client's If-None-Match already holds the answer with this tag."""
    held = [given.removeprefix("W/") for given in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))]
    return "*" in held or tag in held


def cache_headers(tag: str, max_age: int) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": f"public, max-age={max_age}"}


def cached(
    request: Request, question: tuple[str, ...], compute: Callable[[], Json], max_age: int = DAY
) -> Response:
    """304 when the client has the answer, else the answer with its tag. `question` must be valid by now."""
    tag = entity_tag(*question)
    headers = cache_headers(tag, max_age)
    if is_current(request, tag):
        return Response(status=304, headers=headers)
    return Response(compute(), headers=headers)
