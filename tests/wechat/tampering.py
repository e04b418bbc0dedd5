"""Deliveries as WeChat sends them to the test account, and ways to tamper with them."""

from __future__ import annotations

import pytest

from wechat.crypto import SAFE, Policy, Rejected, open_request, sign
from wechat.simulator import seal_incoming

NOW = 1764000000
NONCE = "1320562132"
TOKEN, OLD_TOKEN = "north-star", "former-star"
KEY, OLD_KEY = bytes(range(32)), bytes(range(100, 132))
APP_ID = "wx5f2c81d09ab4e637"
RANDOM16 = b"0123456789abcdef"
XML = (
    "<xml><ToUserName>gh_5f2c81d09ab4</ToUserName><FromUserName>follower</FromUserName>"
    "<CreateTime>1764000000</CreateTime><MsgType>text</MsgType><Content>今天黄历</Content><MsgId>7</MsgId></xml>"
).encode()


def policy(encryption=SAFE, **changes):
    given_ = {"tokens": (TOKEN,), "aes_keys": (KEY,), "app_id": APP_ID, "encryption": encryption}
    return Policy(**{**given_, **changes})


def sealed(style=SAFE, token=TOKEN, key=KEY, app_id=APP_ID, xml=XML, timestamp=NOW):
    return seal_incoming(token, key, app_id, xml, timestamp, NONCE, RANDOM16, style)


def changed(query, **values):
    """The query with parameters replaced, or dropped where the value is None."""
    return [
        (name, values.get(name, value)) for name, value in query if values.get(name, value) is not None
    ] + [(name, value) for name, value in values.items() if name not in dict(query) and value is not None]


def refusal(policy_, query, body, now=NOW):
    with pytest.raises(Rejected) as caught:
        open_request(policy_, query, body, now)
    return caught.value


def delivery_of(ciphertext):
    """An encrypted delivery around any ciphertext, rightly signed."""
    query = [
        ("signature", sign(TOKEN, str(NOW), NONCE)),
        ("timestamp", str(NOW)),
        ("nonce", NONCE),
        ("encrypt_type", "aes"),
        ("msg_signature", sign(TOKEN, str(NOW), NONCE, ciphertext)),
    ]
    return query, f"<xml><ToUserName>gh</ToUserName><Encrypt>{ciphertext}</Encrypt></xml>".encode()
