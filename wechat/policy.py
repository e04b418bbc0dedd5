"""What an account demands of a request, and how a refusal is described.

Pure data: the account's row builds a `Policy`, `wechat.crypto` applies it. Nothing here ever comes from the
request.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

PLAINTEXT, COMPATIBLE, SAFE = "plaintext", "compatible", "safe"
STRICT, LENIENT = "strict", "lenient"

# What lenient verification forgives, as it is written on the message.
BAD_SIGNATURE_MARK = "bad_signature"
STALE_TIMESTAMP_MARK = "stale_timestamp"
WRONG_ORIGINAL_ID_MARK = "wrong_original_id"

# The sender differs from the openid in the address, which no signature covers: shown to staff, never refused.
OPENID_MISMATCH_MARK = "openid_mismatch"


class Cause(StrEnum):
    """Why a request was refused: the label in counters, the admin and the logs."""

    BAD_SIGNATURE = "bad_signature"
    STALE_TIMESTAMP = "stale_timestamp"
    MISSING_PARAMETER = "missing_parameter"
    REPEATED_PARAMETER = "repeated_parameter"
    BAD_PARAMETER = "bad_parameter"
    NOT_ENCRYPTED = "not_encrypted"
    UNEXPECTED_ENCRYPTION = "unexpected_encryption"
    WRONG_ORIGINAL_ID = "wrong_original_id"
    REPLAYED_NONCE = "replayed_nonce"
    MISCONFIGURED = "misconfigured"
    UNKNOWN_ACCOUNT = "unknown_account"
    TOO_LARGE = "too_large"
    BAD_BASE64 = "bad_base64"
    DECRYPT_FAILED = "decrypt_failed"
    BAD_PADDING = "bad_padding"
    BAD_LENGTH = "bad_length"
    WRONG_APP_ID = "wrong_app_id"
    UNPARSABLE_XML = "unparsable_xml"
    FORBIDDEN_XML = "forbidden_xml"


# 403 before decryption, 400 for all that follows the signature, so that neither status nor body tells
# an attacker which step of the decryption failed.
_STATUS = {
    Cause.UNKNOWN_ACCOUNT: 404,
    Cause.TOO_LARGE: 413,
    Cause.BAD_BASE64: 400,
    Cause.DECRYPT_FAILED: 400,
    Cause.BAD_PADDING: 400,
    Cause.BAD_LENGTH: 400,
    Cause.WRONG_APP_ID: 400,
    Cause.UNPARSABLE_XML: 400,
    Cause.FORBIDDEN_XML: 400,
}

_CODE = {
    Cause.BAD_SIGNATURE: -40001,
    Cause.UNPARSABLE_XML: -40002,
    Cause.FORBIDDEN_XML: -40002,
    Cause.WRONG_APP_ID: -40005,
    Cause.DECRYPT_FAILED: -40007,
    Cause.BAD_PADDING: -40008,
    Cause.BAD_LENGTH: -40008,
    Cause.BAD_BASE64: -40010,
}

OFFICIAL_CODES = {
    -40001: "The signature does not match: the Token differs from the one in the WeChat console.",
    -40002: "The body is not the XML that WeChat sends.",
    -40003: "The signature could not be computed.",
    -40004: "The EncodingAESKey is not a valid key of 43 characters.",
    -40005: "The message was encrypted for another AppID.",
    -40006: "The reply could not be encrypted.",
    -40007: "The signature is right but decryption failed: the EncodingAESKey differs from the console's.",
    -40008: "The decrypted bytes are not a message: the EncodingAESKey probably differs from the console's.",
    -40009: "The reply could not be written as Base64.",
    -40010: "The encrypted text is not Base64.",
    -40011: "The reply's XML could not be written.",
}


class Rejected(Exception):
    """A request that is refused.

    `status` is the HTTP status of the refusal, `code` WeChat's own error code or None, `detail` one sentence
    for staff that never holds a token, a key or a message's text.
    """

    def __init__(self, cause: Cause, detail: str, code: int | None = None) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail
        self.status = _STATUS.get(cause, 403)
        self.code = _CODE.get(cause) if code is None else code


class Misconfigured(Rejected, ValueError):
    """The account itself is unusable: refuses its callbacks, and is the form's error when staff save it."""

    def __init__(self, detail: str, code: int | None = None) -> None:
        super().__init__(Cause.MISCONFIGURED, detail, code)


@dataclass(frozen=True, slots=True)
class Policy:
    """One account's rules for one moment.

    `tokens` and `aes_keys` (32 decoded bytes each) are in the order in which they are tried: the current
    one, then older ones. `verification` is the effective one, an expired lenient period being strict.
    `tolerance` is in seconds, both ways; 0 switches the freshness check off. An empty `original_id` is not
    checked. Raises `Misconfigured` for a policy that could only be enforced by guessing.
    """

    tokens: tuple[str, ...] = field(repr=False)
    aes_keys: tuple[bytes, ...] = field(default=(), repr=False)
    app_id: str = ""
    original_id: str = ""
    encryption: str = PLAINTEXT
    verification: str = STRICT
    tolerance: int = 300

    def __post_init__(self) -> None:
        if not self.tokens or not all(token.strip() for token in self.tokens):
            # sha1 over an empty token is something anybody can compute.
            raise Misconfigured("the account has no Token, or an empty one")
        if self.encryption not in (PLAINTEXT, COMPATIBLE, SAFE) or self.verification not in (STRICT, LENIENT):
            raise Misconfigured("the account's encryption or verification mode is unknown")
        if self.tolerance < 0:
            raise Misconfigured("the timestamp tolerance is negative")
        if self.encryption != PLAINTEXT:
            self._check_keys()

    def _check_keys(self) -> None:
        if not self.aes_keys or any(len(key) != 32 for key in self.aes_keys):
            raise Misconfigured("encryption needs an EncodingAESKey of 32 bytes", -40004)
        if not self.app_id:
            raise Misconfigured("encryption needs the AppID", -40005)

    @property
    def is_lenient(self) -> bool:
        return self.verification == LENIENT


@dataclass(frozen=True, slots=True)
class Opened:
    """A request that was let in.

    `plaintext` is the XML to parse, `token` the index of the token that signed it (as text, a label for
    staff), `key_index` the AES key that decrypted it, `marks` what lenient verification forgave;
    `timestamp`, `nonce` and `openid` (unsigned, a hint only) are the request's own, as received.
    """

    plaintext: bytes = field(repr=False)
    token: str = "0"  # noqa: S105 - a slot, not the secret
    key_index: int | None = None
    encrypted: bool = False
    marks: tuple[str, ...] = ()
    timestamp: str = ""
    nonce: str = ""
    openid: str = field(default="", repr=False)
