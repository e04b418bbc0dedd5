from __future__ import annotations

import pytest

from tests import credentials
from wechat.admin.self_test import self_test
from wechat.models import OfficialAccount


def failures(account: OfficialAccount) -> list[str]:
    return [str(check.sentence) for check in self_test(account) if not check.passed]


@pytest.mark.parametrize("encryption", ["plaintext", "compatible", "safe"])
def test_a_complete_account_passes(account, encryption):
    account.encryption = encryption
    assert not failures(account)


def test_a_plaintext_account_needs_no_key(account):
    account.encryption, account.aes_key, account.app_id = "plaintext", "", ""
    assert not failures(account)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("token", "", "Token"),
        ("aes_key", "", "EncodingAESKey"),
        ("aes_key", "short", "5"),
        ("previous_aes_keys", "short", "43"),
        ("app_id", "", "AppID"),
        ("original_id", "wrong", "gh_"),
    ],
)
def test_each_missing_part_is_named(account, field, value, words):
    setattr(account, field, value)
    (sentence,) = failures(account)
    assert words in sentence


def test_the_page_holds_no_secret(viewer_client, account):
    html = viewer_client.get(f"/admin/wechat/officialaccount/{account.pk}/self-test/").content.decode()
    assert not [secret for secret in credentials.SECRETS if secret in html]
    assert html.count("✔") >= 5
