"""The account's custom menu: show it, keep it in a file, put it back, delete it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wechat.models import OfficialAccount
from wechat.platform.client import PlatformClient
from wechat.platform.errors import PlatformError
from wechat.platform.menu import problems_of, same


class Command(BaseCommand):
    help = (
        'Show, push, pull or delete an account\'s custom menu at WeChat. A menu is JSON: {"button": [...]}.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["show", "push", "pull", "delete"])
        parser.add_argument(
            "file", nargs="?", help="the menu's file for push and pull; - for standard input or output"
        )
        parser.add_argument("--account", default="default", help="the account's slug (default: default)")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        account = OfficialAccount.objects.filter(slug=options["account"]).first()
        if account is None:
            known = ", ".join(OfficialAccount.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"no account {options['account']!r}; there are: {known}")
        if options["action"] in ("push", "pull") and not options["file"]:
            raise CommandError(f"{options['action']} needs the menu's file")
        action = getattr(self, f"_{options['action']}")
        try:
            action(PlatformClient(account), options["file"], options["dry_run"])
        except PlatformError as error:
            raise CommandError(
                f"{error.chinese}\n{error}{f' (rid {error.rid})' if error.rid else ''}"
            ) from error

    def _show(self, client: PlatformClient, _file: str | None, _dry_run: bool) -> None:
        menu = client.current_menu()
        self.stdout.write("no menu" if menu is None else text_of(menu))

    def _pull(self, client: PlatformClient, file: str, dry_run: bool) -> None:
        menu = client.current_menu()
        if menu is None:
            raise CommandError("the account has no menu at WeChat")
        if file == "-":
            self.stdout.write(text_of(menu))
        elif dry_run:
            self.stdout.write(f"Would write {len(menu['button'])} buttons to {file}")
        else:
            Path(file).write_text(f"{text_of(menu)}\n", encoding="utf-8")
            self.stdout.write(f"Wrote {len(menu['button'])} buttons to {file}")

    def _push(self, client: PlatformClient, file: str, dry_run: bool) -> None:
        menu = menu_of(sys.stdin.read() if file == "-" else read(file))
        before = client.current_menu()
        if before is not None and same(before, menu):
            self.stdout.write("The menu at WeChat is this one already")
            return
        if not dry_run:
            client.create_menu(menu)
        verb = "Would push" if dry_run else "Pushed"
        former = f"{len(before['button'])} buttons" if before else "no menu"
        self.stdout.write(
            f"{verb} {len(menu['button'])} buttons in place of {former}; phones show it within 5 minutes"
        )

    def _delete(self, client: PlatformClient, _file: str | None, dry_run: bool) -> None:
        if client.current_menu() is None:
            self.stdout.write("There is no menu")
            return
        if not dry_run:
            client.delete_menu()
        verb = "Would delete" if dry_run else "Deleted"
        self.stdout.write(f"{verb} the menu, conditional menus included")


def read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} can't be read: {error}") from error


def menu_of(text: str) -> dict[str, Any]:
    """The menu in `text`, also as WeChat gives it ({"menu": {...}}). Raises CommandError with every problem."""
    try:
        menu = json.loads(text)
    except ValueError as error:
        raise CommandError(f"the menu is no JSON: {error}") from error
    if isinstance(menu, dict) and isinstance(menu.get("menu"), dict):
        menu = menu["menu"]
    if problems := problems_of(menu):
        raise CommandError("WeChat would refuse this menu:\n" + "\n".join(problems))
    return {"button": menu["button"]}


def text_of(menu: dict[str, Any]) -> str:
    return json.dumps({"button": menu["button"]}, ensure_ascii=False, indent=2)
