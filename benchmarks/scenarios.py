"""What is measured at which servers, and which promise of DESIGN.md section 8 the figures answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks import cpu, engine, throughput
from benchmarks.cpu import Case
from benchmarks.deliveries import SCHEMES
from benchmarks.report import Promise, Report
from benchmarks.servers import ECHO, STORING, Servers, Subject

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured."""

    rounds: int
    messages: int
    half_seconds: float
    rows: int


QUICK = Plan(rounds=3, messages=60, half_seconds=1.0, rows=5_000)
FULL = Plan(rounds=7, messages=500, half_seconds=5.0, rows=200_000)


def cpu_figures(servers: Servers, plan: Plan, report: Report, say: Say) -> None:
    """CPU per message of every server, and the budget of 2 × the echo."""
    peers = {s: cpu.cases_of_peers(servers.echo, servers.werobot, s) for s in SCHEMES}
    mine = {s: [case for one in servers.ours for case in cpu.cases_of_ours(one, s)] for s in SCHEMES}
    bare = [Case(f"{one.name}: view, one INSERT", one, "plaintext", "x") for one in servers.bare]
    cases = [*(case for s in SCHEMES for case in peers[s] + mine[s]), *bare]
    cpu.measure(cases, plan.rounds, plan.messages, say)
    rows = []
    for case in cases:
        django = bare["PostgreSQL" in case.subject.name]
        ratios = (f"{case.over(peers[case.scheme][0]):.2f}", f"{case.over(django):.2f}")
        rows.append((case.label, case.scheme, f"{case.milliseconds:.3f}", *ratios))
    header = ("what", "scheme", "CPU ms", f"× {ECHO}", "× bare Django, same database")
    report.add_table("Server CPU per message", header, rows)
    report.promises += [
        Promise(f"CPU: {case.label}, {s}, × {ECHO}", case.over(peers[s][0]), 2.0)
        for s in SCHEMES
        for case in mine[s]
        if not case.duplicate
    ]


def throughput_figures(servers: Servers, plan: Plan, report: Report, say: Say) -> None:
    """Throughput at 64 connections and p95 at half load, beside the peer with the same duties."""
    subjects = (servers.storing, *servers.ours)
    runs = [throughput.Run(subject, scheme) for scheme in SCHEMES for subject in subjects]
    throughput.measure(runs, max(3, plan.rounds // 2), plan.messages * 3, plan.half_seconds, say)
    rows = []
    for run in runs:
        fair = next(other for other in runs if other.scheme == run.scheme)
        ratio, name = run.over(fair), f"{run.subject.name}, {run.scheme}"
        rows.append(
            (run.subject.name, run.scheme, f"{run.throughput:.0f}", f"{ratio:.2f}", f"{run.latency:.1f}")
        )
        if run is not fair:
            report.promises.append(Promise(f"throughput: {name}, × {STORING}", ratio, 1.2, at_least=True))
            report.promises.append(Promise(f"p95 at half load: {name}", run.latency, 10, unit="ms"))
    header = ("server", "scheme", "messages/s at 64 connections", f"× {STORING}", "p95 ms at half load")
    report.add_table("Throughput", header, rows)


def growth_figures(
    filled: tuple[Subject, ...], servers: Servers, plan: Plan, report: Report, say: Say
) -> None:
    """The same messages at a server whose tables are full, beside one whose tables are nearly empty."""
    pairs = [
        (small, large)
        for one, full in zip(servers.ours, filled, strict=True)
        for small, large in zip(cpu.cases_of_ours(one, "aes"), cpu.cases_of_ours(full, "aes"), strict=True)
    ]
    cpu.measure([case for pair in pairs for case in pair], plan.rounds, plan.messages, say)
    rows = []
    for small, large in pairs:
        ratio = large.over(small)
        rows.append((small.label, f"{small.milliseconds:.3f}", f"{large.milliseconds:.3f}", f"{ratio:.2f}"))
        report.promises.append(Promise(f"growth: {small.label}, {plan.rows:,} rows", ratio, 1.1))
    header = ("what", "CPU ms, nearly empty", f"CPU ms, {plan.rows:,} rows", "×")
    report.add_table("Growth", header, rows)


def engine_figures(report: Report, say: Say) -> None:
    """The engine in this process: each system's chart, each sentence's parse."""
    say("charts and sentences")
    charts, sentences = engine.charts(), engine.sentences()
    slow, word = max(charts, key=charts.__getitem__), max(sentences, key=sentences.__getitem__)
    report.promises.append(Promise(f"a chart (slowest: {slow})", charts[slow], 5, unit="ms"))
    report.promises.append(Promise(f"a sentence understood (slowest: {word})", sentences[word], 2, unit="ms"))
    figures = [(name, f"{value:.3f}") for name, value in {**charts, **sentences}.items()]
    report.add_table("Engine: median wall-clock", ("chart or sentence", "ms"), figures)
    beside = [
        (system, name, f"{value:.3f}", f"{charts[system] / value:.1f}")
        for system, name, value in engine.peers()
    ]
    report.add_table("Engine: beside other libraries", ("ours", "theirs", "ms", "ours ×"), beside)
