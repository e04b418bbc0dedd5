"""Batches: up to 1,000 predictions computed in the background, fetched in order page by page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from celestial_site.publishing import publish_after_commit
from predictions import tasks
from predictions.api import batch_schema, cursors, queries
from predictions.api.authentication import key_of
from predictions.api.endpoint import Endpoint
from predictions.api.openapi import curl, operation, parameter
from predictions.api.parsers import BatchJSONParser
from predictions.api.problems import Problem, not_found
from predictions.models import Batch
from predictions.models.batch import KEPT, OPEN_BATCHES, KeyReused, TooManyBatches
from predictions.types import Json

POLL_SECONDS = "2"
_DEFAULT: int = batch_schema.LIMIT_PARAMETER["default"]
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_ID = parameter("batch_id", "path", {"type": "string"}, batch_schema.ID_EXAMPLE)
_CURSOR = parameter("cursor", "query", {"type": "string"}, "Mw:1vabcd:…", required=False)
_LIMIT = parameter("limit", "query", batch_schema.LIMIT_PARAMETER, 50, required=False)
_HEADER = parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "2026-11-24-families",
    required=False,
)
_ITEM = {
    "system": "calendar",
    "input": {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}},
}


class Batches(Endpoint):
    scope = "batch"
    parser_classes = [BatchJSONParser]

    def check_query(self, request: Request) -> None:
        self.parameters = ("cursor", "limit") if request.method in ("GET", "HEAD") else ()
        super().check_query(request)

    @operation(
        "createBatch",
        "成批排盘 · Compute up to 1,000 charts in the background",
        "Batch",
        tag="batches",
        curl=curl(
            "batches", {"items": [_ITEM]}, key=True, headers={"Idempotency-Key": "2026-11-24-families"}
        ),
        body="BatchRequest",
        parameters=[_HEADER],
        status=202,
    )
    def post(self, request: Request) -> Response:
        """Scope batch. Each item is a prediction request; what is wrong with one is told by its result. The
        same Idempotency-Key with the same body gives the same batch for 24 hours."""
        given = _idempotency_key(request)
        body = self.valid_body(request, batch_schema.BATCH_REQUEST)
        try:
            batch, new = Batch.submit(
                key_of(request),
                body["items"],
                timezone.now(),
                idempotency_key=given,
                language=get_language() or "",
                request_id=str(getattr(request, "id", "")),
            )
        except KeyReused as error:
            raise _reused() from error
        except TooManyBatches as error:
            raise _too_many() from error
        if new:
            publish_after_commit(tasks.run_batch, batch.pk)
        headers = {"Location": _address(batch), "Retry-After": POLL_SECONDS}
        headers |= {} if new else {"Idempotent-Replayed": "true"}
        return Response(_shown(batch), status=202, headers=headers)

    @operation(
        "listBatches",
        "这个密钥的批次，新的在前 · The batches of this key, newest first",
        "BatchList",
        tag="batches",
        curl=curl("batches", key=True),
        parameters=[_CURSOR, _LIMIT],
        errors=(422,),
    )
    def get(self, request: Request) -> Response:
        """Scope batch. Until they expire after 7 days or are deleted."""
        key = key_of(request)
        salt = f"predictions.batches.{key.public_id}"
        before, size = _asked_page(request, salt)
        batches = Batch.objects.filter(key=key).order_by("-pk")
        found = list((batches.filter(pk__lt=before) if before else batches)[: size + 1])
        more = cursors.sealed(found[size - 1].pk, salt=salt) if len(found) > size else None
        return cursors.page(request, [_shown(batch) for batch in found[:size]], more, size)


class OneBatch(Endpoint):
    scope = "batch"

    @operation(
        "getBatch",
        "进度 · How far it is",
        "Batch",
        tag="batches",
        curl=curl(f"batches/{batch_schema.ID_EXAMPLE}", key=True),
        parameters=[_ID],
        errors=(404,),
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """Scope batch. `done` counts the items that have a result, `failed` those whose result is a problem."""
        batch = _own_batch(request, batch_id)
        return Response(_shown(batch), headers={} if batch.over else {"Retry-After": POLL_SECONDS})

    @operation(
        "deleteBatch",
        "删除输入和结果 · Delete input and results",
        None,
        tag="batches",
        curl=curl(f"batches/{batch_schema.ID_EXAMPLE}", key=True, method="DELETE"),
        parameters=[_ID],
        errors=(404,),
    )
    def delete(self, request: Request, batch_id: str) -> Response:
        """Scope batch. Ends it when it runs; nothing of it remains."""
        _own_batch(request, batch_id).withdraw(timezone.now())
        return Response(status=204)


class CancelBatch(Endpoint):
    scope = "batch"

    @operation(
        "cancelBatch",
        "停止 · Compute no more of it",
        "Batch",
        tag="batches",
        curl=curl(f"batches/{batch_schema.ID_EXAMPLE}/cancel", key=True, method="POST"),
        parameters=[_ID],
        errors=(404,),
    )
    def post(self, request: Request, batch_id: str) -> Response:
        """Scope batch. What was computed can still be fetched; the input of the rest is deleted. Once more,
        or when it is finished, changes nothing."""
        batch = _own_batch(request, batch_id)
        batch.cancel(timezone.now())
        return Response(_shown(batch))


class BatchResults(Endpoint):
    scope = "batch"
    parameters = ("cursor", "limit")

    @operation(
        "getBatchResults",
        "结果，按提交的次序 · The results in the order of the items",
        "BatchResults",
        tag="batches",
        curl=curl(f"batches/{batch_schema.ID_EXAMPLE}/results?limit=100", key=True),
        parameters=[_ID, _CURSOR, _LIMIT],
        errors=(404, 422),
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """Scope batch. Also while it runs: a page ends where the next item has no result yet, and its
        next_cursor goes on from there. null: there is nothing more."""
        batch = _own_batch(request, batch_id)
        salt = f"predictions.batch.{batch.public_id}"
        first, size = _asked_page(request, salt)
        data = batch.results(first, size)
        position = data[-1]["index"] + 1 if data else first
        more = cursors.sealed(position, salt=salt) if batch.has_more(position) else None
        response = cursors.page(request, data, more, size)
        if more and len(data) < size:
            response["Retry-After"] = POLL_SECONDS
        return response


def _asked_page(request: Request, salt: str) -> tuple[int, int]:
    """Where the page begins (0 without a cursor) and how long it may be."""
    query = queries.Query(request)
    position = query.read("cursor", cursors.reader(salt), 0)
    size = query.read("limit", cursors.limit, _DEFAULT)
    query.finish()
    return position or 0, size or _DEFAULT


def _idempotency_key(request: Request) -> str | None:
    given = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if given is None or _IDEMPOTENCY_KEY.fullmatch(given):
        return given
    raise Problem(400, "bad_request", _("Idempotency-Key must be 1 to 255 printable ASCII characters."))


def _reused() -> Problem:
    detail = _("This Idempotency-Key was used with another body in the last 24 hours; take a new one.")
    return Problem(422, "idempotency_key_reused", detail)


def _too_many() -> Problem:
    detail = _("This key has %(most)d batches that are not finished; wait for one or cancel it.")
    return Problem(429, "rate_limited", detail % {"most": OPEN_BATCHES}, headers={"Retry-After": "10"})


def _own_batch(request: Request, batch_id: str) -> Batch:
    batch = Batch.find(key_of(request), batch_id)
    if batch is None:
        raise not_found()
    return batch


def _address(batch: Batch) -> str:
    return f"/api/v1/batches/{batch.public_id}"


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _shown(batch: Batch) -> Json:
    return {
        "id": batch.public_id,
        "status": batch.status,
        "total": batch.total,
        "done": batch.done,
        "failed": batch.failed,
        "progress": round(batch.done / batch.total, 4),
        "created": _instant(batch.created_at),
        "started": _instant(batch.started_at),
        "finished": _instant(batch.finished_at),
        "expires": _instant(batch.created_at + KEPT),
        "results_url": f"{_address(batch)}/results",
    }
