"""Every shell script of deploy/: linted, executable where it is a command, with the names of the launch report."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.deploy.programs import DEPLOY, ROOT, SCRIPTS, needs, run

pytestmark = pytest.mark.processes

LAUNCH_REPORT_NAMES = {
    "install_ops_components.sh",
    "setup_https_certbot.sh",
    "verify_wechat_endpoint.sh",
    "start_wechat_gunicorn.sh",
    "start_api_gunicorn.sh",
    "wechat_server.service",
    "celestial_api.service",
    "simulate_encrypted_message.py",
}


@needs("shellcheck")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_has_nothing_to_say(script):
    checked = run("shellcheck", "--external-sources", script)
    assert not checked.stdout + checked.stderr


def test_the_names_of_the_launch_report_are_there():
    assert not {name for name in LAUNCH_REPORT_NAMES if not (DEPLOY / name).is_file()}


def test_commands_are_executable_and_what_is_sourced_is_not():
    for script in SCRIPTS:
        is_command = script.read_text().startswith("#!/usr/bin/env bash")
        assert os.access(script, os.X_OK) is is_command or script.name == "make_venv.sh", script.name


def test_every_command_stops_at_the_first_failure():
    commands = [script for script in SCRIPTS if script.read_text().startswith("#!/usr/bin/env bash")]
    assert not [script.name for script in commands if "\nset -euo pipefail\n" not in script.read_text()]


@pytest.mark.parametrize("name", ["setup_https_certbot.sh", "verify_wechat_endpoint.sh", "upgrade.sh"])
def test_a_command_without_its_arguments_says_how_it_is_used(name):
    refused = run(DEPLOY / name)
    assert refused.returncode == 2
    assert f"usage: {name}" in refused.stderr


def test_the_environment_file_is_read_and_never_executed(tmp_path):
    file = tmp_path / "celestial.env"
    file.write_text(
        "# a comment\n\nPLAIN=value\nQUOTED=\"two words\"\nSINGLE='one'\nBASE64=ab/c+d==\n"
        f"EVIL=$(touch {tmp_path}/executed)`touch {tmp_path}/executed`;touch {tmp_path}/executed\n"
        "KEPT=from the file\nLAST=no newline"
    )
    names = ("PLAIN", "QUOTED", "SINGLE", "BASE64", "EVIL", "KEPT", "LAST")
    script = f'. {DEPLOY}/installation.sh; load_environment {file}; for n in {" ".join(names)}; do echo "${{!n}}"; done'
    shown = run("bash", "-c", script, environment={"PATH": os.environ["PATH"], "KEPT": "the caller's"})
    values = dict(zip(names, shown.stdout.splitlines(), strict=True))
    assert values["PLAIN"] == "value"
    assert values["QUOTED"] == "two words"
    assert values["SINGLE"] == "one"
    assert values["BASE64"] == "ab/c+d=="
    assert values["EVIL"].startswith("$(touch ")
    assert values["KEPT"] == "the caller's"
    assert values["LAST"] == "no newline"
    assert not (tmp_path / "executed").exists()


def test_a_port_s_holder_is_named():
    program = "import socket; s = socket.create_server(('127.0.0.1', 0)); print(s.getsockname()[1], flush=1); input()"
    command = [sys.executable, "-c", program]
    listener = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert listener.stdout is not None
        port = listener.stdout.readline().strip()
        refused = run(
            DEPLOY / "check_port.sh", "WECHAT_PORT", "1", environment=os.environ | {"WECHAT_PORT": port}
        )
        assert refused.returncode == 1
        assert re.search(rf"port {port} is held by python\S* \(pid {listener.pid}\)", refused.stderr)
        assert "WECHAT_PORT" in refused.stderr
    finally:
        listener.kill()
        listener.communicate()
    free = run(DEPLOY / "check_port.sh", "WECHAT_PORT", "1", environment=os.environ | {"WECHAT_PORT": port})
    assert free.returncode == 0, free.stderr


def test_no_registry_host_is_named():
    words = ("pypi.org", "docker.io", "ghcr.io", "quay.io")
    files = [path for path in DEPLOY.rglob("*") if path.is_file() and path.suffix not in (".whl", ".pyc")]
    assert not [path.relative_to(ROOT) for path in files if any(w in path.read_text() for w in words)]
