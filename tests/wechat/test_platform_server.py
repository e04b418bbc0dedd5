"""The local platform against our own gateway: what it delivers, how often it tries, what the follower sees."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests import credentials
from tests.platform_server import NOTICE, LocalPlatform, running_platform
from tests.platform_server.delivery import LOST, event_xml, text_xml
from tests.processes import Server, running_server

QUESTION = "2026年11月24日农历几号"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("gateway"), workers=2) as server:
        yield server


@pytest.fixture
def local() -> Iterator[LocalPlatform]:
    with running_platform() as served:
        yield served


@contextmanager
def callback(*answers: tuple[int, bytes, float]) -> Iterator[tuple[str, list[str]]]:
    """A callback of somebody else: answers with the given (status, body, seconds); the last one goes on."""
    seen: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, body, seconds = answers[min(len(seen), len(answers) - 1)]
            seen.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(seconds)
            self.send_response(status)
            self.end_headers()
            try:
                self.wfile.write(body)
            except BrokenPipeError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.processes
@pytest.mark.parametrize("style", ["safe", "compatible", "plaintext"])
def test_a_question_is_answered_at_the_first_try_in_every_style(
    gateway: Server, local: LocalPlatform, style: str
) -> None:
    local.style = style
    exchange = local.deliver(gateway.url, QUESTION)
    assert "十月" in exchange.shown
    assert exchange.problems == [""]
    assert [line.way for line in local.chat()] == ["follower", "passive"]


@pytest.mark.processes
def test_events_are_delivered_and_open_their_allowance(gateway: Server, local: LocalPlatform) -> None:
    to, openid = credentials.ORIGINAL_ID, "oEvents"
    assert local.deliver(gateway.url, event_xml(to, openid, "subscribe")).shown
    assert local.deliver(gateway.url, event_xml(to, openid, "CLICK", "今天黄历")).shown
    assert set(local.follower(openid).allowances) == {"follow", "menu"}
    assert local.deliver(gateway.url, event_xml(to, openid, "unsubscribe")).shown == ""
    assert not local.follower(openid).follows


@pytest.mark.processes
def test_a_slow_answer_is_tried_again_and_shown_once(tmp_path: Path, local: LocalPlatform) -> None:
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.slow.settings",
        "TESTS_SLOW_LOG": str(tmp_path / "computations"),
        "TESTS_SLOW_SECONDS": "3",
    }
    with running_server(tmp_path, workers=2, environment=environment) as server:
        exchange = local.deliver(server.url, QUESTION, limit=2)
    assert exchange.problems == ["timeout", ""]
    assert "十月" in exchange.shown
    assert (tmp_path / "computations").read_text().count("start") == 1
    assert [line.way for line in local.chat()] == ["follower", "passive"]


@pytest.mark.processes
def test_a_wrong_token_shows_the_notice_after_four_tries(gateway: Server, local: LocalPlatform) -> None:
    local.callback_token = credentials.FORMER_TOKEN
    exchange = local.deliver(gateway.url, QUESTION, pause=0.01)
    assert exchange.problems == ["HTTP 403"] * 4
    assert (exchange.shown, exchange.is_notice) == (NOTICE, True)


def test_every_try_has_the_same_query_string(local: LocalPlatform) -> None:
    with callback((500, b"", 0)) as (url, seen):
        exchange = local.deliver(url, QUESTION, pause=0.01)
    assert len(seen) == 4
    assert len(set(seen)) == 1
    assert exchange.shown == NOTICE


def test_a_callback_that_is_always_too_late_is_tried_three_times(local: LocalPlatform) -> None:
    with callback((200, b"success", 1)) as (url, seen):
        exchange = local.deliver(url, QUESTION, limit=0.3)
    assert exchange.problems == ["timeout"] * 3
    assert len(seen) == 3
    assert local.chat()[-1].way == "notice"


def test_a_lost_answer_is_waited_for_and_asked_for_again_with_the_same_query(local: LocalPlatform) -> None:
    local.drops = 1
    with callback((200, b"success", 0)) as (url, seen):
        exchange = local.deliver(url, QUESTION, limit=0.3)
    assert exchange.problems == [LOST, ""]
    assert exchange.tries[0].seconds >= 0.3
    assert len(seen) == 2
    assert len(set(seen)) == 1


def test_an_answer_that_drips_beyond_the_limit_is_too_late(local: LocalPlatform) -> None:
    local.drops = 0
    with callback((200, b"success", 0.25)) as (url, _seen):
        exchange = local.deliver(url, QUESTION, limit=0.2)
    assert set(exchange.problems) == {"timeout"}


@pytest.mark.parametrize("content", ["", "字" * 683])
def test_a_text_that_is_empty_or_longer_than_2048_bytes_is_no_reply(
    local: LocalPlatform, content: str
) -> None:
    local.style = "plaintext"
    body = f"<xml><MsgType>text</MsgType><Content><![CDATA[{content}]]></Content></xml>".encode()
    with callback((200, body, 0)) as (url, _seen):
        exchange = local.deliver(url, QUESTION, pause=0.01)
    assert exchange.problems == ["illegal content"] * 4


def test_a_good_answer_ends_the_tries(local: LocalPlatform) -> None:
    with callback((500, b"", 0), (200, b"success", 0)) as (url, seen):
        exchange = local.deliver(url, QUESTION, pause=0.01)
    assert exchange.problems == ["HTTP 500", ""]
    assert exchange.shown == ""
    assert len(seen) == 2


@pytest.mark.parametrize(
    "answer",
    [
        (201, b"success", 0),
        (302, b"", 0),
        (200, b"null", 0),
        (200, b"\xef\xbb\xbf<xml></xml>", 0),
        (200, b"<xml><Broken>", 0),
        (200, b"<xml><Encrypt><![CDATA[AAAA]]></Encrypt></xml>", 0),
        (200, b"<xml><MsgType><![CDATA[text]]></MsgType></xml>", 0),
    ],
)
def test_what_is_no_reply_is_a_fault(local: LocalPlatform, answer: tuple[int, bytes, float]) -> None:
    with callback(answer) as (url, seen):
        exchange = local.deliver(url, QUESTION, pause=0.01)
    assert (len(seen), exchange.shown) == (4, NOTICE)


def test_a_gateway_that_is_down_shows_the_notice(local: LocalPlatform, free_port: int) -> None:
    exchange = local.deliver(f"http://127.0.0.1:{free_port}", QUESTION, pause=0.01)
    assert exchange.problems == ["ConnectionRefusedError"] * 4
    assert exchange.is_notice


def stable(local: LocalPlatform, force: bool = False) -> dict:
    body = {
        "grant_type": "client_credential",
        "appid": local.app_id,
        "secret": local.app_secret,
        "force_refresh": force,
    }
    return dict(httpx.post(f"{local.url}/cgi-bin/stable_token", json=body, trust_env=False).json())


def addresses(local: LocalPlatform, token: str) -> dict:
    url = f"{local.url}/cgi-bin/getcallbackip"
    return dict(httpx.get(url, params={"access_token": token}, trust_env=False).json())


def test_a_stable_token_is_the_same_until_it_is_renewed_and_both_work(local: LocalPlatform) -> None:
    local.tokens.lifetime = 301
    first = stable(local)["access_token"]
    assert stable(local)["access_token"] == first
    time.sleep(1.1)
    second = stable(local)["access_token"]
    assert second != first
    assert "ip_list" in addresses(local, first)
    assert "ip_list" in addresses(local, second)


def test_a_forced_token_ends_the_former_at_once_and_not_again_within_30_seconds(local: LocalPlatform) -> None:
    first = stable(local)["access_token"]
    second = stable(local, force=True)["access_token"]
    assert addresses(local, first)["errcode"] == 40001
    assert "ip_list" in addresses(local, second)
    assert stable(local, force=True)["errcode"] == 45011


def test_the_older_token_call_gives_a_new_token_each_time(local: LocalPlatform) -> None:
    query = {"grant_type": "client_credential", "appid": local.app_id, "secret": local.app_secret}
    answers = [
        httpx.get(f"{local.url}/cgi-bin/token", params=query, trust_env=False).json() for _ in range(2)
    ]
    assert answers[0]["access_token"] != answers[1]["access_token"]
    assert all("ip_list" in addresses(local, answer["access_token"]) for answer in answers)


def test_an_escaped_json_is_refused_and_every_refusal_has_a_rid(local: LocalPlatform) -> None:
    local.follower(credentials.OPENID, "message")
    token = stable(local)["access_token"]
    url = f"{local.url}/cgi-bin/message/custom/send?access_token={token}"
    body = b'{"touser":"x","msgtype":"text","text":{"content":"\\u516b"}}'
    answer = httpx.post(url, content=body, trust_env=False).json()
    assert answer["errcode"] == 40033
    assert "rid: " in answer["errmsg"]


def test_the_allowance_of_a_follower_ends(local: LocalPlatform) -> None:
    follower = local.follower("oCounted", "message")
    assert [follower.take() for _ in range(6)] == [0, 0, 0, 0, 0, 45047]
    assert local.follower("oNew").take() == 45015
    follower.follows = False
    assert follower.take() == 43004


def test_the_text_of_a_delivery_is_what_the_follower_wrote() -> None:
    assert "你好".encode() in text_xml("gh_x", "oX", "你好")
