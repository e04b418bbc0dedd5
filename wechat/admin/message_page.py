"""What the page of one message shows, gathered before the template: timeline, bodies, differences."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from wechat.admin import causes, masking, outbound
from wechat.admin.causes import Words
from wechat.models import Attempt, DedupFingerprint, Message, OutboundMessage
from wechat.models.message import Status
from wechat.policy import Rejected
from wechat.replay import reply_text

DiffLine = tuple[str, str]  # ("+", "-" or " ", text)


@dataclass(frozen=True, slots=True)
class Step:
    label: Words
    milliseconds: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Try:
    """One Attempt as the timeline shows it."""

    attempt: Attempt
    outcome: Words
    cause: Words
    steps: list[Step]
    failed: bool
    milliseconds: float
    reply: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message that the account sent, or kept, as the answer."""

    row: OutboundMessage
    pill: SafeString
    why: Words


@dataclass(frozen=True, slots=True)
class Page:
    """Everything about one message; texts are masked unless `shown`."""

    shown: bool
    sender: str
    cause: Words
    marks: list[Words]
    fingerprints: list[DedupFingerprint]
    tries: list[Try]
    outgoing: list[Outgoing]
    fields: list[tuple[str, str]]
    pretty: str
    plaintext: str
    raw: str
    query: list[tuple[str, str]]
    reply: str
    reply_xml: str
    wire: str
    difference: list[DiffLine] = field(default_factory=list)


def page_of(message: Message, *, shown: bool) -> Page:
    """The page's content, in three queries besides the message itself."""
    attempts = list(message.attempts.all())
    plaintext = bytes(message.plaintext or b"")
    fields = masking.fields_of(plaintext)
    visible = fields if shown else masking.mask_fields(fields)
    reply_xml = bytes(message.reply_xml or b"")
    query = masking.parameters(message.query, shown=shown)
    return Page(
        shown=shown,
        sender=message.openid if shown else masking.pseudonym(message.openid),
        cause=causes.outcome_words(message.cause),
        marks=[causes.MARKS.get(mark, mark) for mark in message.marks],
        fingerprints=list(message.fingerprints.all()),
        tries=[_try(attempt, shown) for attempt in attempts],
        outgoing=[
            Outgoing(row, outbound.pill(row.state), outbound.words_of(row.cause))
            for row in message.outbound.order_by("id")
        ],
        fields=masking.flat(visible),
        pretty=masking.pretty(visible),
        plaintext=masking.decoded(plaintext) if shown else "",
        raw=masking.xml_text(bytes(message.raw or b""), shown=shown),
        query=query,
        reply=_reply(reply_xml, shown),
        reply_xml=masking.xml_text(reply_xml, shown=shown),
        wire=masking.xml_text(bytes(message.reply_wire or b""), shown=shown),
        difference=_last_difference(attempts, shown),
    )


def _try(attempt: Attempt, shown: bool) -> Try:
    failed = attempt.outcome == Status.FAILED
    order = list(causes.STEPS)
    names = sorted(attempt.steps, key=lambda name: order.index(name) if name in order else len(order))
    steps = [
        # A handler that raises fails in this step; the others can't fail without refusing the request.
        Step(causes.STEPS.get(name, name), attempt.steps[name], failed and name == "converse")
        for name in names
    ]
    total = sum(attempt.steps.values())
    outcome = dict(Status.choices).get(attempt.outcome, attempt.outcome)
    cause = causes.outcome_words(attempt.cause)
    return Try(attempt, outcome, cause, steps, failed, total, _reply(bytes(attempt.reply_xml or b""), shown))


def words_of(reply_xml: bytes | memoryview | None) -> str:
    """A stored reply as a person would have read it; one that can't be read must not cost staff the page."""
    try:
        return reply_text(reply_xml or None) or ""
    except Rejected:
        return masking.decoded(bytes(reply_xml or b""))


def _reply(reply_xml: bytes, shown: bool) -> str:
    return words_of(reply_xml) if shown else masking.masked(words_of(reply_xml))


def _last_difference(attempts: list[Attempt], shown: bool) -> list[DiffLine]:
    """Between the replies of the last two tries, nothing when there are fewer or they are the same."""
    replies = [words_of(attempt.reply_xml) for attempt in attempts[-2:]]
    if len(replies) < 2 or replies[0] == replies[1]:
        return []
    return difference(replies[0], replies[1], shown=shown)


def difference(old: str | None, new: str | None, *, shown: bool) -> list[DiffLine]:
    """Line by line; masked lines still tell which of them changed and by how much."""
    lines = difflib.ndiff((old or "").splitlines(), (new or "").splitlines())
    kept = [line for line in lines if not line.startswith("?")]
    return [(line[0], line[2:] if shown else masking.masked(line[2:])) for line in kept]
