"""The chat page's server: what it shows, what it refuses, what it lets fail. (Its look: tests/browser/test_chat.py.)"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.platform_server import LocalPlatform, running_platform
from tests.platform_server.followers import Line
from tests.platform_server.messages import KINDS, compose
from tests.platform_server.phone import CUSTOM_SEND, FAULTS
from wechat.incoming import parse
from wechat.platform import client

OPENID = "oLocal_somebody"


@pytest.fixture
def local() -> Iterator[LocalPlatform]:
    with running_platform() as served:
        yield served


def get(local: LocalPlatform, path: str, **options: Any) -> httpx.Response:
    return httpx.get(f"{local.url}{path}", trust_env=False, **options)


def post(local: LocalPlatform, path: str, body: Any, **options: Any) -> httpx.Response:
    return httpx.post(f"{local.url}{path}", json=body, trust_env=False, **options)


def state(local: LocalPlatform) -> Any:
    return get(local, f"/chat/state?openid={OPENID}").json()


def test_the_page_is_whole_and_loads_nothing_from_elsewhere(local: LocalPlatform) -> None:
    page = get(local, "/")
    assert page.status_code == 200
    assert "公众号" in page.text
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    for path in ("/chat/chat.css", "/chat/chat.js", "/chat/icon.svg"):
        assert path in page.text
        assert get(local, path).status_code == 200
        assert "http://" not in get(local, path).text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_foreign_name_for_this_machine_is_refused(local: LocalPlatform, host: str) -> None:
    assert get(local, "/", headers={"Host": host}).status_code == 403


def test_a_form_of_another_site_can_not_send(local: LocalPlatform) -> None:
    sent = httpx.post(f"{local.url}/chat/send", data={"openid": OPENID, "kind": "text"}, trust_env=False)
    assert sent.status_code == 403
    assert local.followers == {}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/chat/send", {"openid": OPENID, "kind": "rocket"}),
        ("/chat/send", {"kind": "text"}),
        ("/chat/send", {"openid": "钱", "kind": "text"}),
        ("/chat/send", []),
        ("/chat/spoil", {"fault": "99999"}),
        ("/chat/choose", {"style": "morse"}),
    ],
)
def test_what_there_is_not_is_a_clear_refusal(local: LocalPlatform, path: str, body: Any) -> None:
    assert post(local, path, body).status_code == 400
    assert post(local, "/chat/nothing", {}).status_code == 404


def test_a_gateway_that_is_down_shows_its_tries_and_the_notice(local: LocalPlatform, free_port: int) -> None:
    local.gateway = f"http://127.0.0.1:{free_port}"
    assert post(local, "/chat/send", {"openid": OPENID, "kind": "text", "values": {"text": "在吗"}}).json()
    deadline = time.monotonic() + 20
    while len(state(local)["lines"]) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    asked, notice = state(local)["lines"]
    assert [one["problem"] for one in asked["tries"]] == ["ConnectionRefusedError"] * 4
    assert (asked["over"], notice["way"]) == (True, "notice")


def test_faults_wait_for_the_calls_of_the_account_and_are_ended(local: LocalPlatform) -> None:
    assert CUSTOM_SEND == client.CUSTOM_SEND
    post(local, "/chat/spoil", {"fault": "45015"})
    post(local, "/chat/spoil", {"fault": "slow", "always": True})
    assert state(local)["faults"] == [{"name": "45015", "times": 1}, {"name": "slow", "times": None}]
    answer = post(local, CUSTOM_SEND, {})
    assert answer.json()["errcode"] == 45015
    assert state(local)["calls"][-1]["errcode"] == 45015
    post(local, "/chat/spoil", {})
    assert state(local)["faults"] == []


def test_the_meaning_of_each_errcode_is_told_in_both_languages(local: LocalPlatform) -> None:
    meanings = post(local, "/chat/meanings", {}).json()
    assert set(meanings) == {name for name in FAULTS if name.lstrip("-").isdigit() and name != "500"}
    assert all(meaning["zh"] and meaning["en"] for meaning in meanings.values())


def test_typing_ends_with_the_message_and_by_itself(local: LocalPlatform) -> None:
    local.typing_since[OPENID] = time.time()
    assert state(local)["typing"] is True
    local.chat(OPENID).append(Line("customer", "好"))
    assert state(local)["typing"] is False
    local.typing_since[OPENID] = time.time() - 16
    assert state(local)["typing"] is False


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_act_is_a_message_that_the_gateway_reads(kind: str) -> None:
    incoming = parse(compose("gh_x", OPENID, kind, {"text": "你好"}))
    assert (incoming.from_user, incoming.to_user) == (OPENID, "gh_x")
    assert incoming.is_event != bool(incoming.msg_id)
    assert incoming.event_name == kind or not incoming.is_event or kind == "report"
