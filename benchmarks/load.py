"""A small load generator for loopback: keep-alive connections that send ready-made requests.

Bounded by the number of requests and by time. With a rate, each request has a time at which it is due and its
latency counts from then, so that a server that stalls can't slow the measurement down with itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

PATIENCE = 10.0  # seconds for one answer


class LoadError(Exception):
    """The server did not answer as it must for the figures to mean anything."""


@dataclass(slots=True)
class Load:
    """What came of it: answers, seconds from first to last, each answer's latency in ms, the last answer's body."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    body: bytes = b""

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def percentile(self, share: float) -> float:
        return sorted(self.latencies)[min(self.count - 1, int(self.count * share))]


class _Connection(asyncio.Protocol):
    """One connection with one request under way."""

    def __init__(self) -> None:
        self.buffer = b""
        self.answer: asyncio.Future[bytes] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if end and _is_whole(head, body):
            answer, self.buffer = self.buffer, b""
            if self.answer is not None and not self.answer.done():
                self.answer.set_result(answer)

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(LoadError(f"the server closed the connection: {error}"))

    async def ask(self, request: bytes) -> bytes:
        """The body of the 200 to `request`."""
        self.answer = asyncio.get_running_loop().create_future()
        assert self.transport is not None
        self.transport.write(request)
        answer = await asyncio.wait_for(self.answer, PATIENCE)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise LoadError(f"not answered with 200: {answer[:300]!r}")
        return body


def _is_whole(head: bytes, body: bytes) -> bool:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return len(body) >= int(value)
    return body.endswith(b"0\r\n\r\n")  # chunked, as an answer without Content-Length is sent


def send(
    port: int, requests: Sequence[bytes], *, connections: int, rate: float = 0.0, seconds: float = 60.0
) -> Load:
    """Send `requests` over `connections`, each as soon as one is free or, with a rate per second, when it is due."""
    return asyncio.run(_send(port, requests, connections, rate, seconds))


async def _send(port: int, requests: Sequence[bytes], connections: int, rate: float, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    opened = [await loop.create_connection(_Connection, "127.0.0.1", port) for _ in range(connections)]
    load, turns = Load(), iter(enumerate(requests))
    start = time.perf_counter()
    try:
        await asyncio.gather(*(_work(one, turns, load, start, rate, seconds) for _, one in opened))
        load.seconds = time.perf_counter() - start
    finally:
        for transport, _ in opened:
            transport.close()
    return load


async def _work(
    connection: _Connection,
    turns: Iterator[tuple[int, bytes]],
    load: Load,
    start: float,
    rate: float,
    seconds: float,
) -> None:
    for number, request in turns:
        due = start + number / rate if rate else time.perf_counter()
        if due - start > seconds:
            return
        if rate:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        load.body = await connection.ask(request)
        load.latencies.append((time.perf_counter() - due) * 1000)
