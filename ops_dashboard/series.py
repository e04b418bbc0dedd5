"""The dashboard's numbers: statistics per minute added up into the steps of a range. Never reads a message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ops_dashboard.measures import add_histograms, quantile
from ops_dashboard.models import MinuteStat, SystemMinute
from ops_dashboard.models.minutes import no_counts

# name -> (how far back, minutes per point)
RANGES = {"1h": (60, 1), "6h": (360, 2), "24h": (1440, 5), "7d": (10_080, 30), "30d": (43_200, 120)}
DEFAULT = "24h"
COUNTED = ("replied", "acknowledged", "deferred", "failed", "pending", "duplicates")
QUANTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Values = list[float | None]


@dataclass(slots=True)
class Step:
    """One point of every chart."""

    start: datetime
    counts: dict[str, int]
    refusals: dict[str, int]
    latency: list[int]
    system: dict[str, float | None]


@dataclass(slots=True)
class Series:
    """All points of a range, oldest first; `minutes` is how long each is."""

    steps: list[Step]
    minutes: int

    @property
    def x(self) -> list[int]:
        return [int(step.start.timestamp()) for step in self.steps]

    def total(self, column: str) -> int:
        return sum(step.counts[column] for step in self.steps)

    def causes(self) -> list[str]:
        """Refusal causes of the range, the most frequent first."""
        sums: dict[str, int] = {}
        for step in self.steps:
            for cause, count in step.refusals.items():
                sums[cause] = sums.get(cause, 0) + count
        return sorted(sums, key=lambda cause: (-sums[cause], cause))

    def latency(self) -> list[int]:
        return add_histograms([step.latency for step in self.steps])

    def panels(self) -> dict[str, dict[str, Values]]:
        """panel -> series -> one value a step: the six charts."""
        return {
            "messages": {name: self._rate(name) for name in COUNTED[:4]},
            "latency": {
                name: [quantile(step.latency, share) for step in self.steps]
                for name, share in QUANTILES.items()
            },
            "rejections": {
                cause: [step.refusals.get(cause, 0) for step in self.steps] for cause in self.causes()[:8]
            },
            "retries": {"duplicates": [step.counts["duplicates"] for step in self.steps]},
            "calls": {name: self._system(name) for name in ("api_calls", "engine_calls", "server_errors")},
            "backlog": {name: self._system(name) for name in ("pending", "oldest_pending")},
        }

    def _rate(self, column: str) -> Values:
        """Per minute, whatever the step: ranges can be compared."""
        return [round(step.counts[column] / self.minutes, 3) for step in self.steps]

    def _system(self, column: str) -> Values:
        return [step.system.get(column) for step in self.steps]


def series(name: str, now: datetime, account: str = "") -> Series:
    """The range `name` of RANGES up to the last complete step before `now`, of one account or of all."""
    back, minutes = RANGES[name]
    length = minutes * 60
    end = datetime.fromtimestamp(int(now.timestamp()) // length * length, UTC)
    start = end - timedelta(minutes=back)
    steps = [_empty(start + timedelta(minutes=minutes * number)) for number in range(back // minutes)]
    rows = MinuteStat.objects.filter(minute__gte=start, minute__lt=end)
    rows = rows.filter(account__slug=account) if account else rows
    for minute, refusals, latency, *counts in rows.values_list("minute", "refusals", "latency", *COUNTED):
        step = steps[int((minute - start).total_seconds()) // length]
        _add(step.refusals, refusals.items())
        _add(step.counts, zip(COUNTED, counts, strict=True))
        step.latency = add_histograms([step.latency, latency])
    _add_system(steps, start, end, length)
    return Series(steps, minutes)


def _empty(start: datetime) -> Step:
    return Step(start, dict.fromkeys(COUNTED, 0), {}, no_counts(), {})


def _add(sums: dict[str, int], counts: Iterable[tuple[str, int]]) -> None:
    for name, count in counts:
        sums[name] = sums.get(name, 0) + count


def _add_system(steps: list[Step], start: datetime, end: datetime, length: int) -> None:
    """Counts add up; of the backlog a step shows the worst minute. A minute that nobody measured stays a gap."""
    added, worst = ("api_calls", "engine_calls", "server_errors"), ("pending", "oldest_pending")
    rows = SystemMinute.objects.filter(minute__gte=start, minute__lt=end).values("minute", *added, *worst)
    for row in rows:
        system = steps[int((row["minute"] - start).total_seconds()) // length].system
        for name in added:
            if row[name] is not None:
                system[name] = (system.get(name) or 0) + row[name]
        for name in worst:
            system[name] = max(system.get(name) or 0, row[name])


def as_json(found: Series) -> dict[str, Any]:
    return {"x": found.x, "minutes": found.minutes, "panels": found.panels()}
