"""The servers side by side: each one gunicorn worker with four threads, started by the same configuration."""

from __future__ import annotations

import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.deliveries import deliveries
from benchmarks.load import LoadError, send
from predictions.language import menu_text
from predictions.registry import all_systems
from tests import credentials
from tests.processes import clean_environment, prepare_server
from tests.services import database, free_port

ROOT = Path(__file__).resolve().parent.parent
# A worker that is replaced in the middle would take its CPU time with it.
GUNICORN = {"WEB_CONCURRENCY": "1", "WEB_THREADS": "4", "GUNICORN_CMD_ARGS": "--max-requests 0"}
ECHO, STORING = "wechatpy + Flask echo", "wechatpy + Flask storing"
# As long as our menu, for the peer that has no engine.
ANSWER = menu_text([system.id for system in all_systems()])


@dataclass(frozen=True)
class Subject:
    """A running server under measurement."""

    name: str
    port: int
    worker: int

    def cpu(self) -> float:
        """Seconds of CPU, user and system, that its worker's threads have used.

        From the scheduler's nanoseconds: utime and stime of /proc/PID/stat come to the same sum in steps of 10 ms.
        """
        threads = Path(f"/proc/{self.worker}/task").iterdir()
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


@dataclass(frozen=True)
class Servers:
    """What runs side by side; of ours and of bare Django the first is on SQLite, the second on PostgreSQL."""

    echo: Subject
    storing: Subject
    werobot: Subject
    bare: tuple[Subject, Subject]
    ours: tuple[Subject, Subject]


@contextmanager
def start(folder: Path, peers: Path, postgresql_url: str, say: Callable[[str], None]) -> Iterator[Servers]:
    """Every server; all are stopped afterwards."""
    with ExitStack() as stack:

        def run(name: str, module: str, python: Path, **variables: str) -> Subject:
            say(f"starting {name}")
            return stack.enter_context(peer(name, module, python, folder / module / name, **variables))

        def bare(name: str, url: str) -> Subject:
            return run(name, "bare_django", Path(sys.executable), BENCH_DATABASE_URL=url)

        own, other = (stack.enter_context(database(postgresql_url)) for _ in range(2))
        storing = {"BENCH_DATABASE": str(folder / "storing.sqlite3"), "BENCH_ANSWER": ANSWER}
        say("starting ours")
        yield Servers(
            echo=run(ECHO, "wechatpy_echo", peers),
            storing=run(STORING, "wechatpy_store", peers, **storing),
            werobot=run("WeRoBot echo", "werobot_echo", peers),
            bare=(
                bare("Django SQLite", f"sqlite:///{folder}/bare.sqlite3"),
                bare("Django PostgreSQL", other),
            ),
            ours=(
                stack.enter_context(ours("ours SQLite", folder / "sqlite")),
                stack.enter_context(ours("ours PostgreSQL", folder / "postgresql", own)),
            ),
        )


@contextmanager
def start_filled(
    folder: Path, postgresql_url: str, rows: int, say: Callable[[str], None]
) -> Iterator[tuple[Subject, Subject]]:
    """Ours on SQLite and on PostgreSQL with `rows` messages stored before."""
    with ExitStack() as stack:
        url = stack.enter_context(database(postgresql_url))
        say(f"filling SQLite and PostgreSQL with {rows:,} messages each")
        yield (
            stack.enter_context(ours("ours SQLite", folder / "sqlite-filled", rows=rows)),
            stack.enter_context(ours("ours PostgreSQL", folder / "postgresql-filled", url, rows)),
        )


@contextmanager
def ours(name: str, folder: Path, database_url: str = "", rows: int = 0) -> Iterator[Subject]:
    """Celestial Nexus as it runs behind nginx: the callback's own process."""
    settings = GUNICORN | {"WECHAT_ENCRYPTION": "compatible"}
    server = prepare_server(folder, workers=1, database_url=database_url, environment=settings)
    server.environment["CELESTIAL_ROLE"] = "wechat"
    command = [sys.executable, "-m", "benchmarks.growth", str(rows)]
    try:
        server.start()
        if rows:
            subprocess.run(command, check=True, cwd=ROOT, env=server.environment)
        yield Subject(name, server.port, server.workers()[0])
    finally:
        server.stop()


@contextmanager
def peer(name: str, module: str, python: Path, folder: Path, **variables: str) -> Iterator[Subject]:
    """One of benchmarks/peers under the product's gunicorn configuration."""
    folder.mkdir(parents=True)
    port = free_port()
    environment = clean_environment(folder) | GUNICORN | variables
    environment |= {"BENCH_TOKEN": credentials.TOKEN, "BENCH_AES_KEY": credentials.AES_KEY}
    environment |= {"BENCH_APP_ID": credentials.APP_ID}
    command = [str(python), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *_gunicorn_options()]
    with (folder / "server.log").open("wb") as log, ExitStack() as stack:
        process = subprocess.Popen(
            [*command, f"benchmarks.peers.{module}:application"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        _wait_until_it_answers(port, folder / "server.log")
        yield Subject(name, port, _only_child(process.pid))


def _gunicorn_options() -> list[str]:
    """The product's configuration for a peer, as options: its file itself needs the product's packages."""
    product = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    shared = ("worker_class", "timeout", "worker_tmp_dir", "header_map", "limit_request_line")
    options = [f"--{name.replace('_', '-')}={product[name]}" for name in shared if product[name]]
    return [
        *options,
        f"--keep-alive={product['keepalive']}",
        "--threads=4",
        "--workers=1",
        "--no-control-socket",
    ]


def _wait_until_it_answers(port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            send(port, deliveries("plaintext", "hi", 1), connections=1)
            return
        except (OSError, LoadError) as error:
            if time.monotonic() > deadline:
                raise LoadError(f"a peer does not start: {log.read_text()[-2000:]}") from error
            time.sleep(0.1)


def _only_child(parent: int) -> int:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return int(children[0])
