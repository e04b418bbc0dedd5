"""Delete messages past their retention, and what else has expired."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wechat.pruning import delete_in_batches, messages_older_than, prune_expired

DEFAULT_DAYS = 180


class Command(BaseCommand):
    help = "Delete messages older than N days (CELESTIAL_MESSAGE_DAYS), expired fingerprints and counters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than-days", type=int, default=settings.CELESTIAL_MESSAGE_DAYS or DEFAULT_DAYS
        )
        parser.add_argument("--dry-run", action="store_true", help="count, delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["older_than_days"]
        if days < 1:
            raise CommandError("--older-than-days must be 1 or more")
        rows = messages_older_than(days)
        total = rows.count()
        if options["dry_run"]:
            self.stdout.write(f"Would delete {total} messages older than {days} days")
            return
        deleted = 0
        for batch in delete_in_batches(rows):
            deleted += batch
            self.stderr.write(f"{deleted} of {total} messages")
        others = ", ".join(f"{count} {name}" for name, count in prune_expired().items())
        self.stdout.write(f"Deleted {deleted} messages older than {days} days, {others}")
