"""The installing script below a clean folder: twice, as a dry run, on busy ports, and away again."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import credentials
from tests.deploy.installed import BEFORE, LATEST, Installation, new_installation, wait_for_answers
from tests.deploy.programs import needs

pytestmark = [pytest.mark.processes, needs("git"), needs("ss"), needs("curl")]


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    made = new_installation(tmp_path_factory.mktemp("installation"))
    yield made
    made.stop()


def everything_below(folder: Path) -> dict[str, tuple[int, int]]:
    """Mode and time of change of every file that an installation makes; data and logs change by themselves."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = str(path.relative_to(folder))
        if not relative.startswith(("var/", "run/")):
            status = path.lstat()
            found[relative] = (status.st_mode, status.st_mtime_ns)
    return found


def test_the_whole_life_of_an_installation(installation: Installation) -> None:
    """One test, since each step needs the one before: dry run, install, again, refuse, uninstall."""
    planned = installation.install("--dry-run")
    assert planned.returncode == 0, planned.stderr
    assert f"would: clone {LATEST}" in planned.stdout
    assert "nothing was changed" in planned.stdout
    assert not installation.root.exists()

    first = installation.install()
    assert first.returncode == 0, first.stdout + first.stderr
    check_what_was_made(installation, first.stdout)
    wait_for_answers(installation)
    before = everything_below(installation.root)

    second = installation.install()
    assert second.returncode == 0, second.stdout + second.stderr
    assert second.stdout.splitlines()[-1] == "everything was so already; nothing was changed"
    assert everything_below(installation.root) == before

    verified = installation.script("verify_wechat_endpoint.sh", installation.callback)
    assert verified.stdout.startswith("[PASS]"), verified.stderr
    asked = installation.script("simulate_encrypted_message.py", "今天黄历", "--plaintext")
    assert "宜" in asked.stdout, asked.stderr

    other = installation.install("--tag", BEFORE)
    assert other.returncode == 1
    assert f"upgrade.sh {BEFORE}" in other.stderr

    check_uninstall(installation)


def check_what_was_made(installation: Installation, output: str) -> None:
    root = installation.root
    assert (root / "opt/celestial/current").readlink() == Path(f"releases/{LATEST}")
    secrets = root / "etc/celestial/celestial.env"
    assert secrets.stat().st_mode & 0o777 == 0o600
    assert f"WECHAT_TOKEN={credentials.TOKEN}" in installation.settings
    for name in ("DJANGO_SECRET_KEY", "CELESTIAL_ENCRYPTION_KEYS", "METRICS_TOKEN"):
        value = re.search(rf"^{name}=(\S{{32,}})$", installation.settings, re.MULTILINE)
        assert value, name
        assert value[1] not in output, name
    assert "CELESTIAL_VAR=/var/lib/celestial\n" in installation.settings
    assert re.search(r"user: owner +password: \S{12,}", output)
    for unit in ("wechat_server", "celestial_api", "celestial_worker", "celestial_beat"):
        assert (root / f"etc/systemd/system/{unit}.service").is_file()
    assert (root / "etc/logrotate.d/celestial_wechat").is_file()
    assert (root / "etc/nginx/sites-enabled/celestial").is_symlink()
    assert (root / "var/lib/celestial").stat().st_mode & 0o777 == 0o700


def check_uninstall(installation: Installation) -> None:
    gone = installation.install("--uninstall")
    assert gone.returncode == 0, gone.stderr
    left = sorted(str(p.relative_to(installation.root)) for p in installation.root.rglob("*") if p.is_file())
    assert not [path for path in left if not path.startswith(("etc/celestial/", "var/", "run/"))]
    assert "etc/celestial/celestial.env" in left
    again = installation.install("--uninstall")
    assert "nothing was changed" in again.stdout
    installation.install("--uninstall", "--purge")
    assert not (installation.root / "var/lib/celestial").exists()


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
