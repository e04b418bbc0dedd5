"""Backup files: a readable header, then AES-256-GCM over the dump, verified as a whole before anything is used.

    CELBAK1\\n | header as one line of JSON\\n | nonce (12) | ciphertext | tag (16)

The header is authenticated with the dump, so that neither can be exchanged.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO, Any

from Crypto.Cipher import AES
from Crypto.Random import get_random_bytes

from celestial_site.encryption import secret_print

MAGIC = b"CELBAK1\n"
NONCE, TAG = 12, 16
CHUNK = 1024 * 1024
HEADER_LIMIT = 64 * 1024


class DamagedBackup(Exception):
    """The file is no backup, was changed or cut, or was made under a key that is not here."""


def seal(source: Path, target: Path, header: dict[str, Any], key: bytes) -> None:
    """Write `source` encrypted to `target` (mode 0600), complete or not at all."""
    line = (
        json.dumps(header | {"key": secret_print(key)}, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    )
    cipher = AES.new(key, AES.MODE_GCM, nonce=get_random_bytes(NONCE), mac_len=TAG)
    cipher.update(MAGIC + line)
    draft = target.with_name(f".{target.name}.part")
    with (
        source.open("rb") as plain,
        open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out,
    ):
        out.write(MAGIC + line + cipher.nonce)
        while chunk := plain.read(CHUNK):
            out.write(cipher.encrypt(chunk))
        out.write(cipher.digest())
        out.flush()
        os.fsync(out.fileno())
    draft.rename(target)


def read_header(source: Path) -> dict[str, Any]:
    """The header alone, not verified yet. Raises DamagedBackup."""
    with source.open("rb") as file:
        return json.loads(_header_line(file, source))  # type: ignore[no-any-return]


def _header_line(file: IO[bytes], source: Path) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise DamagedBackup(f"{source} is not a backup of this system")
    line = file.readline(HEADER_LIMIT)
    if not line.endswith(b"\n"):
        raise DamagedBackup(f"{source} is cut off in its header")
    return line


def unseal(source: Path, target: Path, keys: list[bytes]) -> dict[str, Any]:
    """Decrypt `source` to `target` and return its header. Raises DamagedBackup, and then there is no `target`."""
    with source.open("rb") as file:
        line = _header_line(file, source)
        header: dict[str, Any] = json.loads(line)
        key = next((key for key in keys if secret_print(key) == header.get("key")), None)
        if key is None:
            raise DamagedBackup(
                f"{source} was made under the key {header.get('key')}, which CELESTIAL_ENCRYPTION_KEYS does not hold"
            )
        cipher = AES.new(key, AES.MODE_GCM, nonce=file.read(NONCE), mac_len=TAG)
        cipher.update(MAGIC + line)
        _decrypt(file, source, target, cipher)
    return header


def _decrypt(file: IO[bytes], source: Path, target: Path, cipher: Any) -> None:
    left = source.stat().st_size - file.tell() - TAG
    if left < 0:
        raise DamagedBackup(f"{source} is cut off")
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        while left and (chunk := file.read(min(CHUNK, left))):
            out.write(cipher.decrypt(chunk))
            left -= len(chunk)
    try:
        cipher.verify(file.read(TAG))
    except ValueError as error:
        target.unlink()
        raise DamagedBackup(f"{source} was changed or is incomplete; it is not used") from error
