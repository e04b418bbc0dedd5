"""Who runs a command, for audit rows."""

from __future__ import annotations

import getpass
import os


def operator_name() -> str:
    """The login name, or the uid where the system has no name for it (containers)."""
    try:
        return f"{getpass.getuser()} (manage.py)"
    except (KeyError, OSError):
        return f"uid {os.getuid()} (manage.py)"
