"""Debian's Prometheus, started by the test, over real workers: exact totals, and every baseline fires and resolves.

Only times are shortened (windows, waits, intervals); expressions and thresholds are deploy/prometheus's own. The
built-in evaluator judges the same traffic, and its notices reach a robot server that checks their signatures.
"""

from __future__ import annotations

import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from tests.ops_dashboard.conftest import URLS
from tests.ops_dashboard.robot_server import SECRET, RobotServer, robot_server
from tests.processes import Server, answers, running_server
from tests.services import free_port
from tests.site.test_imports import ROOT
from tests.wechat.deliveries import plain

PROMETHEUS = shutil.which("prometheus")
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        PROMETHEUS is None,
        reason="prometheus is not installed (Debian: apt-get install prometheus; .ci/run does)",
    ),
]
WINDOW = 30  # seconds, in place of 5 and 10 minutes
# The launch report's table: the alert in Prometheus, in the built-in evaluator, and its title in a robot's group.
BASELINES = {
    "CelestialSignatureFailures": ("signature-failures", "签名失败过多"),
    "CelestialSlowCallback": ("slow-callback", "回调 P95 延迟过高"),
    "CelestialDuplicateRate": ("duplicate-rate", "重复消息比例过高"),
    "CelestialServerErrors": ("server-errors", "5xx 响应过多"),
}


class Prometheus:
    """A running Prometheus and what it answers."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api/v1"

    def query(self, expression: str) -> float | None:
        answer = httpx.get(f"{self.url}/query", params={"query": expression}, trust_env=False).json()
        result = answer["data"]["result"]
        return float(result[0]["value"][1]) if result else None

    def firing(self) -> set[str]:
        alerts = httpx.get(f"{self.url}/alerts", trust_env=False).json()["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

    def until(self, condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"no {what} in {seconds} s; firing: {self.firing()}"
            time.sleep(0.3)


def shortened_rules() -> str:
    text = (ROOT / "deploy" / "prometheus" / "celestial_rules.yml").read_text(encoding="utf-8")
    text = re.sub(r"\[(5|10)m\]", f"[{WINDOW}s]", text)
    text = re.sub(r"for: \d+m", "for: 2s", text)
    return text.replace("interval: 30s", "interval: 1s")


@contextmanager
def prometheus(folder: Path, server: Server) -> Iterator[Prometheus]:
    """With the scrape example's jobs, pointed at `server`."""
    example = (ROOT / "deploy" / "prometheus_scrape_example.yml").read_text(encoding="utf-8")
    config = yaml.safe_load(example)
    config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    config["rule_files"] = ["rules.yml"]
    del config["alerting"]
    for job in config["scrape_configs"]:
        job["static_configs"] = [{"targets": [f"127.0.0.1:{server.port}"]}]
    folder.mkdir()
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    (folder / "rules.yml").write_text(shortened_rules())
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(PROMETHEUS),
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        found = Prometheus(port)
        ready = f"http://127.0.0.1:{port}/-/ready"
        found.until(lambda: answers(ready), "start of Prometheus")
        found.until(lambda: found.query("sum(up)") == 2, "first scrape")
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def send(server: Server, number: int, workers: int = 8) -> list[int]:
    """`number` new messages over connections of their own; the statuses."""
    deliveries = [plain("菜单") for _ in range(number)]
    with ThreadPoolExecutor(workers) as pool:
        return [found.status_code for found in pool.map(lambda one: one.send(server.url), deliveries)]


def test_totals_are_exact_over_four_workers_of_which_two_are_killed(tmp_path: Path):
    with running_server(tmp_path / "var", workers=4) as server, prometheus(tmp_path / "p", server) as found:
        statuses = send(server, 700)
        server.kill_worker(server.workers()[0])
        statuses += send(server, 700)
        server.kill_worker(server.workers()[1])
        statuses += send(server, 600)
        assert set(statuses) == {200}
        total = 'sum(wechat_requests_total{method="POST"})'
        found.until(lambda: found.query(total) == 2000, "total of 2000")
        assert found.query("sum(wechat_request_seconds_count)") == 2000
        assert found.query("sum(wechat_lateness_seconds_count)") == 2000
        time.sleep(3)
        assert found.query(total) == 2000
        assert found.query("wechat_pending_messages") == 0
        assert found.query("wechat_server_errors_total") == 0


SET_UP = f"""
from ops_dashboard.models import AlertChannel
from ops_dashboard.tasks import minute
for kind, url in {URLS!r}.items():
    AlertChannel.objects.create(name=kind, kind=kind, url=url, secret={SECRET!r})
minute()
"""
JUDGE = """
from dataclasses import replace
from datetime import timedelta
from django.utils import timezone
from ops_dashboard import aggregation, delivery, evaluator
from ops_dashboard.models import AlertState
from ops_dashboard.scraping import read_counters
evaluator.RULES = tuple(replace(rule, for_minutes=0) for rule in evaluator.RULES)
now = timezone.now() + timedelta(minutes=1, seconds=%d)
aggregation.aggregate(now, read_counters())
evaluator.evaluate(now)
delivery.deliver(now)
print(",".join(sorted(AlertState.objects.filter(phase="firing").values_list("rule", flat=True))))
"""


def judge(server: Server, seconds: int) -> set[str]:
    """Count and evaluate as the worker's task does, `seconds` later than a minute from now; what fires then."""
    result = server.manage("shell", "--no-imports", "-c", JUDGE % seconds)
    assert result.returncode == 0, result.stderr
    return set(filter(None, result.stdout.strip().split(",")))


def misbehave(server: Server) -> None:
    """Traffic that crosses the four baselines: forged, repeated, slow, and while nothing can be stored."""
    slow = [plain("2026年11月24日农历几号") for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        assert {one.status_code for one in pool.map(lambda one: one.send(server.url), slow)} == {200}
    repeated = plain("菜单")
    assert {repeated.send(server.url).status_code for _ in range(60)} == {200}
    for _ in range(12):
        assert plain("菜单", token="forged").send(server.url).status_code == 403
    lock = sqlite3.connect(server.var / "celestial.sqlite3")
    lock.execute("BEGIN IMMEDIATE")
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: plain("菜单").send(server.url).status_code, range(4)))
    finally:
        lock.rollback()
        lock.close()
    assert found == [503] * 4


def told(robot: RobotServer) -> set[tuple[str, str, str]]:
    """(robot, "firing" or "resolved", rule) of everything that reached the groups, alone or in a digest."""
    found = set()
    for kind, body in robot.received:
        for line in text_of(kind, body).splitlines():
            for rule, title in BASELINES.values():
                if title in line:
                    found.add((kind, "resolved" if "恢复" in line else "firing", rule))
    return found


def text_of(kind: str, body: dict) -> str:
    if kind == "feishu":
        return body["content"]["text"]
    return body["markdown"]["content" if kind == "wecom" else "text"]


def test_every_baseline_fires_and_resolves_in_prometheus_and_in_the_built_in_evaluator(tmp_path: Path):
    """Real slow, forged, repeated and failing requests; each robot is told of each alert, and of its end."""
    alerts, rules = set(BASELINES), {rule for rule, _title in BASELINES.values()}
    with robot_server() as robot:
        environment = {
            "CELESTIAL_ROBOT_BASE": robot.base,
            "DJANGO_SETTINGS_MODULE": "tests.slow.settings",
            "TESTS_SLOW_LOG": str(tmp_path / "computations"),
            "TESTS_SLOW_SECONDS": "1.8",
        }
        with (
            running_server(tmp_path / "var", workers=2, environment=environment) as server,
            prometheus(tmp_path / "p", server) as found,
        ):
            assert server.manage("shell", "--no-imports", "-c", SET_UP).returncode == 0
            found.until(lambda: found.query("wechat_duplicate_hits_total") == 0, "first values")
            seen: set[str] = set()
            misbehave(server)

            def all_fired() -> bool:
                seen.update(found.firing())
                return seen >= alerts

            found.until(all_fired, "every baseline", 30)
            assert judge(server, 0) >= rules
            assert told(robot) == {(kind, "firing", rule) for kind in URLS for rule in rules}
            robot.received.clear()
            found.until(lambda: not found.firing() & alerts, "end of every alert", 90)
            judge(server, 900)
            assert not judge(server, 1300) & rules
            assert told(robot) >= {(kind, "resolved", rule) for kind in URLS for rule in rules}
            assert not [entry for entry in told(robot) if entry[1] == "firing"]
            assert robot.problems == [], "every signature was valid"
