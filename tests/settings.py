"""The product's settings as the tests run them: nothing from this machine's environment, nothing in ./var."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

OURS = ("CELESTIAL_", "DJANGO_", "WECHAT_", "STRICT_WECHAT_", "API_", "METRICS_", "CELERY_", "PROMETHEUS_")
# Which database and cache the suite runs on is the caller's choice (`python -m tests.services run`).
KEPT = {"DJANGO_SETTINGS_MODULE"}


def _forget_the_environment() -> None:
    for name in list(os.environ):
        if name.startswith(OURS) and name not in KEPT:
            del os.environ[name]


def _session_folder() -> Path:
    """One folder for the whole session: xdist's workers find it in the variable and take a part of it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    parent = os.environ.get("TESTS_FOLDER")
    if worker and parent:
        folder = Path(parent) / worker
        folder.mkdir(exist_ok=True)
        return folder
    folder = Path(tempfile.mkdtemp(prefix="celestial-tests-"))
    os.environ["TESTS_FOLDER"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _own_part_of_redis() -> None:
    """One of Redis' 16 numbered databases for each xdist worker: none clears another's cache."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    if url := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = urlunsplit(urlsplit(url)._replace(path=f"/{int(number) % 16}"))


_forget_the_environment()
_own_part_of_redis()
FOLDER = _session_folder()
# WhiteNoise warns about a folder for collected files that isn't there.
(FOLDER / "static").mkdir(exist_ok=True)
os.environ["CELESTIAL_VAR"] = str(FOLDER)

from celestial_site.settings import *  # noqa: E402, F403
from celestial_site.settings import CELESTIAL_VAR, DATABASES  # noqa: E402

# Fast, since nothing here has to withstand an attacker.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in production: in memory, SQLite knows no WAL and locks whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(CELESTIAL_VAR / "test.sqlite3")}
