"""The peers' own virtual environment, made once by the benchmark command."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-bench"
LOCK = ROOT / "benchmarks" / "requirements-lock.txt"


def peers_python() -> Path:
    """The interpreter of .venv-bench, brought in line with the lock file first. Raises CalledProcessError."""
    stamp, digest = FOLDER / "lock.sha256", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        command = ["sh", str(ROOT / "deploy" / "make_venv.sh"), sys.executable, str(FOLDER), str(LOCK)]
        subprocess.run(command, check=True, cwd=ROOT)
        stamp.write_text(digest)
    return FOLDER / "bin" / "python"
