"""Keys that one machine makes for itself when the environment names none, kept in `CELESTIAL_VAR` with mode 0600."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path


def generated_key(folder: Path, name: str) -> str:
    """32 random bytes in base64, made once and read afterwards; two processes that start together agree."""
    path = folder / name
    # Messages lie in this folder: nobody else on the machine has to read them.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}.{os.getpid()}"
    if not path.exists():
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
        _publish(draft, path)
    return path.read_text().strip()


def _publish(draft: Path, path: Path) -> None:
    """Link instead of rename: the first process wins, the second keeps the first one's key."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
