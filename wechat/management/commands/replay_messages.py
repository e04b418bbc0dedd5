"""Run stored messages through today's engine and show what would be answered differently."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from wechat.management.operator_name import operator_name
from wechat.models import Message
from wechat.models.message import Status
from wechat.replay import LIMIT, Replay, replay_many


def moment(text: str) -> datetime:
    """An ISO date or time; without an offset it is meant in the site's time zone."""
    parsed = parse_datetime(text) or parse_datetime(f"{text}T00:00:00")
    if parsed is None:
        raise ValueError(text)
    return parsed if parsed.tzinfo else timezone.make_aware(parsed)


class Command(BaseCommand):
    help = (
        "Replay messages as a dry run: old and new reply are compared, an attempt is recorded, nothing is sent."
        " With --resend the new answers are queued for the followers as customer messages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", type=int, metavar="ID")
        parser.add_argument("--since", type=moment, help="2026-11-24 or 2026-11-24T08:00")
        parser.add_argument("--until", type=moment)
        parser.add_argument("--status", choices=Status.values)
        parser.add_argument("--cause")
        parser.add_argument("--limit", type=int, default=LIMIT, help=f"at most this many ({LIMIT})")

        parser.add_argument("--resend", action="store_true", help="send the new answers; needs --reason")
        parser.add_argument("--reason", default="", help="why they are sent again; stands with each message")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["resend"] != bool(options["reason"].strip()):
            raise CommandError("--resend needs --reason, and --reason goes with --resend")
        rows = self._rows(options)
        changed = unchanged = failed = 0
        for result in replay_many(rows, operator_name(), options["reason"]):
            if isinstance(result, Replay):
                changed, unchanged = changed + result.changed, unchanged + (not result.changed)
                failed += result.outcome == Status.FAILED
                self._show(result)
            else:
                failed += 1
                self.stdout.write(f"{result[0].pk}: not replayed: {result[1]}")
        self.stdout.write(f"{changed} changed, {unchanged} unchanged, {failed} failed")
        if failed:
            raise CommandError(f"{failed} messages failed")

    def _rows(self, options: dict[str, Any]) -> QuerySet[Message]:
        rows = Message.objects.select_related("account").order_by("received_at", "id")
        if not any(options[name] for name in ("ids", "since", "until", "status", "cause")):
            raise CommandError(
                "name messages by ID or narrow them with --since, --until, --status or --cause"
            )
        if options["ids"]:
            rows = rows.filter(pk__in=options["ids"])
            missing = set(options["ids"]) - set(rows.values_list("pk", flat=True))
            if missing:
                raise CommandError(f"no such messages: {', '.join(map(str, sorted(missing)))}")
        filters = {
            "received_at__gte": "since",
            "received_at__lt": "until",
            "status": "status",
            "cause": "cause",
        }
        rows = rows.filter(**{lookup: options[name] for lookup, name in filters.items() if options[name]})
        return rows[: options["limit"]]

    def _show(self, result: Replay) -> None:
        if not result.changed:
            self.stdout.write(f"{result.message.pk}: unchanged")
            return
        self.stdout.write(f"{result.message.pk}: changed")
        for line in result.diff:
            self.stdout.write(f"    {line}")
