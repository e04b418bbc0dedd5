"""Whatever the OpenAPI document allows or forbids: no 500, no undocumented status, no answer that breaks its schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.predictions.api.fuzzing import CONFIGURATION, ENVIRONMENT, fuzz
from tests.processes import running_server

# Reproducible, and short enough for every run; `python -m tests.predictions.api.fuzzing` looks longer.
QUICK = ("--seed", "20261124", "--max-examples", "3", "--no-shrink")


@pytest.mark.processes
def test_all_checks_of_schemathesis_pass_over_http(tmp_path: Path) -> None:
    with running_server(tmp_path / "var", environment=ENVIRONMENT) as server:
        result = fuzz(server, *QUICK)
        assert result.returncode == 0, result.stdout[-20_000:] + result.stderr[-2_000:]
        assert re.search(r"Tested: 2\d", result.stdout), result.stdout[-3_000:]


def test_no_check_is_disabled_and_what_is_set_has_its_reason() -> None:
    lines = CONFIGURATION.read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if re.search(r"enabled\s*=\s*false|exclude", line)]
    settings = [place for place, line in enumerate(lines) if re.match(r"[\w-]+\s*=", line)]
    assert all(lines[place - 1].startswith("#") for place in settings)
