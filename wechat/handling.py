"""The handler around `converse`: what it came to as an Outcome, and what is kept of it. No request, no wire."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from wechat import erasure, xml
from wechat.converse import Deferred, converse
from wechat.gateway_account import GatewayAccount
from wechat.models import Follower, Message
from wechat.models.message import Outcome, Status
from wechat.models.statements import write_transaction
from wechat.xml import NO_REPLY, Incoming, NoReply, TextReply

log = logging.getLogger("wechat")

ENGINE_ERROR = "engine_error"


@dataclass(frozen=True, slots=True)
class Job:
    """A message and everything that answering it needs; `at` is the instant that it asks about."""

    account: GatewayAccount
    message: Message
    incoming: Incoming
    follower: Follower
    at: datetime

    @classmethod
    def of(cls, message: Message) -> Job:
        """From the row, for who has nothing else. Raises Rejected when it was redacted or the account is unusable."""
        account = GatewayAccount.of(message.account)
        incoming = xml.parse(bytes(message.plaintext))
        follower = Follower.of(account.id, message.openid)
        return cls(account, message, incoming, follower, message.received_at)


def run_handler(
    account: GatewayAccount,
    incoming: Incoming,
    at: datetime,
    follower: Follower,
    *,
    compute_slow: bool = True,
) -> Outcome:
    """The reply as XML; status deferred for a slow system that is not to be computed here.

    A handler that raises costs the follower an apology and staff a traceback, never a 5xx.
    """
    try:
        reply, cause = converse(account, incoming, at, follower.open(at), compute_slow=compute_slow)
    except Exception:
        follower.open(at)
        log.exception("the handler failed")
        return failure(account, incoming, at, ENGINE_ERROR)
    if isinstance(reply, Deferred):
        follower.open(at)  # what was understood so far is not kept: whoever computes it begins anew
        return Outcome(Status.DEFERRED, "slow_system")
    reply_xml = xml.render(reply, incoming, int(at.timestamp()))
    silent = isinstance(reply, NoReply) or reply_xml == NO_REPLY
    text = reply.content if isinstance(reply, TextReply) and not silent else None
    return Outcome(Status.ACKNOWLEDGED if silent else Status.REPLIED, cause, reply_xml, text=text)


def failure(account: GatewayAccount, incoming: Incoming, at: datetime, cause: str) -> Outcome:
    """The apology of the account."""
    apology = account.error_reply()
    reply_xml = xml.render(apology, incoming, int(at.timestamp()))
    return Outcome(Status.FAILED, cause, reply_xml, text=apology.content)


def record(
    message: Message,
    incoming: Incoming,
    outcome: Outcome,
    follower: Follower,
    at: datetime,
    *,
    trigger: str,
    actor: str = "",
) -> None:
    """The outcome and the follower's new state together: a try that dies before leaves the state for the next one."""
    if outcome.cause != erasure.CAUSE and not follower.changed:
        message.record(outcome, trigger=trigger, actor=actor)
        return
    with write_transaction():
        message.record(outcome, trigger=trigger, actor=actor)
        store_state(message, incoming, outcome, follower, at)


def store_state(
    message: Message, incoming: Incoming, outcome: Outcome, follower: Follower, at: datetime
) -> None:
    """What the handler changed of the follower: the state of the conversation, or everything gone."""
    if outcome.cause == erasure.CAUSE:
        person = erasure.person_of(incoming)
        erasure.erase(message.account_id, person, message.received_at, at, sparing=message.id)
    else:
        follower.store(at)
