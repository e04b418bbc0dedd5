"""`make run` and `make demo`: everything that one machine needs, started, supervised and shown to work."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from celestial_site.first_run import FirstRun, prepare
from celestial_site.local_platform import platform_service
from celestial_site.supervisor import Supervisor, services

QUESTION = "今天黄历"


class Command(BaseCommand):
    help = "Set up, start web server, worker and beat, ask the gateway one encrypted question, keep serving."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=settings.API_PORT)
        parser.add_argument(
            "--demo", action="store_true", help="stop after the question, 0 when it was answered"
        )
        parser.add_argument(
            "--platform",
            choices=["local"],
            help="local: play WeChat's side here, with a page to chat with the account",
        )
        parser.add_argument("--platform-port", type=int, help="of that page (default: the port after --port)")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        refuse_busy_port(port)
        if not settings.CELESTIAL_PUBLIC_URL:
            # For the services: answers link to their reading pages, which this machine alone can open.
            os.environ["CELESTIAL_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        first_run = prepare()
        wanted, chat = services(port), ""
        if options["platform"]:
            page = options["platform_port"] or port + 1
            refuse_busy_port(page)
            wanted.append(platform_service(page, f"http://127.0.0.1:{port}"))
            chat = f"http://127.0.0.1:{page}/"
        with Supervisor(wanted, settings.CELESTIAL_VAR / "log") as supervisor:
            supervisor.wait_until_live(f"http://127.0.0.1:{port}/livez")
            if chat:
                supervisor.wait_until_live(chat, "platform")
            answer = ask(port)
            self.stdout.write(summary(first_run, port, answer, chat))
            self.stdout.flush()
            if not options["demo"]:
                self._keep_serving(supervisor)

    def _keep_serving(self, supervisor: Supervisor) -> None:
        def stop(number: int, frame: FrameType | None) -> None:
            supervisor.stopping = True

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write("Serving. Stop with Ctrl+C.")
        self.stdout.flush()
        while not supervisor.stopping:
            supervisor.restart_what_died()
            time.sleep(0.5)


def refuse_busy_port(port: int) -> None:
    """One clear line instead of gunicorn's retries."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"port {port}: {error.strerror}. Choose another one: make run PORT={port + 1}"
            ) from error


def ask(port: int) -> str:
    """One signed, AES-encrypted message over HTTP, as WeChat sends it; the decrypted reply."""
    command = [sys.executable, "manage.py", "simulate_encrypted_message", QUESTION]
    command += ["--url", f"http://127.0.0.1:{port}"]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False, env=os.environ
    )
    if done.returncode or not done.stdout.strip():
        raise CommandError(f"the gateway did not answer its own question: {done.stderr.strip()}")
    return done.stdout.strip()


def summary(first_run: FirstRun, port: int, answer: str, chat: str = "") -> str:
    """What the newcomer needs, secrets only on the run that made them."""
    base = f"http://127.0.0.1:{port}"
    lines = ["", "Celestial Nexus is running.", ""]
    lines += [f"  Callback   {base}/wechat"]
    lines += first_run.secret_lines()
    lines += [f"  Admin      {base}/admin/{first_run.login()}"]
    lines += [f"  API        {base}/api/docs/"]
    lines += (
        [f"  Chat       {chat}   (WeChat's side on this machine: write to the account as a follower does)"]
        if chat
        else []
    )
    lines += [f"  API key    {first_run.api_key}"] if first_run.api_key else []
    lines += ["", f"  Question   {QUESTION}", "  Answer     (decrypted)", ""]
    lines += [f"    {line}" for line in answer.splitlines()]
    return "\n".join([*lines, ""])
