"""The handler in threads of its own, so that the request's thread can watch the clock.

A thread can't be ended from outside: a computation that outlives WeChat's five seconds is left to go on, its lease is
renewed and its result delivered later (`wechat.deferred`). The handler reads no database, so these threads have no
connection. The threads are daemons: nothing waits for a computation that hangs when the process ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from queue import SimpleQueue

from django.conf import settings

from wechat.models.message import Outcome

THREADS = 32  # a process; with every one of them busy, messages go to the workers
QUICK = 1.0  # seconds; almost every answer takes milliseconds

_Inbox = SimpleQueue["Computation"]
_idle: list[_Inbox] = []
_threads = threading.BoundedSemaphore(THREADS)
# One request thread of each process never waits, so that a slow engine does not hold up what comes after it.
_seats = threading.BoundedSemaphore(max(settings.WEB_THREADS - 1, 1))


class Computation:
    """One run of the handler. A plain lock stands for "done": an Event or a Future costs several times as much."""

    __slots__ = ("_context", "_done", "_error", "_outcome", "_work")

    def __init__(self, work: Callable[[], Outcome]) -> None:
        self._work, self._context = work, copy_context()
        self._outcome: Outcome | None = None
        self._error: BaseException | None = None
        self._done = threading.Lock()
        self._done.acquire()

    def run(self) -> None:
        """In the computing thread: the outcome, or what was raised, for whoever waits."""
        try:
            self._outcome = self._context.run(self._work)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            self._error = error

    def finish(self) -> None:
        """Wake whoever waits."""
        self._done.release()

    def result(self, seconds: float) -> Outcome | None:
        """The outcome, None when it is not there after `seconds`. Raises what the handler raised."""
        if not self._done.acquire(timeout=max(seconds, 0)):
            return None
        self._done.release()
        if self._error is not None:
            raise self._error
        return self._outcome


def start(work: Callable[[], Outcome]) -> Computation | None:
    """Run `work` in an idle thread or a new one; None when all of them are busy."""
    try:
        inbox = _idle.pop()
    except IndexError:
        if not _threads.acquire(blocking=False):
            return None
        inbox = SimpleQueue()
        threading.Thread(target=_serve, args=(inbox,), name="handler", daemon=True).start()
    computation = Computation(work)
    inbox.put(computation)
    return computation


def _serve(inbox: _Inbox) -> None:
    while True:
        computation = inbox.get()
        computation.run()
        # Idle before it says so: the request that is woken now may bring the next message at once.
        _idle.append(inbox)
        computation.finish()


@contextmanager
def seat() -> Iterator[bool]:
    """Whether this request's thread may wait: all but one of a process may."""
    free = _seats.acquire(blocking=False)
    try:
        yield free
    finally:
        if free:
            _seats.release()
