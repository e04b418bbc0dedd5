"""`manage.py silence_alerts`: the console's silences from the shell."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from ops_dashboard.alert_rules import BY_ID
from ops_dashboard.models import Silence
from wechat.management.operator_name import operator_name

LONGEST = 30 * 24 * 60


class Command(BaseCommand):
    """A silence withholds notices; states and history go on."""

    help = "List silences (list), add one (add RULE --minutes N --reason TEXT; RULE may be all), end one (end ID)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        listing = actions.add_parser("list", help="those that hold now or later")
        listing.add_argument("--all", action="store_true", help="also those that are over")
        add = actions.add_parser("add", help="begin one now")
        add.add_argument("rule", choices=["all", *BY_ID], metavar="RULE", help=f"all, {', '.join(BY_ID)}")
        add.add_argument("--minutes", type=int, required=True, help=f"how long; at most {LONGEST}")
        add.add_argument("--reason", required=True)
        end = actions.add_parser("end", help="end one now")
        end.add_argument("id", type=int, help="as `list` shows it")
        for changing in (add, end):
            changing.add_argument(
                "--dry-run", action="store_true", help="say what would change, change nothing"
            )

    def handle(self, *args: Any, **options: Any) -> None:
        {"list": self._list, "add": self._add, "end": self._end}[options["action"]](**options)

    def _list(self, **options: Any) -> None:
        everything = Q() if options["all"] else Q(until__gt=timezone.now())
        for silence in Silence.objects.filter(everything):
            self.stdout.write(_line(silence))

    def _add(self, **options: Any) -> None:
        minutes, reason = options["minutes"], options["reason"].strip()
        if not 1 <= minutes <= LONGEST:
            raise CommandError(f"--minutes must be 1 to {LONGEST}")
        if not 1 <= len(reason) <= 200:
            raise CommandError("--reason must have 1 to 200 characters")
        rule, now = "" if options["rule"] == "all" else options["rule"], timezone.now()
        silence = Silence(rule=rule, starts=now, until=now + timedelta(minutes=minutes), reason=reason)
        if options["dry_run"]:
            self.stdout.write(f"Would add: {_line(silence)}")
            return
        silence.by = operator_name()
        silence.save()
        silence.note(operator_name())
        self.stdout.write(f"Added: {_line(silence)}")

    def _end(self, **options: Any) -> None:
        now = timezone.now()
        silence = Silence.objects.filter(pk=options["id"]).first()
        if silence is None:
            raise CommandError(f"no silence {options['id']}; `silence_alerts list --all` shows them")
        if silence.until <= now:
            self.stdout.write(f"Over already: {_line(silence)}")
            return
        if options["dry_run"]:
            self.stdout.write(f"Would end: {_line(silence)}")
            return
        silence.until = now
        silence.save(update_fields=["until"])
        silence.note(operator_name())
        self.stdout.write(f"Ended: {_line(silence)}")


def _line(silence: Silence) -> str:
    number = f"{silence.pk}: " if silence.pk else ""
    begin, end = (
        timezone.localtime(time).isoformat(" ", "minutes") for time in (silence.starts, silence.until)
    )
    by = f" ({silence.by})" if silence.by else ""
    return f"{number}{silence.rule or 'all'} from {begin} until {end}: {silence.reason}{by}"
