"""/api/docs/: one page rendered from the OpenAPI document, without scripts, so the strict policy holds."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from predictions import registry
from predictions.api import metrics
from predictions.api.caching import MINUTES, cache_headers, entity_tag, is_current
from predictions.api.openapi import SERVER, TAGS, document
from predictions.api.problems import TITLES, method_not_allowed, respond
from predictions.types import Json


@csrf_exempt
def page(request: HttpRequest) -> HttpResponse:
    response = _answer(request)
    metrics.observe("api-docs", request.method, response.status_code, 0)
    return response


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        headers = {"Allow": "GET, HEAD, OPTIONS"}
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers=headers)
        return respond(request, method_not_allowed(headers))
    tag = entity_tag("docs", _server(), getattr(request, "LANGUAGE_CODE", ""))
    headers = cache_headers(tag, MINUTES)
    if is_current(request, tag):
        return HttpResponseNotModified(headers=headers)
    # Rendered without the request: nothing on this page depends on who reads it.
    html = render_to_string("predictions/api_docs.html", _context()).encode()
    headers["Content-Length"] = str(len(html))
    return HttpResponse(b"" if request.method == "HEAD" else html, headers=headers)


def _context() -> Json:
    groups: dict[str, Json] = {name: {"title": title, "operations": []} for name, title in TAGS}
    for path, operations in document()["paths"].items():
        for method, described in operations.items():
            groups[described["tags"][0]]["operations"].append(_operation(method, path, described))
    return {
        "groups": groups.values(),
        "systems": registry.all_systems(),
        "codes": TITLES.items(),
        "server": _server(),
    }


def _server() -> str:
    """Where this installation is reached: examples are there to be pasted."""
    return settings.CELESTIAL_PUBLIC_URL or f"http://127.0.0.1:{settings.API_PORT}"


def _operation(method: str, path: str, described: Json) -> Json:
    sample: str = described["x-codeSamples"][0]["source"]
    return {
        "id": described["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": described["summary"],
        "keyed": any(described.get("security", [])),
        "parameters": described.get("parameters", []),
        "curl": sample.replace(SERVER, _server()),
        "responses": [(code, response["description"]) for code, response in described["responses"].items()],
    }
