"""Sentences that the engine did not understand, ranked: where a keyword rule helps most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max

from wechat.admin import masking
from wechat.conversation.talk import NOT_UNDERSTOOD
from wechat.models import Message, OfficialAccount

DAYS = 30
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is empty while it is masked; `message` is the newest one that says it."""

    account: str
    text: str
    masked: str
    times: int
    people: int
    last: datetime
    message: int


def ranked(now: datetime, *, shown: bool, **only: Any) -> list[Sentence]:
    """The most frequent of the last 30 days, from the messages themselves: what is deleted there is gone here.

    What a single person said may be personal, so it is masked unless `shown`; what several said is not.
    """
    rows = Message.objects.filter(
        cause=NOT_UNDERSTOOD, received_at__gte=now - timedelta(days=DAYS), redacted_at=None, **only
    ).exclude(content="")
    counted = rows.order_by().values("account", "content")
    counted = counted.annotate(
        times=Count("pk"), people=Count("openid", distinct=True), last=Max("received_at"), message=Max("pk")
    )
    names = {account.pk: str(account) for account in OfficialAccount.objects.all()}
    return [
        _sentence(row, names[row["account"]], shown=shown or row["people"] > 1)
        for row in counted.order_by("-times", "-last")[:SHOWN]
    ]


def _sentence(row: Mapping[str, Any], account: str, *, shown: bool) -> Sentence:
    text = row["content"] if shown else ""
    masked = masking.masked(row["content"])
    return Sentence(account, text, masked, row["times"], row["people"], row["last"], row["message"])
