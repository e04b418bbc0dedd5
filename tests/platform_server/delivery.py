"""Deliveries to the gateway: real signatures and encryption, five seconds, the same query string at every try."""

from __future__ import annotations

import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx

from wechat.crypto import decode_key
from wechat.markup import read
from wechat.policy import Rejected
from wechat.simulator import open_reply, plain_request, seal_incoming, text_message

if TYPE_CHECKING:
    from tests.platform_server.platform import LocalPlatform

LIMIT = 5.0
TRIES_AFTER_TIMEOUTS, TRIES_AFTER_WRONG_ANSWERS = 3, 4
NOTICE = "该公众号提供的服务出现故障，请稍后再试"
_ids = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Try:
    """One try: what came back, after how long, and what was wrong with it ("" when nothing)."""

    seconds: float
    status: int | None
    body: bytes
    problem: str


@dataclass
class Exchange:
    """A message with all its tries, and what the follower's phone shows in the end ("" for nothing)."""

    url: str
    tries: list[Try] = field(default_factory=list)
    shown: str = ""

    @property
    def is_notice(self) -> bool:
        return self.shown == NOTICE

    @property
    def problems(self) -> list[str]:
        return [attempt.problem for attempt in self.tries]


def text_xml(to_user: str, openid: str, text: str) -> bytes:
    return text_message(to_user, openid, text, int(time.time()), str(next(_ids)))


def event_xml(to_user: str, openid: str, event: str, key: str = "") -> bytes:
    """The XML of an event."""
    return (
        f"<xml><ToUserName><![CDATA[{to_user}]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{event}]]></Event><EventKey><![CDATA[{key}]]></EventKey></xml>"
    ).encode()


def deliver(
    platform: LocalPlatform,
    base: str,
    message: bytes,
    *,
    path: str = "/wechat",
    limit: float = LIMIT,
    pause: float = 0.2,
) -> Exchange:
    """Send until an answer is good or the tries are over; `pause` lies between tries that failed at once."""
    query, body = sealed(platform, message)
    exchange = Exchange(f"{base}{path}?{urlencode(query)}")
    while True:
        attempt, reply = one_try(platform, exchange.url, body, limit)
        exchange.tries.append(attempt)
        if not attempt.problem:
            exchange.shown = reply
            return exchange
        timed_out = attempt.problem == "timeout"
        most = TRIES_AFTER_TIMEOUTS if timed_out else TRIES_AFTER_WRONG_ANSWERS
        if len(exchange.tries) >= most:
            exchange.shown = NOTICE
            return exchange
        if not timed_out:
            time.sleep(pause)


def sealed(platform: LocalPlatform, message: bytes) -> tuple[list[tuple[str, str]], bytes]:
    nonce, now = str(secrets.randbelow(10**10)), int(time.time())
    if platform.style == "plaintext":
        return plain_request(platform.callback_token, message, now, nonce)
    key = decode_key(platform.aes_key)
    random16 = secrets.token_hex(8).encode()
    return seal_incoming(
        platform.callback_token, key, platform.app_id, message, now, nonce, random16, platform.style
    )


def one_try(platform: LocalPlatform, url: str, body: bytes, limit: float) -> tuple[Try, str]:
    """The try and what its reply would show."""
    headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Pragma": "no-cache"}
    start = time.monotonic()
    try:
        response = httpx.post(
            url, content=body, headers=headers, timeout=limit, trust_env=False, follow_redirects=False
        )
    except httpx.TimeoutException:
        return Try(time.monotonic() - start, None, b"", "timeout"), ""
    except httpx.TransportError as error:
        return Try(time.monotonic() - start, None, b"", type(error).__name__), ""
    reply, problem = judged(platform, response)
    return Try(time.monotonic() - start, response.status_code, response.content, problem), reply


def judged(platform: LocalPlatform, response: httpx.Response) -> tuple[str, str]:
    """(what is shown, what is wrong): anything but 200 with success, nothing or a reply is wrong."""
    if response.status_code != 200:
        return "", f"HTTP {response.status_code}"
    body = response.content
    if body in (b"", b"success"):
        return "", ""
    if not body.startswith(b"<xml>"):
        return "", "illegal response"
    try:
        if b"<Encrypt>" in body:
            body = open_reply(platform.callback_token, decode_key(platform.aes_key), platform.app_id, body)
        elif platform.style == "safe":
            return "", "illegal response"
        fields, _marks = read(body)
    except Rejected:
        return "", "illegal response"
    return shown(fields), ""


def shown(fields: dict) -> str:
    """What the phone shows of a reply."""
    if fields.get("MsgType") == "text":
        return str(fields.get("Content", ""))
    return f"[{fields.get('MsgType')}]"
