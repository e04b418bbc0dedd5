"""Steady traffic of WeChat messages, to see what a reload, an upgrade or a rotation loses."""

from __future__ import annotations

import secrets
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from itertools import count
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from wechat.simulator import plain_request, text_message

PAUSE = 0.03


class Load:
    """Threads that send one new message after the other while the block runs; `outcomes` counts the answers."""

    def __init__(self, url: str, token: str, *, threads: int = 4, context: ssl.SSLContext | None = None):
        self.url, self.token = url, token
        self.outcomes: Counter[str] = Counter()
        self._numbers = count(time.time_ns())
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)]
        self._opener = urllib.request.build_opener(*handlers)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def answered(self) -> int:
        return self.outcomes["200"]

    @property
    def lost(self) -> dict[str, int]:
        """Whatever was not answered with 200, by what happened instead."""
        return {outcome: number for outcome, number in self.outcomes.items() if outcome != "200"}

    def wait_for(self, number: int, seconds: float = 120) -> None:
        """Until `number` more messages were answered."""
        goal, deadline = self.answered + number, time.monotonic() + seconds
        while self.answered < goal:
            assert time.monotonic() < deadline, f"only {dict(self.outcomes)} in {seconds} s"
            time.sleep(0.02)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.outcomes[self._send()] += 1
            # Steady traffic, not a flood: what it shares the machine with has to get on.
            time.sleep(PAUSE)

    def _send(self) -> str:
        number = next(self._numbers)
        message = text_message(
            "gh_load", f"oLoad{number % 50:023d}", "今天黄历", int(time.time()), str(number)
        )
        query, body = plain_request(self.token, message, int(time.time()), secrets.token_hex(8))
        request = urllib.request.Request(f"{self.url}/wechat?{urlencode(query)}", data=body)
        try:
            with self._opener.open(request, timeout=30) as response:
                response.read()
                return str(response.status)
        except urllib.error.HTTPError as error:
            return str(error.code)
        except OSError as error:
            return f"{type(error).__name__}: {error}"
