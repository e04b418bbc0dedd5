"""The local platform's APIs over HTTP: what each answers, refuses, and how it fails on demand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests import credentials
from tests.platform_server import LocalPlatform, running_platform
from tests.platform_server.apis import WITH_TOKEN, WITHOUT_TOKEN
from tests.platform_server.followers import Line

OPENID = credentials.OPENID
SEND, TYPING = "/cgi-bin/message/custom/send", "/cgi-bin/message/custom/typing"
TEXT = {"touser": OPENID, "msgtype": "text", "text": {"content": "您好"}}
# What the client calls (wechat/platform/client.py) and what the reference's section 9 has beside it.
PATHS = {
    *("/cgi-bin/stable_token", "/cgi-bin/token", "/cgi-bin/clear_quota/v2", SEND, TYPING),
    *("/cgi-bin/menu/create", "/cgi-bin/menu/get", "/cgi-bin/menu/delete", "/cgi-bin/menu/addconditional"),
    *("/cgi-bin/menu/delconditional", "/cgi-bin/menu/trymatch", "/cgi-bin/user/info"),
    *("/cgi-bin/getcallbackip", "/cgi-bin/get_api_domain_ip", "/cgi-bin/callback/check"),
    *("/cgi-bin/openapi/quota/get", "/cgi-bin/openapi/rid/get", "/cgi-bin/clear_quota"),
}


@pytest.fixture
def local() -> Iterator[LocalPlatform]:
    with running_platform() as served:
        yield served


@pytest.fixture
def token(local: LocalPlatform) -> str:
    issued = local.tokens.stable(force=False)
    assert not isinstance(issued, int)
    return issued[0]


def call(local: LocalPlatform, path: str, token: str = "", body: Any = None, **query: str) -> Any:
    params = {"access_token": token} if token else {}
    method = "GET" if body is None else "POST"
    return httpx.request(
        method, f"{local.url}{path}", params=params | query, json=body, trust_env=False, timeout=10
    )


def errcode(response: httpx.Response) -> int:
    return int(response.json().get("errcode", 0))


def test_every_api_of_the_client_and_the_reference_is_served() -> None:
    assert set(WITH_TOKEN) | set(WITHOUT_TOKEN) == PATHS


@pytest.mark.parametrize("path", sorted(WITH_TOKEN))
def test_no_api_works_without_a_token_that_is_valid(local: LocalPlatform, token: str, path: str) -> None:
    assert errcode(call(local, path, body={})) == 41001
    assert errcode(call(local, path, "short", body={})) == 40014
    assert errcode(call(local, path, "x" * 512, body={})) == 40001
    local.tokens.expire()
    assert errcode(call(local, path, token, body={})) == 42001


@pytest.mark.parametrize("code", [-1, 40001, 45015, 45047, 48001, 45009, 45011])
def test_an_errcode_on_demand_comes_once_with_a_rid(local: LocalPlatform, token: str, code: int) -> None:
    local.follower(OPENID, "message")
    local.fail(SEND, errcode=code, errmsg="on demand")
    answer = call(local, SEND, token, TEXT).json()
    assert (answer["errcode"], answer["errmsg"].startswith("on demand rid: ")) == (code, True)
    assert local.sent() == []
    assert errcode(call(local, SEND, token, TEXT)) == 0


def test_the_other_faults_happen_before_or_after_the_work(local: LocalPlatform, token: str) -> None:
    local.follower(OPENID, "message")
    local.fail(SEND, status=500)
    assert call(local, SEND, token, TEXT).status_code == 500
    local.fail(SEND, garbage=True)
    assert b"not json" in call(local, SEND, token, TEXT).content
    local.fail(SEND, reset=True)
    with pytest.raises(httpx.TransportError):
        call(local, SEND, token, TEXT)
    assert local.sent() == []
    local.fail(SEND, lost=True)
    with pytest.raises(httpx.TransportError):
        call(local, SEND, token, TEXT)
    assert local.sent() == ["您好"]
    local.fail(SEND, slow=0.3)
    start = time.monotonic()
    assert errcode(call(local, SEND, token, TEXT)) == 0
    assert time.monotonic() - start >= 0.3


def test_five_messages_follow_one_of_the_follower_and_none_after_48_hours(
    local: LocalPlatform, token: str
) -> None:
    assert errcode(call(local, SEND, token, TEXT)) == 40003
    local.follower(OPENID)
    assert errcode(call(local, SEND, token, TEXT)) == 45015
    local.follower(OPENID, "message")
    assert [errcode(call(local, SEND, token, TEXT)) for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    local.follower(OPENID).allowances["message"][1] = time.time() - 1
    assert errcode(call(local, SEND, token, TEXT)) == 45015
    local.follower(OPENID).follows = False
    assert errcode(call(local, SEND, token, TEXT)) == 43004


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({**TEXT, "text": {"content": "字" * 683}}, 45002),
        ({**TEXT, "text": {"content": ""}}, 44004),
        ({**TEXT, "text": {}}, 44004),
        ({**TEXT, "msgtype": "rocket"}, 40008),
        ([], 47001),
    ],
)
def test_a_message_that_is_wrong_is_refused(local: LocalPlatform, token: str, body: Any, code: int) -> None:
    local.follower(OPENID, "message")
    assert errcode(call(local, SEND, token, body)) == code


def test_escapes_are_refused_as_wechat_does(local: LocalPlatform, token: str) -> None:
    sent = httpx.post(
        f"{local.url}{SEND}", params={"access_token": token}, content=b'{"a": "\\u4f60"}', trust_env=False
    )
    assert errcode(sent) == 40033


def test_typing_needs_a_message_of_the_last_30_seconds_and_ends_before_it_begins_anew(
    local: LocalPlatform, token: str
) -> None:
    typing = {"touser": OPENID, "command": "Typing"}
    chat = local.follower(OPENID, "message").chat
    chat.append(Line("follower", "在吗", at=time.time() - 31))
    assert errcode(call(local, TYPING, token, typing)) == 45080
    chat.append(Line("follower", "在吗"))
    assert errcode(call(local, TYPING, token, {**typing, "command": "Dance"})) == 45072
    assert errcode(call(local, TYPING, token, typing)) == 0
    assert errcode(call(local, TYPING, token, typing)) == 45081
    assert errcode(call(local, TYPING, token, {**typing, "command": "CancelTyping"})) == 0
    assert errcode(call(local, TYPING, token, typing)) == 0
    assert errcode(call(local, SEND, token, TEXT)) == 0
    assert errcode(call(local, TYPING, token, typing)) == 0


def test_the_check_of_the_callback_wants_an_address_an_action_and_an_operator(
    local: LocalPlatform, token: str
) -> None:
    path, body = "/cgi-bin/callback/check", {"action": "all", "check_operator": "DEFAULT"}
    assert errcode(call(local, path, token, body)) == 40201
    local.callback_url = "https://example.com/wechat"
    assert set(call(local, path, token, body).json()) == {"dns", "ping"}
    assert errcode(call(local, path, token, {**body, "action": "sing"})) == 40202
    assert errcode(call(local, path, token, {**body, "check_operator": "ME"})) == 40203


def test_quotas_are_counted_refused_and_told(local: LocalPlatform, token: str) -> None:
    local.daily_limits["/cgi-bin/getcallbackip"] = 1
    assert call(local, "/cgi-bin/getcallbackip", token).json()["ip_list"]
    assert errcode(call(local, "/cgi-bin/getcallbackip", token)) == 45009
    told = call(local, "/cgi-bin/openapi/quota/get", token, {"cgi_path": "/cgi-bin/getcallbackip"}).json()
    assert told["quota"] == {"daily_limit": 1, "used": 2, "remain": 0}
    assert told["rate_limit"]["refresh_second"] == 60
    assert errcode(call(local, "/cgi-bin/openapi/quota/get", token, {"cgi_path": "/nowhere"})) == 76003


def test_who_unfollowed_has_no_other_data(local: LocalPlatform, token: str) -> None:
    local.follower(OPENID).follows = False
    told = call(local, "/cgi-bin/user/info", token, openid=OPENID).json()
    assert told == {"subscribe": 0, "openid": OPENID}
    assert errcode(call(local, "/cgi-bin/user/info", token, openid="oNobody")) == 40003
