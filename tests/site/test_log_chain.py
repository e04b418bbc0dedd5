"""One request's id through real processes: nginx's header, gunicorn's lines, the Celery task that it published."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest

from tests.leaks import assert_no_leak
from tests.processes import running_server
from tests.site.test_celery import celery
from tests.wechat.deliveries import content_of, plain, sealed

pytestmark = pytest.mark.processes
GIVEN = "0123456789abcdef0123456789abcdef"


def lines(text: str) -> list[dict]:
    """Every line of our own logging; gunicorn's and Celery's banners are none."""
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"ts"')]


def wait_for(file: Path, what: str, seconds: float = 60) -> list[dict]:
    """The lines with the message `what`, once there are some."""
    deadline = time.monotonic() + seconds
    while not (found := [line for line in lines(file.read_text()) if line["message"] == what]):
        assert time.monotonic() < deadline, file.read_text()[-3000:]
        time.sleep(0.2)
    return found


def test_a_callback_s_line_names_the_request_and_the_stored_message(tmp_path: Path):
    with running_server(tmp_path, workers=2) as server:
        replies = [sealed("今天黄历").send(server.url) for _number in range(8)]
        assert all("宜" in content_of(reply.content) for reply in replies)
        script = (
            "from wechat.models import *; print(*Message.objects.values_list('request_id', 'pk'), sep='\\n')"
        )
        stored = server.manage("shell", "--no-imports", "-c", script).stdout
        written = [line for line in lines(server.log()) if line["message"] == "callback"]
    assert {line["request_id"] for line in written} == {reply.headers["X-Request-ID"] for reply in replies}
    assert len(written) == 8
    for line in written:
        assert str((line["request_id"], int(line["message_id"]))) in stored


def test_a_slow_answer_is_computed_by_a_worker_under_the_id_of_the_callback(tmp_path: Path):
    slow = {
        "DJANGO_SETTINGS_MODULE": "tests.slow.settings",
        "TESTS_SLOW_LOG": str(tmp_path / "computations"),
        "TESTS_SLOW_SECONDS": "0.5",
    }
    with (
        running_server(tmp_path / "var", workers=1, environment=slow) as server,
        (tmp_path / "worker.log").open("wb") as output,
        celery(server, "worker", "--pool", "solo", "--loglevel", "INFO", output=output),
    ):
        response = plain("2026年11月24日黄历").send(server.url)
        late = wait_for(tmp_path / "worker.log", "late answer")
        callback = wait_for(server.var / "server.log", "callback")
    assert response.status_code == 200
    assert late[0]["request_id"] == callback[0]["request_id"] == response.headers["X-Request-ID"]
    assert late[0]["message_id"] == callback[0]["message_id"]
    assert late[0]["task_id"]
    assert (late[0]["account"], late[0]["outcome"]) == ("default", "replied")
    assert_no_leak((tmp_path / "worker.log").read_text())


def test_the_id_of_an_api_call_is_on_the_lines_of_its_task(tmp_path: Path):
    with running_server(tmp_path, workers=1) as server, (tmp_path / "worker.log").open("wb") as output:
        key = server.manage("create_api_key", "chain").stdout.strip()
        headers = {"Authorization": f"Bearer {key}", "X-Request-ID": GIVEN, "Idempotency-Key": "chain-1"}
        item = {
            "system": "calendar",
            "input": {"date": {"calendar": "solar", "year": 2026, "month": 11, "day": 24}},
        }
        with celery(server, "worker", "--pool", "solo", "--loglevel", "INFO", output=output):
            url = f"{server.url}/api/v1/batches"
            accepted = httpx.post(url, json={"items": [item]}, headers=headers, trust_env=False)
            assert accepted.status_code == 202, accepted.text
            assert accepted.headers["X-Request-ID"] == GIVEN
            turns = wait_for(tmp_path / "worker.log", "batch turn")
    assert turns[0]["request_id"] == GIVEN
    assert turns[0]["task_id"]
    assert turns[0]["settled"] == 1
    assert_no_leak((tmp_path / "worker.log").read_text())
    assert key not in (tmp_path / "worker.log").read_text() + server.log()
