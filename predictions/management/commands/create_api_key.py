"""Make an API key: it alone on stdout, the rest on stderr, so KEY=$(manage.py create_api_key …) works."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from predictions.models import SCOPES, ApiKey


class Command(BaseCommand):
    help = "Make an API key and print it once. Running it again makes another key."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="who uses the key and for what")
        parser.add_argument(
            "--scope", action="append", choices=SCOPES, help="repeatable; default: every scope"
        )
        parser.add_argument("--expires-days", type=int, metavar="N", help="default: never expires")
        parser.add_argument("--test", action="store_true", help="a key that says cel_test_, for test systems")
        parser.add_argument("--dry-run", action="store_true", help="check the arguments, make nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        days, scopes = options["expires_days"], list(dict.fromkeys(options["scope"] or SCOPES))
        if days is not None and not 1 <= days <= 36500:
            raise CommandError("--expires-days must be a number of days from 1 to 36500, for example 90.")
        expires = timezone.now() + timedelta(days=days) if days else None
        lives = f"until {expires:%Y-%m-%d %H:%M} UTC" if expires else "for ever"
        if options["dry_run"]:
            self._check(options["name"])
            self.stderr.write(f"Would make the key {options['name']} ({', '.join(scopes)}), valid {lives}.")
            return
        try:
            key, text = ApiKey.issue(options["name"], scopes, expires, test=options["test"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        self.stderr.write(f"{key}: {', '.join(scopes)}, valid {lives}. It is shown this once:")
        self.stdout.write(text)

    def _check(self, name: str) -> None:
        try:
            ApiKey(name=name).clean_fields(exclude=["public_id", "digest", "scopes"])
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
