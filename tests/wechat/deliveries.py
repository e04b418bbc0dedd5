"""Deliveries as WeChat makes them, for Django's client and for real HTTP alike."""

from __future__ import annotations

import itertools
import secrets
import time
from dataclasses import dataclass, replace
from urllib.parse import urlencode

import httpx
from django.http import HttpResponse
from django.test import Client

from tests import credentials
from tests.leaks import note_text
from wechat import xml
from wechat.crypto import decode_key
from wechat.simulator import open_reply, plain_request, seal_incoming, text_message, verification_query

_ids = itertools.count(time.time_ns())


@dataclass(frozen=True)
class Delivery:
    """One request: what it asks, ready to be sent any number of times."""

    query: tuple[tuple[str, str], ...]
    body: bytes
    path: str = "/wechat"

    def parameters(self) -> dict[str, str]:
        return dict(self.query)

    def with_parameters(self, **values: str | None) -> Delivery:
        """The same request with some parameters replaced, or left out where the value is None."""
        changed = [(name, values.get(name, value)) for name, value in self.query]
        added = [(name, value) for name, value in values.items() if name not in dict(self.query)]
        kept = [(name, value) for name, value in [*changed, *added] if value is not None]
        return replace(self, query=tuple(kept))

    def with_body(self, body: bytes) -> Delivery:
        return replace(self, body=body)

    @property
    def url(self) -> str:
        return f"{self.path}?{urlencode(self.query)}"

    def post(self, client: Client) -> HttpResponse:
        return client.post(self.url, data=self.body, content_type="text/xml")

    def send(self, base: str, timeout: float = 10) -> httpx.Response:
        """Over real HTTP."""
        headers = {"Content-Type": "text/xml"}
        return httpx.post(
            f"{base}{self.url}", content=self.body, headers=headers, timeout=timeout, trust_env=False
        )


def message(
    text: str, *, openid: str = credentials.OPENID, msg_id: str | None = None, to: str = "gh_x"
) -> bytes:
    """The plain XML of a text message with an id of its own."""
    note_text(text)
    return text_message(to, openid, text, int(time.time()), msg_id or str(next(_ids)))


def plain(
    body: bytes | str, *, token: str = credentials.TOKEN, at: float | None = None, path: str = "/wechat"
) -> Delivery:
    """An unencrypted delivery of a text or of a whole XML body."""
    body = message(body) if isinstance(body, str) else body
    query, sent = plain_request(token, body, int(at or time.time()), _nonce())
    return Delivery(tuple(query), sent, path)


def sealed(
    body: bytes | str,
    *,
    style: str = "safe",
    token: str = credentials.TOKEN,
    key: str = credentials.AES_KEY,
    app_id: str = credentials.APP_ID,
    at: float | None = None,
    path: str = "/wechat",
) -> Delivery:
    """An encrypted delivery of a text or of a whole XML body."""
    body = message(body) if isinstance(body, str) else body
    random16 = secrets.token_bytes(16)
    query, sent = seal_incoming(
        token, decode_key(key), app_id, body, int(at or time.time()), _nonce(), random16, style
    )
    return Delivery(tuple(query), sent, path)


def verification(
    token: str = credentials.TOKEN, echostr: str = "1234567890", path: str = "/wechat"
) -> Delivery:
    """The GET of WeChat's console."""
    return Delivery(tuple(verification_query(token, int(time.time()), _nonce(), echostr)), b"", path)


def content_of(wire: bytes, *, token: str = credentials.TOKEN, key: str = credentials.AES_KEY) -> str:
    """What the follower reads: decrypted when needed."""
    if b"<Encrypt>" in wire:
        wire = open_reply([token], decode_key(key), credentials.APP_ID, wire)
    return xml.parse(wire).content


def _nonce() -> str:
    return str(secrets.randbelow(10**10))
