"""Backup files: opened whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from celestial_site.sealed_file import DamagedBackup, read_header, seal, unseal

KEY, OTHER = bytes(range(32)), bytes(32)
CONTENT = b"a dump" * 300_000  # more than one chunk


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    source, target = tmp_path / "dump", tmp_path / "backup"
    source.write_bytes(CONTENT)
    seal(source, target, {"engine": "sqlite"}, KEY)
    return target


def test_what_was_sealed_is_opened(sealed: Path, tmp_path: Path) -> None:
    header = unseal(sealed, tmp_path / "out", [OTHER, KEY])
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert header["engine"] == read_header(sealed)["engine"] == "sqlite"


def test_the_file_is_for_its_owner_alone_and_holds_no_plain_text(sealed: Path) -> None:
    assert sealed.stat().st_mode & 0o777 == 0o600
    assert b"a dump" not in sealed.read_bytes()


def test_another_key_is_named_in_the_refusal(sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(DamagedBackup, match="CELESTIAL_ENCRYPTION_KEYS does not hold"):
        unseal(sealed, tmp_path / "out", [OTHER])


@pytest.mark.parametrize("position", [0, 3, 10, 30, 90, 5000, -17, -1])
def test_a_changed_byte_anywhere_is_found(sealed: Path, tmp_path: Path, position: int) -> None:
    data = bytearray(sealed.read_bytes())
    data[position] ^= 1
    sealed.write_bytes(data)
    with pytest.raises((DamagedBackup, ValueError)):
        unseal(sealed, tmp_path / "out", [KEY])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [0, 5, 20, 60, 100, 5000, -1])
def test_a_file_that_is_cut_off_is_found(sealed: Path, tmp_path: Path, size: int) -> None:
    sealed.write_bytes(sealed.read_bytes()[:size])
    with pytest.raises(DamagedBackup):
        unseal(sealed, tmp_path / "out", [KEY])
    assert not (tmp_path / "out").exists()
