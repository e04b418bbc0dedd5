"""`manage.py alert_rules`: the alert definitions as text, as Prometheus' files, or compared with those files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ops_dashboard.alert_rules import RULES
from ops_dashboard.prometheus_files import files


class Command(BaseCommand):
    """Prints the definitions; --write brings deploy/prometheus/ up to date, --check fails when it is not."""

    help = "List the alert definitions, or write or check Prometheus' files made from them."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--write", action="store_true", help="write deploy/prometheus/")
        choice.add_argument("--check", action="store_true", help="fail when a file differs")
        parser.add_argument(
            "--folder", type=Path, default=settings.BASE_DIR / "deploy" / "prometheus", help="where they are"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if options["write"]:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files().items():
                (folder / name).write_text(text, encoding="utf-8")
                self.stdout.write(str(folder / name))
        elif options["check"]:
            self._check(folder)
        else:
            for rule in RULES:
                wait = f" for {rule.for_minutes} min" if rule.for_minutes else ""
                self.stdout.write(f"{rule.severity:7}{rule.id:20}{rule.expr}{wait}")

    def _check(self, folder: Path) -> None:
        stale = [
            name
            for name, text in files().items()
            if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
        ]
        if stale:
            raise CommandError(f"not up to date: {', '.join(stale)}; run manage.py alert_rules --write")
        self.stdout.write("up to date")
