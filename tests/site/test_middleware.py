"""celestial_site.middleware: every answer has an id, every page a strict policy."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from celestial_site import logs
from celestial_site.middleware import ContentSecurityPolicyMiddleware, RequestIdMiddleware


def answer(**headers: str):
    seen: dict[str, str] = {}

    def view(request):
        seen.update(id=request.id, logged=logs.request_id.get(), message=logs.message_id.get())
        return HttpResponse()

    logs.message_id.set("of the request before")
    response = RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers))
    return response, seen


def test_a_request_gets_an_id_in_log_and_answer():
    response, seen = answer()
    assert re.fullmatch("[0-9a-f]{32}", seen["id"])
    assert response["X-Request-ID"] == seen["id"] == seen["logged"]


def test_nginx_s_id_is_kept():
    response, _seen = answer(x_request_id="0123abcd-4567")
    assert response["X-Request-ID"] == "0123abcd-4567"


@pytest.mark.parametrize(
    "given", ["short", "x" * 65, "with space in it", "line\nbreak-123", 'quote"1234567', ""]
)
def test_an_id_that_could_forge_log_lines_is_replaced(given):
    response, _seen = answer(x_request_id=given)
    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])


def test_the_message_of_the_request_before_is_forgotten():
    _response, seen = answer()
    assert seen["message"] == ""


def test_every_page_has_the_policy_and_may_tighten_it():
    middleware = ContentSecurityPolicyMiddleware(lambda request: HttpResponse())
    policy = middleware(RequestFactory().get("/"))["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    kept = ContentSecurityPolicyMiddleware(lambda request: own)(RequestFactory().get("/"))
    assert kept["Content-Security-Policy"] == "default-src 'none'"
