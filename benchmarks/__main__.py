"""`make bench`: Celestial Nexus beside wechatpy + Flask and WeRoBot on this machine -> benchmarks/RESULTS.md."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import scenarios
from benchmarks.environment import peers_python
from benchmarks.report import Report
from benchmarks.scenarios import FULL, QUICK, Plan
from benchmarks.servers import start, start_filled
from tests.services import postgresql

START = time.monotonic()
NOTES = [
    "Only ratios of one run count: each round measures every server in turn; a ratio is the median over the rounds.",
    "CPU is user plus system time of the server's one worker (gthread, 4 threads); a database server's is not in it.",
    "The echo peers verify, decrypt and echo; they store nothing. The storing peer has our duties: raw bytes "
    "committed before the answer, duplicates counted and given the first reply, the answer recorded. It answers a "
    "constant as long as our menu and parses no sentence.",
    "1.5 × is the star of the CPU budget, 2 × the budget itself.",
    "The load generator runs on the same machine and takes CPU from the server at full load, for each server alike.",
]


def say(text: str) -> None:
    """One line of progress."""
    sys.stderr.write(f"[{time.monotonic() - START:5.0f} s] {text}\n")
    sys.stderr.flush()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds, under two minutes")
    parser.add_argument("--rows", type=int, help="rows of the growth figures, 10000000 for a long evening")
    parser.add_argument("--only", choices=["cpu", "throughput", "growth", "engine"], help="one part")
    parser.add_argument("--no-write", action="store_true", help="print, leave benchmarks/RESULTS.md as it is")
    return parser.parse_args()


def measure(plan: Plan, only: str | None, report: Report) -> None:
    """Every part that was asked for, with the servers up for as long as they are needed."""
    if only in (None, "engine"):
        scenarios.engine_figures(report, say)
    if only == "engine":
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="celestial-bench-")))
        say("starting PostgreSQL")
        server = stack.enter_context(postgresql()).url
        servers = stack.enter_context(start(folder, peers_python(), server, say))
        if only in (None, "cpu"):
            scenarios.cpu_figures(servers, plan, report, say)
        if only in (None, "throughput"):
            scenarios.throughput_figures(servers, plan, report, say)
        if only in (None, "growth"):
            filled = stack.enter_context(start_filled(folder, server, plan.rows, say))
            scenarios.growth_figures(filled, servers, plan, report, say)


def main() -> int:
    # The finally clauses stop the servers, also when something ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = arguments()
    plan = QUICK if options.quick else FULL
    plan = replace(plan, rows=options.rows or plan.rows)
    say("preparing the peers' environment")
    peers_python()
    report = Report(" ".join(["python -m benchmarks", *sys.argv[1:]]), notes=NOTES)
    measure(plan, options.only, report)
    sys.stdout.write(report.markdown())
    if not options.no_write:
        report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
