"""Reload, upgrade and rollback of a running installation, while messages keep coming in."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests import credentials
from tests.deploy.installed import BEFORE, LATEST, Installation, release, wait_for_answers
from tests.deploy.load import Load
from tests.deploy.programs import needs, run

pytestmark = [pytest.mark.processes, needs("git"), needs("ss"), needs("curl")]

BROKEN = "v0.3.0"


@pytest.fixture
def load(installation: Installation) -> Iterator[Load]:
    with Load(installation.callback, credentials.TOKEN, threads=2) as load:
        load.wait_for(20)
        yield load


def upgrade(installation: Installation, tag: str) -> str:
    done = installation.script("upgrade.sh", tag)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_reload_refuses_no_request(installation: Installation, load: Load) -> None:
    before = installation.main_process("wechat_server")
    for _time in range(2):
        assert installation.systemctl("reload", "wechat_server").returncode == 0
        load.wait_for(60)
    assert installation.main_process("wechat_server") != before
    assert load.lost == {}


def test_an_upgrade_and_the_way_back_refuse_no_request(installation: Installation, load: Load) -> None:
    first = installation.main_process("wechat_server")
    assert f"{BEFORE} runs" in upgrade(installation, BEFORE)
    assert installation.version() == BEFORE[1:]
    assert installation.main_process("wechat_server") != first
    assert f"{LATEST} runs" in upgrade(installation, LATEST)
    assert installation.version() == LATEST[1:]
    load.wait_for(20)
    assert load.lost == {}
    assert "already; nothing was changed" in upgrade(installation, LATEST)


def test_every_message_of_that_time_is_stored_once(installation: Installation, load: Load) -> None:
    load.wait_for(20)
    answered = load.answered
    script = (
        "from wechat.models import Message; from django.db.models import Count; "
        "print(Message.objects.count(), Message.objects.values('msg_id').distinct().count(), "
        "Message.objects.exclude(status='replied').filter(received_at__lt=__import__('django.utils.timezone', "
        "fromlist=['now']).now()-__import__('datetime').timedelta(seconds=5)).count())"
    )
    shown = installation.script("manage.sh", "shell", "--no-imports", "-c", script)
    stored, different, unanswered = map(int, shown.stdout.split())
    assert stored == different
    assert stored >= answered
    assert unanswered == 0


def test_a_release_that_does_not_start_gives_way_to_the_one_before(
    installation: Installation, load: Load
) -> None:
    wsgi = installation.source / "celestial_site/wsgi.py"
    right = wsgi.read_text()
    wsgi.write_text(right + "\nraise RuntimeError('broken on purpose')\n")
    release(installation.source, BROKEN)
    wsgi.write_text(right)
    before = installation.current.resolve()
    failed = installation.script("upgrade.sh", BROKEN)
    assert failed.returncode == 1
    assert f"{BROKEN} does not answer; going back to {before.name}" in failed.stderr
    assert installation.current.resolve() == before
    load.wait_for(20)
    assert load.lost == {}


def test_section_8_of_the_launch_report_works_as_written(installation: Installation) -> None:
    """Stop, git checkout, pip install, start, verify: in the folder of the release, word for word."""
    steps = f"""
        set -e
        systemctl stop wechat_server.service celestial_api.service
        cd {installation.current}
        . .venv/bin/activate
        git checkout {BEFORE}
        pip install -r requirements-lock.txt
        systemctl start wechat_server.service celestial_api.service
        ./deploy/verify_wechat_endpoint.sh {installation.callback}
    """
    done = run("bash", "-c", steps, environment=installation.environment | pip_settings())
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("[PASS]")
    wait_for_answers(installation)
    assert installation.version() == BEFORE[1:]
    # The next upgrade takes a folder of its own rather than the one that was moved by hand.
    upgrade(installation, LATEST)
    assert installation.version() == LATEST[1:]


def pip_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
