"""Retention: messages for CELESTIAL_MESSAGE_DAYS, fingerprints for their account's window, counters for a month,

the API's batches for a week and its usage for thirteen months.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone

from predictions.models import ApiUsage, Batch, RevokedPages
from wechat import kept
from wechat.models import (
    DedupFingerprint,
    FollowerMinute,
    FollowerWindow,
    Message,
    OfficialAccount,
    OutboundMessage,
    RejectionMinute,
)

BATCH = 1000
COUNTERS = timedelta(days=30)
UNUSED = timedelta(days=7)  # far longer than anything that WeChat said of a follower holds
KEPT = timedelta(days=7)  # an answer that waits for the follower's next message


def delete_in_batches(rows: QuerySet[Model]) -> Iterator[int]:
    """Delete `rows` in short transactions, so that the callback never waits for long; yields each batch's size."""
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model._default_manager.filter(pk__in=keys).delete()
        yield len(keys)


def prune_expired() -> dict[str, int]:
    """Delete old messages, fingerprints past their window and old counters; rows deleted by table."""
    now = datetime.now(UTC)
    counts = {"messages": 0, "fingerprints": 0}
    if settings.CELESTIAL_MESSAGE_DAYS:
        counts["messages"] = sum(delete_in_batches(messages_older_than(settings.CELESTIAL_MESSAGE_DAYS)))
        kept_since = now - timedelta(days=settings.CELESTIAL_MESSAGE_DAYS)
        counts["outgoing"] = sum(delete_in_batches(OutboundMessage.objects.filter(created_at__lt=kept_since)))
    for account in OfficialAccount.objects.all():
        old = DedupFingerprint.objects.filter(
            account=account, last_seen__lt=now - timedelta(seconds=account.dedup_window)
        )
        counts["fingerprints"] += sum(delete_in_batches(old))
    counts["windows"] = sum(delete_in_batches(FollowerWindow.unused_since(now - UNUSED)))
    counts["kept"] = OutboundMessage.expire_kept(now - KEPT)
    kept.end_waiting()
    counts["rejections"] = sum(delete_in_batches(RejectionMinute.objects.filter(minute__lt=now - COUNTERS)))
    minutes = FollowerMinute.objects.filter(minute__lt=now - timedelta(minutes=5))
    counts["revoked_pages"] = RevokedPages.prune(now)
    counts["rate_minutes"] = sum(delete_in_batches(minutes))
    counts["batches"] = Batch.prune(now)
    counts["api_usage"] = ApiUsage.prune(timezone.localdate(now))
    return counts


def messages_older_than(days: int) -> QuerySet[Message]:
    return Message.objects.filter(received_at__lt=datetime.now(UTC) - timedelta(days=days))
