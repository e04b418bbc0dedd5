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
from wechat.platform.menu import problems_of
from wechat.platform.menu_state import MenuState, Push


class Command(BaseCommand):
    help = (
        "Show, push, pull or delete an account's custom menu at WeChat. A menu is JSON: "
        '{"button": [...]}, with "conditionalmenu": [{"button": [...], "matchrule": {...}}] for some followers.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["show", "push", "pull", "delete"])
        parser.add_argument(
            "file", nargs="?", help="the menu's file for push and pull; - for standard input or output"
        )
        parser.add_argument("--account", default="default", help="the account's slug (default: default)")
        parser.add_argument("--openid", default="", help="with show: the menu that this follower sees")
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
            action(PlatformClient(account), options)
        except PlatformError as error:
            raise CommandError(
                f"{error.chinese}\n{error}{f' (rid {error.rid})' if error.rid else ''}"
            ) from error

    def _show(self, client: PlatformClient, options: dict[str, Any]) -> None:
        if options["openid"]:
            self.stdout.write(text_of(client.menu_for(options["openid"])))
            return
        now = MenuState.of(client)
        self.stdout.write("no menu" if now.default is None else text_of(now.as_file()))

    def _pull(self, client: PlatformClient, options: dict[str, Any]) -> None:
        file, now = options["file"], MenuState.of(client)
        if now.default is None:
            raise CommandError("the account has no menu at WeChat")
        text, size = text_of(now.as_file()), size_of(now.as_file())
        if file == "-":
            self.stdout.write(text)
        elif options["dry_run"]:
            self.stdout.write(f"Would write {size} to {file}")
        else:
            Path(file).write_text(f"{text}\n", encoding="utf-8")
            self.stdout.write(f"Wrote {size} to {file}")

    def _push(self, client: PlatformClient, options: dict[str, Any]) -> None:
        file = options["file"]
        wanted = menu_of(sys.stdin.read() if file == "-" else read(file))
        now = MenuState.of(client)
        push = Push.to(wanted, now)
        if not push:
            self.stdout.write("The menu at WeChat is this one already")
            return
        if not options["dry_run"]:
            push.apply(client)
        verb = "Would push" if options["dry_run"] else "Pushed"
        former = size_of(now.as_file()) if now.default else "no menu"
        self.stdout.write(f"{verb} {size_of(wanted)} in place of {former}; phones show it within 5 minutes")

    def _delete(self, client: PlatformClient, options: dict[str, Any]) -> None:
        if MenuState.of(client).default is None:
            self.stdout.write("There is no menu")
            return
        if not options["dry_run"]:
            client.delete_menu()
        verb = "Would delete" if options["dry_run"] else "Deleted"
        self.stdout.write(f"{verb} the menu, conditional menus included")


def size_of(menu: dict[str, Any]) -> str:
    """2 buttons; 2 buttons and 1 conditional menu."""
    conditional = len(menu.get("conditionalmenu", []))
    more = f" and {conditional} conditional menu{'s'[: conditional != 1]}" if conditional else ""
    return f"{len(menu['button'])} buttons{more}"


def read(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} can't be read: {error}") from error


def menu_of(text: str) -> dict[str, Any]:
    """The menus in `text`, also as WeChat gives them ({"menu": {...}}). Raises CommandError with every problem."""
    try:
        menu = json.loads(text)
    except ValueError as error:
        raise CommandError(f"the menu is no JSON: {error}") from error
    if isinstance(menu, dict) and isinstance(menu.get("menu"), dict):
        menu = {**menu, "button": menu["menu"].get("button")}
    if problems := problems_of(menu):
        raise CommandError("WeChat would refuse this menu:\n" + "\n".join(problems))
    return {name: menu[name] for name in ("button", "conditionalmenu") if name in menu}


def text_of(menu: dict[str, Any]) -> str:
    return json.dumps(menu, ensure_ascii=False, indent=2)
