"""Programs of Debian that these tests drive; .ci/run installs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
SCRIPTS = sorted(DEPLOY.glob("*.sh"))
UNITS = sorted(DEPLOY.glob("*.service"))


def needs(program: str) -> pytest.MarkDecorator:
    """Skip where a program is missing, saying how to get it."""
    reason = f"{program} is not installed here; .ci/run installs it (as root)"
    return pytest.mark.skipif(find(program) is None, reason=reason)


def find(program: str) -> str | None:
    # Debian keeps some of them where only root's PATH leads.
    return shutil.which(program, path="/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")


def run(
    *command: str | Path, environment: dict[str, str] | None = None, cwd: Path = ROOT, seconds: float = 600
) -> subprocess.CompletedProcess[str]:
    """The finished command with its output; `environment` replaces ours when given."""
    words = [str(word) for word in command]
    return subprocess.run(
        [find(words[0]) or words[0], *words[1:]],
        check=False,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
    )
