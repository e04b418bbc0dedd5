"""Real gunicorn processes: workers that share a database, are killed and come back.

with running_server(tmp_path, workers=2) as server:
    httpx.get(f"{server.url}/livez")
    server.kill_worker(server.workers()[0])
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests import credentials
from tests.leaks import assert_no_leak
from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
STARTUP_SECONDS = 60
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Server:
    """gunicorn with its workers, in a folder and on a database of its own."""

    var: Path
    port: int
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start gunicorn and wait until it answers /livez; again after `stop`, for a restart."""
        with self._log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait(self._is_alive, "an answer of /livez")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End the master and with it the workers; SIGKILL is what a power failure looks like."""
        if self.process is None:
            return
        workers = self.workers()
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            # Orphaned workers notice within a second; a power failure wouldn't leave them that second.
            for pid in workers:
                _kill(pid)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def workers(self) -> list[int]:
        """The process ids of the workers that run now."""
        return _children(self.process.pid) if self.process else []

    def kill_worker(self, pid: int) -> None:
        """SIGKILL to one worker, returning once gunicorn has replaced it."""
        before = len(self.workers())
        _kill(pid)
        self.wait(lambda: pid not in self.workers() and len(self.workers()) >= before, "a new worker")
        self.wait(self._is_alive, "an answer of /livez")

    def wait(self, condition: Callable[[], bool], what: str, seconds: float = STARTUP_SECONDS) -> None:
        """Until `condition` holds; AssertionError with the log's end when it doesn't."""
        deadline = time.monotonic() + seconds
        while not condition():
            ended = self.process is None or self.process.poll() is not None
            assert not ended, f"gunicorn ended while we waited for {what}:\n{self.log()[-4000:]}"
            assert time.monotonic() < deadline, f"no {what} in {seconds} s:\n{self.log()[-4000:]}"
            time.sleep(0.05)

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`manage.py` beside the server, in its environment."""
        return _manage(self.environment, *arguments)

    def log(self) -> str:
        """What the server wrote so far."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    @property
    def _log_file(self) -> Path:
        return self.var / "server.log"

    def _is_alive(self) -> bool:
        return answers(f"{self.url}/livez")


def answers(url: str) -> bool:
    """Whether something at `url` says 200 within two seconds."""
    try:
        with NO_PROXY.open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def running_server(
    folder: Path,
    *,
    workers: int = 2,
    database_url: str = "",
    environment: dict[str, str] | None = None,
    static: bool = False,
) -> Iterator[Server]:
    """A started server: migrated, with the default account from `tests.credentials`, stopped afterwards.

    SQLite in `folder` unless `database_url` names an empty PostgreSQL database (`tests.services.database`).
    `environment` adds variables, `static` collects the static files, which pages need.
    """
    server = prepare_server(folder, workers=workers, database_url=database_url, environment=environment)
    if static:
        _must(server.manage("collectstatic", "--noinput", "-v", "0"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
    assert_no_leak(server.log())


def prepare_server(
    folder: Path,
    *,
    workers: int = 2,
    database_url: str = "",
    environment: dict[str, str] | None = None,
) -> Server:
    """The same, migrated but not started."""
    port = free_port()
    settings = clean_environment(folder) | {
        "API_PORT": str(port),
        "WEB_CONCURRENCY": str(workers),
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "prometheus"),
        "METRICS_TOKEN": credentials.METRICS_TOKEN,
        "WECHAT_TOKEN": credentials.TOKEN,
        "WECHAT_ENCODING_AES_KEY": credentials.AES_KEY,
        "WECHAT_APPID": credentials.APP_ID,
    }
    settings |= {"DATABASE_URL": database_url} if database_url else {}
    settings |= environment or {}
    folder.mkdir(parents=True, exist_ok=True)
    if database_url:
        _must(_manage(settings, "migrate", "-v", "0"))
    else:
        for file in _migrated_sqlite().iterdir():
            shutil.copy(file, folder)
    # A role that listens on a port of its own says so in BIND.
    port = int(settings.get("BIND", f":{port}").rpartition(":")[2])
    return Server(folder, port, settings)


@cache
def _migrated_sqlite() -> Path:
    """A folder with a migrated database, made once in a session and copied for each server."""
    folder = Path(os.environ.get("TESTS_FOLDER", "/tmp")) / f"migrated-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    _must(_manage(clean_environment(folder), "migrate", "-v", "0"))
    for leftover in folder.iterdir():
        if not leftover.name.startswith("celestial.sqlite3"):
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    return folder


def clean_environment(var: Path) -> dict[str, str]:
    """Nothing of the caller's environment but what a process needs to run."""
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    own = {"CELESTIAL_VAR": str(var), "DJANGO_SETTINGS_MODULE": "celestial_site.settings", "HOME": str(var)}
    return inherited | own


def _manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        # A command is none of the workers whose counters are added up there.
        env={name: value for name, value in environment.items() if name != "PROMETHEUS_MULTIPROC_DIR"},
        stdin=subprocess.DEVNULL,
        timeout=180,
    )


def _must(result: subprocess.CompletedProcess[str]) -> None:
    assert result.returncode == 0, f"{result.args} failed:\n{result.stdout}\n{result.stderr}"


def _children(parent: int) -> list[int]:
    """Process ids whose parent is `parent`; zombies are dead already."""
    children = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, ppid = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if int(ppid) == parent and state != "Z":
            children.append(int(entry.name))
    return sorted(children)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
