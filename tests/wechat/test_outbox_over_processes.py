"""Real processes share the outbox: each message once, in order, also when a worker is killed in the middle."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import credentials
from tests.platform_server import LocalPlatform, running_platform
from tests.processes import ROOT, Server, prepare_server
from wechat.platform.client import CUSTOM_SEND

pytestmark = pytest.mark.processes

FOLLOWERS = [f"oFollower{number:02d}" for number in range(8)]
PARTS = ["一", "二", "三"]
QUEUE = f"""
from datetime import UTC, datetime
from wechat import outbox
from wechat.environment import apply_environment
from wechat.models import Message, OfficialAccount
apply_environment()
account = OfficialAccount.objects.get(slug="default")
for openid in {FOLLOWERS!r}:
    Message.objects.create(account=account, openid=openid, msg_type="text", received_at=datetime.now(UTC),
                           raw=b"", plaintext=b"<xml/>")
    for text in {PARTS!r}:
        outbox.queue_text(account, openid, text)
"""
# Begins at a given time and sends until nothing is left: what a redelivered task or a second host would do.
SEND = """
import sys, time
import django
django.setup()
from wechat.models import OutboundMessage
from wechat.tasks import send_queued
time.sleep(max(float(sys.argv[1]) - time.time(), 0))
until = time.time() + float(sys.argv[2])
sent = 0
while OutboundMessage.objects.filter(state="queued").exists() and time.time() < until:
    sent += send_queued()
    time.sleep(0.02)
print(sent, *OutboundMessage.objects.order_by("state").values_list("state", flat=True))
"""


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    with running_platform() as served:
        for openid in FOLLOWERS:
            served.follower(openid, "message")
        yield served


@pytest.fixture(params=["sqlite", "postgresql"])
def host(request: pytest.FixtureRequest, tmp_path: Path, platform: LocalPlatform) -> Server:
    """An installation whose outbox holds three messages for each follower; nothing of it runs."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    secrets = {"WECHAT_APPSECRET": credentials.APP_SECRET, "WECHAT_API_BASE": platform.url}
    server = prepare_server(tmp_path, database_url=url, environment=secrets)
    result = server.manage("shell", "--no-imports", "-c", QUEUE)
    assert result.returncode == 0, result.stderr
    return server


def sender(host: Server, at: float, seconds: float = 30) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SEND, str(at), str(seconds)]
    return subprocess.Popen(
        command, cwd=ROOT, env=host.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_four_workers_send_each_message_once_and_in_order(host: Server, platform: LocalPlatform) -> None:
    platform.fail(CUSTOM_SEND, times=None, slow=0.05)
    workers = [sender(host, time.time() + 4) for _ in range(4)]
    counts = []
    for worker in workers:
        output, problems = worker.communicate(timeout=60)
        assert worker.returncode == 0, problems
        counts.append(int(output.split()[0]))
    assert sum(counts) == len(FOLLOWERS) * len(PARTS)
    assert {openid: platform.sent(openid) for openid in FOLLOWERS} == dict.fromkeys(FOLLOWERS, PARTS)
    assert platform.tokens.issued == 1


def test_a_worker_that_is_killed_while_it_sends_leaves_an_unknown_message_and_no_double(
    host: Server, platform: LocalPlatform
) -> None:
    platform.fail(CUSTOM_SEND, slow=2.5)
    worker = sender(host, 0)
    while not platform.asked(CUSTOM_SEND):
        time.sleep(0.02)
        assert worker.poll() is None
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    expire = "from wechat.models import *; from datetime import *; now = datetime.now(UTC);"
    expire += "OutboundMessage.objects.filter(state='sending').update(lease_until=now);"
    expire += "FollowerWindow.objects.update(lease_until=now)"
    assert host.manage("shell", "--no-imports", "-c", expire).returncode == 0
    output, problems = sender(host, 0).communicate(timeout=60)
    assert output.split()[1:] == ["sent"] * 23 + ["unknown"], problems
    assert {openid: platform.sent(openid) for openid in FOLLOWERS} == dict.fromkeys(FOLLOWERS, PARTS)
