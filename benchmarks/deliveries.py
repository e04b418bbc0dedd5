"""Signed requests as WeChat makes them, as ready-made HTTP bytes."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import Literal
from urllib.parse import urlencode

from tests import credentials
from wechat.crypto import decode_key
from wechat.simulator import plain_request, seal_incoming, text_message

Scheme = Literal["plaintext", "aes"]
SCHEMES: tuple[Scheme, ...] = ("plaintext", "aes")

_ids = itertools.count(time.time_ns())
_KEY = decode_key(credentials.AES_KEY)


def deliveries(scheme: Scheme, text: str, count: int) -> list[bytes]:
    """`count` different messages of one follower, signed now."""
    return [_delivery(scheme, text) for _ in range(count)]


def _delivery(scheme: Scheme, text: str) -> bytes:
    now, number = int(time.time()), str(next(_ids))
    xml = text_message("gh_0123456789ab", credentials.OPENID, text, now, number)
    if scheme == "aes":
        sealed = (credentials.TOKEN, _KEY, credentials.APP_ID, xml, now, number, secrets.token_bytes(16))
        query, body = seal_incoming(*sealed)
    else:
        query, body = plain_request(credentials.TOKEN, xml, now, number)
    head = (
        f"POST /wechat?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\n"
        f"Accept: */*\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
