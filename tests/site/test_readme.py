"""The README's commands work as printed, in both languages the same ones."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import ROOT, Server, running_server

PRINTED = "http://127.0.0.1:8000"


def blocks(name: str) -> list[str]:
    """The shell blocks of a README."""
    return re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


def commands(block: str) -> list[str]:
    """Its commands, continued lines joined."""
    return [line.strip() for line in block.replace("\\\n", " ").splitlines() if line.strip()]


TRY_IT = next(block for block in blocks("README.md") if "curl" in block)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"WECHAT_ENCRYPTION": "compatible"}
    with running_server(tmp_path_factory.mktemp("readme"), workers=1, environment=environment) as started:
        started.manage("wechat_account", "--systems", "all")
        yield started


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return server.manage("create_api_key", "readme").stdout.strip()


def test_both_languages_print_the_same_commands() -> None:
    english, chinese = (
        [commands(block) for block in blocks(name)] for name in ("README.md", "README.zh-CN.md")
    )
    assert len(english) == len(chinese)
    assert [line for block in english for line in block if "curl" in line or "manage.py" in line] == [
        line for block in chinese for line in block if "curl" in line or "manage.py" in line
    ]


def test_both_languages_have_the_section_of_variables() -> None:
    assert "## Environment variables" in (ROOT / "README.md").read_text()
    assert "## 自定义环境变量" in (ROOT / "README.zh-CN.md").read_text()


def test_every_linked_page_exists() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / name).read_text()):
            assert (ROOT / target).exists(), f"{name}: {target}"


@pytest.mark.processes
@pytest.mark.parametrize("command", [line for line in commands(TRY_IT) if "manage.py" in line])
def test_the_commands_of_manage_py_work_as_printed(server: Server, command: str) -> None:
    done = server.manage(*shlex.split(command)[2:])
    assert done.returncode == 0, done.stderr
    assert "我理解为" in done.stdout


@pytest.mark.processes
@pytest.mark.parametrize("command", [line for line in commands(TRY_IT) if line.startswith("curl")])
def test_the_curl_lines_work_as_printed(server: Server, key: str, command: str, tmp_path: Path) -> None:
    assert shutil.which("curl"), "curl is missing; .ci/run installs it"
    done = subprocess.run(
        command.replace(PRINTED, server.url).replace("curl -s", "curl -s --fail-with-body --noproxy '*'"),
        shell=True,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"KEY": key, "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)
