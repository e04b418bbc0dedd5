"""The desk of staff: what they write to a follower whose conversation they took over, and how it gets there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _t

from wechat.gateway_account import GatewayAccount
from wechat.models import Follower, OfficialAccount, OutboundMessage
from wechat.models.outbound import Purpose
from wechat.outbox import PART_BYTES, queue_text
from wechat.replies import split_text
from wechat.sending_window import Window, window_of
from wechat.tasks import wake_sender

# WeChat allows five messages after each of the follower's; three parts leave some for the rest of the conversation.
MOST_PARTS = 3
# A second click is no second answer.
TWICE = timedelta(seconds=60)
CLOSING = "人工服务已结束，您可以继续发问，由系统自动回答；需要时再发“人工”。"


class Way(StrEnum):
    """How an answer gets to the follower."""

    NOW = "now"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Route:
    """The way that an answer takes now, with the window that decides it; `cause` says why it is kept."""

    way: Way
    window: Window
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it goes out: sensitive words covered, cut into messages of at most 2048 bytes."""

    text: str
    is_covered: bool
    parts: int


def route_of(account: OfficialAccount, openid: str, now: datetime) -> Route:
    """At once as a customer message where WeChat allows one, else with the reply to the follower's next message."""
    window = window_of(account.pk, openid, now)
    if not account.may_send:
        return Route(Way.KEPT, window, "no_right")
    return Route(Way.NOW if window.is_open else Way.KEPT, window, window.cause)


def draft_of(account: OfficialAccount, text: str) -> Draft:
    """What would be sent of `text`. The words that the account never sends are covered in what staff write too.

    Raises ValueError with a sentence for staff.
    """
    covered = GatewayAccount.of(account).covered(text.strip())
    parts = [part for part in split_text(covered, PART_BYTES) if part.strip()]
    if not parts:
        raise ValueError(_t("Write the answer."))
    if len(parts) > MOST_PARTS:
        raise ValueError(
            _t("This is %(parts)d messages long; at most %(most)d.")
            % {"parts": len(parts), "most": MOST_PARTS}
        )
    return Draft(covered, covered != text.strip(), len(parts))


def answer(follower: Follower, text: str, *, by: str, now: datetime) -> list[OutboundMessage]:
    """Queue an answer of `by`, who has the conversation. Raises ValueError with a sentence for staff."""
    draft = draft_of(follower.account, text)
    with transaction.atomic():
        # The UPDATE locks the row: neither a colleague nor a second click comes in between.
        if not follower.touch(by, now):
            raise ValueError(_t("Take over the conversation first; it is not yours."))
        return _queue(follower, draft, by, now)


def hand_back(follower: Follower, *, by: str, now: datetime, closing: str = "") -> bool:
    """End the conversation; false when it had ended. A last sentence is for who has it. Raises ValueError."""
    draft = draft_of(follower.account, closing) if closing.strip() else None
    with transaction.atomic():
        if draft is not None and follower.handed_over_at and not follower.touch(by, now):
            raise ValueError(_t("Take over the conversation first; it is not yours."))
        if not follower.give_back(now):
            return False
        if draft is not None:
            _queue(follower, draft, by, now)
    return True


def _queue(follower: Follower, draft: Draft, by: str, now: datetime) -> list[OutboundMessage]:
    first = split_text(draft.text, PART_BYTES)[0]
    earlier = OutboundMessage.objects.filter(
        account_id=follower.account_id,
        openid=follower.openid,
        purpose=Purpose.STAFF,
        by=by[:150],
        created_at__gt=now - TWICE,
        payload__content=first,
    )
    if earlier.exists():
        raise ValueError(_t("The same text was sent a moment ago."))
    rows = queue_text(follower.account, follower.openid, draft.text, purpose=Purpose.STAFF, by=by)
    wake_sender(rows[0].pk)
    return rows
