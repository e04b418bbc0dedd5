"""One exchange with the platform: when it fails decides whether it may be tried again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from tests.platform_server import LocalPlatform
from tests.services import free_port
from wechat.platform.errors import Ambiguous, Busy, NotSent
from wechat.platform.transport import Request, exchange

SEND = "/cgi-bin/message/custom/send"
IPS = Request("GET", "/cgi-bin/getcallbackip", {})
RAW = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def raw_server(settings) -> Iterator[Callable[[Callable[[socket.socket], None]], None]]:
    """Serves connections with a function of the test."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.WECHAT_API_BASE = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def serve(speak: Callable[[socket.socket], None]) -> None:
        def run() -> None:
            connection, _address = listener.accept()
            # The client hangs up on what trickles or floods.
            with connection, suppress(OSError):
                connection.recv(65536)
                speak(connection)

        threading.Thread(target=run, daemon=True).start()

    yield serve
    listener.close()


def test_json_leaves_as_utf8_without_escapes(platform: LocalPlatform) -> None:
    exchange(Request("POST", SEND, {}, {"text": {"content": "排盘 🌙 <a href='https://x'>"}}), "token-123")
    body = platform.calls[0].body
    assert "排盘 🌙 <a".encode() in body
    assert b"\\u" not in body


def test_half_a_character_can_not_break_the_json(platform: LocalPlatform) -> None:
    exchange(Request("POST", SEND, {}, {"content": "a\ud83c"}), "token-123")
    assert platform.calls[0].json == {"content": "a?"}


def test_a_closed_port_means_that_nothing_was_sent(settings) -> None:
    settings.WECHAT_API_BASE = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(NotSent):
        exchange(IPS)


def test_an_unknown_host_means_that_nothing_was_sent(settings) -> None:
    settings.WECHAT_API_BASE = "http://platform.invalid"
    with pytest.raises(NotSent) as caught:
        exchange(IPS)
    assert "platform.invalid" in caught.value.english


def test_a_port_that_speaks_no_tls_means_that_nothing_was_sent(platform: LocalPlatform, settings) -> None:
    settings.WECHAT_API_BASE = platform.url.replace("http:", "https:")
    with pytest.raises(NotSent):
        exchange(IPS)
    assert not platform.calls


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"reset": True}, Ambiguous),
        ({"lost": True}, Ambiguous),
        ({"garbage": True}, Ambiguous),
        ({"status": 504}, Ambiguous),
        ({"status": 404}, Ambiguous),
        ({"status": 302}, Ambiguous),
        ({"status": 500}, Busy),
        ({"status": 503}, Busy),
    ],
)
def test_each_fault_after_the_request_has_its_error(platform: LocalPlatform, fault, error) -> None:
    platform.fail(IPS.path, **fault)
    with pytest.raises(error):
        exchange(IPS, "token-123")


def test_an_answer_that_never_comes_ends_after_three_seconds(raw_server) -> None:
    raw_server(lambda connection: time.sleep(5))
    start = time.monotonic()
    with pytest.raises(Ambiguous, match="timeout"):
        exchange(IPS)
    assert 2.9 < time.monotonic() - start < 3.5


def test_an_answer_that_trickles_ends_too(raw_server) -> None:
    def trickle(connection: socket.socket) -> None:
        connection.sendall(f"{RAW}Content-Length: 1000\r\n\r\n".encode())
        for _ in range(20):
            time.sleep(0.4)
            connection.sendall(b"{")

    raw_server(trickle)
    start = time.monotonic()
    with pytest.raises(Ambiguous, match="timeout"):
        exchange(IPS)
    assert time.monotonic() - start < 4.5


def test_an_answer_that_breaks_off_is_ambiguous(raw_server) -> None:
    raw_server(
        lambda connection: connection.sendall(f'{RAW}Content-Length: 1000\r\n\r\n{{"errcode":0'.encode())
    )
    with pytest.raises(Ambiguous):
        exchange(IPS)


def test_an_answer_that_is_no_object_is_ambiguous(raw_server) -> None:
    raw_server(lambda connection: connection.sendall(f"{RAW}Content-Length: 2\r\n\r\n[]".encode()))
    with pytest.raises(Ambiguous):
        exchange(IPS)


def test_an_answer_without_end_is_cut_off(raw_server) -> None:
    def flood(connection: socket.socket) -> None:
        connection.sendall(f"{RAW}\r\n".encode())
        for _ in range(40):
            connection.sendall(b" " * 65536)

    raw_server(flood)
    with pytest.raises(Ambiguous):
        exchange(IPS)


def test_proxies_of_the_environment_are_not_used(platform: LocalPlatform, monkeypatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    exchange(IPS, "token-123")
    assert platform.calls


def test_the_base_address_may_have_a_path(platform: LocalPlatform, settings) -> None:
    settings.WECHAT_API_BASE = f"{platform.url}/relay/"
    exchange(IPS, "token-123")
    assert platform.calls[0].path == "/relay/cgi-bin/getcallbackip"
