"""What the page of a conversation and the waiting list show: who said what when, masked unless staff may see it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, OuterRef, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wechat.admin import causes, masking
from wechat.admin.message_page import words_of
from wechat.admin.outbound import pill, text_of
from wechat.admin.outbound import words_of as why_of
from wechat.models import Follower, Message, OutboundMessage
from wechat.models.outbound import State

SHOWN = 40
LISTED = 200
KINDS: dict[str, str | Promise] = {
    "image": _("a picture"),
    "voice": _("a voice message"),
    "video": _("a video"),
    "shortvideo": _("a short video"),
    "location": _("a place"),
    "link": _("a link"),
    "file": _("a file"),
    "click": _("a tap on the menu"),
    "view": _("a menu link opened"),
    "scan": _("a QR code scanned"),
    "subscribe": _("followed the account"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One bubble. `side` is them, engine or staff; `note` says why there is no answer, or where a sending stands."""

    at: datetime
    side: str
    text: str
    what: str | Promise = ""
    who: str = ""
    state: SafeString | str = ""
    note: str | Promise = ""
    message: int | None = None
    outbound: int | None = None


def lines_of(follower: Follower, *, shown: bool) -> list[Line]:
    """The last messages both ways, the oldest first."""
    mine = {"account_id": follower.account_id, "openid": follower.openid}
    messages = Message.objects.filter(**mine).order_by("-received_at", "-id")[:SHOWN]
    sent = OutboundMessage.objects.filter(**mine).order_by("-id")[:SHOWN]
    lines = [*_lines_of_messages(messages, shown), *(_line_of_sent(row, shown) for row in sent)]
    return sorted(lines, key=lambda line: line.at)[-SHOWN:]


def _lines_of_messages(messages: Iterable[Message], shown: bool) -> Iterable[Line]:
    for message in messages:
        kind = message.event.lower() if message.msg_type == "event" else message.msg_type
        text = message.content if shown else masking.masked(message.content)
        what = "" if kind == "text" else KINDS.get(kind, kind)
        yield Line(message.received_at, "them", text, what, message=message.pk)
        reply = words_of(message.reply_xml)
        note = causes.outcome_words(message.cause) if message.cause else ""
        if reply or note:
            # Stored with its message, so it stands below it whatever was sent meanwhile.
            said = reply if shown else masking.masked(reply)
            yield Line(message.received_at, "engine", said, note=note, message=message.pk)


def _line_of_sent(row: OutboundMessage, shown: bool) -> Line:
    text = text_of(row)
    said = text if shown else masking.masked(text)
    why = why_of(row.cause) if row.state not in (State.SENT, State.DELIVERED) and row.cause else ""
    return Line(row.created_at, "staff", said, who=row.by, state=pill(row.state), note=why, outbound=row.pk)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One follower on the waiting list, with the last sentence as this member of staff may see it."""

    follower: Follower
    who: str
    text: str
    kind: str
    since: int


def waiting_list(now: datetime, me: str, *, shown: bool) -> list[Waiting]:
    """Who waits or talks with staff, the longest first, with the number of messages that came since."""
    theirs = Message.objects.filter(account=OuterRef("account"), openid=OuterRef("openid"))
    last = theirs.order_by("-received_at", "-id")
    since = theirs.filter(received_at__gt=OuterRef("handed_over_at")).order_by().values("openid")
    columns = {
        "last_text": Coalesce(Subquery(last.values("content")[:1]), Value(""), output_field=TextField()),
        "last_kind": Coalesce(Subquery(last.values("msg_type")[:1]), Value(""), output_field=TextField()),
        "since": Coalesce(Subquery(since.annotate(number=Count("pk")).values("number")), 0),
    }
    rows = Follower.handed_over(now).select_related("account").annotate(**columns)
    return [_waiting(row, shown=shown or row.handed_over_by == me) for row in rows[:LISTED]]


def _waiting(row: Any, *, shown: bool) -> Waiting:
    text = row.last_text if shown else masking.masked(row.last_text)
    kind = str(KINDS.get(row.last_kind, row.last_kind))
    return Waiting(row, masking.pseudonym(row.openid), text, kind, row.since)
