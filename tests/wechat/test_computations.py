"""The threads that the handler runs in: reused, bounded, never waited for longer than one may."""

from __future__ import annotations

import threading
import time
from contextvars import ContextVar

import pytest

from wechat import computations
from wechat.models.message import Outcome, Status

word: ContextVar[str] = ContextVar("word", default="")


def quick() -> Outcome:
    return Outcome(Status.REPLIED, word.get())


def started(work=quick) -> computations.Computation:
    computation = computations.start(work)
    assert computation
    return computation


def test_the_outcome_comes_back_with_the_requests_context() -> None:
    word.set("request 7")
    outcome = started().result(5)
    assert outcome
    assert outcome.cause == "request 7"


def test_what_takes_longer_goes_on_and_can_be_asked_again() -> None:
    ready = threading.Event()

    def slow() -> Outcome:
        ready.wait(10)
        return quick()

    computation = started(slow)
    start = time.monotonic()
    assert computation.result(0.05) is None
    assert computation.result(-1) is None
    assert time.monotonic() - start < 1
    ready.set()
    assert computation.result(5)
    assert computation.result(0), "an outcome stays"


def test_what_the_handler_raises_is_raised_where_it_is_waited_for() -> None:
    def leave() -> Outcome:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        started(leave).result(5)
    assert started().result(5), "the thread serves on"


def test_one_message_after_another_is_handled_by_the_same_thread() -> None:
    names = []

    def who() -> Outcome:
        names.append(threading.current_thread().name + str(threading.get_ident()))
        return quick()

    for _ in range(20):
        started(who).result(5)
    assert len(set(names)) == 1


def test_the_threads_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computations, "_idle", [])
    monkeypatch.setattr(computations, "_threads", threading.BoundedSemaphore(1))
    ready = threading.Event()

    def hang() -> Outcome:
        ready.wait(10)
        return quick()

    busy = started(hang)
    assert computations.start(quick) is None
    ready.set()
    assert busy.result(5)
    assert started().result(5)


def test_one_request_thread_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computations, "_seats", threading.BoundedSemaphore(1))
    with computations.seat() as first, computations.seat() as second:
        assert (first, second) == (True, False)
    with computations.seat() as later:
        assert later
