"""A filled table for the growth figures: messages with their fingerprints and attempts.

Runs inside the product's environment: python -m benchmarks.growth ROWS (DATABASE_URL, CELESTIAL_VAR).
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import django

CHUNK = 1000  # PostgreSQL takes 65,535 parameters in one statement


def fill(rows: int) -> None:
    """Insert `rows` answered messages of 10,000 followers over the last 180 days."""
    from wechat.models import Attempt, DedupFingerprint, Message, OfficialAccount

    account = OfficialAccount.objects.get(slug="default")
    start, step = datetime.now(UTC) - timedelta(days=180), timedelta(days=180) / rows
    for first in range(0, rows, CHUNK):
        numbers = range(first, min(first + CHUNK, rows))
        messages = [_message(Message, account.pk, n, start + step * n) for n in numbers]
        Message.objects.bulk_create(messages)
        DedupFingerprint.objects.bulk_create(_fingerprints(DedupFingerprint, messages))
        Attempt.objects.bulk_create(
            Attempt(
                message_id=m.pk, at=m.received_at, trigger="wechat", outcome="replied", reply_xml=b"<xml/>"
            )
            for m in messages
        )


def _message(model, account_id: int, number: int, at: datetime):  # type: ignore[no-untyped-def]
    body = b"<xml>%d</xml>" % number + b" " * 300
    return model(
        id=int(at.timestamp() * 1000) << 22 | number,
        account_id=account_id,
        openid=f"oBenchFollower_{number % 10000:012d}",
        msg_type="text",
        msg_id=str(number),
        content="今天黄历",
        received_at=at,
        raw=body,
        plaintext=body,
        status="replied",
        reply_xml=body,
        reply_wire=body,
    )


def _fingerprints(model, messages) -> Iterator[Any]:  # type: ignore[no-untyped-def]
    for message in messages:
        at = message.received_at
        yield model(
            account_id=message.account_id,
            digest=secrets.token_hex(32),
            nonce_digest=secrets.token_hex(20),
            message_id=message.pk,
            first_seen=at,
            last_seen=at,
            lease_until=at,
        )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celestial_site.settings")
    django.setup()
    fill(int(sys.argv[1]))
