"""Server CPU per message, round by round, every system in each round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.deliveries import Scheme, deliveries
from benchmarks.load import send
from benchmarks.servers import Subject

CONNECTIONS = 4  # as many as the worker has threads
MENU, QUESTION = "菜单", "今天农历几号"


@dataclass(slots=True)
class Case:
    """One kind of message at one server, and the milliseconds of CPU it took in each round."""

    label: str
    subject: Subject
    scheme: Scheme
    text: str
    duplicate: bool = False
    rounds: list[float] = field(default_factory=list)

    @property
    def milliseconds(self) -> float:
        return median(self.rounds)

    def over(self, other: Case) -> float:
        """The median of the rounds' ratios: what disturbed one round disturbed both of its sides."""
        return median(mine / its for mine, its in zip(self.rounds, other.rounds, strict=True))

    def measure(self, count: int) -> float:
        """Milliseconds of the worker's CPU for one message, over `count` of them."""
        requests = deliveries(self.scheme, self.text, count)
        if self.duplicate:
            send(self.subject.port, requests, connections=CONNECTIONS)
        before = self.subject.cpu()
        done = send(self.subject.port, requests, connections=CONNECTIONS)
        return (self.subject.cpu() - before) / done.count * 1000


def measure(cases: list[Case], rounds: int, count: int, say: Callable[[str], None]) -> None:
    """Warm each case up, then fill in `rounds` interleaved rounds of `count` messages each."""
    for case in cases:
        case.measure(20)
    for number in range(1, rounds + 1):
        say(f"CPU per message, round {number} of {rounds}")
        for case in cases:
            case.rounds.append(case.measure(count))


def cases_of_peers(echo: Subject, werobot: Subject, scheme: Scheme) -> list[Case]:
    return [
        Case("wechatpy + Flask: verify, echo", echo, scheme, MENU),
        Case("WeRoBot: verify, echo", werobot, scheme, MENU),
    ]


def cases_of_ours(subject: Subject, scheme: Scheme) -> list[Case]:
    """Fully handled: verified, decrypted, stored, deduplicated, answered, recorded."""
    return [
        Case(f"{subject.name}: new, 菜单", subject, scheme, MENU),
        Case(f"{subject.name}: new, calendar question", subject, scheme, QUESTION),
        Case(f"{subject.name}: duplicate", subject, scheme, MENU, duplicate=True),
    ]
