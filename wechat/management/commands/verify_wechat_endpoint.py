"""Check a callback address as WeChat's console does: the echo must come back, and only for the right token."""

from __future__ import annotations

import secrets
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wechat.management.callback_client import Unreachable, endpoint, fetch
from wechat.models import OfficialAccount
from wechat.simulator import verification_query


class Command(BaseCommand):
    help = "Verify a callback URL (with or without /wechat): prints [PASS], or [FAIL] and why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", metavar="URL")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--account", default="default", help="the account whose token signs (default)")
        which.add_argument("--token", help="a token to sign with instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token, path = self._token(options)
            problem = self._problem(endpoint(options["url"], path), token)
        except (Unreachable, ValueError) as error:
            problem = str(error)
        if problem:
            raise CommandError(f"[FAIL] {problem}")
        self.stdout.write(f"[PASS] {options['url']}")

    def _token(self, options: dict[str, Any]) -> tuple[str, str]:
        if options["token"]:
            return options["token"], "/wechat"
        account = OfficialAccount.objects.filter(slug=options["account"]).first()
        if account is None or not account.token:
            raise ValueError(
                f"there is no account {options['account']!r} with a token; make it with wechat_account"
            )
        return account.token, account.callback_path

    def _problem(self, url: str, token: str) -> str:
        """What is wrong with the answers, or nothing."""
        echostr = str(secrets.randbelow(10**18))
        now, nonce = int(time.time()), str(secrets.randbelow(10**10))
        status, body = fetch(url, verification_query(token, now, nonce, echostr))
        if status == 403:
            return "403: the signature was refused; the token differs, or the clocks differ by minutes"
        if status != 200:
            return f"HTTP {status} instead of 200{_advice(status)}"
        if body != echostr.encode():
            return "the answer is not the bare echostr; something in front of the gateway changes it"
        status, _ = fetch(url, verification_query(f"{token}-wrong", now, nonce, echostr))
        if status != 403:
            return f"a wrong signature was answered with HTTP {status} instead of 403 (lenient verification?)"
        return ""


def _advice(status: int) -> str:
    if status in (301, 302, 307, 308):
        return ": WeChat does not follow redirects; give the final https address"
    if status == 404:
        return ": the path is wrong, it ends with /wechat or /wechat/<slug>"
    return ": the gateway is not running behind this address" if status >= 500 else ""
