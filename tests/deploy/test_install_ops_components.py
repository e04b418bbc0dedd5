"""The installing script below a clean folder: what it makes, a second run, a dry run, busy ports, and away again."""

from __future__ import annotations

import re
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from tests import credentials
from tests.deploy.installed import BEFORE, LATEST, Installation
from tests.deploy.programs import needs
from tests.services import free_port

pytestmark = [pytest.mark.processes, needs("git"), needs("ss"), needs("curl")]

UNITS = ("wechat_server", "celestial_api", "celestial_worker", "celestial_beat")


def everything_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Mode and time of change of every file that an installation makes; data and logs change by themselves."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = str(path.relative_to(folder))
        if not relative.startswith(("var/", "run/")):
            status = path.lstat()
            found[relative] = (status.st_mode, status.st_mtime_ns)
    return found


def test_it_makes_the_release_the_units_the_site_and_the_log_rotation(installation: Installation) -> None:
    root = installation.root
    assert installation.current.readlink().parent == Path("releases")
    for unit in UNITS:
        assert (root / f"etc/systemd/system/{unit}.service").is_file()
    assert (root / "etc/systemd/system/celestial_backup.timer").is_file()
    assert (root / "etc/logrotate.d/celestial_wechat").is_file()
    assert (root / "etc/nginx/sites-enabled/celestial").resolve().is_file()
    assert (root / "var/lib/celestial").stat().st_mode & 0o777 == 0o700


def test_secrets_are_made_kept_closed_and_not_printed(installation: Installation) -> None:
    secrets = installation.root / "etc/celestial/celestial.env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert f"WECHAT_TOKEN={credentials.TOKEN}" in installation.settings
    for name in ("DJANGO_SECRET_KEY", "CELESTIAL_ENCRYPTION_KEYS", "METRICS_TOKEN"):
        value = re.search(rf"^{name}=(\S{{32,}})$", installation.settings, re.MULTILINE)
        assert value, name
        assert value[1] not in installation.first_output, name
    assert "CELESTIAL_VAR=/var/lib/celestial\n" in installation.settings


def test_the_first_account_is_shown_once(installation: Installation) -> None:
    assert re.search(r"user: owner +password: \S{12,}", installation.first_output)
    assert "password:" not in installation.install("--tag", LATEST).stdout


def test_a_second_run_changes_nothing(installation: Installation) -> None:
    before = everything_below(installation.root)
    second = installation.install("--tag", LATEST)
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.splitlines()[-1] == "everything was so already; nothing was changed"
    assert everything_below(installation.root) == before


def test_another_tag_is_left_to_the_upgrade(installation: Installation) -> None:
    refused = installation.install("--tag", BEFORE)
    assert refused.returncode == 1
    assert f"upgrade.sh {BEFORE}" in refused.stderr


def test_what_is_installed_answers_and_verifies(installation: Installation) -> None:
    verified = installation.script("verify_wechat_endpoint.sh", installation.callback)
    assert verified.stdout.startswith("[PASS]"), verified.stderr
    asked = installation.script("simulate_encrypted_message.py", "今天黄历", "--plaintext")
    assert "宜" in asked.stdout, asked.stderr
    healthy = installation.script("check_services.sh")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr


def test_a_dry_run_says_what_it_would_do_and_does_nothing(installation: Installation, tmp_path: Path) -> None:
    ports = {"WECHAT_PORT": str(free_port()), "API_PORT": str(free_port())}
    elsewhere = replace(installation, root=tmp_path / "root", environment=installation.environment | ports)
    planned = elsewhere.install("--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert f"would: clone {LATEST}" in planned.stdout
    assert "nothing was changed" in planned.stdout
    assert not (tmp_path / "root").exists()


def test_uninstalling_leaves_data_and_secrets_and_purging_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    copy = tmp_path / "root"
    shutil.copytree(installation.root, copy, symlinks=True, ignore=shutil.ignore_patterns("run"))
    environment = {key: v for key, v in installation.environment.items() if key != "CELESTIAL_SYSTEMCTL"}
    stopped = replace(installation, root=copy, environment=environment)
    gone = stopped.install("--uninstall")
    assert gone.returncode == 0, gone.stderr
    left = sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file())
    assert not [path for path in left if not path.startswith(("etc/celestial/", "var/"))]
    assert "etc/celestial/celestial.env" in left
    assert "nothing was changed" in stopped.install("--uninstall").stdout
    assert stopped.install("--uninstall", "--purge").returncode == 0
    assert not (copy / "var/lib/celestial").exists()


@pytest.mark.parametrize("variable", ["WECHAT_PORT", "API_PORT"])
def test_a_port_that_somebody_holds_stops_it_before_anything_is_changed(
    tmp_path: Path, variable: str
) -> None:
    # A script that lies in this checkout is enough: it must not come as far as the repository.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", variable: port}
        refused = Installation(tmp_path / "root", Path(__file__).parents[2], environment).install()
    assert refused.returncode == 1
    assert re.search(rf"port {port} is held by \S+ \(pid \d+\)", refused.stderr), refused.stderr
    assert "choose others: WECHAT_PORT=" in refused.stderr
    assert not (tmp_path / "root").exists()


def test_an_unknown_tag_or_option_is_refused(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "WECHAT_PORT": "18990", "API_PORT": "18991"}
    checkout = Installation(tmp_path / "root", Path(__file__).parents[2], environment)
    assert "has no tag v99" in checkout.install("--tag", "v99").stderr
    unknown = checkout.install("--fast")
    assert unknown.returncode == 2
    assert "--dry-run" in unknown.stderr
