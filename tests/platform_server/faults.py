"""Faults on demand: what a path does instead of, or beside, its work."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

ANY = "*"


@dataclass(frozen=True)
class Fault:
    """One fault. `slow` and `lost` happen after the work was done: the caller can't know that it was."""

    errcode: int | None = None
    errmsg: str = ""
    status: int | None = None
    garbage: bool = False
    reset: bool = False  # closed with RST, nothing was done
    lost: bool = False  # the work was done, then RST instead of the answer
    slow: float = 0.0  # the work was done, the answer comes after that many seconds
    name: str = ""  # how the chat page calls it

    @property
    def acts(self) -> bool:
        """Whether the path does its work all the same."""
        return self.lost or self.slow > 0


@dataclass
class Faults:
    """Faults that wait for the next calls of a path, in order."""

    _waiting: dict[str, list[tuple[Fault, int | None]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, path: str, fault: Fault, times: int | None = 1) -> None:
        with self._lock:
            self._waiting.setdefault(path, []).append((fault, times))

    def waiting(self, path: str) -> list[tuple[str, int | None]]:
        """What is still to come on a path: its name and how often (None: always)."""
        with self._lock:
            return [(fault.name, times) for fault, times in self._waiting.get(path, [])]

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, path: str, openid: str = "") -> Fault | None:
        """The fault of this call, of its follower ("path openid") or of anybody's; one less of it is left."""
        with self._lock:
            for name in (f"{path} {openid}", path, ANY):
                waiting = self._waiting.get(name)
                if waiting:
                    fault, times = waiting.pop(0)
                    if times is None or times > 1:
                        waiting.insert(0, (fault, None if times is None else times - 1))
                    return fault
        return None
