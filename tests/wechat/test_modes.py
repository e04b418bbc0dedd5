"""Verification, encryption and service modes, as a follower and an attacker meet them."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import credentials
from tests.wechat.deliveries import content_of, message, plain, sealed, verification
from wechat.models import Message, ModeChange, OfficialAccount

pytestmark = pytest.mark.django_db


def test_lenient_answers_and_marks_a_wrong_signature(account: OfficialAccount, client: Client) -> None:
    account.switch("verification", "lenient", by="owner", reason="setting up")
    response = plain("今天黄历").with_parameters(signature="0" * 40).post(client)
    assert response.status_code == 200
    assert Message.objects.get().marks == ["bad_signature"]


def test_lenient_answers_and_marks_a_stale_timestamp_and_a_wrong_original_id(
    account: OfficialAccount, client: Client
) -> None:
    account.original_id = credentials.ORIGINAL_ID
    account.save()
    account.switch("verification", "lenient", by="owner", reason="setting up")
    plain(message("菜单", to="gh_other"), at=time.time() - 4000).post(client)
    assert Message.objects.get().marks == ["stale_timestamp", "wrong_original_id"]


def test_lenient_never_forgives_msg_signature_or_decryption(account: OfficialAccount, client: Client) -> None:
    account.switch("verification", "lenient", by="owner", reason="setting up")
    assert sealed("菜单").with_parameters(msg_signature="0" * 40).post(client).status_code == 403
    assert sealed("菜单", key=credentials.FORMER_AES_KEY).post(client).status_code == 400
    assert not Message.objects.exists()


def test_lenient_ends_by_itself(account: OfficialAccount, client: Client) -> None:
    account.switch("verification", "lenient", by="owner", reason="setting up", minutes=5)
    assert plain("菜单").with_parameters(signature="0" * 40).post(client).status_code == 200
    OfficialAccount.objects.get().save()
    account = OfficialAccount.objects.get()
    account.verification_until = timezone.now() - timedelta(seconds=1)
    account.save()
    assert plain("菜单").with_parameters(signature="0" * 40).post(client).status_code == 403


def test_a_wrong_original_id_is_refused_where_one_is_set(account: OfficialAccount, client: Client) -> None:
    account.original_id = credentials.ORIGINAL_ID
    account.save()
    assert sealed(message("菜单", to="gh_other")).post(client).status_code == 403
    assert sealed(message("菜单", to=credentials.ORIGINAL_ID)).post(client).status_code == 200


def test_a_switch_counts_for_the_address_check_too(account: OfficialAccount, client: Client) -> None:
    account.switch("verification", "lenient", by="owner", reason="setting up")
    wrong = verification().with_parameters(signature="0" * 40)
    assert client.get(wrong.url).status_code == 200
    account.switch("verification", "strict", by="owner", reason="done")
    assert client.get(wrong.url).status_code == 403
    account.delete()
    assert client.get(verification().url).status_code == 404


@pytest.mark.parametrize("minutes", [None, 1, 1440])
def test_a_lenient_period_has_an_end(account: OfficialAccount, minutes: int | None) -> None:
    change = account.switch("verification", "lenient", by="owner", reason="test", minutes=minutes)
    assert change.until is not None
    expected = timezone.now() + timedelta(minutes=minutes or 30)
    assert abs(change.until - expected) < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("switch", "value", "reason", "minutes"),
    [
        ("verification", "off", "why", None),
        ("colour", "strict", "why", None),
        ("verification", "lenient", "  ", None),
        ("verification", "lenient", "why", 0),
        ("verification", "lenient", "why", 1441),
        ("service", "live", "why", 30),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused(
    account: OfficialAccount, switch: str, value: str, reason: str, minutes: int | None
) -> None:
    with pytest.raises(ValueError):
        account.switch(switch, value, by="owner", reason=reason, minutes=minutes)
    assert not ModeChange.objects.exists()


def test_encryption_can_not_be_asked_for_without_a_key(db: None) -> None:
    account = OfficialAccount.objects.create(slug="bare", token="some_token")
    with pytest.raises(ValueError, match="EncodingAESKey"):
        account.switch("encryption", "safe", by="owner", reason="why")


def test_every_switch_leaves_an_audit_row(account: OfficialAccount) -> None:
    account.switch("service", "maintenance", by="owner", reason="database upgrade")
    change = ModeChange.objects.get()
    assert (change.switch, change.before, change.after) == ("service", "live", "maintenance")
    assert (change.by, change.reason) == ("owner", "database upgrade")


def test_maintenance_answers_the_set_text_and_stores(account: OfficialAccount, client: Client) -> None:
    account.switch("service", "maintenance", by="owner", reason="upgrade")
    response = plain("今天黄历").post(client)
    assert content_of(response.content) == account.maintenance_text
    assert Message.objects.get().cause == "mode_maintenance"


def test_record_only_stores_and_says_nothing(account: OfficialAccount, client: Client) -> None:
    account.switch("service", "record_only", by="owner", reason="quiet")
    assert plain("今天黄历").post(client).content == b"success"
    assert Message.objects.get().status == "acknowledged"


def test_the_pilot_answers_listed_followers_and_gives_others_the_set_text(
    account: OfficialAccount, client: Client
) -> None:
    account.pilot_openids = f"{credentials.OPENID}\nanother"
    account.save()
    account.switch("service", "pilot", by="owner", reason="first users")
    assert content_of(plain("今天黄历").post(client).content) != account.pilot_text
    outside = plain(message("今天黄历", openid="not_listed")).post(client)
    assert content_of(outside.content) == account.pilot_text


def test_the_pilot_percentage_is_stable_for_a_follower(account: OfficialAccount, client: Client) -> None:
    account.pilot_percent = 50
    account.save()
    account.switch("service", "pilot", by="owner", reason="half")
    followers = [f"follower{number}" for number in range(40)]
    rounds = [
        [
            content_of(plain(message("菜单", openid=name)).post(client).content) == account.pilot_text
            for name in followers
        ]
        for _ in range(2)
    ]
    assert rounds[0] == rounds[1]
    assert 5 < sum(rounds[0]) < 35


def test_a_plaintext_account_does_not_decrypt(account: OfficialAccount, client: Client) -> None:
    account.switch("encryption", "plaintext", by="owner", reason="test")
    assert plain("菜单").post(client).status_code == 200
    assert sealed("菜单").post(client).status_code == 403
