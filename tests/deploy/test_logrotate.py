"""The log rotation: accepted by logrotate, and no line lost when it happens under traffic."""

from __future__ import annotations

import getpass
import grp
import gzip
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.deploy.gateway import Gateway, new_gateway, service, wait_until
from tests.deploy.programs import DEPLOY, needs, run

pytestmark = [pytest.mark.processes, needs("logrotate")]

CONFIGURATION = DEPLOY / "logrotate/celestial_wechat"


def configuration_for(folder: Path) -> Path:
    """The same file for a folder and a user that are there without an installation."""
    text = (
        CONFIGURATION.read_text()
        .replace("/var/log/celestial", str(folder))
        .replace("celestial celestial", f"{getpass.getuser()} {grp.getgrgid(os.getgid()).gr_name}")
    )
    path = folder.parent / "logrotate.conf"
    path.write_text(text)
    path.chmod(0o644)
    return path


def rotate(folder: Path, *options: str) -> str:
    done = run("logrotate", *options, "--state", folder.parent / "state", configuration_for(folder))
    assert done.returncode == 0, done.stderr
    assert "error" not in done.stderr
    return done.stderr


def test_logrotate_understands_it(tmp_path):
    folder = tmp_path / "log"
    folder.mkdir(mode=0o750)
    (folder / "celestial.log").write_text("{}\n")
    said = rotate(folder, "--debug")
    assert "after 1 days (14 rotations)" in said


def test_it_keeps_fourteen_days_compressed(tmp_path):
    folder = tmp_path / "log"
    folder.mkdir(mode=0o750)
    for _day in range(17):
        (folder / "celestial.log").write_text("{}\n")
        rotate(folder, "--force")
    kept = sorted(path.name for path in folder.iterdir())
    assert len([name for name in kept if name.startswith("celestial.log.")]) == 14
    assert "celestial.log.1" in kept
    assert "celestial.log.14.gz" in kept


def lines_of(folder: Path) -> list[str]:
    files = [path for path in folder.iterdir() if path.name.startswith("celestial.log")]
    return [line for path in files for line in text_of(path).splitlines()]


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def test_no_line_is_lost_when_it_rotates_under_traffic(tmp_path):
    """gunicorn's workers write while the file moves away three times; what went to stdout as well is the proof."""
    gateway: Gateway = new_gateway(tmp_path / "gateway")
    folder = tmp_path / "log"
    folder.mkdir(mode=0o750)
    # /readyz writes a line for each request that finds no Redis.
    gateway.environment |= {"CELESTIAL_LOG_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1/0"}
    url = f"http://127.0.0.1:{gateway.ports['WECHAT']}/readyz"
    with service(gateway, "wechat"), ThreadPoolExecutor(4) as clients:
        asked = [clients.submit(gateway.fetch, url) for _number in range(400)]
        for _time in range(3):
            wait_for_lines(gateway, lines_in(gateway) + 20)
            rotate(folder, "--force")
        assert all(answer.result()[0] in (200, 503) for answer in asked)
    written = [line for line in text_of(gateway.folder / "wechat.log").splitlines() if line.startswith("{")]
    assert len([line for line in written if "health check redis failed" in line]) == 400
    assert len(list(folder.iterdir())) == 4
    assert sorted(lines_of(folder)) == sorted(written)
    assert all(json.loads(line)["ts"] for line in written)


def lines_in(gateway: Gateway) -> int:
    return len(text_of(gateway.folder / "wechat.log").splitlines())


def wait_for_lines(gateway: Gateway, number: int) -> None:
    wait_until(lambda: lines_in(gateway) >= number, gateway.folder / "wechat.log")
