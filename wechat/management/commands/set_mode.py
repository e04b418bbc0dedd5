"""Switch a mode of an account, with a reason in the audit list."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wechat.management.operator_name import operator_name
from wechat.models import OfficialAccount


class Command(BaseCommand):
    help = "Switch verification, encryption or service of an account: set_mode default service=maintenance --reason …"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account", help="the account's slug")
        parser.add_argument("switch", metavar="SWITCH=VALUE")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--minutes", type=int, help="how long lenient lasts (30; at most 1440)")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        switch, _, value = options["switch"].partition("=")
        account = OfficialAccount.objects.filter(slug=options["account"]).first()
        if account is None:
            known = ", ".join(OfficialAccount.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"no account {options['account']!r}; there are: {known}")
        with transaction.atomic():
            try:
                change = account.switch(
                    switch, value, by=operator_name(), reason=options["reason"], minutes=options["minutes"]
                )
            except ValueError as error:
                raise CommandError(str(error)) from error
            if options["dry_run"]:
                transaction.set_rollback(True)
        until = f" until {change.until:%Y-%m-%d %H:%M:%S} UTC" if change.until else ""
        verb = "Would switch" if options["dry_run"] else "Switched"
        self.stdout.write(f"{verb} {account.slug}: {switch} {change.before} -> {change.after}{until}")
