"""`make test`: the suite on SQLite, then all that touches a database again on a real PostgreSQL with a real Redis."""

from __future__ import annotations

import os
import subprocess
import sys

from tests import services

PYTEST = [sys.executable, "-m", "pytest", "-n", os.environ.get("WORKERS", "auto"), "-q"]


def main() -> int:
    print("== SQLite ==", flush=True)
    on_sqlite = subprocess.run(PYTEST, check=False).returncode
    print("== PostgreSQL and Redis ==", flush=True)
    with services.service_urls() as environment:
        given = {
            "DATABASE_URL": environment["TEST_DATABASE_URL"],
            "REDIS_URL": environment["TEST_REDIS_URL"],
        }
        command = [*PYTEST, "-m", "database"]
        on_postgresql = subprocess.run(command, env=os.environ | environment | given, check=False).returncode
    return on_sqlite or on_postgresql


if __name__ == "__main__":
    sys.exit(main())
