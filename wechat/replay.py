"""Replay: the handler over a stored message again. A dry run: it adds an Attempt and changes nothing else.

`resend` is the other thing: the new answer goes into the outbox, for the follower to read.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from predictions.reading_pages.links import without_tokens
from wechat import xml
from wechat.conversation import taking_over
from wechat.crypto import Rejected
from wechat.gateway_account import GatewayAccount
from wechat.handling import run_handler
from wechat.models import Attempt, Follower, Message
from wechat.models.message import Status
from wechat.models.outbound import Purpose
from wechat.outbox import queue_text
from wechat.tasks import wake_sender

LIMIT = 500


@dataclass(frozen=True, slots=True)
class Replay:
    """What the engine of today answers to a message of the past, beside what was answered then."""

    message: Message
    attempt: Attempt
    outcome: str
    old: str | None
    new: str | None

    @property
    def changed(self) -> bool:
        return _comparable(self.old) != _comparable(self.new)

    @property
    def diff(self) -> list[str]:
        """Unified difference of the two replies' texts, line by line."""
        old, new = ((_comparable(text) or "").splitlines() for text in (self.old, self.new))
        return list(difflib.unified_diff(old, new, "then", "now", lineterm=""))


def _comparable(text: str | None) -> str | None:
    """Links to reading pages tell when they were given; that is no difference between answers."""
    return without_tokens(text) if text is not None else None


def reply_text(reply_xml: bytes | memoryview | None) -> str | None:
    """What a person would have read: the text of a reply, its type for others, None for no reply."""
    if reply_xml is None or bytes(reply_xml) == xml.NO_REPLY:
        return None
    reply = xml.parse(bytes(reply_xml))
    return reply.content if reply.msg_type == "text" else f"[{reply.msg_type}]"


def replay(message: Message, actor: str, trigger: str = Attempt.Trigger.REPLAY) -> Replay:
    """Steps 4 and 5 over the stored plaintext, as of now, with the account's current modes.

    Raises Rejected when the stored plaintext was redacted or can't be parsed, or the account can't be used.
    """
    account = GatewayAccount.of(message.account)
    incoming = xml.parse(bytes(message.plaintext))
    start = time.perf_counter()
    # As a stranger: what the follower talks about today says nothing about a message of the past, nor may it change.
    stranger = Follower(account_id=message.account_id, openid=message.openid)
    outcome = run_handler(account, incoming, datetime.now(UTC), stranger)
    outcome.steps = {"converse": round((time.perf_counter() - start) * 1000, 3)}
    attempt = Attempt.record(message.pk, outcome, trigger=trigger, actor=actor)
    old, new = reply_text(message.reply_xml), reply_text(outcome.reply_xml)
    return Replay(message, attempt, outcome.status, old, new)


def resend(message: Message, actor: str, reason: str) -> Replay:
    """Answer `message` anew and queue the text as a customer message, with the reason that staff gave.

    Raises Rejected as `replay` does, and ValueError where there is no text to send or no reason.
    """
    if not reason.strip():
        raise ValueError("a reason is required; it stands with the message")
    done = replay(message, actor, trigger=Attempt.Trigger.RESEND)
    if done.outcome != Status.REPLIED or not done.new or done.new.startswith("["):
        raise ValueError(f"there is no text to send (the handler's outcome: {done.outcome})")
    if done.attempt.cause == taking_over.ASKED:
        raise ValueError("this message asks for a person: answer in the conversation with the follower")
    with transaction.atomic():
        rows = queue_text(
            message.account,
            message.openid,
            done.new,
            purpose=Purpose.RESEND,
            message=message,
            by=actor,
            reason=reason,
        )
        wake_sender(rows[0].pk)
    return done


def replay_many(
    messages: Iterable[Message], actor: str, resend_reason: str = ""
) -> Iterator[Replay | tuple[Message, str]]:
    """Each message's Replay (with a `resend_reason` also sent), or the message with why it could not be replayed."""
    for message in messages:
        try:
            yield resend(message, actor, resend_reason) if resend_reason else replay(message, actor)
        except Rejected as rejected:
            yield message, rejected.detail
        except ValueError as error:
            yield message, str(error)
