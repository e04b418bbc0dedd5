"""The figures of a run: predictions/data/accuracy.json and docs/accuracy.md, which the product renders from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from predictions import accuracy
from predictions.engine import ENGINE_VERSION
from predictions.types import Json
from tests.agreement.comparison import Comparison, Difference, Outcome, doubts, explained, unexplained
from tests.agreement.digest import ROOT, digest

DOCUMENT = ROOT / "docs" / "accuracy.md"


@dataclass(frozen=True, slots=True)
class Finding:
    """A comparison with its outcome: what is new, and what the file of disagreements tells that is so no more."""

    comparison: Comparison
    outcome: Outcome

    @property
    def unexplained(self) -> list[Difference]:
        return unexplained(self.comparison, self.outcome)

    @property
    def outdated(self) -> list[dict[str, str]]:
        """Entries of disagreements.yaml that this run, if it was whole, did not find."""
        found = {each.case for each in self.outcome.differences}
        return [each for each in explained().get(self.comparison.id, []) if each["case"] not in found]

    def as_dict(self) -> Json:
        comparison, residuals = self.comparison, sorted(self.outcome.residuals)
        figures = _figures(residuals) if residuals else {"median": None, "p95": None, "max": None}
        return {
            "id": comparison.id,
            "systems": list(comparison.systems),
            "what": comparison.what,
            "what_en": comparison.what_en,
            "against": comparison.against,
            "checked": self.outcome.checked,
            "unit": comparison.unit,
            "limit": comparison.limit,
            **figures,
            "disagreements": explained().get(comparison.id, []),
        }


def _figures(residuals: list[float]) -> Json:
    high = residuals[min(len(residuals) - 1, int(0.95 * len(residuals)))]
    return {
        "median": round(median(residuals), 3),
        "p95": round(high, 3),
        "max": round(residuals[-1], 3),
    }


def as_json(findings: list[Finding], made_on: date, seconds: float) -> Json:
    """The whole report."""
    return {
        "engine_version": ENGINE_VERSION,
        "made_on": made_on.isoformat(),
        "seconds": round(seconds),
        "digest": digest(),
        "comparisons": [finding.as_dict() for finding in findings],
        "doubts": doubts(),
    }


def write(report: Json) -> None:
    """Both files; the document by the code that renders it everywhere else."""
    text = json.dumps(report, ensure_ascii=False, indent=1)
    accuracy.FILE.write_text(text + "\n", encoding="utf-8")
    DOCUMENT.write_text(accuracy.as_markdown(report), encoding="utf-8")


def told(findings: list[Finding]) -> list[str]:
    """One line for each failure: a difference without explanation, an explanation without difference."""
    lines: list[Any] = []
    for finding in findings:
        name = finding.comparison.id
        lines += [
            f"{name}: {each.case}: ours {each.ours}, theirs {each.theirs}" for each in finding.unexplained
        ]
        lines += [f"{name}: explained, but found no more: {each['case']}" for each in finding.outdated]
    return lines
