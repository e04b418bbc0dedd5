"""What API keys used: the console's table on stdout."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from predictions.models import ApiKey, ApiUsage
from predictions.models.usage import KEPT, OUTCOMES, totals
from predictions.types import Json


class Command(BaseCommand):
    help = "Show how often API keys called, by day (of Asia/Shanghai), system and endpoint."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", nargs="?", help="name or public id of a key; default: all of them")
        parser.add_argument("--days", type=int, default=30, help="the last N days, today included")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if not 1 <= days <= KEPT.days:
            raise CommandError(f"--days must be a number from 1 to {KEPT.days}, for example 30.")
        today = timezone.localdate()
        first = today - timedelta(days=days - 1)
        used = [_used(key, ApiUsage.between(key, first, today)) for key in _keys(options["key"])]
        if options["json"]:
            report = {"from": first.isoformat(), "to": today.isoformat(), "keys": used}
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            return
        for one in used:
            self._print(one)

    def _print(self, used: Json) -> None:
        self.stdout.write(f"{used['name']} ({used['public_id']})")
        for member in ("day", "system", "endpoint"):
            for row in used[f"{member}s"]:
                numbers = "  ".join(f"{name} {row[name]}" for name in ("calls", *OUTCOMES))
                self.stdout.write(f"  {row[member]:<16}{numbers}")
        if not used["days"]:
            self.stdout.write("  no call")


def _keys(wanted: str | None) -> list[ApiKey]:
    keys = ApiKey.objects.order_by("pk")
    if wanted is None:
        return list(keys)
    found = [key for key in keys if wanted in (key.name, key.public_id)]
    if not found:
        raise CommandError(f"There is no API key with the name or public id {wanted}.")
    return found


def _used(key: ApiKey, rows: list[ApiUsage]) -> Json:
    return {
        "name": key.name,
        "public_id": key.public_id,
        "days": totals(rows, "day"),
        "systems": totals([row for row in rows if row.system], "system"),
        "endpoints": totals(rows, "endpoint"),
    }
