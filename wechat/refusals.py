"""Keeping what was refused: a count per minute and cause, and samples, in a bounded amount of space."""

from __future__ import annotations

import logging

from django.db import DatabaseError

from wechat.crypto import Cause, Rejected
from wechat.models import OfficialAccount, RejectionMinute, RejectionSample
from wechat.models.rejection import SAMPLES_PER_MINUTE
from wechat.receive import Delivery

log = logging.getLogger("wechat")


def record_refusal(slug: str, refused: Delivery, rejected: Rejected, method: str, address: str) -> None:
    """Count one refusal and keep a sample. A database that is down costs the count, never the refusal."""
    if rejected.cause == Cause.UNKNOWN_ACCOUNT:
        # No account to show it under, and the slugs that strangers try are endless: the metric counts them.
        return
    try:
        _record(slug, refused, rejected, method, address)
    except DatabaseError:
        log.exception("a refusal could not be counted", extra={"cause": rejected.cause.value})


def _record(slug: str, refused: Delivery, rejected: Rejected, method: str, address: str) -> None:
    account_id = OfficialAccount.objects.filter(slug=slug).values_list("id", flat=True).first()
    if account_id is None:
        return
    in_this_minute = RejectionMinute.add(account_id, rejected.cause.value, refused.at)
    if in_this_minute > SAMPLES_PER_MINUTE:
        return
    RejectionSample(
        account_id=account_id,
        at=refused.at,
        cause=rejected.cause.value,
        code=rejected.code,
        status=rejected.status,
        detail=rejected.detail,
        address=address[:64],
        method=method,
        query=refused.query,
        body=refused.body,
        request_id=refused.request_id,
    ).save_in_ring()
