"""`make accuracy`: every comparison in full; writes predictions/data/accuracy.json and docs/accuracy.md.

    .venv/bin/python -m tests.agreement [ID …]

With ids only those are run and nothing is written. Exit code 1 when a disagreement has no explanation, or an
explanation no disagreement. Golden files are made by `python -m tests.agreement.oracles`.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

from tests.agreement.catalogue import COMPARISONS
from tests.agreement.report import Finding, as_json, told, write


def run(name: str) -> tuple[Finding, float]:
    """One comparison in full, and its seconds."""
    start = time.perf_counter()
    comparison = next(found for found in COMPARISONS if found.id == name)
    return Finding(comparison, comparison.run(1.0)), time.perf_counter() - start


def main(names: list[str]) -> int:
    wanted = names or [comparison.id for comparison in COMPARISONS]
    start, findings = time.perf_counter(), []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for finding, seconds in pool.map(run, wanted):
            findings.append(finding)
            outcome = finding.outcome
            print(
                f"{finding.comparison.id:26}{outcome.checked:6} checked"
                f"{len(outcome.differences):5} different{seconds:7.1f} s",
                flush=True,
            )
    failures = told(findings)
    print("\n".join(failures), file=sys.stderr)
    if not failures and not names:
        write(as_json(findings, datetime.now(UTC).date(), time.perf_counter() - start))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
