#!/usr/bin/env python3
"""A stand-in for systemctl where no systemd runs: starts, stops and reloads the installed units for real.

It does what the units say, below CELESTIAL_ROOT: environment, folders, ExecStartPre, ExecStart, ExecReload, the
notifications of Type=notify. It does no sandboxing; tests/deploy/live.py runs the units under a real systemd.
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(os.environ["CELESTIAL_ROOT"])
STATE = ROOT / "run" / "systemctl"


class Unit:
    def __init__(self, name: str) -> None:
        self.name = name if name.endswith(".service") else f"{name}.service"
        self.settings: dict[str, list[str]] = {}
        file = ROOT / "etc/systemd/system" / self.name
        for line in file.read_text().splitlines() if file.exists() else []:
            key, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                self.settings.setdefault(key, []).append(value)

    def pid(self) -> int:
        file = STATE / self.name
        pid = int(file.read_text()) if file.exists() else 0
        return pid if pid and alive(pid) else 0

    def remember(self, pid: int) -> None:
        (STATE / self.name).write_text(str(pid))

    def environment(self) -> dict[str, str]:
        lines = shlex.split(" ".join(self.settings.get("Environment", [])))
        for file in self.settings.get("EnvironmentFile", []):
            lines += [line for line in below_root(file).read_text().splitlines() if line[:1].isalpha()]
        values = dict(line.split("=", 1) for line in lines)
        values = {name: str(below_root(v)) if v.startswith("/") else v for name, v in values.items()}
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "CELESTIAL_ROOT") if name in os.environ}
        return kept | {"HOME": str(ROOT)} | values

    def run(self, key: str) -> None:
        for line in self.settings.get(key, []):
            words = shlex.split(line.lstrip("+"))
            subprocess.run(
                [str(below_root(words[0])), *words[1:]],
                check=True,
                cwd=ROOT / "opt/celestial/current",
                env=self.environment() | notify_variable(),
            )

    def start(self) -> None:
        if self.pid():
            return
        for folder in self.settings.get("RuntimeDirectory", [""])[0].split():
            (ROOT / "run" / folder).mkdir(parents=True, exist_ok=True)
        STATE.mkdir(parents=True, exist_ok=True)
        self.run("ExecStartPre")
        words = shlex.split(self.settings["ExecStart"][0])
        with open(STATE / f"{self.name}.log", "ab") as log, notifications() as inbox:
            process = subprocess.Popen(
                [str(below_root(words[0])), *words[1:]],
                cwd=ROOT / "opt/celestial/current",
                env=self.environment() | notify_variable(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            self.remember(process.pid)
            if self.settings["Type"] == ["notify"]:
                wait_for_message(inbox, "READY=1", process)

    def stop(self) -> None:
        pid = self.pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not alive(pid))

    def reload(self) -> None:
        words = [self.settings["ExecReload"][0].lstrip("+").split()[0], str(self.pid())]
        with notifications() as inbox:
            command = subprocess.Popen(
                [str(below_root(words[0])), words[1]],
                cwd=ROOT / "opt/celestial/current",
                env=self.environment() | notify_variable(),
            )
            # Read while it runs: systemd-notify waits until its message has been taken.
            while command.poll() is None:
                for message in received(inbox):
                    if message.startswith("MAINPID="):
                        self.remember(int(message.removeprefix("MAINPID=")))
        if command.returncode:
            sys.exit(f"reload of {self.name} failed")


def below_root(path: str) -> Path:
    return Path(path) if path.startswith(str(ROOT)) else ROOT / path.lstrip("/")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def notify_variable() -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(STATE / "notify")}


def notifications() -> socket.socket:
    (STATE / "notify").unlink(missing_ok=True)
    inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    inbox.bind(str(STATE / "notify"))
    inbox.settimeout(0.2)
    return inbox


def received(inbox: socket.socket) -> list[str]:
    messages: list[str] = []
    while True:
        try:
            data, ancillary, _flags, _address = inbox.recvmsg(4096, socket.CMSG_SPACE(16))
        except (TimeoutError, BlockingIOError):
            return messages
        # systemd-notify waits until the descriptor that it sends along (a barrier) is closed.
        for _level, _kind, descriptors in ancillary:
            os.close(int.from_bytes(descriptors[:4], sys.byteorder))
        messages += data.decode().splitlines()


def wait_for_message(inbox: socket.socket, wanted: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while wanted not in received(inbox):
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"{process.args!r} did not become ready")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 100
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("a unit does not stop")
        time.sleep(0.05)


def main(arguments: list[str]) -> int:
    verb, *names = [word for word in arguments if not word.startswith("--")]
    units = [Unit(name) for name in names if not name.startswith("nginx") and not name.endswith(".timer")]
    if verb == "is-active":
        return 0 if all(unit.pid() for unit in units) else 3
    if verb in ("is-enabled", "daemon-reload"):
        return 0
    if verb == "restart":
        verbs = ["stop", "start"]
    else:
        verbs = ["start" if verb == "enable" else "stop" if verb == "disable" else verb]
    for step in verbs:
        for unit in units:
            getattr(unit, step)()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
