"""What a comparison is, and how what it finds is weighed against the disagreements that have an explanation."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
DISAGREEMENTS = FOLDER / "disagreements.yaml"
JUDGEMENTS = {"ours", "theirs", "both", "undecided"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One case where ours and theirs are not the same."""

    case: str
    ours: str
    theirs: str


@dataclass(slots=True)
class Outcome:
    """What a run found: cases looked at, those that differ, and for measured values how far each is off."""

    checked: int = 0
    differences: list[Difference] = field(default_factory=list)
    residuals: list[float] = field(default_factory=list)

    def compare(self, case: str, ours: object, theirs: object) -> None:
        """Count one case; note it where the two sides differ."""
        self.checked += 1
        if ours != theirs:
            self.differences.append(Difference(case, str(ours), str(theirs)))

    def measure(self, case: str, residual: float, limit: float) -> None:
        """Count one measured case; beyond ``limit`` it is a difference."""
        self.checked += 1
        self.residuals.append(abs(residual))
        if abs(residual) > limit:
            self.differences.append(Difference(case, f"{residual:+.3f}", "0"))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours against one other implementation or published table.

    ``run(share)`` looks at that share of the cases, from 0 to 1; the first cases are always the same.
    ``share`` is what the test suite looks at, the command looks at all. ``unit`` and ``limit`` belong to
    measured values: beyond the limit is a disagreement. ``systems`` are the ids that may quote the figure.
    """

    id: str
    systems: tuple[str, ...]
    what: str
    what_en: str
    against: str
    run: Callable[[float], Outcome]
    unit: str | None = None
    limit: float | None = None
    share: float = 1.0


def package(name: str) -> str:
    """An installed package with its version: najia 2.0.1."""
    return f"{name} {version(name)}"


@cache
def golden(name: str) -> Any:
    """A file that a script in oracles/ made."""
    return json.loads((FOLDER / "golden" / name).read_text(encoding="utf-8"))


@cache
def explained() -> dict[str, list[dict[str, str]]]:
    """The disagreements that have an explanation, by comparison."""
    loaded: dict[str, list[dict[str, str]]] = yaml.safe_load(DISAGREEMENTS.read_text(encoding="utf-8"))
    return loaded["disagreements"]


def doubts() -> list[dict[str, str]]:
    """What no comparison settles, in Chinese and English."""
    loaded: list[dict[str, str]] = yaml.safe_load(DISAGREEMENTS.read_text(encoding="utf-8"))["doubts"]
    return loaded


def unexplained(comparison: Comparison, outcome: Outcome) -> list[Difference]:
    """The differences that no entry of disagreements.yaml accounts for, to the letter."""
    known = {(each["case"], each["ours"], each["theirs"]) for each in explained().get(comparison.id, [])}
    return [each for each in outcome.differences if (each.case, each.ours, each.theirs) not in known]


def instants(count: int, seed: int) -> Iterator[datetime]:
    """Minutes from 1901 to 2099, drawn from a seed."""
    rng = random.Random(seed)
    for _ in range(count):
        yield datetime(1901, 1, 1) + timedelta(minutes=rng.randrange(199 * 525960))


def moment(civil: datetime, **more: object) -> dict[str, Any]:
    """A birth object or moment at UTC+8, where no summer time is in the way."""
    fields = {"year": civil.year, "month": civil.month, "day": civil.day, "hour": civil.hour}
    return {"calendar": "solar", "tz": "+08:00", "minute": civil.minute} | fields | more


def some(items: list[Any], share: float) -> list[Any]:
    """The first ``share`` of a list, at least one."""
    return items[: max(1, round(share * len(items)))]
