"""`manage.py check --deploy` with the settings of a real installation, which is what it should judge."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import tempfile


def main() -> int:
    with tempfile.TemporaryDirectory() as var:
        installation = {
            "CELESTIAL_VAR": var,
            "CELESTIAL_PUBLIC_URL": "https://wechat.example.com",
            "DATABASE_URL": "postgresql://celestial:secret@127.0.0.1/celestial",
            "DJANGO_SECRET_KEY": secrets.token_urlsafe(48),
            "CELESTIAL_ENCRYPTION_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, env=os.environ | installation, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
