"""WeChat's side of the wire, pure: what the platform sends to a callback, and how it reads the answer.

For the simulator commands, the self-test and the tests. It shares the primitives of `wechat.crypto`, not its
checks.
"""

from __future__ import annotations

from collections.abc import Sequence

from wechat.crypto import decrypt, encrypt, matching_tokens, sign
from wechat.incoming import parse
from wechat.markup import cdata, read
from wechat.policy import COMPATIBLE, SAFE, Cause, Rejected

Query = list[tuple[str, str]]


def verification_query(token: str, timestamp: int, nonce: str, echostr: str) -> Query:
    """The query of the GET with which the console checks the address."""
    return [*_signed(token, timestamp, nonce), ("echostr", echostr)]


def text_message(to_user: str, from_user: str, text: str, created: int, msg_id: str) -> bytes:
    """The plain XML of a text message; `created` is in seconds."""
    return (
        f"<xml><ToUserName>{cdata(to_user)}</ToUserName><FromUserName>{cdata(from_user)}</FromUserName>"
        f"<CreateTime>{created:d}</CreateTime><MsgType>{cdata('text')}</MsgType>"
        f"<Content>{cdata(text)}</Content><MsgId>{msg_id}</MsgId></xml>"
    ).encode()


def plain_request(token: str, xml: bytes, timestamp: int, nonce: str) -> tuple[Query, bytes]:
    """Query and body of a plaintext delivery of `xml`."""
    return [*_signed(token, timestamp, nonce), ("openid", parse(xml).from_user)], xml


def seal_incoming(
    token: str,
    key: bytes,
    app_id: str,
    xml: bytes,
    timestamp: int,
    nonce: str,
    random16: bytes,
    style: str = SAFE,
) -> tuple[Query, bytes]:
    """Query and body of an encrypted delivery of `xml`; `style` is "safe" or "compatible"."""
    incoming = parse(xml)
    ciphertext = encrypt(key, xml, app_id, random16)
    query = [
        *_signed(token, timestamp, nonce),
        ("openid", incoming.from_user),
        ("encrypt_type", "aes"),
        ("msg_signature", sign(token, str(timestamp), nonce, ciphertext)),
    ]
    element = f"    <Encrypt>{cdata(ciphertext)}</Encrypt>\n</xml>".encode()
    if style == COMPATIBLE:
        return query, xml[: xml.rindex(b"</xml>")] + element
    return query, f"<xml>\n    <ToUserName>{cdata(incoming.to_user)}</ToUserName>\n".encode() + element


def open_reply(tokens: str | Sequence[str], key: bytes, app_id: str, wire: bytes) -> bytes:
    """The XML inside an encrypted reply, its MsgSignature checked. Raises `Rejected`."""
    fields, _ = read(wire)
    names = ("TimeStamp", "Nonce", "Encrypt", "MsgSignature")
    values = [value for name in names if isinstance(value := fields.get(name), str)]
    if len(values) != len(names):
        raise Rejected(Cause.NOT_ENCRYPTED, "the reply is not an encrypted envelope")
    *parts, signature = values
    if not matching_tokens([tokens] if isinstance(tokens, str) else tokens, signature, *parts):
        raise Rejected(Cause.BAD_SIGNATURE, "the reply's MsgSignature is wrong")
    return decrypt(key, parts[-1], app_id)


def _signed(token: str, timestamp: int, nonce: str) -> Query:
    signature = sign(token, str(timestamp), nonce)
    return [("signature", signature), ("timestamp", str(timestamp)), ("nonce", nonce)]
