"""The waiting list from the command line: who waits, taking over, answering, handing back, blocking."""

from __future__ import annotations

import logging
import sys
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from wechat import desk
from wechat.management.operator_name import operator_name
from wechat.models import Follower

log = logging.getLogger("wechat")

ACTIONS = ("waiting", "take", "answer", "hand_back", "block", "unblock")


class Command(BaseCommand):
    help = (
        "Followers who asked for a person: followers waiting | take ID | answer ID TEXT | hand_back ID [TEXT] |"
        " block ID | unblock ID. IDs are those of the list; an OpenID is never shown. - reads TEXT from standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=ACTIONS)
        parser.add_argument("follower", nargs="?", type=int, metavar="ID")
        parser.add_argument(
            "text", nargs="?", default="", help="the answer, or the last sentence of hand_back"
        )
        parser.add_argument("--account", default="", help="waiting: of this account only (its slug)")
        parser.add_argument(
            "--from", dest="holder", default="", metavar="NAME", help="take: from the colleague who has it"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        if options["action"] == "waiting":
            self._waiting(options["account"], now)
            return
        follower = self._follower(options["follower"])
        act = getattr(self, f"_{options['action']}")
        with transaction.atomic():
            try:
                said = act(follower, options | {"text": _text(options["text"])}, now)
            except ValueError as error:
                raise CommandError(str(error)) from error
            if options["dry_run"]:
                transaction.set_rollback(True)
        self.stdout.write(f"Would have: {said}" if options["dry_run"] else said)
        if not options["dry_run"]:
            # There is no user to write a log entry for; the log stream keeps who did it.
            log.info(
                "staff acted on a conversation",
                extra={"action": options["action"], "follower": follower.pk, "by": operator_name()},
            )

    def _waiting(self, slug: str, now: datetime) -> None:
        rows = Follower.handed_over(now).select_related("account")
        for row in rows.filter(account__slug=slug) if slug else rows:
            holder = f"with {row.handed_over_by}" if row.handed_over_by else "waits"
            self.stdout.write(
                f"{row.pk}\t{row.account.slug}\t{row.handed_over_at:%Y-%m-%d %H:%M:%S} UTC\t{holder}"
            )

    @staticmethod
    def _follower(pk: int | None) -> Follower:
        if pk is None:
            raise CommandError("name the follower by the ID that `followers waiting` shows")
        row = Follower.objects.select_related("account").filter(pk=pk).first()
        if row is None:
            raise CommandError(f"there is no follower {pk}; `followers waiting` lists them")
        return row

    @staticmethod
    def _take(follower: Follower, options: dict[str, Any], now: datetime) -> str:
        if not follower.take(operator_name(), now, holder=options["holder"]):
            raise ValueError(f"{follower.pk} is blocked or with {follower.handed_over_by or 'nobody'}")
        return f"took over {follower.pk}"

    @staticmethod
    def _answer(follower: Follower, options: dict[str, Any], now: datetime) -> str:
        route = desk.route_of(follower.account, follower.openid, now)
        rows = desk.answer(follower, options["text"], by=operator_name(), now=now)
        way = "at once" if route.way == desk.Way.NOW else f"with the next reply ({route.cause})"
        return f"queued {len(rows)} messages for {follower.pk}, {way}"

    @staticmethod
    def _hand_back(follower: Follower, options: dict[str, Any], now: datetime) -> str:
        ended = desk.hand_back(follower, by=operator_name(), now=now, closing=options["text"])
        return f"handed back {follower.pk}" if ended else f"{follower.pk} was not handed over"

    @staticmethod
    def _block(follower: Follower, options: dict[str, Any], now: datetime) -> str:
        done = follower.block(now, blocked=True)
        return f"blocked {follower.pk}" if done else f"{follower.pk} is blocked already"

    @staticmethod
    def _unblock(follower: Follower, options: dict[str, Any], now: datetime) -> str:
        done = follower.block(now, blocked=False)
        return f"unblocked {follower.pk}" if done else f"{follower.pk} is not blocked"


def _text(text: str) -> str:
    return sys.stdin.read() if text == "-" else text
