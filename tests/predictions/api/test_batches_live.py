"""A thousand items with real processes: a worker killed in between, a broker that is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from predictions import registry
from tests.processes import ROOT, Server, running_server

pytestmark = pytest.mark.processes

ITEMS = 1000
UNLIMITED = {"API_RATE_LIMIT": "0"}


def items() -> list[dict[str, Any]]:
    """Every system, each with its own birth, day or moment; every hundredth is impossible."""
    made = []
    for number in range(ITEMS):
        system = registry.all_systems()[number % 4]
        example = system.examples[0]
        asked = dict(example.get("input", example))
        for name in ("date", "birth"):
            if name in asked:
                day = 31 if number % 100 == 0 else 1 + number % 28
                asked[name] = asked[name] | {
                    "calendar": "solar",
                    "year": 1930 + number % 90,
                    "month": 2,
                    "day": day,
                }
        made.append({"system": system.id, "input": asked, "lang": ("zh-Hans", "en")[number % 2]})
    return made


class Client:
    """Calls with a key of the server."""

    def __init__(self, server: Server) -> None:
        made = server.manage("create_api_key", "tests")
        assert made.returncode == 0, made.stderr
        headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
        self.http = httpx.Client(
            base_url=f"{server.url}/api/v1/", headers=headers, timeout=30, trust_env=False
        )

    def batch(self, batch_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.http.get(f"batches/{batch_id}").json()
        return found

    def wait(self, batch_id: str, done: int, seconds: float = 90) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while (batch := self.batch(batch_id))["done"] < done:
            assert time.monotonic() < deadline, f"only {batch}"
            time.sleep(0.2)
        return batch

    def results(self, batch_id: str) -> list[dict[str, Any]]:
        found, cursor = [], ""
        while cursor is not None:
            query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
            page = self.http.get(f"batches/{batch_id}/results", params=query).json()
            found += page["data"]
            cursor = page["next_cursor"]
        return found


@contextmanager
def celery(server: Server, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    with (server.var / "celery.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celestial_site.celery", *arguments],
            cwd=ROOT,
            env=server.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextmanager
def kept_running(server: Server, *arguments: str) -> Iterator[None]:
    """A worker that is started again when it ends, as `make run` and systemd do: a torn message file stops one."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            with celery(server, *arguments) as process:
                while process.poll() is None and not stopping.wait(0.2):
                    continue

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def power_failure(worker: subprocess.Popen[bytes]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


@pytest.mark.parametrize("services", ["sqlite and files", "postgresql and redis"])
def test_a_thousand_items_survive_a_killed_worker_each_answered_once_as_singly(
    request: pytest.FixtureRequest, tmp_path: Path, services: str
) -> None:
    environment, database = dict(UNLIMITED), ""
    if services == "postgresql and redis":
        database = request.getfixturevalue("postgresql_url")
        redis = request.getfixturevalue("redis_url")
        environment |= {"REDIS_URL": redis, "CELERY_BROKER_URL": redis}
    asked = items()
    worker = ("worker", "--concurrency", "1", "--without-gossip", "--without-mingle")
    with running_server(
        tmp_path / "var", workers=1, database_url=database, environment=environment
    ) as server:
        client = Client(server)
        with celery(server, "beat", "--pidfile", ""):
            with celery(server, *worker) as first:
                made = client.http.post("batches", json={"items": asked})
                batch_id = made.json()["id"]
                client.wait(batch_id, 50)
                power_failure(first)
            assert 50 <= client.batch(batch_id)["done"] < ITEMS
            with kept_running(server, *worker):
                finished = client.wait(batch_id, ITEMS)
        assert made.status_code == 202
        assert (finished["status"], finished["done"], finished["failed"]) == ("finished", ITEMS, ITEMS // 100)
        found = client.results(batch_id)
        assert [result["index"] for result in found] == list(range(ITEMS))
        use = {row["endpoint"]: row["calls"] for row in client.http.get("usage").json()["endpoints"]}
        assert use["batch-item"] == ITEMS
        for index in range(0, ITEMS, 9):
            single = client.http.post("predictions", json=asked[index])
            result = found[index]
            assert result["status"] == single.status_code, result
            told = result["prediction"] or result["problem"] | {"request_id": single.headers["X-Request-ID"]}
            assert told == single.json()


def test_a_broker_that_is_gone_costs_no_time_and_loses_nothing(
    tmp_path: Path, free_port: int, redis_url: str
) -> None:
    gone = {"CELERY_BROKER_URL": f"redis://127.0.0.1:{free_port}/0"}
    with running_server(tmp_path / "var", workers=1, environment=UNLIMITED | gone) as server:
        client = Client(server)
        client.batch("x")
        started = time.monotonic()
        made = client.http.post("batches", json={"items": items()[:100]})
        seconds = time.monotonic() - started
        assert (made.status_code, made.json()["status"]) == (202, "queued")
        assert seconds < 1.5
        server.environment["CELERY_BROKER_URL"] = redis_url
        with celery(server, "worker", "--pool", "solo"), celery(server, "beat", "--pidfile", ""):
            assert client.wait(made.json()["id"], 100)["status"] == "finished"
