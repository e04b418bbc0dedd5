"""Keeps web server, Celery worker and beat running on one machine, for `make run`; servers use systemd."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from django.conf import settings
from django.core.management.base import CommandError

log = logging.getLogger("celestial.supervisor")

# Our own address: never through a proxy of the environment.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

START_SECONDS = 30
STOP_SECONDS = 10


@dataclass(slots=True)
class Service:
    """A process to keep running: its name, its command line and its environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def services(port: int) -> list[Service]:
    """gunicorn on `port`, one Celery worker, one beat."""
    bin_folder = Path(sys.executable).parent
    metrics = settings.CELESTIAL_VAR / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    celery = [str(bin_folder / "celery"), "-A", "celestial_site.celery"]
    web = [str(bin_folder / "gunicorn"), "-c", "deploy/gunicorn.conf.py", "celestial_site.wsgi:application"]
    worker = ["worker", "--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    beat = ["beat", "--loglevel", "INFO", "--pidfile", ""]
    return [
        Service("web", web, {"BIND": f"127.0.0.1:{port}", "PROMETHEUS_MULTIPROC_DIR": str(metrics)}),
        Service("worker", [*celery, *worker]),
        Service("beat", [*celery, *beat]),
    ]


class Supervisor:
    """Starts services, restarts those that end, stops all on exit; their output goes to files in `folder`."""

    def __init__(self, wanted: list[Service], folder: Path) -> None:
        self.wanted = wanted
        self.folder = folder
        self.stopping = False
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._not_before: dict[str, float] = {}

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        for service in self.wanted:
            self._start(service)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._kill_group(process)

    def _start(self, service: Service) -> None:
        self._running[service.name] = subprocess.Popen(  # noqa: S603 - our own commands
            service.command,
            cwd=settings.BASE_DIR,
            env={**os.environ, **service.environment},
            stdin=subprocess.DEVNULL,
            stdout=self._output(service),
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C reaches us alone, so that services stop in order
        )
        self._not_before[service.name] = time.monotonic() + 2

    def _output(self, service: Service) -> IO[bytes]:
        return open(self.folder / f"{service.name}.log", "ab")

    def _kill_group(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart_what_died(self) -> None:
        """Start again what ended, at most once in two seconds each."""
        for service in self.wanted:
            process = self._running[service.name]
            if process.poll() is not None and time.monotonic() > self._not_before[service.name]:
                details = {"service": service.name, "exit_code": process.returncode}
                log.warning("service ended, starting it again", extra=details)
                self._start(service)

    def wait_until_live(self, url: str, name: str = "web") -> None:
        """Until a service answers at `url`; CommandError with its last lines when it doesn't."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._running[name].poll() is None:
            try:
                with _opener.open(url, timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        lines = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-5:]
        what = "the web server" if name == "web" else f"the {name} process"
        raise CommandError(f"{what} did not start:\n  " + "\n  ".join(lines))
