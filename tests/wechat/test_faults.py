"""Faults under load: whatever is killed or restarted, each accepted message is stored once and answered once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests import services
from tests.processes import Server, running_server
from tests.wechat.deliveries import Delivery, content_of, plain, sealed

pytestmark = pytest.mark.processes

MESSAGES = 120
TRIES = 12  # WeChat makes about four, five seconds apart; here they come a second apart


def deliver(delivery: Delivery, base: str) -> tuple[list[int], bytes]:
    """As WeChat does: the same request again until it is answered. Statuses seen, last body."""
    seen: list[int] = []
    for _ in range(TRIES):
        try:
            response = delivery.send(base, timeout=5)
        except httpx.TransportError:
            seen.append(0)
        else:
            seen.append(response.status_code)
            if response.status_code == 200 and response.content != b"success":
                return seen, response.content
        time.sleep(1)
    return seen, b""


def under_load(server: Server, fault: Callable[[], None]) -> list[tuple[list[int], bytes]]:
    """MESSAGES delivered over eight connections while `fault` happens."""
    deliveries = [
        (sealed if number % 2 else plain)(f"2026年{number % 12 + 1}月3日黄历") for number in range(MESSAGES)
    ]
    started = threading.Event()

    def one(delivery: Delivery) -> tuple[list[int], bytes]:
        started.set()
        return deliver(delivery, server.url)

    with ThreadPoolExecutor(8) as pool:
        results = [pool.submit(one, delivery) for delivery in deliveries]
        started.wait()
        fault()
        return [result.result() for result in results]


def check(server: Server, results: list[tuple[list[int], bytes]]) -> None:
    """Everything was answered, no status but 200 and 503 was seen, everything is stored and answered once."""
    assert all("我理解为" in content_of(body) for _, body in results)
    assert {status for seen, _ in results for status in seen} <= {0, 200, 503}
    code = (
        "from wechat.models import *; from django.db.models import Count;"
        "print(Message.objects.count(), Message.objects.exclude(status='replied').count(),"
        " Message.objects.annotate(n=Count('attempts')).exclude(n=1).count())"
    )
    stored = server.manage("shell", "--no-imports", "-c", code).stdout.split()
    assert stored == [str(MESSAGES), "0", "0"]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_workers_killed_under_load_lose_no_message(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    url = request.getfixturevalue("postgresql_url") if database == "postgresql" else ""
    with running_server(tmp_path, workers=2, database_url=url) as server:

        def fault() -> None:
            for _ in range(3):
                server.kill_worker(server.workers()[0])

        check(server, under_load(server, fault))


def test_a_restart_of_postgresql_under_load_loses_no_message(tmp_path: Path) -> None:
    with services.postgresql(durable=True) as postgresql, services.database(postgresql.url) as url:

        def fault() -> None:
            postgresql.stop("immediate")
            time.sleep(1)
            postgresql.start()

        with running_server(tmp_path, workers=2, database_url=url) as server:
            check(server, under_load(server, fault))


def test_a_redis_that_hangs_or_is_gone_costs_the_callback_nothing(tmp_path: Path) -> None:
    with services.redis_server() as redis:
        environment = {"REDIS_URL": redis.url, "CELERY_BROKER_URL": redis.url}
        with running_server(tmp_path, workers=1, environment=environment) as server:
            redis.hang()
            hung = [timed(server) for _ in range(5)]
            redis.resume()
            redis.stop()
            gone = [timed(server) for _ in range(5)]
    assert max(hung + gone) < 2


def timed(server: Server) -> float:
    start = time.monotonic()
    assert "我理解为" in content_of(plain("今天黄历").send(server.url).content)
    return time.monotonic() - start
