"""Access tokens as WeChat issues them: stable ones, forced ones, and those of the older call."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field

OVERLAP = 300
FORCED_PER_DAY, FORCED_APART = 20, 30
_numbers = itertools.count(1)


@dataclass
class Issued:
    text: str
    ends: float


@dataclass
class Tokens:
    """Tokens of one account. `lifetime` in seconds; a stable token is renewed `overlap` seconds before its end."""

    lifetime: float = 7200
    overlap: float = OVERLAP
    issued: int = 0
    forced: list[float] = field(default_factory=list)
    _stable: Issued | None = None
    _ordinary: list[Issued] = field(default_factory=list)
    _valid: dict[str, float] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def stable(self, force: bool) -> tuple[str, int] | int:
        """(token, seconds left), or the errcode of a refusal."""
        now = time.time()
        if force:
            refusal = self._refuse_force(now)
            if refusal:
                return refusal
            self.forced.append(now)
            if self._stable:
                self._valid.pop(self._stable.text, None)
            self._stable = self._issue("stable", now)
        elif self._stable is None or self._stable.ends - now <= self.overlap:
            self._stable = self._issue("stable", now)
        return self._stable.text, max(int(self._stable.ends - now), 1)

    def ordinary(self) -> tuple[str, int]:
        """The older call: a new token each time; the former one lives on for five minutes."""
        now = time.time()
        for former in self._ordinary:
            if former.text in self._valid:
                self._valid[former.text] = min(self._valid[former.text], now + OVERLAP)
        self._ordinary.append(self._issue("ordinary", now))
        return self._ordinary[-1].text, int(self.lifetime)

    def verdict(self, text: str) -> int:
        """0 for a good token, else the errcode."""
        if not text:
            return 41001
        if text not in self._known:
            return 40014 if len(text) < 8 else 40001
        ends = self._valid.get(text)
        if ends is None:
            return 40001
        return 0 if time.time() < ends else 42001

    def expire(self) -> None:
        """Every token has expired as of now, the stable one too: the next call gets a new one."""
        self._valid = dict.fromkeys(self._valid, 0.0)
        self._stable = None

    def revoke(self) -> None:
        """Every token is refused (40001), yet the stable call goes on to hand out the same one: it must be forced."""
        self._valid.clear()

    def _refuse_force(self, now: float) -> int:
        today = [at for at in self.forced if now - at < 86400]
        if len(today) >= FORCED_PER_DAY:
            return 45009
        return 45011 if today and now - today[-1] < FORCED_APART else 0

    def _issue(self, kind: str, now: float) -> Issued:
        self.issued += 1
        # As long as WeChat asks us to have room for.
        text = f"{kind}_{next(_numbers)}_".ljust(512, "x")
        self._known.add(text)
        self._valid[text] = now + self.lifetime
        return Issued(text, now + self.lifetime)
