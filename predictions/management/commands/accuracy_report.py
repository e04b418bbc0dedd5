"""`manage.py accuracy_report`: what was checked against what, as a table or as JSON."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from predictions import accuracy


class Command(BaseCommand):
    help = "Show how the engine compares with other implementations, published tables and books."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the figures as JSON")
        parser.add_argument("--lang", choices=list(accuracy.HEADINGS), default="zh-Hans")

    def handle(self, *args: Any, **options: Any) -> None:
        found = accuracy.report()
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            self.stdout.write(accuracy.as_text(found, options["lang"]), ending="")
