"""Send the gateway a message as WeChat would, and print the decrypted answer."""

from __future__ import annotations

import secrets
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wechat import xml
from wechat.crypto import Rejected
from wechat.management.callback_client import Unreachable, endpoint, fetch
from wechat.models import OfficialAccount
from wechat.simulator import open_reply, plain_request, seal_incoming, text_message

OPENID = "oSimulatedFollower0000000000"


def own_address() -> str:
    """Where this installation's callback listens: a service of its own has a port of its own."""
    port = settings.WECHAT_PORT if settings.CELESTIAL_ROLE == "wechat" else settings.API_PORT
    return f"http://127.0.0.1:{port}"


class Command(BaseCommand):
    help = "Send TEXT (or a fixture) signed and encrypted to the callback; the answer's Content alone goes to stdout."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="?", metavar="TEXT")
        parser.add_argument("--url", help="base or callback URL (default: this machine)")
        parser.add_argument("--account", default="default", help="the account to speak to (default)")
        parser.add_argument("--plaintext", action="store_true", help="do not encrypt")
        parser.add_argument("--fixture", type=Path, help="a file with the plain XML of a message or event")
        parser.add_argument("--repeat", type=int, default=1, metavar="N", help="send the same bytes N times")

    def handle(self, *args: Any, **options: Any) -> None:
        account = OfficialAccount.objects.filter(slug=options["account"]).first()
        if account is None or not account.token:
            raise CommandError(
                f"there is no account {options['account']!r} with a token; make it with wechat_account"
            )
        if not account.aes_key and not options["plaintext"]:
            raise CommandError("the account has no EncodingAESKey; set one, or send with --plaintext")
        try:
            url = endpoint(options["url"] or own_address(), account.callback_path)
            query, body = self._request(account, self._message(account, options), options["plaintext"])
            answers = [self._send(url, query, body) for _ in range(options["repeat"])]
            content = self._content(account, answers)
        except (Unreachable, ValueError, Rejected, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(content)

    def _message(self, account: OfficialAccount, options: dict[str, Any]) -> bytes:
        if options["fixture"]:
            return bytes(options["fixture"].read_bytes())
        if not options["text"]:
            raise CommandError("give a TEXT or a --fixture")
        msg_id = str(time.time_ns())
        to_user = account.original_id or "gh_simulated"
        return text_message(to_user, OPENID, options["text"], int(time.time()), msg_id)

    def _request(
        self, account: OfficialAccount, message: bytes, plain: bool
    ) -> tuple[list[tuple[str, str]], bytes]:
        now, nonce = int(time.time()), str(secrets.randbelow(10**10))
        if plain:
            return plain_request(account.token, message, now, nonce)
        style = "compatible" if account.encryption == "compatible" else "safe"
        return seal_incoming(
            account.token,
            account.aes_keys()[0],
            account.app_id,
            message,
            now,
            nonce,
            secrets.token_bytes(16),
            style,
        )

    def _send(self, url: str, query: list[tuple[str, str]], body: bytes) -> bytes:
        start = time.perf_counter()
        status, answer = fetch(url, query, body)
        milliseconds = (time.perf_counter() - start) * 1000
        self.stderr.write(f"{url}: HTTP {status}, {len(answer)} bytes, {milliseconds:.0f} ms")
        if status != 200:
            raise CommandError(
                f"the gateway refused the message with HTTP {status}; the admin shows the exact cause"
            )
        return answer

    def _content(self, account: OfficialAccount, answers: list[bytes]) -> str:
        if len(set(answers)) > 1:
            raise CommandError(f"the {len(answers)} tries got {len(set(answers))} different answers")
        answer = answers[0]
        if answer in (xml.NO_REPLY, b""):
            self.stderr.write("the gateway acknowledged the message without a reply")
            return ""
        if b"<Encrypt>" in answer:
            answer = open_reply(account.tokens(), account.aes_keys()[0], account.app_id, answer)
            self.stderr.write("the reply was encrypted; signature and decryption are right")
        reply = xml.parse(answer)
        return reply.content if reply.msg_type == "text" else f"[{reply.msg_type}]"
