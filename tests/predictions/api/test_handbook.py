"""docs/api.md: every curl line works as printed, in the order printed, in a shell where KEY is set."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from predictions.api import batch_schema, openapi, schema
from tests.processes import ROOT, Server, clean_environment, running_server

LINES = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
CURL = [line for line in LINES if line.startswith("curl ")]
# What the lines about one prediction and one batch speak of
ROWS = f"""
from django.utils import timezone
from predictions import engine
from predictions.models import ApiKey, Batch, Prediction
key = ApiKey.objects.latest("pk")
day = {{"date": {{"calendar": "solar", "year": 2026, "month": 2, "day": 17}}}}
Prediction.remember(key, engine.compute("calendar", day), "zh-Hans")
Prediction.objects.update(public_id="{schema.ID_EXAMPLE}")
Batch.submit(key, [{{"system": "calendar", "input": day}}], timezone.now())
Batch.objects.update(public_id="{batch_schema.ID_EXAMPLE}")
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("handbook") / "var", workers=1, static=True) as started:
        yield started


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    made = server.manage("create_api_key", "my-app").stdout.strip()
    rows = server.manage("shell", "--no-imports", "-c", ROWS)
    assert rows.returncode == 0, rows.stderr
    return made


@pytest.mark.processes
def test_every_curl_line_works_as_printed(server: Server, key: str, tmp_path: Path) -> None:
    assert shutil.which("curl"), "curl is missing; .ci/run installs it"
    # The lines stay as they are: curl itself is told where 127.0.0.1:8000 is, and to fail on a refusal.
    settings = (
        f'connect-to = "127.0.0.1:8000:127.0.0.1:{server.port}"\nfail-with-body\nsilent\nnoproxy = "*"\n'
    )
    (tmp_path / ".curlrc").write_text(settings)
    environment = clean_environment(tmp_path) | {"KEY": key}
    for line in CURL:
        done = subprocess.run(
            line, shell=True, check=False, capture_output=True, text=True, env=environment, timeout=60
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        if "-X DELETE" not in line and "/api/docs/" not in line:
            assert json.loads(done.stdout), line


@pytest.mark.processes
def test_the_commands_that_make_keys_work_as_printed(server: Server) -> None:
    printed = [line for line in LINES if line.startswith("KEY=$(")]
    assert len(printed) == 3
    for line in printed:
        arguments = re.findall(r"manage\.py ([^)]*)\)", line)[0].split()
        done = server.manage(*arguments)
        assert re.fullmatch(r"cel_(live|test)_\w{46}\n", done.stdout), done.stderr


def test_every_call_of_the_api_has_a_line() -> None:
    for operations in openapi.document()["paths"].values():
        for operation in operations.values():
            assert operation["x-codeSamples"][0]["source"] in CURL, operation["operationId"]
