"""Every error as RFC 9457 application/problem+json, whether a view, Django or the engine raised it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core import exceptions as core
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import metrics
from predictions.types import FieldError, InvalidInput, Json, canonical_json

CONTENT_TYPE = "application/problem+json"
RETRYABLE = frozenset({429, 503})
DETAILS_TOLD = 3
_CHINESE = re.compile("[\u4e00-\u9fff]")
logger = logging.getLogger(__name__)

# code -> title; the documentation page lists them in this order
TITLES = {
    "invalid_json": gettext_lazy("The body is not acceptable JSON"),
    "bad_request": gettext_lazy("The request can't be understood"),
    "unauthenticated": gettext_lazy("An API key is needed"),
    "forbidden": gettext_lazy("The API key may not do this"),
    "not_found": gettext_lazy("There is nothing here"),
    "method_not_allowed": gettext_lazy("The method is not allowed here"),
    "not_acceptable": gettext_lazy("Only application/json can be answered"),
    "too_large": gettext_lazy("The body is too large"),
    "unsupported_media_type": gettext_lazy("Only application/json can be read"),
    "unknown_field": gettext_lazy("A member or parameter is not known"),
    "missing_field": gettext_lazy("A member is missing"),
    "conflicting_fields": gettext_lazy("Members exclude each other"),
    "wrong_type": gettext_lazy("A value has the wrong type"),
    "unknown_system": gettext_lazy("There is no such system"),
    "impossible_date": gettext_lazy("There is no such date"),
    "no_such_leap_month": gettext_lazy("That year has no such leap month"),
    "out_of_range": gettext_lazy("A value is out of range"),
    "unknown_place": gettext_lazy("The place is not known"),
    "invalid_character": gettext_lazy("A text holds impossible characters"),
    "invalid_context": gettext_lazy("The context can't be used"),
    "invalid_cursor": gettext_lazy("The cursor can't be used"),
    "idempotency_key_reused": gettext_lazy("The Idempotency-Key belongs to another request"),
    "refused_topic": gettext_lazy("This is not answered"),
    "rate_limited": gettext_lazy("Too many calls"),
    "internal_error": gettext_lazy("The server failed"),
    "unavailable": gettext_lazy("The server can't answer now"),
}


class Problem(Exception):
    """An error of the API: status, code and a sentence for a person, plus what is wrong where."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers = tuple(errors), dict(headers or {})
        super().__init__(f"{status} {code}: {detail}")

    @classmethod
    def of_errors(cls, status: int, errors: Sequence[FieldError]) -> Problem:
        """The code of the first error; the details of the first few, in the language of whoever reads them."""
        return cls(status, errors[0].code, "", errors=errors)

    def body(self, request_id: str) -> Json:
        errors = [_readable(error) for error in self.errors]
        return {
            # A code that a system brings along has no title of its own here.
            "title": str(TITLES.get(self.code, TITLES["bad_request"])),
            "type": f"{settings.CELESTIAL_PUBLIC_URL}/api/docs/#{self.code}",
            "status": self.status,
            "code": self.code,
            "detail": self.detail or " ".join(error.detail for error in errors[:DETAILS_TOLD]),
            "errors": [error.as_dict() for error in errors],
            "request_id": request_id,
            "retryable": self.status in RETRYABLE,
        }


def _readable(error: FieldError) -> FieldError:
    """The engine speaks Chinese; who reads English is told the same from code, pointer and suggestion."""
    if not (get_language() or "").startswith("en") or not _CHINESE.search(error.detail):
        return error
    title = TITLES.get(error.code, TITLES["bad_request"])
    where = f" ({error.pointer})" if error.pointer else ""
    return replace(error, detail=f"{title}{where}. {_suggested(error.suggestion)}".rstrip())


def _suggested(suggestion: Json | None) -> str:
    if not suggestion:
        return ""
    if choices := suggestion.get("choices"):
        return f"Choose one of: {', '.join(map(_written, choices))}."
    return f"Possible: {', '.join(f'{name} {_written(value)}' for name, value in suggestion.items())}."


def _written(value: object) -> str:
    return value if isinstance(value, str) else canonical_json(value)


def not_found() -> Problem:
    return Problem(404, "not_found", _("There is nothing at this address."))


def unavailable() -> Problem:
    return Problem(
        503, "unavailable", _("The database can't be reached; try again."), headers={"Retry-After": "2"}
    )


def internal_error() -> Problem:
    return Problem(500, "internal_error", _("An unexpected error was logged under this request_id."))


def method_not_allowed(headers: Mapping[str, str] | None = None) -> Problem:
    """`headers` hold Allow, where REST framework doesn't set it."""
    detail = _("See the Allow header for the methods of this address.")
    return Problem(405, "method_not_allowed", detail, headers=headers)


def _of_media_type(error: drf.UnsupportedMediaType) -> Problem:
    detail = _("Send the body as Content-Type: application/json in UTF-8.")
    return Problem(415, "unsupported_media_type", detail, headers={"Accept": "application/json"})


def _of_missing_key(error: drf.APIException) -> Problem:
    return Problem(401, "unauthenticated", _("Send an API key as Authorization: Bearer cel_…"))


def _of_bad_key(error: drf.APIException) -> Problem:
    return Problem(401, "unauthenticated", str(error.detail))


def _of_forbidden(error: drf.PermissionDenied) -> Problem:
    return Problem(403, "forbidden", str(error.detail))


# The first class that fits; anything else is our own fault.
_TRANSLATIONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Any], Problem]], ...] = (
    (Problem, lambda error: error),
    (InvalidInput, lambda error: Problem.of_errors(422, error.errors)),
    (drf.NotAuthenticated, _of_missing_key),
    (drf.AuthenticationFailed, _of_bad_key),
    (drf.PermissionDenied, _of_forbidden),
    ((Http404, drf.NotFound), lambda error: not_found()),
    (drf.MethodNotAllowed, lambda error: method_not_allowed()),
    (
        drf.NotAcceptable,
        lambda error: Problem(406, "not_acceptable", _("Send Accept: application/json or */*.")),
    ),
    (drf.UnsupportedMediaType, _of_media_type),
    (core.RequestDataTooBig, lambda error: Problem(413, "too_large", _("The body is too large."))),
    (
        (core.SuspiciousOperation, drf.ParseError, UnreadablePostError),
        lambda error: Problem(400, "bad_request", _("The request can't be read.")),
    ),
    ((OperationalError, InterfaceError), lambda error: unavailable()),
)


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """REST_FRAMEWORK's EXCEPTION_HANDLER."""
    request: Request = context["request"]
    problem = problem_of(error)
    if problem.status >= 500:
        logger.error("API call failed", exc_info=error)
    headers = dict(problem.headers)
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    language = getattr(context.get("view"), "error_language", None) or get_language()
    with translation.override(language):
        body = problem.body(_request_id(request))
    return Response(body, problem.status, headers=_uncached(headers), content_type=CONTENT_TYPE)


def problem_of(error: Exception) -> Problem:
    """What an exception is to the client."""
    for kind, translate in _TRANSLATIONS:
        if isinstance(error, kind):
            return translate(error)
    return internal_error()


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem outside REST framework's views."""
    body = canonical_json(problem.body(_request_id(request)))
    return HttpResponse(
        body, status=problem.status, headers=_uncached(problem.headers), content_type=CONTENT_TYPE
    )


@csrf_exempt
def api_not_found(request: HttpRequest) -> HttpResponse:
    """Any address under /api/ that no endpoint has, whatever the method."""
    metrics.observe("none", request.method, 404, 0)
    return respond(request, not_found())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    if _is_api(request):
        return api_not_found(request)
    return _plain("404 没有这个页面 · Page not found", 404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400."""
    if _is_api(request):
        return respond(request, Problem(400, "bad_request", _("The request can't be understood.")))
    return _plain("400 请求有误 · Bad request", 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: says nothing about what failed; the log has it under the request's id."""
    if _is_api(request):
        return respond(request, internal_error())
    return _plain(f"500 服务器出错 · Server error\n{_request_id(request)}", 500)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


def _is_api(request: HttpRequest) -> bool:
    return f"{request.path}/".startswith("/api/")


def _request_id(request: HttpRequest | Request) -> str:
    return str(getattr(request, "id", ""))


def _uncached(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Cache-Control": "no-store", **headers}
