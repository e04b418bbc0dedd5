"""What every request gets: an id, a count when it fails, and for pages a strict content security policy."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter

from celestial_site.logs import message_id, request_id

_ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)

# Counted here, where also an exception that nobody caught is a 500 already, whatever the process serves.
WECHAT_ERRORS = Counter("wechat_server_errors", "Answers of the callback with a status of 500 or more.")
API_ERRORS = Counter("api_server_errors", "Other answers with a status of 500 or more.")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """`request.id` from nginx's X-Request-ID or new, in every log line and in the response's header."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if _ACCEPTABLE.fullmatch(given) else secrets.token_hex(16)  # type: ignore[attr-defined]
        request_id.set(request.id)  # type: ignore[attr-defined]
        message_id.set("")
        response = self.get_response(request)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        if response.status_code >= 500 and request.path != "/readyz":
            (WECHAT_ERRORS if request.path.startswith("/wechat") else API_ERRORS).inc()
        return response


class ContentSecurityPolicyMiddleware:
    """Django 5.2 has no policy of its own; one constant suits every page, since none has inline code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response
