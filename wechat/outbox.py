"""The outbox: what the account sends by itself, in order, never twice by itself, each refusal with its reason.

The rows are the queue. A worker takes one follower at a time (FollowerWindow) and sends what waits for them, oldest
first; each message is claimed by one UPDATE before WeChat is asked and settled by another one after. A task that is
delivered twice, or two workers, find nothing left to claim. A worker that dies between the two leaves a message that
may have arrived: the sweeper makes it `unknown`, staff decide. What WeChat takes no message for (no right, the window
closed, the number used up) is kept and goes with the reply to the follower's next message (`wechat.kept`).
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from wechat.models import AccessToken, Follower, FollowerWindow, Message, OfficialAccount, OutboundMessage
from wechat.models.outbound import KEEPING_CAUSES, Purpose, State
from wechat.platform.client import PlatformClient
from wechat.platform.errors import (
    Ambiguous,
    ApiError,
    Busy,
    ConfigurationError,
    NotSent,
    PermissionMissing,
    PlatformError,
    QuotaUsedUp,
    TokenRefused,
    TokenUnavailable,
    WindowClosed,
)
from wechat.replies import MORE, TEXT_LIMIT, split_text
from wechat.sending_window import window_of

log = logging.getLogger("wechat")

# A kept part must leave room for the hint that more follows.
PART_BYTES = TEXT_LIMIT - len(MORE.encode())
BACKOFF = (5, 20, 60, 180)  # seconds before the 2nd, 3rd… try; after the last one the message has failed
FOLLOWERS = 50
# A task ends itself long before Celery's limit of 45 s would cut a send in two: the slowest one takes 24 s.
BUDGET = 20.0
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_OUR_WINDOW_CODES = (45015, 45047, 43004, 43019, 48002, 50005)


def queue_text(
    account: OfficialAccount,
    openid: str,
    text: str,
    *,
    purpose: str = Purpose.ANSWER,
    message: Message | None = None,
    by: str = "",
    reason: str = "",
    not_before: datetime | None = None,
) -> list[OutboundMessage]:
    """Queue `text` in parts that fit a message; call `wechat.tasks.wake_sender` after the commit.

    For an account without the right to send, the text is kept for the follower's next message at once. Nothing is
    sent before `not_before`.
    """
    parts = [part for part in split_text(text, PART_BYTES) if part.strip()]
    payloads = [{"content": part} for part in parts]
    columns: dict[str, Any] = {"message": message, "by": by[:150], "reason": reason, "not_before": not_before}
    if not account.may_send and purpose != Purpose.RESEND:
        columns |= {"state": State.KEPT, "cause": "no_right", "finished_at": datetime.now(UTC)}
    with transaction.atomic():
        rows = OutboundMessage.queue(account, openid, payloads, purpose, **columns)
        if rows and rows[0].state == State.KEPT:
            Follower.note_waiting(account.pk, openid)
    return rows


def send_due(now: datetime | None = None) -> int:
    """Send what is due, of every follower; how many messages were settled. Lost sends become unknown first."""
    at = now or datetime.now(UTC)
    if lost := OutboundMessage.settle_lost(at):
        log.warning("sends of lost workers are unknown now", extra={"count": lost})
    due = OutboundMessage.objects.filter(state=State.QUEUED, next_try_at__lte=at).order_by("next_try_at")
    # More rows than followers: one follower may wait for many parts.
    pairs = dict.fromkeys(due.values_list("account_id", "openid")[: FOLLOWERS * 8])
    deadline = time.monotonic() + BUDGET
    return sum(
        send_to_follower(account_id, openid, deadline) for account_id, openid in list(pairs)[:FOLLOWERS]
    )


def send_to_follower(account_id: int, openid: str, deadline: float | None = None) -> int:
    """Send what waits for one follower, oldest first, until one has to wait; how many were settled."""
    deadline = deadline or time.monotonic() + BUDGET
    window = FollowerWindow.take(account_id, openid, datetime.now(UTC))
    if window is None:
        return 0
    settled = 0
    try:
        account = OfficialAccount.objects.get(pk=account_id)
        while (row := OutboundMessage.waiting_for(account_id, openid).first()) is not None:
            now = datetime.now(UTC)
            if time.monotonic() > deadline or not window.keep(now):
                break
            if row.next_try_at > now or not send(account, row, window, now):
                row.hold_followers_rest()
                break
            settled += 1
    finally:
        window.release(datetime.now(UTC))
    return settled


def send(account: OfficialAccount, row: OutboundMessage, window: FollowerWindow, now: datetime) -> bool:
    """Try one message; whether it came to an end."""
    refusal = refusal_before(account, row, window, now)
    if refusal:
        return _final(row, State.REFUSED, refusal)
    paused = AccessToken.of(account).sending_paused_until
    if paused and paused > now:
        return not row.put_off(paused, "45009", errcode=45009)
    if not row.claim(now):
        return False
    try:
        PlatformClient(account).send_customer_message(row.openid, row.msg_type, row.payload)
    except PlatformError as error:
        return _after_error(account, row, window, error)
    learn(account, can_send=True)
    return row.settle(State.SENT)


def refusal_before(
    account: OfficialAccount, row: OutboundMessage, window: FollowerWindow, now: datetime
) -> str:
    """Why WeChat would refuse this message, known without asking; empty when it may be sent.

    What staff send again is tried although the account lacked the right: that is how a right that came is noticed.
    """
    if account.can_send_customer_messages is False and row.purpose != Purpose.RESEND:
        return "no_right"
    return window_of(account.pk, row.openid, now, window).cause


def _after_error(
    account: OfficialAccount, row: OutboundMessage, window: FollowerWindow, error: PlatformError
) -> bool:
    """What a failed try means for the message, the follower and the account (protocol reference, section 10)."""
    now = datetime.now(UTC)
    log.info(
        "a customer message was not delivered: %s",
        error.english,
        extra={"cause": error.cause, "rid": error.rid},
    )
    match error:
        case Ambiguous():
            return row.settle(State.UNKNOWN, error.cause)
        case Busy(errcode=45011):
            return _again(row, error, _next_minute(now))
        case Busy() | NotSent() | TokenUnavailable() | TokenRefused():
            return _again(row, error)
        case QuotaUsedUp():
            AccessToken.of(account).pause_sending(_midnight(now))
            return _wait(row, error, _midnight(now))
        case ConfigurationError():
            return _wait(row, error, _circuit_end(account, now))
        case PermissionMissing():
            learn(account, can_send=False)
        case WindowClosed() if error.errcode in _OUR_WINDOW_CODES:
            window.note_refusal(int(error.errcode or 0), now)
    return _final(row, State.REFUSED, error.cause, **_answer_of(error))


def _again(row: OutboundMessage, error: PlatformError, at: datetime | None = None) -> bool:
    """Later, a few times; then it has failed."""
    earlier = row.counted_tries
    if earlier >= len(BACKOFF):
        return _final(row, State.FAILED, error.cause, **_answer_of(error))
    soonest = datetime.now(UTC) + timedelta(seconds=BACKOFF[earlier])
    row.put_off(max(at or soonest, soonest), error.cause, counts=True, **_answer_of(error))
    return False


def _wait(row: OutboundMessage, error: PlatformError, until: datetime) -> bool:
    """Until somebody acts or the day ends: that is no try of this message. Its window ends the waiting."""
    row.put_off(until, error.cause, **_answer_of(error))
    return False


def _final(row: OutboundMessage, state: str, cause: str, **answer: Any) -> bool:
    """The end of a message: kept where the follower's next one can bring it, else given up with what comes after it."""
    if state == State.REFUSED and cause in KEEPING_CAUSES:
        return _keep(row, cause, **answer)
    settled = row.settle(state, cause, **answer)
    row.give_up_rest()
    return settled


def _keep(row: OutboundMessage, cause: str, **answer: Any) -> bool:
    """For the follower's next message, unless they had their data deleted meanwhile."""
    with transaction.atomic():
        # The follower's row before the message's: the order in which everybody locks them.
        Follower.note_waiting(row.account_id, row.openid)
        held = OutboundMessage.objects.select_for_update().filter(pk=row.pk, redacted_at=None)
        known = bool(held.values_list("pk"))
        kept = known and row.keep(cause, **answer)
        transaction.set_rollback(not kept)
    return kept if known else row.settle(State.REFUSED, "forgotten")


def _answer_of(error: PlatformError) -> dict[str, Any]:
    if not isinstance(error, ApiError):
        return {}
    return {"errcode": error.errcode, "errmsg": error.errmsg, "rid": error.rid}


def learn(account: OfficialAccount, *, can_send: bool) -> None:
    """Keep what WeChat showed of the account's right to send, once: each save ends the callback's cached account."""
    if account.can_send_customer_messages is can_send:
        return
    account.can_send_customer_messages = can_send
    account.save(update_fields=["can_send_customer_messages"])
    log.warning("the right to send customer messages was learned", extra={"can_send": can_send})


def _circuit_end(account: OfficialAccount, now: datetime) -> datetime:
    closed = AccessToken.of(account).closed_until
    return max(closed or now, now + timedelta(seconds=BACKOFF[0]))


def _next_minute(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _midnight(now: datetime) -> datetime:
    """When WeChat's day ends."""
    local = now.astimezone(_SHANGHAI) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
