"""`manage.py check_health`: what /readyz says, and whether the running service answers over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ops_dashboard.health import Report, report

SECONDS = 5
# A proxy of the environment must not stand between this command and loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Command(BaseCommand):
    """Exit code 0 when everything required holds and every page answers, 1 otherwise."""

    help = "Check database, migrations, keys, Redis, broker, and the running service over HTTP."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
        parser.add_argument("--url", help="where the service runs (default: http://127.0.0.1:<its port>)")
        parser.add_argument("--no-http", action="store_true", help="do not ask the running service")

    def handle(self, *args: Any, **options: Any) -> None:
        found = report()
        url = (options["url"] or default_url()).rstrip("/")
        pages = {} if options["no_http"] else {path: fetch(url + path) for path in paths()}
        if options["json"]:
            self._write_json(found, url, pages)
        else:
            self._write_lines(found, url, pages)
        if not found.ready or any(pages.values()):
            raise CommandError("not healthy")

    def _write_json(self, found: Report, url: str, pages: dict[str, str]) -> None:
        answer = found.as_dict(detailed=True)
        answer["http"] = {path: {"ok": not problem, "detail": problem} for path, problem in pages.items()}
        answer["url"] = url if pages else None
        if any(pages.values()):
            answer["status"] = "unavailable"
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def _write_lines(self, found: Report, url: str, pages: dict[str, str]) -> None:
        for name, check in found.checks.items():
            mark = "ok" if check.ok else "FAIL" if check.required else "warn"
            self.stdout.write(f"{mark:5}{name}: {check.detail} ({check.ms} ms)")
        for path, problem in pages.items():
            self.stdout.write(
                f"{'FAIL' if problem else 'ok':5}{url}{path}{f': {problem}' if problem else ''}"
            )
        if not pages:
            self.stdout.write("skip HTTP: not asked for (--no-http)")


def default_url() -> str:
    """Where this role listens on this machine."""
    port = settings.WECHAT_PORT if settings.CELESTIAL_ROLE == "wechat" else settings.API_PORT
    return f"http://127.0.0.1:{port}"


def paths() -> list[str]:
    """What this role serves and a monitor reads."""
    pages = {"/livez": True, "/wechat_metrics": settings.SERVES_WECHAT, "/api_metrics": settings.SERVES_API}
    return [path for path, served in pages.items() if served]


def fetch(url: str) -> str:
    """What is wrong with the answer of `url`; empty when nothing is."""
    headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"} if settings.METRICS_TOKEN else {}
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310  the administrator's own address
        with OPENER.open(request, timeout=SECONDS) as response:
            return "" if response.status == 200 else f"status {response.status}"
    except urllib.error.HTTPError as error:
        return f"status {error.code}"
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"no answer ({error})"
