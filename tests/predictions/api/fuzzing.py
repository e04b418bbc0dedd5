"""schemathesis against a real server over real HTTP: the OpenAPI document says what is sent and what may come back.

python -m tests.predictions.api.fuzzing --max-examples 200
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.processes import ROOT, Server, running_server

HOOKS = "tests.predictions.api.schemathesis_hooks"
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
# The rate limit has tests of its own; here it would answer for everything else.
ENVIRONMENT = {"API_RATE_LIMIT": "0"}


def fuzz(server: Server, *options: str) -> subprocess.CompletedProcess[str]:
    """`st run` with all checks and an API key; the exit code says whether anything was found."""
    made = server.manage("create_api_key", "fuzzing")
    assert made.returncode == 0, made.stderr
    command = [
        *(str(Path(sys.executable).with_name("st")), "--no-color", "--config-file", str(CONFIGURATION)),
        *("run", f"{server.url}/api/v1/openapi.json", "--url", server.url),
        *("--header", f"Authorization: Bearer {made.stdout.strip()}"),
        *("--checks", "all", "--continue-on-failure", *options),
    ]
    # Its crash files and examples go beside the server's, not into the repository.
    environment = os.environ | {"SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=server.var, env=environment, check=False, capture_output=True, text=True
    )


def main(options: list[str]) -> int:
    """Print what schemathesis says; its exit code."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder) / "var", environment=ENVIRONMENT) as server,
    ):
        result = fuzz(server, *options)
        sys.stdout.write(result.stdout + result.stderr)
        errors = [line for line in server.log().splitlines() if "Traceback" in line or "ERROR" in line]
        sys.stdout.write("\n".join(errors[:20]))
    return result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
