"""What was measured, as the table on the screen and as benchmarks/RESULTS.md."""

from __future__ import annotations

import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.environment import ROOT

RESULTS = ROOT / "benchmarks" / "RESULTS.md"


@dataclass(frozen=True, slots=True)
class Promise:
    """One budget of DESIGN.md section 8 and what this run came to."""

    what: str
    measured: float
    budget: float
    at_least: bool = False
    unit: str = "×"

    @property
    def kept(self) -> bool:
        return self.measured >= self.budget if self.at_least else self.measured <= self.budget

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.at_least else "≤"
        verdict = "PASS" if self.kept else "over budget" if not self.at_least else "short of budget"
        return (
            self.what,
            f"{self.measured:.2f} {self.unit}",
            f"{sign} {self.budget:g} {self.unit}",
            verdict,
        )


@dataclass(slots=True)
class Report:
    """Promises first, then the tables of figures they come from."""

    command: str
    promises: list[Promise] = field(default_factory=list)
    tables: list[tuple[str, list[tuple[str, ...]]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add_table(self, title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        self.tables.append((title, [header, *rows]))

    def markdown(self) -> str:
        promises = [("promise", "measured", "budget", "verdict"), *(p.cells() for p in self.promises)]
        parts = ["# Benchmark results", _circumstances(self.command), "## Promises", _table(promises)]
        for title, rows in self.tables:
            parts += [f"## {title}", _table(rows)]
        parts += ["## How to read it", "\n".join(f"- {note}" for note in self.notes)]
        return "\n\n".join(parts) + "\n"

    def write(self) -> None:
        RESULTS.write_text(self.markdown())


def _table(rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|" + "---|" * len(rows[0]))
    return "\n".join(lines)


def _circumstances(command: str) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    rows = [
        ("date", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")),
        ("command", f"`{command}`"),
        ("commit", commit or "unknown"),
        ("machine", f"{_cpu()}, {_cores()} cores, load {_load()}, Python {platform.python_version()}"),
    ]
    return "\n".join(f"- {name}: {value}" for name, value in rows)


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def _cores() -> int:
    return Path("/proc/cpuinfo").read_text().count("processor\t")


def _load() -> str:
    return Path("/proc/loadavg").read_text().split()[0]
