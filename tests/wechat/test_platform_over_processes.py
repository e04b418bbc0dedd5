"""Two hosts' worth of processes need one token: it is asked for once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import credentials
from tests.platform_server import running_platform
from tests.processes import ROOT, Server, prepare_server
from wechat.platform.tokens import STABLE_TOKEN

pytestmark = pytest.mark.processes

PROCESSES, THREADS = 4, 6
# Each process waits for the starting time, so that all of them need the token in the same moment.
NEEDING = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
import django
django.setup()
from django.db import connection
from wechat.models import AccessToken, OfficialAccount
from wechat.platform.client import PlatformClient
from wechat.platform.tokens import current_token

account = OfficialAccount.objects.get(slug="default")
def need(_):
    try:
        before = AccessToken.of(account).generation
        addresses = PlatformClient(account).callback_addresses()
        return [before, current_token(account).generation, len(addresses)]
    finally:
        connection.close()
time.sleep(max(float(sys.argv[1]) - time.time(), 0))
with ThreadPoolExecutor(int(sys.argv[2])) as pool:
    print(json.dumps(list(pool.map(need, range(int(sys.argv[2]))))))
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Server:
    """A migrated installation with an account; nothing of it is started."""
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    server = prepare_server(tmp_path, database_url=url)
    server.environment |= {"WECHAT_APPSECRET": credentials.APP_SECRET}
    made = server.manage("wechat_account", "--from-env")
    assert made.returncode == 0, made.stderr
    return server


def all_need_the_token(host: Server, at: float) -> list[list[int]]:
    """What every thread of every process came to: generation before, generation after, addresses."""
    command = [sys.executable, "-c", NEEDING, str(at), str(THREADS)]
    running = [
        subprocess.Popen(
            command, cwd=ROOT, env=host.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(PROCESSES)
    ]
    found: list[list[int]] = []
    for process in running:
        output, problems = process.communicate(timeout=60)
        assert process.returncode == 0, problems
        found += json.loads(output.splitlines()[-1])
    return found


def test_processes_and_threads_get_and_refresh_one_token_exactly_once(host: Server) -> None:
    with running_platform() as platform:
        host.environment["WECHAT_API_BASE"] = platform.url
        # A slow platform keeps the door open for everybody who would ask too.
        platform.fail(STABLE_TOKEN, times=None, slow=0.5)
        first = all_need_the_token(host, time.time() + 4)
        assert len(platform.asked(STABLE_TOKEN)) == 1
        platform.tokens.expire()
        second = all_need_the_token(host, time.time() + 4)
        assert len(platform.asked(STABLE_TOKEN)) == 2
        assert platform.tokens.issued == 2
    assert [row[1:] for row in first] == [[1, 2]] * (PROCESSES * THREADS)
    assert [row[1:] for row in second] == [[2, 2]] * (PROCESSES * THREADS)
