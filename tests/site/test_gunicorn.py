"""deploy/gunicorn.conf.py with real workers: what it logs, refuses and survives."""

from __future__ import annotations

import json
import signal
import socket
from pathlib import Path

import httpx
import pytest

from tests.processes import Server, prepare_server, running_server

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with running_server(tmp_path_factory.mktemp("gunicorn") / "var", workers=2) as running:
        yield running


def raw_answer(server: Server, head: str) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(head.encode())
        return connection.recv(200)


def test_it_listens_on_loopback_with_as_many_workers_as_asked(server):
    assert len(server.workers()) == 2
    assert httpx.get(f"{server.url}/livez").text == "ok\n"


def test_every_line_that_it_writes_is_json(server):
    text = server.log().splitlines()
    assert not [line for line in text if not line.startswith("{")]
    lines = [json.loads(line) for line in text]
    assert any(line["logger"] == "gunicorn.error" for line in lines)
    assert all({"ts", "level", "message"} <= set(line) for line in lines)


def test_a_header_that_imitates_another_one_is_refused(server):
    """X_Forwarded_For would reach Django under the name of X-Forwarded-For."""
    answer = raw_answer(server, "GET /livez HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: 1.2.3.4\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")


def test_a_query_longer_than_we_accept_still_gets_our_own_answer(server):
    answer = httpx.get(f"{server.url}/wechat?nonce={'x' * 3000}")
    assert 400 <= answer.status_code < 500
    assert "X-Request-ID" in answer.headers


def test_a_killed_worker_is_replaced(server):
    victim = server.workers()[0]
    server.kill_worker(victim)
    assert victim not in server.workers()
    assert httpx.get(f"{server.url}/livez").status_code == 200


def test_a_reload_replaces_the_workers_without_a_refused_request(server):
    before = set(server.workers())
    server.process.send_signal(signal.SIGHUP)
    answers = [httpx.get(f"{server.url}/livez").status_code for _ in range(40)]
    server.wait(lambda: not before & set(server.workers()), "the new workers")
    assert set(answers) == {200}


def test_a_wrong_setting_stops_the_start_with_one_line(tmp_path: Path):
    # One worker: gunicorn prints a traceback of its own when a second one fails while it stops for the first.
    stopped = prepare_server(tmp_path / "var", workers=1)
    stopped.environment["WECHAT_DEDUP_WINDOW"] = "a day"
    with pytest.raises(AssertionError, match="gunicorn ended"):
        stopped.start()
    assert "WECHAT_DEDUP_WINDOW: must be a whole number" in stopped.log()
    assert "Traceback" not in stopped.log()
