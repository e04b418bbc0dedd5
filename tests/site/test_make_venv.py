"""The set-up of a fresh machine: what is missing is said in one clear line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.processes import ROOT

SCRIPT = ROOT / "deploy" / "make_venv.sh"


def make_venv(python: str, folder: Path, lock: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(SCRIPT), python, str(folder), str(lock)],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), **environment},
        timeout=120,
    )


def a_python(folder: Path, version: str) -> str:
    """An interpreter that says it is of `version` and is too old."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "Python {version}"\n[ "$1" = --version ]\n')
    script.chmod(0o755)
    return str(script)


def test_a_missing_python_is_one_clear_line(tmp_path: Path) -> None:
    done = make_venv("", tmp_path / "venv", tmp_path / "lock")
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["make: Python 3.11 is missing. On Debian: apt-get install python3.11"]


def test_an_old_python_is_named_with_its_version(tmp_path: Path) -> None:
    done = make_venv(a_python(tmp_path, "3.9.2"), tmp_path / "venv", tmp_path / "lock")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.9.2" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_no_network_is_one_clear_line(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text(f"no-such-package==1.0 --hash=sha256:{'0' * 64}\n")
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:1/simple",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }
    done = make_venv(sys.executable, tmp_path / "venv", lock, **nowhere)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("make: no package index can be reached.")


def test_the_pip_beside_the_script_does_when_python_has_none(tmp_path: Path) -> None:
    """Debian's python3.11 comes without ensurepip: the environment is made without it in any case."""
    lock = tmp_path / "lock"
    lock.write_text("")
    done = make_venv(sys.executable, tmp_path / "venv", lock)
    assert done.returncode == 0, done.stderr
    wheel = next((ROOT / "deploy" / "pip").glob("pip-*.whl"))
    version = subprocess.run(
        [tmp_path / "venv/bin/python", "-m", "pip", "--version"], check=True, capture_output=True, text=True
    )
    assert f"pip {wheel.name.split('-')[1]} " in version.stdout
