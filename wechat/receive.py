"""One delivery of WeChat, from bytes to bytes: the straight line of DESIGN.md section 2."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qsl

from django.db import DatabaseError, connection

from celestial_site.encryption import secret_print
from celestial_site.logs import message_id
from celestial_site.publishing import publish_after_commit
from wechat import computations, crypto, deferred, erasure, kept, xml
from wechat.claim import LEASE, Claim, StalePolicy, claim, reply_of, wait_for_reply
from wechat.computations import QUICK, Computation
from wechat.converse import expects_answer
from wechat.crypto import Cause, Opened, Rejected
from wechat.gateway_account import GatewayAccount
from wechat.handling import Job, record, run_handler
from wechat.models import DedupFingerprint, Follower, FollowerMinute, Message, OutboundMessage
from wechat.models.message import Outcome, Status
from wechat.models.statements import write_transaction
from wechat.xml import NO_REPLY, Incoming, TextReply

log = logging.getLogger("wechat")

NO_ACCOUNT = "no account has this address"
DEADLINE = 4.5  # seconds from arrival; WeChat closes the connection at 5
FINISHING = 0.4  # of them for sealing and recording what is answered at the deadline


@dataclass(slots=True)
class Delivery:
    """One request of WeChat as it arrived; `at` is read once and passed down."""

    query: str
    body: bytes
    request_id: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.perf_counter)
    steps: dict[str, float] = field(default_factory=dict)
    parameters: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.parameters = parse_qsl(self.query, keep_blank_values=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step in milliseconds, for the attempt's timeline."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.steps[name] = round((time.perf_counter() - start) * 1000, 3)

    def seconds_left(self) -> float:
        """Of those in which a try may wait for an answer."""
        return DEADLINE - FINISHING - (time.perf_counter() - self.started)


@dataclass(slots=True)
class Answered:
    """What goes back on the wire, and what the metrics want to know."""

    body: bytes
    outcome: str
    cause: str = ""
    duplicate: bool = False
    marks: tuple[str, ...] = ()


def receive(account: GatewayAccount, delivery: Delivery) -> Answered:
    """Verify, decrypt, store, answer and record one delivery.

    Raises Rejected for what is refused, StalePolicy when the account changed since it was cached, and
    DatabaseError when the message could not be stored (WeChat will try again).
    """
    now = delivery.at.timestamp()
    with delivery.step("open"):
        policy = account.policy(delivery.at)
        opened = crypto.open_request(policy, delivery.parameters, delivery.body, now)
    with delivery.step("parse"):
        incoming = xml.parse(opened.plaintext)
        marks = (*opened.marks, *incoming.marks, *crypto.check_original_id(policy, incoming))
        marks += crypto.check_openid(opened, incoming)
    with delivery.step("claim"):
        message = new_message(account, delivery, opened, incoming, marks)
        claimed = claim(message, incoming.fingerprint(account.slug), nonce_digest(opened), account.version)
    message_id.set(str(claimed.message_id))
    if not claimed.is_new:
        return join(account, delivery, opened, incoming, claimed)
    follower = Follower.known(claimed.follower_id, account.id, message.openid)
    return answer(account, delivery, opened, incoming, message, follower, trigger="wechat")


def answer(
    account: GatewayAccount,
    delivery: Delivery,
    opened: Opened,
    incoming: Incoming,
    message: Message,
    follower: Follower,
    *,
    trigger: str,
) -> Answered:
    """Steps 4 to 6 for the try that holds the lease: converse, render and seal, record."""
    run, outcome = None, not_answered(account, incoming, follower, delivery.at)
    with delivery.step("converse"):
        if outcome is None:
            work = partial(run_handler, account, incoming, delivery.at, follower, compute_slow=False)
            run = computations.start(work)
            outcome = run.result(min(QUICK, delivery.seconds_left())) if run else Outcome(Status.DEFERRED)
    if run and outcome is None:
        job = Job(account, message, incoming, follower, delivery.at)
        outcome = watched(delivery, run)
        if outcome is None:
            try:
                return at_the_deadline(account, delivery, opened, incoming, message.id)
            finally:
                deferred.watch(run, job, trigger)
    assert outcome is not None
    if outcome.status == Status.DEFERRED:
        return answer_of_worker(account, delivery, opened, incoming, message.id)
    return finish(account, delivery, opened, incoming, message, follower, outcome, trigger)


def finish(
    account: GatewayAccount,
    delivery: Delivery,
    opened: Opened,
    incoming: Incoming,
    message: Message,
    follower: Follower,
    outcome: Outcome,
    trigger: str,
) -> Answered:
    """Steps 5 and 6: what waited for this follower goes first, then seal and record."""
    try:
        with kept.brought_along(message.id, follower, incoming, outcome, delivery.at):
            with delivery.step("seal"):
                outcome.wire = seal(account, delivery, opened, outcome.reply_xml or NO_REPLY)
                outcome.seal = seal_print(account, opened)
            outcome.steps = delivery.steps
            record(message, incoming, outcome, follower, delivery.at, trigger=trigger)
    except kept.AnsweredElsewhere:
        outcome.is_stored = False
    if not outcome.is_stored:
        # This try was held up so long that another one was answered: the answer is late, the bytes are that one's.
        deferred.conclude(Job(account, message, incoming, follower, delivery.at), outcome, trigger)
        outcome.wire = same_bytes(account, delivery, opened, reply_of(message.id))
    return Answered(outcome.wire or NO_REPLY, outcome.status, outcome.cause, marks=tuple(message.marks))


def watched(delivery: Delivery, run: Computation) -> Outcome | None:
    """What a computation that takes longer than most comes to before the deadline."""
    with delivery.step("wait"), computations.seat() as free:
        return run.result(delivery.seconds_left() if free else 0)


def answer_of_worker(
    account: GatewayAccount, delivery: Delivery, opened: Opened, incoming: Incoming, message_pk: int
) -> Answered:
    """A slow system: a worker computes, this try waits for the result until the deadline."""
    deferred.hand_to_worker(message_pk)
    claimed = Claim(message_pk, 1, False, Status.DEFERRED)
    with delivery.step("wait"), computations.seat() as free:
        claimed = wait_for_reply(claimed, delivery.seconds_left if free else no_time, take_over)
    if claimed.is_open:
        return at_the_deadline(account, delivery, opened, incoming, message_pk)
    return Answered(same_bytes(account, delivery, opened, claimed), claimed.status)


def at_the_deadline(
    account: GatewayAccount, delivery: Delivery, opened: Opened, incoming: Incoming, message_pk: int
) -> Answered:
    """`success`, or the placeholder where the answer can only come with the next reply; every try gets the same."""
    reply_xml = NO_REPLY
    if not account.may_send and expects_answer(incoming):
        now = int(delivery.at.timestamp())
        reply_xml = xml.render(account.placeholder_reply(), incoming, now)
    wire = seal(account, delivery, opened, reply_xml)
    steps = delivery.steps
    outcome = Outcome(Status.DEFERRED, "slow", reply_xml, wire, seal_print(account, opened), steps)
    try:
        if not defer(account, message_pk, outcome):
            claimed = reply_of(message_pk)
            return Answered(same_bytes(account, delivery, opened, claimed), claimed.status)
    except DatabaseError:
        # The message is stored. Its answer is recorded when the database is back, and sent if no try fetches it.
        log.exception("the database is away at the deadline")
        connection.close()
        return Answered(NO_REPLY, Status.DEFERRED, "database")
    if account.may_send:
        publish_after_commit(deferred.TYPING, message_pk)
    return Answered(wire, Status.DEFERRED, "slow")


def defer(account: GatewayAccount, message_pk: int, outcome: Outcome) -> bool:
    """`Message.defer`, and the note that an answer waits, unless the person had their data deleted meanwhile."""
    with write_transaction():
        if not Message.defer(message_pk, outcome):
            return False
        if not account.may_send:
            message = Message.objects.get(pk=message_pk)
            if not erasure.came_after(message):
                Follower.note_waiting(account.id, message.openid)
    return True


def no_time() -> float:
    return 0.0


def not_answered(
    account: GatewayAccount, incoming: Incoming, follower: Follower, at: datetime
) -> Outcome | None:
    """The outcome for a follower who is blocked or writes too often; for real deliveries, not for replays.

    Somebody who wants their data deleted is always heard.
    """
    if erasure.asked_for(incoming):
        return None
    if follower.blocked:
        return Outcome(Status.ACKNOWLEDGED, "blocked", NO_REPLY)
    if not account.rate_limit_per_min or incoming.is_event:
        return None
    over = FollowerMinute.add(account.id, incoming.from_user, at) - account.rate_limit_per_min
    if over <= 0:
        return None
    if over == 1 and account.texts.rate_limited:
        note = TextReply(account.covered(account.texts.rate_limited))
        return Outcome(Status.REPLIED, "rate_limited", xml.render(note, incoming, int(at.timestamp())))
    return Outcome(Status.ACKNOWLEDGED, "rate_limited", NO_REPLY)


def join(
    account: GatewayAccount, delivery: Delivery, opened: Opened, incoming: Incoming, claimed: Claim
) -> Answered:
    """A duplicate: the first try's reply, at once, after waiting for it, or computed here if that try is gone."""
    if claimed.is_open:
        pending = claimed.status == Status.PENDING
        if pending and claimed.lease_expired and take_over(claimed.message_id):
            return finish_lost_try(account, delivery, opened, claimed.message_id)
        with delivery.step("wait"), computations.seat() as free:
            claimed = wait_for_reply(claimed, delivery.seconds_left if free else no_time, take_over)
        if claimed.taken_over:
            return finish_lost_try(account, delivery, opened, claimed.message_id)
    if claimed.is_open:
        answered = at_the_deadline(account, delivery, opened, incoming, claimed.message_id)
    else:
        answered = Answered(same_bytes(account, delivery, opened, claimed), claimed.status)
    answered.duplicate = True
    return answered


def take_over(message_pk: int) -> bool:
    """Try to become the one that answers a message whose worker died."""
    now = datetime.now(UTC)
    return DedupFingerprint.take_over(message_pk, now, now + LEASE)


def finish_lost_try(account: GatewayAccount, delivery: Delivery, opened: Opened, message_pk: int) -> Answered:
    """Answer a message from its stored plaintext: this delivery's copy proved only that it is the same message."""
    message = Message.objects.get(pk=message_pk)
    incoming = xml.parse(bytes(message.plaintext))
    follower = Follower.of(account.id, message.openid)
    if DedupFingerprint.keeps_failing(message_pk):
        outcome = deferred.given_up(Job(account, message, incoming, follower, delivery.at))
        answered = finish(account, delivery, opened, incoming, message, follower, outcome, "takeover")
    else:
        answered = answer(account, delivery, opened, incoming, message, follower, trigger="takeover")
    answered.duplicate = True
    return answered


def same_bytes(account: GatewayAccount, delivery: Delivery, opened: Opened, claimed: Claim) -> bytes:
    """The stored wire bytes while key, token and mode still hold; else the same XML sealed anew, and kept."""
    fitting = seal_print(account, opened)
    if claimed.reply_wire is not None and claimed.reply_seal == fitting:
        return claimed.reply_wire
    wire = seal(account, delivery, opened, claimed.reply_xml or NO_REPLY)
    if claimed.reply_wire is None and not keep_wire(claimed.message_id, wire, fitting):
        claimed = reply_of(claimed.message_id)
        return claimed.reply_wire if claimed.reply_wire and claimed.reply_seal == fitting else wire
    return wire


def keep_wire(message_pk: int, wire: bytes, fitting: str) -> bool:
    """The bytes for the tries to come; what a worker or the sweeper recorded reaches one now and is not sent besides.

    In one transaction: a process that ends between the two would have the answer sent a second time.
    """
    unsealed = Message.objects.filter(pk=message_pk, reply_wire=None)
    with write_transaction():
        kept = bool(unsealed.update(reply_wire=wire, reply_seal=fitting))
        if kept:
            OutboundMessage.deliver_by_reply(message_pk)
    return kept


def seal(account: GatewayAccount, delivery: Delivery, opened: Opened, reply_xml: bytes) -> bytes:
    """The reply as it goes on the wire, sealed with the key and token that opened the request."""
    policy = account.policy(delivery.at)
    now = int(delivery.at.timestamp())
    return crypto.seal(policy, opened, reply_xml, now, opened.nonce, secrets.token_bytes(16))


def seal_print(account: GatewayAccount, opened: Opened) -> str:
    """Names key and token that seal a reply, without telling them; empty for a plain one."""
    if not opened.encrypted:
        return ""
    return secret_print(account.aes_keys[opened.key_index or 0]) + secret_print(
        account.tokens[int(opened.token)]
    )


def nonce_digest(opened: Opened) -> str:
    """Stands for timestamp and nonce, of whatever length the request gave them."""
    return crypto.sign("", opened.timestamp, "\n", opened.nonce)


def new_message(
    account: GatewayAccount,
    delivery: Delivery,
    opened: Opened,
    incoming: Incoming,
    marks: tuple[str, ...],
) -> Message:
    """The row to store: raw as received, columns cut to their sizes (input is hostile)."""
    return Message(
        account_id=account.id,
        openid=incoming.from_user[:128],
        msg_type=incoming.msg_type[:32],
        event=incoming.event[:64],
        msg_id=incoming.msg_id[:64],
        content=incoming.text,
        received_at=delivery.at,
        raw=delivery.body,
        plaintext=opened.plaintext,
        query=delivery.query,
        encrypted=opened.encrypted,
        request_id=delivery.request_id,
        marks=list(marks),
    )


def verify(slug: str, delivery: Delivery) -> str:
    """WeChat's check of the address: the echostr, or Rejected.

    Nothing is claimed that would notice a cached account's age, so it is read anew.
    """
    account = GatewayAccount.load(slug)
    if account is None:
        raise Rejected(Cause.UNKNOWN_ACCOUNT, NO_ACCOUNT)
    return crypto.verify_get(account.policy(delivery.at), delivery.parameters, delivery.at.timestamp())


def with_current_account(slug: str, use: Callable[[GatewayAccount], Answered]) -> Answered:
    """`use` with the cached account; again with the row as it is now when that one refused or had changed.

    So a switch in the admin counts from the next request in every process, and a message costs no query for it.
    """
    account = GatewayAccount.cached(slug) or GatewayAccount.load(slug)
    while account is not None:
        try:
            return use(account)
        except (Rejected, StalePolicy):
            current = GatewayAccount.load(slug)
            if current is not None and current.version == account.version:
                raise
            account = current
    raise Rejected(Cause.UNKNOWN_ACCOUNT, NO_ACCOUNT)
