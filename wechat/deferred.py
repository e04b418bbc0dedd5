"""Answers that take longer than WeChat waits: computed once, delivered later, whoever dies in between.

The row is the queue of record. `pending` is being computed by a try; `deferred` without a reply was handed to the
workers and a try waits for it; `deferred` with a reply has been answered `success` or the placeholder, and the answer
goes out through the outbox, or with the follower's next message. Whoever computes holds the lease of the fingerprint
and renews it while the process lives; a lease that ends is taken over by the sweeper.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import DatabaseError, connections

from celestial_site.celery import app
from celestial_site.logs import speak_of
from celestial_site.publishing import publish_after_commit
from wechat import computations, erasure, outbox
from wechat.claim import LEASE
from wechat.computations import Computation
from wechat.crypto import Rejected
from wechat.handling import ENGINE_ERROR, Job, failure, run_handler, store_state
from wechat.models import Attempt, DedupFingerprint, Message
from wechat.models.message import OPEN, Outcome, Status
from wechat.models.outbound import Purpose
from wechat.models.statements import write_transaction
from wechat.xml import NO_REPLY

log = logging.getLogger("wechat")

# How long a computation may take; after that the follower gets the apology. Below Celery's limits of 45 and 60 s.
PATIENCE = 30.0
RECORDING = 60.0  # seconds for which recording a late answer is tried
RENEWAL = 2.0  # seconds between two renewals of the lease
# WeChat's tries of a message are over: what was recorded as the reply and fetched by none of them is sent.
TRIES_OVER = timedelta(seconds=20)
TIMED_OUT = "engine_timeout"
FORGOTTEN = "forgotten"
# By name: the tasks call what is here.
COMPUTE = app.signature("wechat.tasks.compute")
SEND = app.signature("wechat.tasks.send_queued")
TYPING = app.signature("wechat.tasks.show_typing")


def hand_to_worker(message_pk: int) -> None:
    """Leave a message to the workers. Where no broker takes the task, this process computes it in the background."""
    _hand_over(message_pk, (Status.PENDING,))


def _hand_over(message_pk: int, statuses: Sequence[str]) -> None:
    with write_transaction():
        mine = Message.objects.filter(pk=message_pk, status__in=statuses)
        if mine.update(status=Status.DEFERRED):
            # Long over, also by the clock of a worker's host that is somewhat slow.
            DedupFingerprint.release(message_pk, datetime.now(UTC) - LEASE)
            publish_after_commit(COMPUTE, message_pk, otherwise=partial(_compute_here, message_pk))


def _compute_here(message_pk: int) -> None:
    """In the background thread of a process that found no broker."""
    try:
        compute(message_pk, "web")
    finally:
        connections.close_all()


def watch(run: Computation, job: Job, trigger: str) -> None:
    """See a computation of this process through, in a thread of its own: the request has been answered."""
    work = partial(_see_through_apart, run, job, trigger)
    threading.Thread(target=copy_context().run, args=(work,), name="late answer", daemon=True).start()


def _see_through_apart(run: Computation, job: Job, trigger: str) -> None:
    try:
        see_through(run, job, trigger)
    finally:
        connections.close_all()


def compute(message_pk: int, actor: str = "worker") -> bool:
    """Compute a message that was handed over or lost, if nobody else does; whether it was this one's turn."""
    now = datetime.now(UTC)
    if not DedupFingerprint.take_over(message_pk, now, now + LEASE, (Status.DEFERRED,)):
        return False
    finish(Message.objects.select_related("account").get(pk=message_pk), Attempt.Trigger.DEFERRED, actor)
    return True


def finish(message: Message, trigger: str, actor: str) -> None:
    """Run the handler over a message whose lease is held here, and deliver what it comes to."""
    speak_of(message.request_id, message.pk)
    try:
        job = Job.of(message)
    except Rejected as rejected:
        # Mostly redacted meanwhile: the person had their data deleted, and nobody waits for an answer.
        status = Status.ACKNOWLEDGED if message.redacted_at else Status.FAILED
        Message.objects.filter(pk=message.pk).update(status=status, cause=rejected.cause.value)
        return
    if DedupFingerprint.keeps_failing(message.pk):
        _surely(partial(conclude, job, given_up(job), trigger, actor))
        return
    run = computations.start(partial(handled, job))
    if run is not None:
        see_through(run, job, trigger, actor)


def given_up(job: Job) -> Outcome:
    """For a message over which processes ended: nothing is computed."""
    log.error("a message ended the processes that computed it")
    job.follower.open(job.at)
    if job.follower.blocked:
        return Outcome(Status.ACKNOWLEDGED, "blocked", NO_REPLY)
    return failure(job.account, job.incoming, job.at, ENGINE_ERROR)


def handled(job: Job) -> Outcome:
    """The handler's outcome, slow systems included; nothing is said to somebody who is blocked."""
    if job.follower.blocked:
        return Outcome(Status.ACKNOWLEDGED, "blocked", NO_REPLY)
    return run_handler(job.account, job.incoming, job.at, job.follower)


def see_through(run: Computation, job: Job, trigger: str, actor: str = "") -> None:
    """Renew the lease until the outcome is there or nobody waits for it any more; then conclude."""
    start = time.monotonic()
    outcome = None
    while outcome is None and (left := start + PATIENCE - time.monotonic()) > 0:
        _renew(job.message.pk)
        outcome = run.result(min(RENEWAL, left))
    if outcome is None:
        log.error("a computation was given up", extra={"seconds": PATIENCE})
        outcome = failure(job.account, job.incoming, job.at, TIMED_OUT)
        # The thread may still write into the follower's state; that is no longer what is stored.
        job.follower.open(job.at)
    if outcome.status == Status.DEFERRED:
        # A slow system, and it took until after the deadline to see that.
        _surely(partial(_hand_over, job.message.pk, OPEN))
        return
    outcome.steps = {"converse": round((time.monotonic() - start) * 1000, 3)}
    _surely(partial(conclude, job, outcome, trigger, actor))
    fields = {"outcome": outcome.status, "cause": outcome.cause, "trigger": trigger, "steps": outcome.steps}
    log.info("late answer", extra={"account": job.account.slug, **fields})


def _renew(message_pk: int) -> None:
    """A database that is away for a moment ends no computation."""
    now = datetime.now(UTC)
    try:
        DedupFingerprint.objects.filter(message_id=message_pk).update(lease_until=now + LEASE)
    except DatabaseError:
        log.warning("the lease could not be renewed")
        connections.close_all()


def _surely(write: Callable[[], object]) -> None:
    """`write`, also over a restart of the database; after a minute the sweeper may compute the message again."""
    deadline = time.monotonic() + RECORDING
    while True:
        try:
            write()
            return
        except DatabaseError:
            log.exception("a late answer could not be recorded")
            connections.close_all()
            if time.monotonic() > deadline:
                return
            time.sleep(1)


def conclude(job: Job, outcome: Outcome, trigger: str, actor: str = "") -> bool:
    """Record a late outcome and deliver its text, in one transaction; false when another one was faster.

    While no try was answered, the outcome is the reply that the waiting try or WeChat's next one fetches; it is sent
    only when none does. Otherwise it goes out at once. Who had their data deleted meanwhile is not brought back.
    """
    now = datetime.now(UTC)
    with write_transaction():
        Message.lock(pk=job.message.pk)
        forgotten = erasure.came_after(job.message)
        if forgotten:
            outcome = Outcome(Status.ACKNOWLEDGED, FORGOTTEN, NO_REPLY, steps=outcome.steps)
        fetched = job.message.conclude(outcome, passive=True)
        if not fetched and not job.message.conclude(outcome, passive=False):
            return False
        if not forgotten:
            store_state(job.message, job.incoming, outcome, job.follower, now)
        Attempt.record(job.message.pk, outcome, trigger=trigger, actor=actor)
        if outcome.text:
            _queue(job, outcome.text, job.message.received_at + TRIES_OVER if fetched else None)
    return True


def _queue(job: Job, text: str, not_before: datetime | None) -> None:
    rows = outbox.queue_text(
        job.message.account,
        job.message.openid,
        text,
        purpose=Purpose.ANSWER,
        message=job.message,
        not_before=not_before,
    )
    if rows and not_before is None:
        publish_after_commit(SEND, rows[0].pk)
