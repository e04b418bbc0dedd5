"""The callback's HTTP side: a request in, a response out, nothing else."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt

from wechat import metrics
from wechat.crypto import MAX_BODY, Cause, Rejected
from wechat.receive import Answered, Delivery, receive, verify, with_current_account
from wechat.refusals import record_refusal

log = logging.getLogger("wechat")
line_log = logging.getLogger("wechat.callback")

# One fixed short body each: an attacker learns nothing from a refusal.
_REFUSALS = {400: b"bad request", 403: b"forbidden", 404: b"not found", 413: b"too large"}


@csrf_exempt
def callback(request: HttpRequest, slug: str = "default") -> HttpResponse:
    """GET verifies the address, POST delivers a message."""
    if request.method not in ("GET", "POST"):
        return HttpResponseNotAllowed(["GET", "POST"])
    start = time.perf_counter()
    response = verification(request, slug) if request.method == "GET" else delivery(request, slug)
    metrics.seconds.labels(request.method).observe(time.perf_counter() - start)
    return response


def verification(request: HttpRequest, slug: str) -> HttpResponse:
    check = read(request, b"")
    try:
        echo = verify(slug, check)
    except Rejected as rejected:
        return refuse(request, slug, check, rejected)
    except DatabaseError:
        return unavailable(request)
    metrics.requests.labels("GET", "verified", "").inc()
    return HttpResponse(echo, content_type="text/plain; charset=utf-8")


def delivery(request: HttpRequest, slug: str) -> HttpResponse:
    incoming = None
    try:
        incoming = read(request, read_body(request))
        answered = with_current_account(slug, lambda account: receive(account, incoming))
    except Rejected as rejected:
        return refuse(request, slug, incoming or read(request, b""), rejected)
    except DatabaseError:
        # The one 5xx: nothing was stored, so WeChat shall try again.
        return unavailable(request)
    count(answered, incoming)
    write_line(slug, answered, incoming)
    kind = "text/xml" if answered.body.startswith(b"<") else "text/plain"
    # Without the length gunicorn would send the answer in chunks: three packets instead of one.
    headers = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(answered.body))}
    return HttpResponse(answered.body, headers=headers)


def read(request: HttpRequest, body: bytes) -> Delivery:
    request_id = getattr(request, "id", "")
    return Delivery(query=request.META.get("QUERY_STRING", ""), body=body, request_id=request_id)


def read_body(request: HttpRequest) -> bytes:
    """At most MAX_BODY bytes, whatever Content-Length says."""
    body = request.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise Rejected(Cause.TOO_LARGE, f"the body is longer than {MAX_BODY} bytes")
    return body


def count(answered: Answered, incoming: Delivery) -> None:
    metrics.requests.labels("POST", answered.outcome, answered.cause).inc()
    if answered.duplicate:
        metrics.duplicates.inc()
    if "bad_signature" in answered.marks:
        metrics.signature_failures.labels("lenient").inc()
    timestamp = dict(incoming.parameters).get("timestamp", "")
    if timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12:
        metrics.lateness.observe(max(0.0, incoming.at.timestamp() - int(timestamp)))


def write_line(slug: str, answered: Answered, incoming: Delivery) -> None:
    """One line in the log for each delivery, a repeated one too, with the ids of request and message.

    Refused requests have none: a stranger could fill the disk with them. They are counted, with samples for staff.
    """
    fields = {
        "account": slug,
        "outcome": answered.outcome,
        "cause": answered.cause,
        "duplicate": answered.duplicate,
        "marks": answered.marks,
        "steps": incoming.steps,
        "ms": round((time.perf_counter() - incoming.started) * 1000, 3),
    }
    line_log.info("callback", extra=fields)


def refuse(request: HttpRequest, slug: str, refused: Delivery, rejected: Rejected) -> HttpResponse:
    """Uniform outside, exact inside: counted by cause, a sample kept for staff."""
    metrics.requests.labels(request.method, "rejected", rejected.cause.value).inc()
    if rejected.cause == Cause.BAD_SIGNATURE:
        metrics.signature_failures.labels("strict").inc()
    record_refusal(slug, refused, rejected, request.method or "", request.META.get("REMOTE_ADDR") or "")
    body = _REFUSALS[rejected.status]
    return HttpResponse(body, status=rejected.status, content_type="text/plain; charset=utf-8")


def unavailable(request: HttpRequest) -> HttpResponse:
    """503 without a database. The broken connection is dropped so that the next try gets a new one."""
    log.exception("the message could not be stored", extra={"at": datetime.now(UTC).isoformat()})
    connection.close()
    metrics.requests.labels(request.method, "unavailable", "database").inc()
    response = HttpResponse(b"unavailable", status=503, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = "1"
    return response
