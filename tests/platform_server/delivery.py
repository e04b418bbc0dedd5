"""Deliveries to the gateway: real signatures and encryption, five seconds, the same query string at every try."""

from __future__ import annotations

import http.client
import itertools
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from wechat.crypto import decode_key
from wechat.markup import Fields, read
from wechat.policy import Rejected
from wechat.simulator import open_reply, plain_request, seal_incoming, text_message

if TYPE_CHECKING:
    from tests.platform_server.platform import LocalPlatform

LIMIT = 5.0
TEXT_LIMIT = 2048
TRIES_AFTER_TIMEOUTS, TRIES_AFTER_WRONG_ANSWERS = 3, 4
NOTICE = "该公众号提供的服务出现故障，请稍后再试"
LOST = "answer lost"
_ANSWER_BYTES = 1 << 20
_ids = itertools.count(time.time_ns())
_HEADERS = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Accept": "*/*", "Pragma": "no-cache"}


@dataclass(frozen=True)
class Try:
    """One try: what came back, after how long, and what was wrong with it ("" when nothing)."""

    seconds: float
    status: int | None
    body: bytes
    problem: str
    at: float = field(default_factory=time.time)


@dataclass
class Exchange:
    """A message with all its tries, and what the follower's phone shows in the end ("" for nothing)."""

    url: str
    body: bytes = b""
    tries: list[Try] = field(default_factory=list)
    shown: str = ""
    reply: Fields = field(default_factory=dict)
    is_over: bool = False

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


def prepare(
    platform: LocalPlatform, base: str, message: bytes, path: str = "/wechat", style: str = ""
) -> Exchange:
    """The request that every try repeats, sealed in the platform's style unless another is asked for."""
    query, body = sealed(platform, message, style or platform.style)
    return Exchange(f"{base}{path}?{urlencode(query)}", body)


def deliver(
    platform: LocalPlatform, exchange: Exchange, *, limit: float = LIMIT, pause: float = 0.2
) -> Exchange:
    """Send until an answer is good or the tries are over; `pause` lies between tries that failed at once."""
    while not exchange.is_over:
        attempt, reply = one_try(platform, exchange, limit)
        exchange.tries.append(attempt)
        timed_out = attempt.problem in ("timeout", LOST)
        most = TRIES_AFTER_TIMEOUTS if timed_out else TRIES_AFTER_WRONG_ANSWERS
        if not attempt.problem:
            exchange.reply, exchange.shown = reply, shown(reply)
            exchange.is_over = True
        elif len(exchange.tries) >= most:
            exchange.shown = NOTICE
            exchange.is_over = True
        elif not timed_out:
            time.sleep(pause)
    return exchange


def sealed(platform: LocalPlatform, message: bytes, style: str) -> tuple[list[tuple[str, str]], bytes]:
    nonce, now = str(secrets.randbelow(10**10)), int(time.time())
    if style == "plaintext":
        return plain_request(platform.callback_token, message, now, nonce)
    key = decode_key(platform.aes_key)
    random16 = secrets.token_hex(8).encode()
    return seal_incoming(platform.callback_token, key, platform.app_id, message, now, nonce, random16, style)


def one_try(platform: LocalPlatform, exchange: Exchange, limit: float) -> tuple[Try, Fields]:
    """The try and what its reply holds. A lost answer is waited for to the end, as WeChat does."""
    start, at = time.monotonic(), time.time()
    status, body, problem, reply = None, b"", "", {}
    try:
        status, body = post(exchange, limit)
        if time.monotonic() - start > limit:  # the socket's own limit counts from byte to byte
            raise TimeoutError
        reply, problem = judged(platform, status, body)
    except TimeoutError:
        problem = "timeout"
    except (OSError, http.client.HTTPException) as error:
        problem = type(error).__name__
    if not problem and platform.take_drop():
        time.sleep(max(limit - (time.monotonic() - start), 0))
        reply, problem = {}, LOST
    return Try(time.monotonic() - start, status, body, problem, at), reply


def post(exchange: Exchange, limit: float) -> tuple[int, bytes]:
    """Status and body; TimeoutError when the answer is not there within `limit` seconds. Redirects are not followed."""
    parts = urlsplit(exchange.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=limit)
    try:
        connection.request("POST", f"{parts.path}?{parts.query}", exchange.body, _HEADERS)
        response = connection.getresponse()
        return response.status, response.read(_ANSWER_BYTES)
    finally:
        connection.close()


def judged(platform: LocalPlatform, status: int, body: bytes) -> tuple[Fields, str]:
    """(the reply, what is wrong): anything but 200 with success, nothing or a reply is wrong."""
    if status != 200:
        return {}, f"HTTP {status}"
    if body in (b"", b"success"):
        return {}, ""
    if not body.startswith(b"<xml>"):
        return {}, "illegal response"
    try:
        if b"<Encrypt>" in body:
            body = open_reply(platform.callback_token, decode_key(platform.aes_key), platform.app_id, body)
        elif platform.style == "safe":
            return {}, "illegal response"
        fields, _marks = read(body)
    except Rejected:
        return {}, "illegal response"
    text = fields.get("Content", "") if fields.get("MsgType") == "text" else "…"
    if not text or len(str(text).encode()) > TEXT_LIMIT:
        return {}, "illegal content"
    return fields, ""


def shown(fields: Fields) -> str:
    """What the phone shows of a reply, in one text."""
    if not fields:
        return ""
    if fields.get("MsgType") == "text":
        return str(fields.get("Content", ""))
    return f"[{fields.get('MsgType')}]"
