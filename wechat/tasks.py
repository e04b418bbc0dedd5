"""Background work. Each task may run twice or late without harm: the rows are the queue of record."""

from __future__ import annotations

import logging
import threading
from contextvars import copy_context
from datetime import UTC, datetime, timedelta

from django.db import transaction
from kombu.exceptions import OperationalError

from celestial_site.celery import app
from celestial_site.logs import message_id
from wechat import erasure, outbox, xml
from wechat.gateway_account import GatewayAccount
from wechat.models import DedupFingerprint, Follower, Message, OutboundMessage
from wechat.models.message import Status
from wechat.pruning import prune_expired
from wechat.receive import record, run_handler, take_over

log = logging.getLogger("wechat")

# WeChat's next try comes about 5 s after the first; it is better placed to answer, so the sweeper waits for it.
GRACE = timedelta(seconds=3)
BATCH = 100


@app.task(name="wechat.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Answer the messages whose try is gone, so that WeChat's next try, or staff, find the reply.

    And delete what people asked to be deleted, and conversations that are over.
    """
    lost = DedupFingerprint.objects.filter(
        message__status=Status.PENDING, lease_until__lt=datetime.now(UTC) - GRACE
    )
    finished = 0
    for message_pk in lost.values_list("message_id", flat=True)[:BATCH]:
        if take_over(message_pk):
            finish(Message.objects.select_related("account").get(pk=message_pk))
            finished += 1
    if finished:
        log.warning("finished messages of lost tries", extra={"count": finished})
    now = datetime.now(UTC)
    erasure.finish(now)
    Follower.forget_finished(now)
    return finished


def finish(message: Message) -> None:
    """Run the handler and record the reply as XML; it is sealed when a delivery asks for it."""
    message_id.set(str(message.pk))
    account = GatewayAccount.of(message.account)
    incoming, at = xml.parse(bytes(message.plaintext)), message.received_at
    follower = Follower.of(account.id, message.openid)
    outcome = run_handler(account, incoming, at, follower)
    record(message, incoming, outcome, follower, at, trigger="takeover", actor="sweeper")


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
    run = copy_context().run
    thread = threading.Thread(target=run, args=(_publish, outbound_pk), name="wake-sender", daemon=True)
    transaction.on_commit(thread.start)


def _publish(outbound_pk: int) -> None:
    try:
        send_queued.delay(outbound_pk)
    except (OperationalError, OSError) as error:
        log.warning("the broker took no task; the sweeper will send", extra={"error": type(error).__name__})
