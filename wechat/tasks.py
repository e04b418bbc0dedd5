"""Background work. Each task may run twice or late without harm: the rows are the queue of record."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from celestial_site.celery import app
from celestial_site.publishing import publish_after_commit
from wechat import deferred, erasure, outbox
from wechat.claim import LEASE
from wechat.models import Attempt, DedupFingerprint, Follower, Message, OutboundMessage
from wechat.models.message import OPEN, Status
from wechat.platform.client import PlatformClient
from wechat.platform.errors import PlatformError
from wechat.pruning import prune_expired

log = logging.getLogger("wechat")

# WeChat's next try comes about 5 s after the first; it is better placed to answer, so the sweeper waits for it.
GRACE = timedelta(seconds=3)
BATCH = 100
# With the slowest computation (deferred.PATIENCE) below Celery's soft limit of 45 s.
BUDGET = 10.0


@app.task(name="wechat.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Delete what people asked to be deleted, and conversations that are over; then answer the messages whose try or
    worker is gone: how many. That comes last, since a computation may end the process.
    """
    now = datetime.now(UTC)
    erasure.finish(now)
    Follower.forget_finished(now)
    deadline = time.monotonic() + BUDGET
    finished = 0
    for message_pk in _lost(datetime.now(UTC) - GRACE):
        if time.monotonic() > deadline:
            break
        if take_over(message_pk):
            message = Message.objects.select_related("account").get(pk=message_pk)
            deferred.finish(message, Attempt.Trigger.TAKEOVER, "sweeper")
            finished += 1
    if finished:
        log.warning("finished messages of lost tries", extra={"count": finished})
    return finished


def _lost(before: datetime) -> list[int]:
    """Messages whose lease ended some time ago; one query for each status, since each has an index of its own.

    Those that were never taken over come first: one that ends each process holds up none of the others.
    """
    lost: list[tuple[int, int]] = []
    for status in OPEN:
        rows = DedupFingerprint.objects.filter(message__status=status, lease_until__lt=before)
        rows = rows.order_by("takeovers", "message__received_at")
        lost += rows.values_list("takeovers", "message_id")[:BATCH]
    return [message_pk for _, message_pk in sorted(lost, key=itemgetter(0))]


def take_over(message_pk: int) -> bool:
    """Become the one that answers a message whose worker died."""
    now = datetime.now(UTC)
    return DedupFingerprint.take_over(message_pk, now, now + LEASE, OPEN)


@app.task(name="wechat.tasks.compute")  # type: ignore[untyped-decorator]
def compute(message_pk: int) -> bool:
    """Compute a message that a try handed over."""
    return deferred.compute(message_pk)


@app.task(name="wechat.tasks.show_typing")  # type: ignore[untyped-decorator]
def show_typing(message_pk: int) -> bool:
    """正在输入 while an answer is being computed, where the account may; it lasts 15 s or until a message comes."""
    message = Message.objects.select_related("account").filter(pk=message_pk, status=Status.DEFERRED).first()
    if message is None or not message.account.may_send:
        return False
    try:
        PlatformClient(message.account).typing(message.openid)
    except PlatformError as error:
        log.info("the typing indicator was not shown", extra={"cause": error.cause, "rid": error.rid})
        return False
    return True


@app.task(name="wechat.tasks.prune")  # type: ignore[untyped-decorator]
def prune() -> dict[str, int]:
    """Delete what has outlived its retention."""
    return prune_expired()


@app.task(name="wechat.tasks.send_queued")  # type: ignore[untyped-decorator]
def send_queued(outbound_pk: int | None = None) -> int:
    """Send what waits: to the follower of one message, or (the sweeper, every few seconds) to everybody."""
    if outbound_pk is None:
        return outbox.send_due()
    row = OutboundMessage.objects.filter(pk=outbound_pk).first()
    return outbox.send_to_follower(row.account_id, row.openid) if row else 0


def wake_sender(outbound_pk: int) -> None:
    """Have a worker send soon, after the commit. Nobody waits for the broker: the sweeper finds the row anyway."""
    publish_after_commit(send_queued, outbound_pk)
