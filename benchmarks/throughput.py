"""Messages a second at 64 connections, then the p95 of the latency at half of each one's own load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.cpu import MENU
from benchmarks.deliveries import Scheme, deliveries
from benchmarks.load import send
from benchmarks.servers import Subject

CONNECTIONS = 64


@dataclass(slots=True)
class Run:
    """One server under full load, then under half of it; a value for each round."""

    subject: Subject
    scheme: Scheme
    per_second: list[float] = field(default_factory=list)
    p95: list[float] = field(default_factory=list)

    def full(self, count: int) -> None:
        requests = deliveries(self.scheme, MENU, count)
        self.per_second.append(send(self.subject.port, requests, connections=CONNECTIONS).per_second)

    def half(self, seconds: float) -> None:
        rate = self.per_second[-1] / 2
        requests = deliveries(self.scheme, MENU, int(rate * seconds))
        self.p95.append(
            send(self.subject.port, requests, connections=CONNECTIONS, rate=rate).percentile(0.95)
        )

    @property
    def throughput(self) -> float:
        return median(self.per_second)

    @property
    def latency(self) -> float:
        return median(self.p95)

    def over(self, other: Run) -> float:
        pairs = zip(self.per_second, other.per_second, strict=True)
        return median(mine / its for mine, its in pairs)


def measure(runs: list[Run], rounds: int, count: int, seconds: float, say: Callable[[str], None]) -> None:
    """Interleaved rounds of `count` messages at full load and `seconds` at half load."""
    for number in range(1, rounds + 1):
        say(f"throughput at {CONNECTIONS} connections, round {number} of {rounds}")
        for run in runs:
            run.full(count)
        for run in runs:
            run.half(seconds)
