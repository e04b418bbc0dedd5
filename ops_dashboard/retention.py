"""How long every table keeps its rows: what grows is named here with its days, what does not with its reason.

A test compares this with all models, and docs/OPERATIONS_GUIDE.md with this. Messages, and what belongs to them, are
deleted by `wechat.pruning`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db.models import Model, QuerySet

from wechat.pruning import delete_in_batches


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows of `model` are deleted `days` after the time in `field`; None: after CELESTIAL_MESSAGE_DAYS."""

    model: str
    field: str
    days: int | None


TIMED = (
    Kept("ops_dashboard.MinuteStat", "minute", 400),
    Kept("ops_dashboard.SystemMinute", "minute", 400),
    Kept("ops_dashboard.AlertEvent", "at", 400),
    Kept("ops_dashboard.Silence", "until", 400),
    Kept("predictions.Prediction", "created_at", None),
    Kept("sessions.Session", "expire_date", 0),
)
# Deleted by wechat.pruning, hourly.
PRUNED_HOURLY = {
    "wechat.Message": "CELESTIAL_MESSAGE_DAYS",
    "wechat.OutboundMessage": "CELESTIAL_MESSAGE_DAYS",
    "wechat.DedupFingerprint": "the account's dedup window",
    "wechat.FollowerWindow": "a week after it was used last",
    "wechat.FollowerMinute": "5 minutes",
    "wechat.RejectionMinute": "30 days",
    "predictions.RevokedPages": "as long as a link lives",
    "predictions.Batch": "7 days",
    "predictions.ApiUsage": "400 days",
}
# Deleted with the row that they belong to.
OWNED = {
    "wechat.Attempt": "wechat.Message",
    "predictions.BatchChunk": "predictions.Batch",
    "predictions.AskedAgain": "predictions.Batch",
    "ops_dashboard.AlertNotice": "ops_dashboard.AlertEvent",
    "ops_dashboard.CountedDuplicates": "wechat.DedupFingerprint",
    "auth.User_groups": "auth.User",
    "auth.User_user_permissions": "auth.User",
}
# These do not grow by themselves, and the reason why.
BOUNDED = {
    "wechat.OfficialAccount": "staff",
    "wechat.AccountTexts": "one per account",
    "wechat.AccessToken": "one per account",
    "wechat.KeywordRule": "staff",
    "wechat.Follower": "one per person of whom something is kept, until they ask or leave",
    "wechat.RejectionSample": "a ring of 200",
    "wechat.ModeChange": "audit of what people did, kept",
    "admin.LogEntry": "audit of what people did, kept",
    "predictions.ApiKey": "staff",
    "predictions.ApiKeyWindow": "one per key",
    "ops_dashboard.AlertState": "one per rule and account",
    "ops_dashboard.AlertChannel": "staff",
    "ops_dashboard.CounterReading": "one per name",
    "ops_dashboard.Heartbeat": "one per name",
    "auth.User": "staff",
    "auth.Group": "migrations",
    "auth.Group_permissions": "migrations",
    "auth.Permission": "migrations",
    "contenttypes.ContentType": "migrations",
}


def expired(kept: Kept, now: datetime) -> QuerySet[Model]:
    """The rows that have outlived their retention; none where CELESTIAL_MESSAGE_DAYS says never."""
    rows: QuerySet[Model] = apps.get_model(kept.model)._default_manager.all()
    days = settings.CELESTIAL_MESSAGE_DAYS if kept.days is None else kept.days
    if kept.days is None and not days:
        return rows.none()
    return rows.filter(**{f"{kept.field}__lt": now - timedelta(days=days)})


def prune(now: datetime) -> dict[str, int]:
    """Delete what TIMED says, in short transactions; rows deleted by model."""
    return {kept.model: sum(delete_in_batches(expired(kept, now))) for kept in TIMED}
