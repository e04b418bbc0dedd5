"""Answers that wait for the follower's next message: they go first, then that message's own as far as it fits.

What an account may not send by itself, or WeChat takes no message for, is kept as an outgoing row and
`Follower.answers_waiting` says so. The claim reads that flag with the follower's row, so that ordinary messages cost
nothing. The rows become `delivered` in the transaction that records the reply: a retry gets the same bytes, and of two
messages at once only one brings them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from wechat import erasure, xml
from wechat.conversation import taking_over
from wechat.conversation.talk import NOT_UNDERSTOOD, first_part, without_link
from wechat.models import Follower, Message, OutboundMessage
from wechat.models.message import Outcome, Status
from wechat.models.outbound import State
from wechat.models.statements import write_transaction
from wechat.replies import MORE, TEXT_LIMIT
from wechat.xml import Incoming, TextReply

BROUGHT = "with_kept"
BETWEEN = "\n\n"
# More short texts than one reply brings, so that it is seen whether any are left.
LOOK = 21
STILL_COMPUTING = "上一个问题还在算，请稍等一会儿再发一次消息。"


class AnsweredElsewhere(Exception):
    """Another try's reply was recorded first, so this one is not sent and brings nothing."""


@contextmanager
def brought_along(
    message_pk: int, follower: Follower, incoming: Incoming, outcome: Outcome, at: datetime
) -> Iterator[None]:
    """Around the sealing and recording of a reply: what waits is put before it, and delivered with it.

    Raises AnsweredElsewhere when the reply was not recorded, with nothing changed, the outcome neither.
    """
    # The silence while a person talks is no reason to keep what that person wrote.
    nothing_to_say = outcome.text is None and outcome.cause != taking_over.WAITING
    if not follower.answers_waiting or nothing_to_say or outcome.cause == erasure.CAUSE:
        yield
        return
    own = (outcome.status, outcome.cause, outcome.reply_xml, outcome.text, dict(follower.talk))
    with write_transaction():
        # Message, follower, outgoing message: the order in which everybody locks them. Who keeps another text now
        # waits with noting it until this has committed, so that the note is not taken away with the others'.
        Message.lock(pk=message_pk)
        Follower.lock(follower.account_id, follower.openid)
        rows = list(OutboundMessage.kept_for(follower.account_id, follower.openid).select_for_update()[:LOOK])
        taken = _fitting(rows[: LOOK - 1])
        _put_together(taken, len(rows) - len(taken), follower, outcome)
        if outcome.text:
            outcome.status = Status.REPLIED if outcome.status == Status.ACKNOWLEDGED else outcome.status
            outcome.reply_xml = xml.render(TextReply(outcome.text), incoming, int(at.timestamp()))
        yield
        if not outcome.is_stored:
            outcome.status, outcome.cause, outcome.reply_xml, outcome.text, talk = own
            follower.talk.clear()
            follower.talk.update(talk)
            raise AnsweredElsewhere
        for row in taken:
            row.settle(State.DELIVERED, row.cause)
        if len(taken) == len(rows) and not _is_computing(follower):
            follower.nothing_waits()


def _fitting(rows: Sequence[OutboundMessage]) -> list[OutboundMessage]:
    """As many as one reply has room for, at least one: what does not fit stays for the message after this."""
    taken: list[OutboundMessage] = []
    room = TEXT_LIMIT - len(MORE.encode())
    for row in rows:
        room -= len(_text(row).encode()) + len(BETWEEN)
        if taken and room < 0:
            break
        taken.append(row)
    return taken


def _put_together(taken: Sequence[OutboundMessage], left: int, follower: Follower, outcome: Outcome) -> None:
    """The texts that waited, then the message's own; of what does not fit, 继续 brings the rest.

    Somebody who was told to send anything sends something that means nothing: that needs no answer of its own.
    """
    idle = outcome.cause == NOT_UNDERSTOOD
    if not taken:
        if idle and _is_computing(follower):
            outcome.text, outcome.cause = STILL_COMPUTING, ""
        return
    kept = BETWEEN.join(_text(row) for row in taken)
    own, link = without_link("" if idle else outcome.text or "")
    rest = follower.talk.pop("rest", "")
    room = TEXT_LIMIT - len(link.encode())
    text = f"{kept}{BETWEEN}{own}" if own else kept
    if left or (own and len((kept + BETWEEN + MORE).encode()) > room):
        # The answer comes with 继续 then, and without its link: a link is never cut.
        text, rest = kept + MORE, "\n".join(filter(None, [own.removesuffix(MORE), rest]))
    else:
        if len(text.encode()) > room:
            text, cut = first_part(text.removesuffix(MORE), room)
            rest = "\n".join(filter(None, [cut, rest]))
        text += link
    if rest:
        follower.talk["rest"] = rest
    outcome.text, outcome.cause = text, BROUGHT


def _text(row: OutboundMessage) -> str:
    return str(row.payload.get("content", ""))


def end_waiting() -> int:
    """Take the note from who has nothing to wait for any more: what was kept grew too old. The number of followers."""
    ended = 0
    for follower in list(Follower.objects.filter(answers_waiting=True)):
        with write_transaction():
            Follower.lock(follower.account_id, follower.openid)
            waits = OutboundMessage.kept_for(follower.account_id, follower.openid).exists()
            if not waits and not _is_computing(follower):
                follower.nothing_waits()
                ended += 1
    return ended


def _is_computing(follower: Follower) -> bool:
    mine = Message.objects.filter(account_id=follower.account_id, openid=follower.openid)
    return mine.filter(status=Status.DEFERRED).exists()
