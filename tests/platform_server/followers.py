"""Followers as the platform sees them: what they did, what may be sent to them, what stands in their chat."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

_numbers = itertools.count(1)
ALLOWANCES = {"message": (5, 172800), "menu": (3, 60), "follow": (3, 60), "scan": (3, 60)}
EVENTS = {
    "click": "menu",
    "scancode_push": "menu",
    "scancode_waitmsg": "menu",
    "subscribe": "follow",
    "scan": "scan",
}


@dataclass(frozen=True)
class Line:
    """One line of a chat, as the phone shows it; `way` is "passive", "customer", "notice" or "follower"."""

    way: str
    text: str
    at: float = field(default_factory=time.time)
    kind: str = "text"
    content: dict[str, Any] = field(default_factory=dict)  # the reply's elements, the customer message's body
    id: str = field(default_factory=lambda: str(next(_numbers)))


@dataclass
class Follower:
    """One person; `allowances` maps a trigger to (left, ends)."""

    openid: str
    follows: bool = True
    blocked: bool = False
    allowances: dict[str, list[float]] = field(default_factory=dict)
    chat: list[Line] = field(default_factory=list)
    tag_ids: list[int] = field(default_factory=list)
    client_platform_type: int = 1  # iOS

    def fits(self, rule: dict[str, Any]) -> bool:
        """Whether a conditional menu's rule names this person; an empty member says nothing."""
        tag, client = str(rule.get("tag_id") or ""), str(rule.get("client_platform_type") or "")
        return (not tag or tag in map(str, self.tag_ids)) and client in ("", str(self.client_platform_type))

    def act(self, trigger: str) -> None:
        """A later act of the same kind opens a new allowance."""
        allowed, seconds = ALLOWANCES[trigger]
        self.allowances[trigger] = [allowed, time.time() + seconds]

    def take(self) -> int:
        """Use one of what may be sent: 0, or the errcode of the refusal."""
        if not self.follows:
            return 43004
        if self.blocked:
            return 48002
        open_now = [entry for entry in self.allowances.values() if time.time() < entry[1]]
        if not open_now:
            return 45015
        with_some = [entry for entry in open_now if entry[0] > 0]
        if not with_some:
            return 45047
        min(with_some, key=lambda entry: entry[1])[0] -= 1
        return 0
