"""The whole life of an installation on a bare Debian with a real systemd, in a container of systemd-nspawn.

    sudo .venv/bin/python -m tests.deploy.live [FOLDER]

Needs root, debootstrap, systemd-container, and a mirror of Debian and a package index in reach; takes some minutes.
It is no part of `make test`: tests/deploy drives the same scripts and units with a stand-in for systemctl. The
container shares this machine's network, so port 80 has to be free; the other ports are chosen.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.deploy.installed import BEFORE, LATEST, tagged_repository
from tests.deploy.load import Load
from tests.services import free_port

PACKAGES = "systemd,systemd-sysv,dbus,ca-certificates,git"
SECONDS = 900
D = "/opt/celestial/current/deploy"
UNITS = ("wechat_server", "celestial_api", "celestial_worker", "celestial_beat", "celestial_backup")
BACKUPS = "/var/lib/celestial/backups"
# The timer as installed, but due in a moment.
SOON = "[Timer]\\nOnActiveSec=2\\nRandomizedDelaySec=0\\nAccuracySec=1"


class Container:
    """A booted Debian; `run` executes a shell line in it as root."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "debian"
        self.ports = {"WECHAT_PORT": str(free_port()), "API_PORT": str(free_port())}
        self.process: subprocess.Popen[bytes] | None = None

    def build(self) -> None:
        if not (self.root / "etc/debian_version").exists():
            must("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(self.root))
        # Behind a proxy of its own, this machine trusts more authorities than Debian does.
        bundle = "etc/ssl/certs/ca-certificates.crt"
        shutil.copy(f"/{bundle}", self.root / bundle)

    def boot(self) -> None:
        command = [
            "systemd-nspawn",
            "--quiet",
            "--directory",
            str(self.root),
            "--machine",
            f"celestial-{free_port()}",
        ]
        command += ["--register=no", "--keep-unit", "--resolv-conf=replace-host", "--boot"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until(lambda: bool(self.children()))
        # Asked too early, before the bus is there, systemctl waits for ever.
        wait_until(lambda: "running" in self.run("timeout 5 systemctl is-system-running", check=False))

    def run(self, line: str, *, check: bool = True) -> str:
        """Its output, both streams."""
        words = [
            "nsenter",
            "--target",
            str(self.leader()),
            "--all",
            "env",
            "-i",
            "HOME=/root",
            "LANG=C.UTF-8",
        ]
        words += ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        words += ["PIP_CERT=/etc/ssl/certs/ca-certificates.crt", *(f"{k}={v}" for k, v in self.ports.items())]
        done = subprocess.run(
            [*words, "bash", "-c", line], check=False, capture_output=True, text=True, timeout=SECONDS
        )
        if check and done.returncode:
            sys.exit(f"FAIL {line}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def leader(self) -> int:
        """The container's process 1: the only child of systemd-nspawn."""
        assert self.process
        # Without one, the target must never be this machine's own process 1.
        return self.children()[0] if self.children() else sys.exit("FAIL: the container is gone")

    def children(self) -> list[int]:
        assert self.process
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in text.split()]

    def stop(self) -> None:
        """Shut it down: systemd-nspawn hands SIGTERM on as the signal for an orderly end, and is killed after a minute.

        Not `systemctl poweroff` from inside: when the bus ends first, that command waits for ever.
        """
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def must(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def wait_until(condition: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("FAIL: waited too long")
        time.sleep(0.3)


def show(what: str, holds: bool, details: str = "") -> None:
    print(f"{'ok  ' if holds else 'FAIL'} {what}", flush=True)
    if not holds:
        sys.exit(details)


def install(container: Container) -> None:
    script = "/src/deploy/install_ops_components.sh"
    planned = container.run(f"{script} --dry-run")
    show("dry run", "nothing was changed" in planned, planned)
    begin = time.monotonic()
    done = container.run(script)
    show(f"install on a bare system: {time.monotonic() - begin:.0f} s", "changes made" in done, done)
    wait_until(lambda: "FAIL" not in container.run(f"{D}/check_services.sh", check=False))
    again = container.run(script)
    show("a second run changes nothing", "nothing was changed" in again, again)
    for url in ("http://127.0.0.1", "http://127.0.0.1/wechat"):
        show(f"verify {url}", "[PASS]" in container.run(f"{D}/verify_wechat_endpoint.sh {url}"))
    wrong = container.run(f"{D}/verify_wechat_endpoint.sh http://127.0.0.1 --token wrong_token", check=False)
    show("a wrong token is told", "[FAIL] 403" in wrong, wrong)


def judge_units(container: Container) -> None:
    files = " ".join(f"/etc/systemd/system/{unit}.service" for unit in UNITS)
    warnings = container.run(f"systemd-analyze verify {files}")
    show("systemd-analyze verify", not warnings, warnings)
    for unit in UNITS:
        judged = container.run(f"systemd-analyze security --no-pager {unit} | tail -n 1")
        exposure = re.search(r"[\d.]+(?= OK)", judged)
        show(
            f"exposure of {unit}: {exposure and exposure[0]}",
            bool(exposure and float(exposure[0]) <= 1.5),
            judged,
        )


def weigh(container: Container) -> None:
    """Memory (PSS: shared pages count once) and the CPU of 20 idle seconds, of each service with its children."""
    processes = "p=$(systemctl show -p MainPID --value %s); set -- $p $(pgrep -P $p)"
    memory = "cat $(printf '/proc/%s/smaps_rollup ' $@) | awk '/^Pss:/ {sum += $2} END {print sum}'"
    ticks = "cat $(printf '/proc/%s/stat ' $@) | awk '{sum += $14 + $15} END {print sum}'"

    def measured(unit: str, what: str) -> int:
        return int(container.run(f"{processes % unit}; {what}"))

    services = UNITS[:4]
    before = {unit: measured(unit, ticks) for unit in services}
    time.sleep(20)
    for unit in services:
        busy = (measured(unit, ticks) - before[unit]) / 20
        print(f"     {unit}: {measured(unit, memory) / 1024:.0f} MiB, {busy:.1f} % of one core when idle")


def hand_over(container: Container, load: Load) -> None:
    """Reload, upgrade and the way back, with messages coming in through nginx."""
    for line in ("systemctl reload wechat_server", f"{D}/upgrade.sh {BEFORE}", f"{D}/upgrade.sh {LATEST}"):
        container.run(line)
        load.wait_for(50)
        show(f"{line}: {load.answered} messages answered, lost: {load.lost or 'none'}", not load.lost)


def back_up(container: Container) -> None:
    """The timer starts the unit, the drill boots the application on its backup, a damaged copy is refused."""
    timers = container.run("systemctl list-timers --all --no-pager celestial_backup.timer")
    show("the backup timer waits for the night", "celestial_backup.service" in timers, timers)
    container.run("systemctl start celestial_backup.service")
    first = backups(container)
    show(f"the unit made {first}", len(first) == 1)
    drop_in = "/run/systemd/system/celestial_backup.timer.d"
    container.run(f"mkdir -p {drop_in} && printf '{SOON}' > {drop_in}/soon.conf && systemctl daemon-reload")
    container.run("systemctl restart celestial_backup.timer")
    wait_until(lambda: backups(container) != first)
    wait_until(
        lambda: "inactive" in container.run("systemctl is-active celestial_backup.service", check=False)
    )
    show(
        "the timer made another one", "success" in container.run("systemctl show -p Result celestial_backup")
    )
    newest = backups(container)[-1]
    drill = f"bash -c 'set -a; . /etc/celestial/celestial.env; cd /opt/celestial/current && {D}/restore_drill.sh %s'"
    drilled = container.run(drill % newest)
    show("restore drill: the application runs on the copy", "[PASS]" in drilled, drilled)
    container.run(f"head -c -100 {newest} > /tmp/damaged.celbak")
    refused = container.run(drill % "/tmp/damaged.celbak", check=False)
    show("a damaged backup is refused", "[PASS]" not in refused, refused)
    print(refused.strip().splitlines()[-1])


def backups(container: Container) -> list[str]:
    return container.run(f"ls -1 {BACKUPS}/*.celbak").split()


def survive(container: Container) -> None:
    """systemd watches the process that took over, which it did not start itself."""
    main = container.run("systemctl show -p MainPID --value wechat_server").strip()
    container.run(f"kill -9 {main}")
    wait_until(
        lambda: "[PASS]" in container.run(f"{D}/verify_wechat_endpoint.sh http://127.0.0.1", check=False)
    )
    now = container.run("systemctl show -p MainPID --value wechat_server").strip()
    show("killed after the hand-over, started again by systemd", now not in (main, "0"))


def roll_back(container: Container) -> None:
    """Section 8 of the launch report, word for word."""
    web = "wechat_server.service celestial_api.service"
    container.run(
        f"set -e; systemctl stop {web}; cd /opt/celestial/current; . .venv/bin/activate; git checkout {BEFORE}; "
        f"pip install -r requirements-lock.txt; systemctl start {web}"
    )
    verified = container.run(f"{D}/verify_wechat_endpoint.sh http://127.0.0.1")
    commit = container.run("cd /opt/celestial/current && git describe --tags").strip()
    show(f"section 8 as written: {commit} runs", "[PASS]" in verified and commit == BEFORE, verified)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path(tempfile.mkdtemp(prefix="celestial-live-"))
    folder.mkdir(parents=True, exist_ok=True)
    container = Container(folder)
    container.build()
    shutil.rmtree(container.root / "src", ignore_errors=True)
    tagged_repository(container.root / "src")
    container.boot()
    try:
        install(container)
        judge_units(container)
        weigh(container)
        token = container.run("sed -n s/^WECHAT_TOKEN=//p /etc/celestial/celestial.env").strip()
        with Load("http://127.0.0.1", token, threads=3) as load:
            load.wait_for(50)
            hand_over(container, load)
            back_up(container)
            show(f"{load.answered} messages answered in all, lost: {load.lost or 'none'}", not load.lost)
        survive(container)
        roll_back(container)
        gone = container.run("/src/deploy/install_ops_components.sh --uninstall --purge")
        show("uninstalled", "changes made" in gone, gone)
    finally:
        container.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
