"""Tasks run over the folder that one machine uses and over Redis, and beat sends what the schedule says."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from celestial_site.celery import app
from tests.processes import ROOT, Server, prepare_server

pytestmark = pytest.mark.processes

LOST = """
from datetime import timedelta
from django.utils import timezone
from wechat.environment import sync_default_account
from wechat.models import DedupFingerprint, Message
from wechat.simulator import text_message
now = timezone.now() - timedelta(minutes=1)
account = sync_default_account()
body = text_message("gh_x", "oFollower", "菜单", 1, "1")
message = Message.objects.create(
    account=account, openid="oFollower", msg_type="text", received_at=now, raw=body, plaintext=body
)
DedupFingerprint.objects.create(
    account=account, digest="d", nonce_digest="n", message=message, first_seen=now, last_seen=now, lease_until=now
)
"""
STATUS = "from wechat.models import Message; print(Message.objects.get().status)"


@contextmanager
def celery(server: Server, *arguments: str, output: int | IO[bytes] = subprocess.DEVNULL) -> Iterator[None]:
    """A worker or beat in the server's environment; `output` takes what it writes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celestial_site.celery", *arguments],
        cwd=ROOT,
        env=server.environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def status(server: Server) -> str:
    return server.manage("shell", "--no-imports", "-c", STATUS).stdout.strip()


def wait_until_answered(server: Server) -> None:
    for _ in range(40):
        if status(server) == "replied":
            return
    raise AssertionError("no worker finished the lost message")


@pytest.mark.parametrize("broker", ["filesystem", "redis"])
def test_beat_and_a_worker_finish_a_lost_message(
    request: pytest.FixtureRequest, tmp_path: Path, broker: str
) -> None:
    url = request.getfixturevalue("redis_url") if broker == "redis" else "filesystem://"
    server = prepare_server(tmp_path, environment={"CELERY_BROKER_URL": url})
    made = server.manage("shell", "--no-imports", "-c", LOST)
    assert made.returncode == 0, made.stderr
    assert status(server) == "pending"
    with celery(server, "worker", "--pool", "solo"), celery(server, "beat", "--pidfile", ""):
        wait_until_answered(server)


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
