"""An installation below a temporary folder, from a repository with tags, its units driven by `systemctl.py`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests import credentials
from tests.deploy.gateway import answers, wait_until
from tests.deploy.programs import ROOT, run
from tests.services import free_port

NOT_PART = shutil.ignore_patterns(
    ".git", ".venv", "var", "tests", "benchmarks", "__pycache__", ".*_cache", ".hypothesis", "node_modules"
)
LATEST, BEFORE = "v0.2.0", "v0.1.0"


@dataclass
class Installation:
    """Where it lies and on which ports it answers."""

    root: Path
    source: Path
    environment: dict[str, str]
    first_output: str = ""

    @property
    def current(self) -> Path:
        return self.root / "opt/celestial/current"

    @property
    def callback(self) -> str:
        return f"http://127.0.0.1:{self.environment['WECHAT_PORT']}"

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.environment['API_PORT']}"

    @property
    def settings(self) -> str:
        return (self.root / "etc/celestial/celestial.env").read_text()

    def install(self, *options: str) -> subprocess.CompletedProcess[str]:
        script = self.source / "deploy/install_ops_components.sh"
        return run(script, "--root", self.root, *options, environment=self.environment)

    def script(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A script of the installed release."""
        return run(self.current / "deploy" / name, *arguments, environment=self.environment)

    def systemctl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(self.environment["CELESTIAL_SYSTEMCTL"], *arguments, environment=self.environment)

    def main_process(self, unit: str) -> int:
        return int((self.root / "run/systemctl" / f"{unit}.service").read_text())

    def stop(self) -> None:
        """Nothing of the installation outlives the tests, whatever went wrong: everything that runs from its folder."""
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
            except OSError:
                continue
            if f"{self.root}/opt/".encode() in command:
                end(int(process.name))

    def version(self) -> str:
        """What the running API says it is."""
        found = run("curl", "-s", "--noproxy", "*", f"{self.api}/readyz").stdout
        match = re.search(r'"version": ?"([^"]+)"', found)
        return match[1] if match else found


def tagged_repository(folder: Path) -> Path:
    """What is committed here, with deploy/ as it is now, in a repository of its own with two releases."""
    if (ROOT / ".git").exists():
        folder.mkdir()
        archive = subprocess.run(["git", "-C", str(ROOT), "archive", "HEAD"], check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
        shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=NOT_PART, dirs_exist_ok=True)
    else:
        shutil.copytree(ROOT, folder, ignore=NOT_PART)
    git(folder, "init", "--quiet", "--initial-branch=main")
    release(folder, BEFORE)
    release(folder, LATEST)
    if os.geteuid() == 0:
        # As on a server: the administrator's checkout, installed by root.
        assert run("chown", "--recursive", "nobody", folder).returncode == 0
    return folder


def release(folder: Path, tag: str) -> None:
    """A commit whose version is the tag's."""
    project = folder / "pyproject.toml"
    text, count = re.subn(r'(?m)^version = "[^"]*"', f'version = "{tag[1:]}"', project.read_text())
    assert count == 1
    project.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", tag)
    git(folder, "tag", tag)


def git(folder: Path, *arguments: str) -> None:
    names = {
        f"GIT_{who}_{what}": "test@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    # Neither this machine's configuration nor the hooks of its user.
    alone = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    alone |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    done = run("git", "-C", folder, *arguments, environment=os.environ | names | alone)
    assert done.returncode == 0, done.stderr


def overlay_venv(folder: Path) -> Path:
    """An environment that sees our packages and has a pip of its own: nothing it installs touches ours."""
    made = run(sys.executable, "-m", "venv", "--without-pip", folder)
    assert made.returncode == 0, made.stderr
    own = next(folder.glob("lib/python*/site-packages"))
    ours = next(Path(sys.prefix).glob("lib/python*/site-packages"))
    for program in ("gunicorn", "celery"):
        text = (Path(sys.prefix) / "bin" / program).read_text()
        (folder / "bin" / program).write_text(re.sub(r"^#!.*", f"#!{folder}/bin/python", text, count=1))
        (folder / "bin" / program).chmod(0o755)
    wheel = next((ROOT / "deploy/pip").glob("pip-*.whl"))
    done = run(folder / "bin/python", f"{wheel}/pip", "install", "--quiet", "--no-index", wheel)
    assert done.returncode == 0, done.stderr
    # After pip: where ours is of the same version, pip would see itself installed and make no program.
    (own / "ours.pth").write_text(f"{ours}\n")
    return folder


def new_installation(folder: Path) -> Installation:
    """Everything that an installation needs, not installed yet."""
    source = tagged_repository(folder / "source")
    stand_ins = folder / "bin"
    stand_ins.mkdir()
    (stand_ins / "systemctl").symlink_to(ROOT / "tests/deploy/systemctl.py")
    environment = {
        "PATH": f"{stand_ins}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "CELESTIAL_ROOT": str(folder / "root"),
        "CELESTIAL_SYSTEMCTL": str(stand_ins / "systemctl"),
        "CELESTIAL_VENV": str(overlay_venv(folder / "venv")),
        "WECHAT_TOKEN": credentials.TOKEN,
        "WECHAT_PORT": str(free_port()),
        "API_PORT": str(free_port()),
        "WEB_CONCURRENCY": "2",
    }
    return Installation(folder / "root", source, environment)


def wait_for_answers(installation: Installation) -> None:
    log = installation.root / "run/systemctl/wechat_server.service.log"
    wait_until(
        lambda: answers(f"{installation.callback}/livez") and answers(f"{installation.api}/livez"), log
    )


def end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
