"""Create or update an official account from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from predictions.registry import PRESETS, all_systems
from wechat.crypto import Rejected, decode_key
from wechat.environment import sync_default_account
from wechat.management.operator_name import operator_name
from wechat.models import OfficialAccount

FIELDS = ("token", "aes_key", "app_id", "app_secret", "original_id", "timestamp_tolerance")
SWITCHES = ("encryption", "verification")


class Command(BaseCommand):
    help = "Create or update an official account. Secrets are stored encrypted and never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--slug", default="default", help="the end of its callback URL (default: default)"
        )
        parser.add_argument("--token")
        parser.add_argument(
            "--accept-token", action="append", help="an older token still accepted; repeatable"
        )
        parser.add_argument("--aes-key", help="EncodingAESKey, 43 characters")
        parser.add_argument(
            "--previous-aes-key", action="append", help="a former key still accepted; repeatable"
        )
        parser.add_argument("--app-id")
        parser.add_argument("--app-secret")
        parser.add_argument("--original-id", help="gh_…")
        parser.add_argument("--encryption", choices=["plaintext", "compatible", "safe"])
        parser.add_argument("--verification", choices=["strict", "lenient"])
        parser.add_argument("--timestamp-tolerance", type=int, help="seconds; 0 = off")
        parser.add_argument("--systems", help="ids separated by commas, a preset's name, or all")
        parser.add_argument(
            "--from-env", action="store_true", help="bring the default account in line with WECHAT_*"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                account = self._from_env() if options["from_env"] else self._apply(options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except (Rejected, ValueError) as error:
            raise CommandError(getattr(error, "detail", None) or str(error)) from error
        except ValidationError as error:
            problems = [f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items()]
            raise CommandError("; ".join(problems)) from error
        self._report(account, options["dry_run"])

    def _from_env(self) -> OfficialAccount:
        account = sync_default_account()
        if account is None:
            raise CommandError("WECHAT_TOKEN is not set: the environment names no default account")
        return account

    def _apply(self, options: dict[str, Any]) -> OfficialAccount:
        account = OfficialAccount.objects.filter(slug=options["slug"]).first()
        account = account or OfficialAccount(slug=options["slug"])
        values = self._values(options)
        self._refuse_environment_fields(account, values)
        for field, value in values.items():
            setattr(account, field, value)
        if not account.token:
            raise CommandError("an account needs --token, the Token of the WeChat console")
        account.clean_fields()
        account.save()
        self._switch(account, options)
        account.policy(account.created)
        return account

    def _values(self, options: dict[str, Any]) -> dict[str, Any]:
        values = {field: options[field] for field in FIELDS if options[field] is not None}
        if options["accept_token"] is not None:
            values["accept_tokens"] = " ".join(options["accept_token"])
        if options["previous_aes_key"] is not None:
            values["previous_aes_keys"] = " ".join(options["previous_aes_key"])
        if options["systems"]:
            values["systems"] = self._systems(options["systems"])
        for key in filter(None, [options["aes_key"], *(options["previous_aes_key"] or [])]):
            decode_key(key)
        return values

    def _systems(self, text: str) -> list[str]:
        known = [system.id for system in all_systems()]
        if text == "all":
            return known
        if text in PRESETS:
            return list(PRESETS[text])
        chosen = [part.strip() for part in text.split(",") if part.strip()]
        unknown = sorted(set(chosen) - set(known))
        if unknown:
            raise CommandError(
                f"unknown systems {', '.join(unknown)}; there are {', '.join(known)}, {', '.join(PRESETS)}"
            )
        return chosen

    def _refuse_environment_fields(self, account: OfficialAccount, values: dict[str, Any]) -> None:
        taken = sorted(set(values) & set(account.environment_fields))
        if taken:
            raise CommandError(f"set by the environment, change it there: {', '.join(taken)}")

    def _switch(self, account: OfficialAccount, options: dict[str, Any]) -> None:
        for switch in SWITCHES:
            value = options[switch]
            if value and (getattr(account, switch) != value or value == "lenient"):
                account.switch(switch, value, by=operator_name(), reason="wechat_account")

    def _report(self, account: OfficialAccount, dry_run: bool) -> None:
        would = "Would save" if dry_run else "Saved"
        secrets = ", ".join(f"{name} {mark or 'not set'}" for name, mark in account.secret_prints().items())
        self.stdout.write(
            f"{would} account {account.slug}: {account.encryption}, {account.verification}; {secrets}"
        )
        self.stdout.write(f"Callback: {account.callback_path}; systems: {', '.join(account.systems)}")
