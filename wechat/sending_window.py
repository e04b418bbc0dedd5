"""Whether a follower may be written to now: WeChat's 48 hours and numbers, from the messages that are stored.

WeChat opens an allowance when a person does something, and a later act opens a new one. What was used of it are the
messages sent since. Both are read from the tables, so a restart forgets nothing and the callback writes nothing for
it. Whether two open allowances add up is not documented; here the larger one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from wechat.models import FollowerWindow, Message, OutboundMessage

# Events (lower case) by the trigger that they are; a text that comes from a tap on a text menu counts as "menu".
EVENTS = {
    "click": "menu",
    "scancode_push": "menu",
    "scancode_waitmsg": "menu",
    "subscribe": "follow",
    "scan": "scan",
}
_LEFT = "unsubscribe"
_MENU_TAP = b"<bizmsgmenuid>"


@dataclass(frozen=True, slots=True)
class Window:
    """What may be sent to a follower now; `cause` says why nothing may."""

    left: int = 0
    allowed: int = 0
    closes_at: datetime | None = None
    trigger: str = ""
    cause: str = ""

    @property
    def is_open(self) -> bool:
        return self.left > 0

    def hours_left(self, now: datetime) -> float:
        return max((self.closes_at - now).total_seconds() / 3600, 0) if self.closes_at else 0


def window_of(account_id: int, openid: str, now: datetime, state: FollowerWindow | None = None) -> Window:
    """The follower's best open allowance, less what was sent since it opened."""
    state = state or FollowerWindow.of(account_id, openid)
    triggers = latest_triggers(account_id, openid, now)
    if _LEFT in triggers and all(at <= triggers[_LEFT] for at in triggers.values()):
        return Window(cause="unfollowed")
    refused_at = state.refused_at if state else None
    known = {name: at for name, at in triggers.items() if not refused_at or at > refused_at}
    if triggers and not known:
        return Window(cause=str(state.refused_code) if state else "")
    windows = list(_open_windows(account_id, openid, known, now))
    best = max(
        windows, key=lambda window: (window.left, window.closes_at), default=Window(cause="window_closed")
    )
    return best


def latest_triggers(account_id: int, openid: str, now: datetime) -> dict[str, datetime]:
    """When the follower last did each thing that opens an allowance, and when they left, within the longest one."""
    seconds = max(seconds for _allowed, seconds in settings.WECHAT_SEND_WINDOWS.values())
    rows = Message.objects.filter(
        account_id=account_id, openid=openid, received_at__gt=now - timedelta(seconds=seconds)
    )
    wanted = Q(msg_type="event", event__iregex=f"^({'|'.join([*EVENTS, _LEFT])})$") | ~Q(msg_type="event")
    latest: dict[str, datetime] = {}
    columns = ("msg_type", "event", "received_at", "plaintext")
    for msg_type, event, at, plaintext in (
        rows.filter(wanted).order_by("-received_at").values_list(*columns)[:200]
    ):
        latest.setdefault(_trigger(msg_type, event, bytes(plaintext)), at)
    return latest


def _trigger(msg_type: str, event: str, plaintext: bytes) -> str:
    if msg_type == "event":
        return EVENTS.get(event.lower(), _LEFT)
    return "menu" if _MENU_TAP in plaintext else "message"


def _open_windows(
    account_id: int, openid: str, triggers: Mapping[str, datetime], now: datetime
) -> Iterator[Window]:
    for name, at in triggers.items():
        allowed, seconds = settings.WECHAT_SEND_WINDOWS.get(name, (0, 0))
        closes_at = at + timedelta(seconds=seconds)
        if now < closes_at:
            left = allowed - OutboundMessage.sent_since(account_id, openid, at)
            yield Window(max(left, 0), allowed, closes_at, name, "" if left > 0 else "quota_used")
