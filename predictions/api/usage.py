"""GET /usage: what the calling key used."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from predictions.api import queries
from predictions.api.authentication import key_of
from predictions.api.endpoint import Endpoint
from predictions.api.openapi import curl, operation, parameter
from predictions.models import ApiUsage
from predictions.models.usage import KEPT, OUTCOMES, totals
from predictions.types import FieldError, Json

DAYS = 30
_DAY: Json = {"type": "string", "format": "date"}


class Usage(Endpoint):
    # Whatever a key may do, it may see what it did.
    scope = None
    parameters = ("from", "to")

    @operation(
        "getUsage",
        "这个密钥的用量 · What the calling key used",
        "Usage",
        tag="service",
        curl=curl("usage", key=True),
        parameters=[
            parameter("from", "query", _DAY, "2026-11-01", required=False),
            parameter("to", "query", _DAY, "2026-11-24", required=False),
        ],
        errors=(422,),
    )
    def get(self, request: Request) -> Response:
        """Any scope. By day (of Asia/Shanghai), system and endpoint; the last 30 days without `from`. Kept for
        400 days."""
        query = queries.Query(request)
        last = query.read("to", queries.day, timezone.localdate()) or timezone.localdate()
        first = query.read("from", queries.day, last - timedelta(days=DAYS - 1)) or last
        if error := _wrong_range(first, last):
            query.refuse(error)
        query.finish()
        rows = ApiUsage.between(key_of(request), first, last)
        days = totals(rows, "day")
        return Response(
            {
                "from": first.isoformat(),
                "to": last.isoformat(),
                "total": {name: sum(day[name] for day in days) for name in ("calls", *OUTCOMES)},
                "days": days,
                "systems": totals([row for row in rows if row.system], "system"),
                "endpoints": totals(rows, "endpoint"),
            }
        )


def _wrong_range(first: date, last: date) -> FieldError | None:
    if first > last:
        detail = _("from must not be later than to.")
        return FieldError("/from", "out_of_range", detail, {"from": last.isoformat()})
    if last - first > KEPT:
        detail = _("At most %(days)d days are kept and answered.") % {"days": KEPT.days}
        return FieldError("/from", "out_of_range", detail, {"from": (last - KEPT).isoformat()})
    return None
