"""The shared access token: got once, kept encrypted, compared before it is refreshed, never hammered for."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tests import credentials
from tests.platform_server import LocalPlatform
from wechat.models import AccessToken, OfficialAccount
from wechat.platform.errors import ConfigurationError, TokenUnavailable
from wechat.platform.tokens import STABLE_TOKEN, current_token

pytestmark = pytest.mark.django_db


def asked(platform: LocalPlatform) -> int:
    return len(platform.asked(STABLE_TOKEN))


def test_a_token_is_asked_for_once_and_kept(platform: LocalPlatform, sender: OfficialAccount) -> None:
    first, second = current_token(sender), current_token(sender)
    assert first == second
    assert asked(platform) == 1
    assert len(first.text) == 512


def test_the_token_is_encrypted_at_rest(platform: LocalPlatform, sender: OfficialAccount) -> None:
    token = current_token(sender).text
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM wechat_accesstoken")
        stored = cursor.fetchone()[0]
    assert stored.startswith("gcm1:")
    assert token not in stored


def test_a_token_shows_nothing_of_itself(platform: LocalPlatform, sender: OfficialAccount) -> None:
    token = current_token(sender)
    assert token.text not in repr(token)
    assert token.text not in repr(AccessToken.of(sender)) + str(AccessToken.of(sender))


def test_a_refused_token_is_compared_before_it_is_refreshed(
    platform: LocalPlatform, sender: OfficialAccount
) -> None:
    old = current_token(sender)
    platform.tokens.expire()
    new = current_token(sender, refused=old)
    assert current_token(sender, refused=old) == new
    assert new.text != old.text
    assert asked(platform) == 2


def test_a_token_that_wechat_repeats_although_it_refuses_it_is_forced(
    platform: LocalPlatform, sender: OfficialAccount
) -> None:
    old = current_token(sender)
    platform.tokens.revoke()
    new = current_token(sender, refused=old)
    assert new.text != old.text
    assert len(platform.tokens.forced) == 1


def test_a_forced_refresh_is_not_repeated_within_thirty_seconds(
    platform: LocalPlatform, sender: OfficialAccount
) -> None:
    platform.tokens.revoke()
    first = current_token(sender)
    platform.tokens.revoke()
    second = current_token(sender, refused=first)
    platform.tokens.revoke()
    with pytest.raises((TokenUnavailable, ConfigurationError)):
        current_token(sender, refused=second)
    assert len(platform.tokens.forced) == 1


def test_twenty_forced_refreshes_are_a_days_end(sender: OfficialAccount) -> None:
    row, now = AccessToken.of(sender), datetime.now(UTC)
    row.forced_at, row.forced_today = now - timedelta(minutes=1), 20
    assert not row.may_force(now)
    assert row.may_force(now + timedelta(days=1))
    row.forced_today = 19
    assert row.may_force(now)
    row.forced_at = now - timedelta(seconds=10)
    assert not row.may_force(now)


def test_a_token_near_its_end_is_renewed_and_serves_on_when_that_fails(
    platform: LocalPlatform, sender: OfficialAccount
) -> None:
    old = current_token(sender)
    AccessToken.objects.update(renew_at=datetime.now(UTC))
    platform.fail(STABLE_TOKEN, status=500)
    assert current_token(sender) == old
    AccessToken.objects.update(closed_until=None)
    assert current_token(sender).generation == old.generation + 1


def test_an_expired_token_is_never_used(platform: LocalPlatform, sender: OfficialAccount) -> None:
    platform.tokens.lifetime, platform.tokens.overlap = 1, 0
    old = current_token(sender)
    time.sleep(1.1)
    assert current_token(sender).text != old.text


def test_new_credentials_end_the_old_token(platform: LocalPlatform, sender: OfficialAccount) -> None:
    old = current_token(sender)
    sender.app_secret = platform.app_secret = credentials.FORMER_TOKEN
    assert current_token(sender).generation > old.generation


@pytest.mark.parametrize("errcode", [40001, 40013, 40125, 40164, 40243, 61004, 89503])
def test_a_refusal_of_the_credentials_is_explained_and_not_repeated(
    platform: LocalPlatform, sender: OfficialAccount, errcode: int
) -> None:
    platform.credential_errcode, platform.credential_errmsg = errcode, "invalid ip 203.0.113.7"
    for _ in range(3):
        with pytest.raises(ConfigurationError) as caught:
            current_token(sender)
        assert caught.value.errcode == errcode
        assert "203.0.113.7" in caught.value.errmsg
    assert asked(platform) == 1


def test_the_circuit_stays_open_longer_each_time_and_closes_with_a_token(
    platform: LocalPlatform, sender: OfficialAccount
) -> None:
    platform.credential_errcode = 40164
    pauses = []
    for _ in range(3):
        with pytest.raises(ConfigurationError):
            current_token(sender)
        row = AccessToken.of(sender)
        pauses.append(round((row.closed_until - datetime.now(UTC)).total_seconds()))
        AccessToken.objects.update(closed_until=datetime.now(UTC))
    assert pauses == [60, 120, 240]
    platform.credential_errcode = 0
    assert current_token(sender)
    assert AccessToken.of(sender).closed_until is None


def test_new_credentials_close_the_circuit_at_once(platform: LocalPlatform, sender: OfficialAccount) -> None:
    sender.app_secret = credentials.FORMER_TOKEN
    with pytest.raises(ConfigurationError):
        current_token(sender)
    sender.app_secret = credentials.APP_SECRET
    assert current_token(sender)


@pytest.mark.parametrize("fault", [{"status": 500}, {"errcode": -1}, {"garbage": True}, {"reset": True}])
def test_a_hiccup_of_the_token_call_passes(platform: LocalPlatform, sender: OfficialAccount, fault) -> None:
    platform.fail(STABLE_TOKEN, **fault)
    with pytest.raises(TokenUnavailable):
        current_token(sender)
    with pytest.raises(TokenUnavailable):
        current_token(sender)
    assert len(platform.calls) <= 1
    AccessToken.objects.update(closed_until=datetime.now(UTC))
    assert current_token(sender)


def test_an_account_without_secret_asks_nobody(platform: LocalPlatform, account: OfficialAccount) -> None:
    with pytest.raises(ConfigurationError):
        current_token(account)
    assert not platform.calls


def test_while_another_worker_refreshes_the_old_token_serves(
    platform: LocalPlatform, sender: OfficialAccount
) -> None:
    old = current_token(sender)
    AccessToken.objects.update(renew_at=datetime.now(UTC))
    assert AccessToken.of(sender).take_lease(datetime.now(UTC))
    assert current_token(sender) == old
    assert asked(platform) == 1


def test_a_lease_is_taken_once_and_by_nobody_who_saw_an_older_token(sender: OfficialAccount) -> None:
    now = datetime.now(UTC)
    row, same_row = AccessToken.of(sender), AccessToken.of(sender)
    owner = row.take_lease(now)
    assert owner
    assert not same_row.take_lease(now)
    assert row.store(owner, sender, "a-token", 7200)
    assert not same_row.take_lease(now)
    assert AccessToken.of(sender).take_lease(now)


def test_the_lease_of_a_dead_worker_runs_out(sender: OfficialAccount) -> None:
    now = datetime.now(UTC)
    row = AccessToken.of(sender)
    dead = row.take_lease(now)
    assert row.take_lease(now + timedelta(seconds=13))
    assert not row.store(dead, sender, "late", 7200)
