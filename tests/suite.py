"""`make test`: the suite on SQLite, then all that touches a database again on a real PostgreSQL with a real Redis."""

from __future__ import annotations

import os
import subprocess
import sys

from tests import services

PYTEST = [sys.executable, "-m", "pytest", "-n", os.environ.get("WORKERS", "auto"), "-q"]


def run(command: list[str], environment: dict[str, str]) -> int:
    """The exit code of pytest. What failed runs once more, alone: tests with real processes share this machine with
    whatever else it does, and a failure that stays is a failure. Both runs are in the output.
    """
    code = subprocess.run(command, env=environment, check=False).returncode
    if code != 1:
        return code
    print("== what failed, once more and alone ==", flush=True)
    alone = [*command, "-n", "0", "--last-failed", "--last-failed-no-failures", "none"]
    return subprocess.run(alone, env=environment, check=False).returncode


def main() -> int:
    print("== SQLite ==", flush=True)
    on_sqlite = run(PYTEST, dict(os.environ))
    print("== PostgreSQL and Redis ==", flush=True)
    with services.service_urls() as environment:
        given = {
            "DATABASE_URL": environment["TEST_DATABASE_URL"],
            "REDIS_URL": environment["TEST_REDIS_URL"],
        }
        on_postgresql = run([*PYTEST, "-m", "database"], os.environ | environment | given)
    return on_sqlite or on_postgresql


if __name__ == "__main__":
    sys.exit(main())
