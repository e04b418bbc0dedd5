"""`make run` and `make demo` in a folder of their own: set up, ask, answer, keep, refuse."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from itertools import takewhile
from pathlib import Path

import httpx
import pytest

from tests.processes import ROOT, clean_environment
from tests.services import free_port

pytestmark = pytest.mark.processes


def serve(var: Path, port: int, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), *options],
        cwd=ROOT,
        env=clean_environment(var) | {"API_PORT": str(port)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said_until_serving(process: subprocess.Popen[str]) -> str:
    """What `serve` prints before it says that it serves, or ends."""
    assert process.stdout is not None
    return "".join(takewhile(lambda line: not line.startswith("Serving."), iter(process.stdout.readline, "")))


def test_the_demo_shows_question_and_decrypted_answer_and_stops(tmp_path: Path) -> None:
    process = serve(tmp_path, free_port(), "--demo")
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert "今天黄历" in output
    assert "宜" in output
    assert re.search(r"AES key +[A-Za-z0-9]{43}\b", output)
    assert re.search(r"API key +cel_", output)


def test_a_second_run_keeps_the_data_and_shows_no_secret_again(tmp_path: Path) -> None:
    first, _ = serve(tmp_path, free_port(), "--demo").communicate(timeout=120)
    token = re.search(r"Token +(\S+)", first)
    assert token, first
    second, _ = serve(tmp_path, free_port(), "--demo").communicate(timeout=120)
    assert token[1] not in second
    assert "宜" in second
    assert "cel_" not in second


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(tmp_path, port, "--demo")
        output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert output.strip().splitlines() == [
        f"CommandError: port {port}: Address already in use. Choose another one: make run PORT={port + 1}"
    ]


def test_what_dies_is_started_again_and_ctrl_c_stops_everything(tmp_path: Path) -> None:
    port = free_port()
    process = serve(tmp_path, port)
    try:
        said = said_until_serving(process)
        link = re.search(rf"http://127\.0\.0\.1:{port}/r/\S+", said)
        assert link, f"it never served, or its answer has no page: {said}"
        assert "建除" in httpx.get(link[0], trust_env=False, timeout=10).text
        web = find("-c deploy/gunicorn.conf.py", tmp_path)
        worker = find("celestial_site.celery worker", tmp_path)
        os.kill(min(web), signal.SIGKILL)
        os.kill(min(worker), signal.SIGKILL)
        wait_for(lambda: set(find("celestial_site.celery worker", tmp_path)) - set(worker), "a new worker")
        wait_for(
            lambda: set(find("-c deploy/gunicorn.conf.py", tmp_path)) - set(web) and live(port),
            "a new server",
        )
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    wait_for(lambda: not find("celestial_site", tmp_path), "the end of all")


def live(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/livez", trust_env=False, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def find(part: str, var: Path) -> list[int]:
    """Processes of this test whose command line holds `part`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (folder / "environ").read_bytes().decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if part in command and f"CELESTIAL_VAR={var}" in environment:
            found.append(int(folder.name))
    return found


def wait_for(condition: object, what: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"no {what} in {seconds} s"
        time.sleep(0.1)


def test_the_local_platform_is_one_more_process_with_a_page(tmp_path: Path) -> None:
    port, page = free_port(), free_port()
    process = serve(tmp_path, port, "--platform", "local", "--platform-port", str(page))
    try:
        assert f"Chat       http://127.0.0.1:{page}/" in said_until_serving(process)
        shown = httpx.get(f"http://127.0.0.1:{page}/", trust_env=False, timeout=5)
        assert "公众号" in shown.text
        (served,) = find("tests.platform_server", tmp_path)
        os.kill(served, signal.SIGKILL)
        wait_for(lambda: set(find("tests.platform_server", tmp_path)) - {served}, "a new platform")
    finally:
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    wait_for(lambda: not find("tests.platform_server", tmp_path), "the end of the platform")


def test_a_page_port_in_use_is_one_clear_line_too(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        page = str(taken.getsockname()[1])
        process = serve(tmp_path, free_port(), "--platform", "local", "--platform-port", page)
        output, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert f"port {page}: Address already in use" in output
