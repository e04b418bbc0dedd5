"""The calls themselves, and what happens to each when its token is refused."""

from __future__ import annotations

import logging

import pytest

from tests import credentials
from tests.platform_server import LocalPlatform
from wechat.models import AccessToken, OfficialAccount
from wechat.platform import errors
from wechat.platform.client import CUSTOM_SEND, TYPING, PlatformClient
from wechat.platform.tokens import STABLE_TOKEN

pytestmark = pytest.mark.django_db
OPENID = credentials.OPENID
MENU = {"button": [{"type": "click", "name": "黄历", "key": "今天黄历"}]}


@pytest.fixture
def client(sender: OfficialAccount) -> PlatformClient:
    return PlatformClient(sender)


def say(client: PlatformClient, text: str = "您好") -> None:
    client.send_customer_message(OPENID, "text", {"content": text})


def test_a_customer_message_reaches_the_phone(platform: LocalPlatform, client: PlatformClient) -> None:
    platform.follower(OPENID, "message")
    say(client, "农历十月十六 🌕")
    assert platform.sent() == ["农历十月十六 🌕"]


def test_typing_is_shown_and_ended(platform: LocalPlatform, client: PlatformClient) -> None:
    platform.follower(OPENID, "message").chat.append(_line())
    client.typing(OPENID)
    client.typing(OPENID, on=False)
    assert platform.typing == [(OPENID, "Typing"), (OPENID, "CancelTyping")]


def _line():
    from tests.platform_server.followers import Line

    return Line("follower", "你好")


def test_the_menu_is_made_read_and_deleted(client: PlatformClient) -> None:
    with pytest.raises(errors.ContentRefused) as caught:
        client.menu()
    assert caught.value.errcode == 46003
    client.create_menu(MENU)
    assert client.menu()["menu"]["button"][0]["name"] == "黄历"
    client.delete_menu()
    with pytest.raises(errors.ContentRefused):
        client.menu()


def test_the_other_calls_answer_what_wechat_answers(platform: LocalPlatform, client: PlatformClient) -> None:
    platform.follower(OPENID)
    assert client.user_info(OPENID)["subscribe"] == 1
    assert client.callback_addresses() == ["127.0.0.1", "101.226.103.0/25"]
    platform.callback_url = "https://example.com/wechat"
    assert client.check_callback()["ping"][0]["package_loss"] == "0%"
    assert client.quota(CUSTOM_SEND)["quota"]["remain"] == 500000


def test_a_rid_leads_to_the_request_that_failed(platform: LocalPlatform, client: PlatformClient) -> None:
    with pytest.raises(errors.WindowClosed) as caught:
        say(client)
    assert caught.value.rid
    assert client.request_of_rid(caught.value.rid)["request_url"] == CUSTOM_SEND


def test_quotas_are_cleared_ten_times_with_and_without_a_token(
    platform: LocalPlatform, client: PlatformClient
) -> None:
    platform.daily_limits[CUSTOM_SEND] = 0
    for clear in [client.clear_quota, client.clear_quota_without_token] * 5:
        with pytest.raises(errors.QuotaUsedUp):
            say(client)
        clear()
        assert not platform.used
    with pytest.raises(errors.QuotaUsedUp):
        client.clear_quota()


@pytest.mark.parametrize("errcode", [40001, 40014, 42001, 41001])
def test_a_refused_token_costs_one_refresh_and_one_retry(
    platform: LocalPlatform, client: PlatformClient, errcode: int
) -> None:
    platform.follower(OPENID, "message")
    platform.fail(CUSTOM_SEND, errcode=errcode)
    say(client)
    assert platform.sent() == ["您好"]
    assert len(platform.asked(CUSTOM_SEND)) == 2


def test_a_token_that_ended_is_refreshed_on_the_way(platform: LocalPlatform, client: PlatformClient) -> None:
    platform.follower(OPENID, "message")
    say(client)
    platform.tokens.expire()
    say(client)
    assert platform.sent() == ["您好", "您好"]
    assert platform.tokens.issued == 2


def test_a_token_that_is_refused_twice_ends_the_hammering(
    platform: LocalPlatform, client: PlatformClient
) -> None:
    platform.fail(CUSTOM_SEND, times=None, errcode=40001)
    with pytest.raises(errors.TokenRefused):
        say(client)
    assert len(platform.asked(CUSTOM_SEND)) == 2
    before = len(platform.calls)
    for _ in range(3):
        with pytest.raises(errors.TokenUnavailable):
            say(client)
    assert len(platform.calls) == before
    assert "40001" in AccessToken.of(client.account).errmsg


def test_a_busy_platform_is_not_asked_again_by_the_client(
    platform: LocalPlatform, client: PlatformClient
) -> None:
    platform.fail(CUSTOM_SEND, errcode=-1)
    with pytest.raises(errors.Busy):
        say(client)
    assert len(platform.asked(CUSTOM_SEND)) == 1


def test_a_lost_answer_is_ambiguous_and_not_asked_for_again(
    platform: LocalPlatform, client: PlatformClient
) -> None:
    platform.follower(OPENID, "message")
    platform.fail(CUSTOM_SEND, lost=True)
    with pytest.raises(errors.Ambiguous):
        say(client)
    assert platform.sent() == ["您好"]


def test_a_missing_token_call_is_known_to_have_sent_nothing(
    platform: LocalPlatform, client: PlatformClient
) -> None:
    platform.fail(STABLE_TOKEN, lost=True)
    with pytest.raises(errors.TokenUnavailable):
        say(client)
    assert not platform.asked(CUSTOM_SEND)


def test_a_bad_openid_for_typing_is_a_closed_window(client: PlatformClient) -> None:
    with pytest.raises(errors.WindowClosed):
        client.typing("oNobody")
    assert TYPING.endswith("typing")


def test_no_token_stands_in_the_log_or_in_an_error(
    platform: LocalPlatform, client: PlatformClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform.fail(CUSTOM_SEND, times=None, errcode=40001)
    with pytest.raises(errors.TokenRefused) as caught:
        say(client)
    tokens = [call.query["access_token"] for call in platform.asked(CUSTOM_SEND)]
    written = caplog.text + repr(caught.value) + str(vars(caught.value))
    assert not any(token in written for token in tokens)
    assert credentials.APP_SECRET not in written


def test_the_right_to_menus_is_learned_once_from_what_the_calls_answer(
    platform: LocalPlatform, client: PlatformClient
) -> None:
    account = client.account
    assert account.can_manage_menu is None
    with pytest.raises(errors.ContentRefused):
        client.menu()
    account.refresh_from_db()
    assert account.can_manage_menu is True
    version = account.version
    client.create_menu(MENU)
    account.refresh_from_db()
    assert account.version == version
    platform.may_manage_menu = False
    with pytest.raises(errors.PermissionMissing):
        client.menu()
    account.refresh_from_db()
    assert account.can_manage_menu is False


@pytest.mark.parametrize("errcode", [48004, 50002, 61007, -1, 45009])
def test_other_refusals_say_nothing_about_the_right_to_menus(
    platform: LocalPlatform, client: PlatformClient, errcode: int
) -> None:
    platform.fail("/cgi-bin/menu/get", errcode=errcode)
    with pytest.raises(errors.ApiError):
        client.menu()
    client.account.refresh_from_db()
    assert client.account.can_manage_menu is None


def test_a_conditional_menu_needs_a_default_one_and_a_rule(client: PlatformClient) -> None:
    with pytest.raises(errors.ContentRefused) as caught:
        client.add_conditional_menu({**MENU, "matchrule": {"tag_id": "1"}})
    assert caught.value.errcode == 65303
    client.create_menu(MENU)
    with pytest.raises(errors.ContentRefused) as caught:
        client.add_conditional_menu({**MENU, "matchrule": {}})
    assert caught.value.errcode == 65304
    menu_id = client.add_conditional_menu({**MENU, "matchrule": {"tag_id": "1"}})
    client.delete_conditional_menu(menu_id)
    with pytest.raises(errors.ContentRefused) as caught:
        client.delete_conditional_menu(menu_id)
    assert caught.value.errcode == 65301
