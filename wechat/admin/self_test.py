"""The account's self-test: what WeChat will meet, tried with the stored token, key and AppID."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from wechat import crypto
from wechat.models import OfficialAccount
from wechat.models.account import Encryption
from wechat.policy import Misconfigured, Policy, Rejected

if TYPE_CHECKING:
    from wechat.admin.accounts import OfficialAccountAdmin

SAMPLE = b"<xml><MsgType>text</MsgType><Content>self-test</Content></xml>"


@dataclass(frozen=True, slots=True)
class Check:
    passed: bool
    sentence: str | Promise


def self_test_view(
    admin: OfficialAccountAdmin, request: HttpRequest, account: OfficialAccount
) -> HttpResponse:
    checks = self_test(account)
    failed = sum(not check.passed for check in checks)
    return admin.account_page(
        request,
        account,
        "self_test.html",
        _("Self-test of %(account)s") % {"account": account},
        checks=checks,
        failed=failed,
    )


def self_test(account: OfficialAccount) -> list[Check]:
    """Every check in the order in which a newcomer sets an account up; no secret is in a sentence."""
    checks = [_token(account), _original_id(account)]
    if account.encryption == Encryption.PLAINTEXT and not account.aes_key:
        checks.append(Check(True, _("Encryption is plaintext: no EncodingAESKey is needed.")))
    else:
        checks += [_aes_key(account), _app_id(account)]
    if all(check.passed for check in checks):
        checks.append(_round_trip(account))
    return checks


def _token(account: OfficialAccount) -> Check:
    if not account.token:
        return Check(
            False,
            _("No Token is set: every request is refused. Set one and paste the same in the WeChat console."),
        )
    return Check(True, _("A Token is set."))


def _original_id(account: OfficialAccount) -> Check:
    if not account.original_id:
        return Check(
            True, _("No original id is set: it is not checked. Entering gh_… makes mix-ups visible.")
        )
    if not account.original_id.startswith("gh_"):
        return Check(
            False,
            _("The original id does not begin with gh_: messages may be refused as sent to another account."),
        )
    return Check(True, _("The original id is set and checked."))


def _aes_key(account: OfficialAccount) -> Check:
    if not account.aes_key:
        return Check(False, _("No EncodingAESKey is set, but the encryption needs one."))
    try:
        account.aes_keys()
    except Misconfigured:
        length = len(account.aes_key)
        text = _(
            "The EncodingAESKey (or a former one) can't be used: it has %(length)d characters, 43 are needed."
        )
        return Check(False, text % {"length": length})
    return Check(True, _("The EncodingAESKey has 43 characters and can be decoded."))


def _app_id(account: OfficialAccount) -> Check:
    if not account.app_id:
        return Check(
            False, _("No AppID is set: encrypted messages can't be checked. Copy it from the WeChat console.")
        )
    return Check(True, _("The AppID is set."))


def _round_trip(account: OfficialAccount) -> Check:
    """A message as WeChat would send it, through the same code as a callback, and the reply back."""
    try:
        policy = account.policy(timezone.now())
        opened = crypto.open_request(policy, *_as_wechat_sends(policy), now=time.time())
        crypto.seal(policy, opened, SAMPLE, int(time.time()), opened.nonce, secrets.token_bytes(16))
    except Rejected as rejected:
        return Check(False, _("A test message was refused: %(why)s.") % {"why": rejected.detail})
    if opened.plaintext != SAMPLE:
        return Check(False, _("A test message came back changed."))
    if opened.encrypted:
        return Check(
            True,
            _("A test message was signed, encrypted, verified, decrypted and answered with the stored key."),
        )
    return Check(True, _("A test message was signed, verified and answered with the stored Token."))


def _as_wechat_sends(policy: Policy) -> tuple[list[tuple[str, str]], bytes]:
    timestamp, nonce = str(int(time.time())), secrets.token_hex(8)
    query = [
        ("timestamp", timestamp),
        ("nonce", nonce),
        ("signature", crypto.sign(policy.tokens[0], timestamp, nonce)),
    ]
    if policy.encryption == Encryption.PLAINTEXT:
        return query, SAMPLE
    sealed = crypto.encrypt(policy.aes_keys[0], SAMPLE, policy.app_id, secrets.token_bytes(16))
    signature = crypto.sign(policy.tokens[0], timestamp, nonce, sealed)
    query += [("encrypt_type", "aes"), ("msg_signature", signature)]
    return query, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
