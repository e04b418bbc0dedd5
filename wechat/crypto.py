"""Signatures and AES of the WeChat callback (protocol reference, sections 2 to 4).

The order is fixed: query, signature, freshness, msg_signature, and only then decryption, so that nobody
without the token can use the answers to guess at ciphertext. Which checks apply is the account's `Policy`;
the request can only fail it.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from Crypto.Cipher import AES

from wechat.incoming import Incoming
from wechat.markup import MAX_BODY, cdata, clean, read
from wechat.policy import (
    BAD_SIGNATURE_MARK,
    COMPATIBLE,
    LENIENT,
    OPENID_MISMATCH_MARK,
    PLAINTEXT,
    SAFE,
    STALE_TIMESTAMP_MARK,
    STRICT,
    WRONG_ORIGINAL_ID_MARK,
    Cause,
    Misconfigured,
    Opened,
    Policy,
    Rejected,
)
from wechat.replies import NO_REPLY

__all__ = [
    "COMPATIBLE",
    "LENIENT",
    "MAX_BODY",
    "PLAINTEXT",
    "SAFE",
    "STRICT",
    "Cause",
    "Misconfigured",
    "Opened",
    "Policy",
    "Rejected",
    "check_openid",
    "check_original_id",
    "decode_key",
    "decrypt",
    "encrypt",
    "matching_tokens",
    "open_request",
    "seal",
    "sign",
    "verify_get",
]

QueryParams: TypeAlias = Sequence[tuple[str, str]]

BLOCK = 32  # PKCS#7 over 32 bytes, although AES blocks are 16
HEADER = 20  # 16 random bytes and the length
MAX_PARAMETER = 512
_PROTOCOL_PARAMETERS = frozenset(
    {"signature", "timestamp", "nonce", "echostr", "encrypt_type", "msg_signature"}
)
_UNSAFE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_SECONDS = re.compile("[0-9]{1,12}")
_KEY_TEXT = re.compile("[A-Za-z0-9+/]{43}")


def sign(token: str, *parts: str) -> str:
    """sha1 in lower-case hex over the token and `parts`, sorted as bytes and joined.

    The parts are the strings as they were received: a timestamp is not a number here.
    """
    encoded = sorted(part.encode("utf-8", "surrogatepass") for part in (token, *parts))
    return hashlib.sha1(b"".join(encoded), usedforsecurity=False).hexdigest()


def matching_tokens(tokens: Iterable[str], signature: str, *parts: str) -> list[int]:
    """The slots of the tokens that produce `signature` over `parts`, each compared in constant time."""
    return [slot for slot, token in enumerate(tokens) if _equal(sign(token, *parts), signature)]


def decode_key(text: str) -> bytes:
    """The 32 bytes of an EncodingAESKey: 43 Base64 characters without padding.

    The last character's two spare bits may be set, as on real accounts. Raises `Misconfigured` (-40004).
    """
    if not _KEY_TEXT.fullmatch(text):
        raise Misconfigured("an EncodingAESKey is 43 characters of A-Z, a-z, 0-9, + and /", -40004)
    return binascii.a2b_base64(text + "=")


def encrypt(key: bytes, msg: bytes, app_id: str, random16: bytes) -> str:
    """`msg` sealed for `app_id` as Base64 text. `random16` comes from the caller's secure generator."""
    if len(random16) != 16:
        raise ValueError("random16 must be 16 bytes")
    content = random16 + len(msg).to_bytes(4, "big") + msg + app_id.encode()
    padding = BLOCK - len(content) % BLOCK
    sealed = AES.new(key, AES.MODE_CBC, iv=key[:16]).encrypt(content + bytes([padding]) * padding)
    return binascii.b2a_base64(sealed, newline=False).decode("ascii")


def decrypt(key: bytes, ciphertext: str, app_id: str) -> bytes:
    """The message inside Base64 `ciphertext`. The signature over it must have been checked before.

    Raises `Rejected`, always of status 400: BAD_BASE64, DECRYPT_FAILED, BAD_PADDING, BAD_LENGTH,
    WRONG_APP_ID.
    """
    return _unseal(key, _decode_base64(ciphertext), app_id)


def verify_get(policy: Policy, query: QueryParams, now: float) -> str:
    """The `echostr` to answer WeChat's address check with. `now` is in Unix seconds. Raises `Rejected`."""
    values = _read_query(query)
    _require(values, "signature", "timestamp", "nonce", "echostr")
    _signed_slots(policy, values)
    _freshness(policy, values["timestamp"], now)
    return values["echostr"]


def open_request(policy: Policy, query: QueryParams, body: bytes, now: float) -> Opened:
    """Checks one delivery against the account's policy and decrypts it. `now` is Unix time in seconds.

    `query` holds every parameter as received, repetitions included. Raises `Rejected` and nothing else.
    """
    if len(body) > MAX_BODY:
        raise Rejected(Cause.TOO_LARGE, f"the body is longer than {MAX_BODY} bytes")
    values = _read_query(query)
    _require(values, "timestamp", "nonce", *_required_signatures(policy, values))
    slots = _signed_slots(policy, values) if "signature" in values else None
    stale = _freshness(policy, values["timestamp"], now)
    ciphertext = _ciphertext(policy, values, body)
    if ciphertext is None:
        _require(values, "signature")
        plaintext, key_index, agreed, slot = body, None, bool(slots), next(iter(slots or [0]))
    else:
        slot, agreed = _msg_signed_slot(policy, values, ciphertext, slots)
        plaintext, key_index = _decrypt_with_any(policy, ciphertext)
    return Opened(
        plaintext=plaintext,
        token=str(slot),
        key_index=key_index,
        encrypted=ciphertext is not None,
        marks=stale if agreed else (BAD_SIGNATURE_MARK, *stale),
        timestamp=values["timestamp"],
        nonce=values["nonce"],
        openid=values.get("openid", ""),
    )


def check_openid(opened: Opened, incoming: Incoming) -> tuple[str, ...]:
    """The mark for a message whose sender is not the `openid` of its address; () when equal or not sent.

    Never a refusal: no signature covers `openid`.
    """
    agrees = not opened.openid or _equal(opened.openid, incoming.from_user)
    return () if agrees else (OPENID_MISMATCH_MARK,)


def check_original_id(policy: Policy, incoming: Incoming) -> tuple[str, ...]:
    """The mark to put on a message that was sent to another account, () when it was sent to this one.

    Raises `Rejected` (WRONG_ORIGINAL_ID, 403) unless verification is lenient.
    """
    if not policy.original_id or _equal(policy.original_id, incoming.to_user):
        return ()
    if policy.is_lenient:
        return (WRONG_ORIGINAL_ID_MARK,)
    raise Rejected(Cause.WRONG_ORIGINAL_ID, "ToUserName is not this account's original id")


def seal(policy: Policy, opened: Opened, xml: bytes, timestamp: int, nonce: str, random16: bytes) -> bytes:
    """`xml` as it goes on the wire: in kind, so encrypted with the key and token that opened the request.

    `timestamp` is the reply's time in seconds, `nonce` the request's. `success` and the empty answer stay as
    they are in every mode; a safe account sends no other byte unencrypted.
    """
    if xml in (NO_REPLY, b"") or not (opened.encrypted or policy.encryption == SAFE):
        return xml
    key = policy.aes_keys[opened.key_index or 0]
    ciphertext = encrypt(key, xml, policy.app_id, random16)
    nonce = clean(nonce)
    signature = sign(policy.tokens[int(opened.token)], str(timestamp), nonce, ciphertext)
    return (
        "<xml>\n"
        f"<Encrypt>{cdata(ciphertext)}</Encrypt>\n"
        f"<MsgSignature>{cdata(signature)}</MsgSignature>\n"
        f"<TimeStamp>{timestamp:d}</TimeStamp>\n"
        f"<Nonce>{cdata(nonce)}</Nonce>\n"
        "</xml>"
    ).encode()


def _equal(expected: str, received: str) -> bool:
    # As bytes: compare_digest refuses non-ASCII text with an exception.
    return hmac.compare_digest(expected.encode(), received.encode("utf-8", "surrogatepass"))


def _read_query(query: QueryParams) -> dict[str, str]:
    values = dict(query)
    if len(values) != len(query):
        # Which of two values counts differs between proxies and frameworks.
        raise Rejected(Cause.REPEATED_PARAMETER, "a query parameter is repeated")
    for name, value in values.items():
        if len(name) + len(value) > MAX_PARAMETER or _UNSAFE.search(value) or _UNSAFE.search(name):
            raise Rejected(Cause.BAD_PARAMETER, "a query parameter is too long or has control characters")
        if not value and name in _PROTOCOL_PARAMETERS:
            raise Rejected(Cause.MISSING_PARAMETER, f"{name} is empty")
    return values


def _require(values: dict[str, str], *names: str) -> None:
    missing = [name for name in names if name not in values]
    if missing:
        raise Rejected(Cause.MISSING_PARAMETER, f"missing: {', '.join(missing)}")


def _required_signatures(policy: Policy, values: dict[str, str]) -> tuple[str, ...]:
    # WeChat documents msg_signature as enough for an encrypted message; what else is sent must match too.
    if policy.encryption == SAFE:
        return ("msg_signature",)
    if policy.encryption == COMPATIBLE and _claims_encryption(values):
        return ("msg_signature",)
    return ("signature",)


def _claims_encryption(values: dict[str, str]) -> bool:
    return "msg_signature" in values or values.get("encrypt_type", "raw") != "raw"


def _signed_slots(policy: Policy, values: dict[str, str]) -> list[int]:
    slots = matching_tokens(policy.tokens, values["signature"], values["timestamp"], values["nonce"])
    if not slots and not policy.is_lenient:
        raise Rejected(Cause.BAD_SIGNATURE, "signature does not match any token of the account")
    return slots


def _freshness(policy: Policy, timestamp: str, now: float) -> tuple[str, ...]:
    if _SECONDS.fullmatch(timestamp):
        age = now - int(timestamp)
        if not policy.tolerance or abs(age) <= policy.tolerance:
            return ()
        detail = (
            f"timestamp is {abs(age):.0f} s {'old' if age > 0 else 'ahead'}, allowed {policy.tolerance} s"
        )
    else:
        detail = "timestamp is not a number of seconds"
    if policy.is_lenient:
        return (STALE_TIMESTAMP_MARK,)
    raise Rejected(Cause.STALE_TIMESTAMP, detail)


def _ciphertext(policy: Policy, values: dict[str, str], body: bytes) -> str | None:
    """The text of Encrypt where this request has to be decrypted, None where its body is read as it is."""
    # No UTF-8 body can hold the element without these bytes, so plain messages are not parsed twice.
    fields = read(body)[0] if b"<Encrypt" in body else {}
    sealed = fields.get("Encrypt")
    if policy.encryption == PLAINTEXT:
        if sealed is not None and "MsgType" not in fields:
            raise Rejected(
                Cause.UNEXPECTED_ENCRYPTION, "the account is set to plaintext, WeChat to safe mode"
            )
        return None
    if policy.encryption == SAFE and values.get("encrypt_type") != "aes":
        raise Rejected(Cause.NOT_ENCRYPTED, "the account is set to safe, encrypt_type is not aes")
    if policy.encryption == COMPATIBLE and sealed is None and not _claims_encryption(values):
        return None
    if not isinstance(sealed, str) or not sealed:
        raise Rejected(Cause.NOT_ENCRYPTED, "the body has no Encrypt, or not exactly one")
    return sealed


def _msg_signed_slot(
    policy: Policy, values: dict[str, str], ciphertext: str, slots: list[int] | None
) -> tuple[int, bool]:
    """The token that made msg_signature, and whether `signature`, where it was sent, agrees with it."""
    _require(values, "msg_signature")
    parts = values["timestamp"], values["nonce"], ciphertext
    matching = matching_tokens(policy.tokens, values["msg_signature"], *parts)
    both = [slot for slot in matching if slots is None or slot in slots]
    if both:
        return both[0], True
    if matching and policy.is_lenient:
        return matching[0], False
    raise Rejected(Cause.BAD_SIGNATURE, "msg_signature does not match the account's token")


def _decrypt_with_any(policy: Policy, ciphertext: str) -> tuple[bytes, int]:
    sealed = _decode_base64(ciphertext)
    failures = []
    for index, key in enumerate(policy.aes_keys):
        try:
            return _unseal(key, sealed, policy.app_id), index
        except Rejected as failure:
            failures.append(failure)
    # A wrong key fails at the padding, so an AppID that could be read is what staff need to hear about.
    raise next((failure for failure in failures if failure.cause == Cause.WRONG_APP_ID), failures[0])


def _decode_base64(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise Rejected(Cause.BAD_BASE64, "Encrypt is not Base64") from error


def _unseal(key: bytes, sealed: bytes, app_id: str) -> bytes:
    if not sealed or len(sealed) % AES.block_size:
        raise Rejected(Cause.DECRYPT_FAILED, "the ciphertext is not a multiple of 16 bytes")
    content = _unpad(AES.new(key, AES.MODE_CBC, iv=key[:16]).decrypt(sealed))
    end = HEADER + int.from_bytes(content[16:HEADER], "big")
    if len(content) <= HEADER or end > len(content):
        raise Rejected(Cause.BAD_LENGTH, "the length field points outside the message")
    if not hmac.compare_digest(content[end:], app_id.encode()):
        raise Rejected(Cause.WRONG_APP_ID, "the message was encrypted for another AppID")
    return content[HEADER:end]


def _unpad(padded: bytes) -> bytes:
    count = padded[-1]
    if not 1 <= count <= min(BLOCK, len(padded)) or padded[-count:] != bytes([count]) * count:
        raise Rejected(
            Cause.BAD_PADDING, "wrong padding: the EncodingAESKey probably differs from the console's"
        )
    return padded[:-count]
