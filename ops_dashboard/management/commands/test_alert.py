"""`manage.py test_alert`: the console's test button, for one channel or for all."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ops_dashboard import delivery
from ops_dashboard.models import AlertChannel
from wechat.management.operator_name import operator_name


class Command(BaseCommand):
    """Exit code 0 when every channel took the message, 1 otherwise."""

    help = "Send a test alert through the alert channels named, or through every enabled one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("channels", nargs="*", metavar="CHANNEL", help="a channel's name")
        parser.add_argument("--dry-run", action="store_true", help="say where it would go, send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for channel in chosen(options["channels"]):
            if options["dry_run"]:
                self.stdout.write(f"Would send to {channel.name} ({channel.kind})")
                continue
            try:
                delivery.send_test(channel, operator_name(), timezone.now())
                self.stdout.write(f"[PASS] {channel.name}")
            except delivery.NotSent as error:
                self.stderr.write(f"[FAIL] {channel.name}: {error}")
                failed += 1
        if failed:
            raise CommandError(f"{failed} of the channels took no message")


def chosen(names: list[str]) -> list[AlertChannel]:
    """The channels named, or all that are enabled. Raises CommandError for an unknown name and for none at all."""
    channels = {channel.name: channel for channel in AlertChannel.objects.all()}
    unknown = [name for name in names if name not in channels]
    if unknown:
        known = ", ".join(channels) or "none"
        raise CommandError(f"no channel {', '.join(map(repr, unknown))}; there are: {known}")
    found = [channels[name] for name in names] or [one for one in channels.values() if one.enabled]
    if not found:
        raise CommandError("no channel is enabled; add one in the console: Operations, Alert channels")
    return found
