"""celestial_site.generated_keys: one key per machine, for its owner's eyes."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from celestial_site.generated_keys import generated_key


def test_a_key_is_made_once_and_read_afterwards(tmp_path):
    key = generated_key(tmp_path / "var", "secret_key")
    assert len(base64.b64decode(key)) == 32
    assert generated_key(tmp_path / "var", "secret_key") == key
    assert generated_key(tmp_path / "var", "encryption_key") != key


def test_only_the_owner_may_read_it(tmp_path):
    generated_key(tmp_path, "secret_key")
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_together_agree(tmp_path: Path):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for round_number in range(10):
            folder = tmp_path / str(round_number)
            keys = list(pool.map(generated_key, [folder] * 4, ["secret_key"] * 4))
            assert len(set(keys)) == 1
