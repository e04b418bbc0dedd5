"""What only real workers can show: a try that runs elsewhere, a worker that is killed, a restart between two tries."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes import Server, running_server
from tests.wechat.deliveries import content_of, plain, sealed

pytestmark = [pytest.mark.processes]

QUESTION = "2026年11月24日农历几号"
DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(params=DATABASES)
def slow_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Two workers whose answer takes 3 s."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.slow.settings",
        "TESTS_SLOW_LOG": str(tmp_path / "computations"),
        "TESTS_SLOW_SECONDS": "3",
    }
    with running_server(tmp_path, workers=2, database_url=url, environment=environment) as server:
        yield server


def computations(server: Server) -> list[str]:
    log = server.var / "computations"
    lines = log.read_text().splitlines() if log.exists() else []
    return [line.rpartition(" ")[2] for line in lines if line.startswith("start")]


def stored(server: Server) -> str:
    """Messages, deliveries counted and triggers of the attempts, as the server's own database has them."""
    code = (
        "from wechat.models import *; hits = DedupFingerprint.objects.values_list('hits', flat=True);"
        "print(Message.objects.count(), sum(hits), *Attempt.objects.values_list('trigger', flat=True))"
    )
    return server.manage("shell", "--no-imports", "-c", code).stdout.strip().splitlines()[-1]


def test_a_duplicate_joins_the_try_that_still_runs(slow_server: Server) -> None:
    delivery = sealed(QUESTION)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(delivery.send, slow_server.url)
        time.sleep(1)
        start = time.monotonic()
        second = delivery.send(slow_server.url)
        waited = time.monotonic() - start
        assert first.result().content == second.content
    assert "十月" in content_of(second.content)
    assert len(computations(slow_server)) == 1
    assert waited < 4, "it waited for the running try, it did not compute anew"
    assert stored(slow_server) == "1 2 wechat"


def test_a_message_whose_worker_was_killed_is_answered_by_the_next_try_or_the_sweeper(
    slow_server: Server,
) -> None:
    """WeChat comes again at once; whether that try's time outlasts the dead one's lease decides who computes."""
    delivery = sealed(QUESTION)
    with ThreadPoolExecutor() as pool:
        lost = pool.submit(delivery.send, slow_server.url)
        slow_server.wait(lambda: bool(computations(slow_server)), "a computation")
        os.kill(int(computations(slow_server)[0]), signal.SIGKILL)
        assert lost.exception() is not None, "the connection of a killed worker breaks"
        again, later = (delivery.send(slow_server.url).content for _ in range(2))
    assert again == later
    sweep = "from wechat.tasks import sweep; from wechat.models import Message; sweep();"
    sweep += "print(Message.objects.get().status)"
    slow_server.wait(
        lambda: "replied" in slow_server.manage("shell", "--no-imports", "-c", sweep).stdout, "an answer"
    )
    assert len(computations(slow_server)) == 2
    told = content_of(again) + content_of(sealed("好了吗").send(slow_server.url).content)
    assert told.count("十月") == 1
    assert "takeover" in stored(slow_server)


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    with running_server(tmp_path, workers=2, database_url=url) as started:
        yield started


def test_the_same_bytes_come_back_after_a_restart(server: Server) -> None:
    delivery = sealed("今天黄历")
    answers = [delivery.send(server.url).content]
    for pid in server.workers():
        server.kill_worker(pid)
    answers.append(delivery.send(server.url).content)
    server.stop(signal.SIGKILL)
    server.start()
    answers += [delivery.send(server.url).content for _ in range(2)]
    assert len(set(answers)) == 1
    assert "宜" in content_of(answers[0])
    assert stored(server) == "1 4 wechat"


def test_fifty_messages_four_tries_each_at_once_are_fifty_messages(server: Server) -> None:
    deliveries = [plain("菜单") for _ in range(50)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda delivery: delivery.send(server.url), deliveries * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert stored(server).split()[:2] == ["50", "200"]
    for number in range(50):
        assert len({answer.content for answer in answers[number::50]}) == 1


def test_a_switch_by_command_reaches_every_worker_at_once(server: Server) -> None:
    for _ in range(8):
        assert plain("菜单").send(server.url).status_code == 200
    server.manage("set_mode", "default", "encryption=safe", "--reason", "test")
    assert {plain("菜单").send(server.url).status_code for _ in range(8)} == {403}


def test_the_callbacks_own_role_serves_nothing_else(tmp_path: Path) -> None:
    with running_server(tmp_path, workers=1, environment={"CELESTIAL_ROLE": "wechat"}) as server:
        assert "宜" in content_of(sealed("今天黄历").send(server.url).content)
        import httpx

        for path, status in {
            "/admin/": 404,
            "/api/v1/meta": 404,
            "/": 404,
            "/livez": 200,
            "/wechat_metrics": 200,
        }.items():
            assert httpx.get(server.url + path, trust_env=False).status_code == status, path


def test_the_apis_own_role_serves_no_callback(tmp_path: Path) -> None:
    with running_server(tmp_path, workers=1, environment={"CELESTIAL_ROLE": "api"}) as server:
        assert plain("菜单").send(server.url).status_code == 404


def test_without_its_database_the_callback_asks_wechat_to_try_again(
    tmp_path: Path, postgresql_url: str
) -> None:
    with running_server(tmp_path, workers=1, database_url=postgresql_url) as server:
        assert plain("菜单").send(server.url).status_code == 200
        code = (
            "from django.db import connection as c; cursor = c.cursor();"
            "cursor.execute('ALTER TABLE wechat_message RENAME TO gone')"
        )
        server.manage("shell", "--no-imports", "-c", code)
        response = plain("菜单").send(server.url)
        assert (response.status_code, response.content) == (503, b"unavailable")
        server.manage(
            "shell",
            "--no-imports",
            "-c",
            code.replace("wechat_message RENAME TO gone", "gone RENAME TO wechat_message"),
        )
        assert plain("菜单").send(server.url).status_code == 200
