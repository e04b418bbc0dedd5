"""What follows the environment at every start, and what holds as staff switched it last."""

from __future__ import annotations

from typing import Any

import pytest

from tests import credentials
from wechat.environment import sync_default_account
from wechat.models import ModeChange, OfficialAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def environment(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings.WECHAT_TOKEN = credentials.TOKEN
    settings.WECHAT_ENCODING_AES_KEY = credentials.AES_KEY
    settings.WECHAT_APPID = credentials.APP_ID
    return settings


def start() -> OfficialAccount:
    """What every process does when it starts."""
    account = sync_default_account()
    assert account is not None
    return OfficialAccount.objects.get(pk=account.pk)


def test_the_first_start_makes_the_default_account(environment: Any) -> None:
    account = start()
    assert (account.slug, account.token, account.app_id) == ("default", credentials.TOKEN, credentials.APP_ID)
    assert account.encryption == "compatible", "key and AppID are set"
    assert account.verification == "strict"
    assert set(account.environment_fields) == {"token", "aes_key", "app_id"}
    assert account.systems == ["calendar", "almanac", "sky"], "the preset of a new account"


def test_without_a_token_there_is_no_default_account(db: None) -> None:
    assert sync_default_account() is None
    assert not OfficialAccount.objects.exists()


def test_without_a_key_the_account_speaks_plaintext(environment: Any) -> None:
    environment.WECHAT_ENCODING_AES_KEY = ""
    assert start().encryption == "plaintext"


def test_credentials_follow_every_start(environment: Any) -> None:
    start()
    environment.WECHAT_TOKEN = credentials.FORMER_TOKEN
    environment.WECHAT_ACCEPT_TOKENS = [credentials.TOKEN]
    assert start().tokens() == (credentials.FORMER_TOKEN, credentials.TOKEN)


def test_a_start_without_changes_writes_nothing(environment: Any) -> None:
    version = start().version
    assert start().version == version


def test_a_switch_by_staff_holds_over_restarts(environment: Any) -> None:
    start().switch("encryption", "safe", by="owner", reason="we are ready")
    assert start().encryption == "safe"
    assert start().encryption == "safe"


def test_a_mode_follows_its_variable_when_the_value_changed(environment: Any) -> None:
    start().switch("encryption", "safe", by="owner", reason="we are ready")
    environment.WECHAT_ENCRYPTION = "plaintext"
    assert start().encryption == "plaintext"
    change = ModeChange.objects.all()[0]
    assert (change.by, change.after) == ("environment", "plaintext")
    assert "WECHAT_ENCRYPTION" in change.reason


def test_lenient_is_opened_once_by_the_start_that_first_sees_it(environment: Any) -> None:
    environment.STRICT_WECHAT_VERIFY = False
    first = start()
    assert first.verification == "lenient"
    assert first.verification_until is not None
    first.switch("verification", "strict", by="owner", reason="done")
    assert start().verification == "strict", "a second start does not open it again"
    environment.STRICT_WECHAT_VERIFY = True
    start()
    environment.STRICT_WECHAT_VERIFY = False
    assert start().verification == "lenient", "a changed value does"


def test_limits_are_taken_only_where_the_environment_names_them(
    environment: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = start()
    account.timestamp_tolerance = 600
    account.save()
    assert start().timestamp_tolerance == 600
    monkeypatch.setenv("WECHAT_TIMESTAMP_TOLERANCE", "120")
    environment.WECHAT_TIMESTAMP_TOLERANCE = 120
    assert start().timestamp_tolerance == 120


def test_fields_become_editable_when_the_environment_lets_go(environment: Any) -> None:
    start()
    environment.WECHAT_TOKEN = environment.WECHAT_ENCODING_AES_KEY = environment.WECHAT_APPID = ""
    account = start()
    assert account.environment_fields == []
    assert account.token == credentials.TOKEN, "what was stored stays"
