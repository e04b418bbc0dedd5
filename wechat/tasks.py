"""Background work. Each task may run twice or late without harm: the rows are the queue of record."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from celestial_site.celery import app
from wechat import xml
from wechat.gateway_account import GatewayAccount
from wechat.models import DedupFingerprint, Message
from wechat.models.message import Status
from wechat.pruning import prune_expired
from wechat.receive import run_handler, take_over

log = logging.getLogger("wechat")

# WeChat's next try comes about 5 s after the first; it is better placed to answer, so the sweeper waits for it.
GRACE = timedelta(seconds=3)
BATCH = 100


@app.task(name="wechat.tasks.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Answer the messages whose try is gone, so that WeChat's next try, or staff, find the reply."""
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
    return finished


def finish(message: Message) -> None:
    """Run the handler and record the reply as XML; it is sealed when a delivery asks for it."""
    account = GatewayAccount.of(message.account)
    outcome = run_handler(account, xml.parse(bytes(message.plaintext)), message.received_at)
    message.record(outcome, trigger="takeover", actor="sweeper")


@app.task(name="wechat.tasks.prune")  # type: ignore[untyped-decorator]
def prune() -> dict[str, int]:
    """Delete what has outlived its retention."""
    return prune_expired()
