"""What an alert definition is made of; the definitions themselves are in `ops_dashboard.alert_rules`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "seconds", "ratio", "gaps"]
Severity = Literal["page", "ticket"]


@dataclass(frozen=True, slots=True)
class Record:
    """A recording rule: a number that alerts and the Grafana dashboard share, so that it can't drift."""

    name: str
    expr: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Series in promtool's notation, one value a minute, and whether the alert fires `at` that minute."""

    series: tuple[tuple[str, str], ...]
    at: int
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert. It fires when the number stays on the wrong side of `threshold` for `for_minutes`.

    `guard` is a second record and the least it must be (a ratio of three messages says nothing). It is resolved
    after `calm_minutes` on the right side. `id` is also the anchor of its section in docs/RUNBOOKS.md.
    """

    id: str
    alert: str
    severity: Severity
    title: str
    title_en: str
    record: Record
    op: Literal[">", "<"]
    threshold: float
    unit: Unit
    firing: Scenario
    quiet: Scenario
    for_minutes: int = 0
    calm_minutes: int = 5
    guard: tuple[Record, float] | None = None

    @property
    def expr(self) -> str:
        condition = f"{self.record.name} {self.op} {self.threshold:g}"
        return f"{condition} and {self.guard[0].name} >= {self.guard[1]:g}" if self.guard else condition

    @property
    def runbook(self) -> str:
        return f"docs/RUNBOOKS.md#{self.id}"

    def broken_by(self, value: float) -> bool:
        """Whether `value` is on the wrong side; exactly on the threshold is not."""
        return value > self.threshold if self.op == ">" else value < self.threshold
