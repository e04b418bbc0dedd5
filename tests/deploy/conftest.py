"""One installation for all tests of a session that need a running one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.deploy.installed import Installation, new_installation, wait_for_answers


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The latest release, installed below a temporary folder, its four services running."""
    made = new_installation(tmp_path_factory.mktemp("installation"))
    try:
        first = made.install()
        made.first_output = first.stdout
        assert first.returncode == 0, first.stdout + first.stderr
        wait_for_answers(made)
        yield made
    finally:
        made.stop()
