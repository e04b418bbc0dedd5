"""The shape of an API key: cel_live_ or cel_test_ + 8 public + 32 secret + 6 check characters, all base62.

Secret scanners find a leaked key by its prefix; the check characters tell a typing error without a query.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from typing import NamedTuple
from zlib import crc32

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
LIVE, TEST = "cel_live_", "cel_test_"
PUBLIC, SECRET, CHECK = 8, 32, 6
_SHAPE = re.compile(
    rf"(?:{LIVE}|{TEST})([0-9A-Za-z]{{{PUBLIC}}})[0-9A-Za-z]{{{SECRET}}}[0-9A-Za-z]{{{CHECK}}}"
)


class NewKey(NamedTuple):
    """A key that nobody has seen yet."""

    text: str
    public_id: str
    digest: str


def new_key(prefix: str = LIVE) -> NewKey:
    """A fresh random key with its public id and the digest to store."""
    public_id = _random(PUBLIC)
    body = prefix + public_id + _random(SECRET)
    text = body + _check(body)
    return NewKey(text, public_id, digest(text))


def public_id_of(text: str) -> str | None:
    """The public id of a well-formed key, None for anything else."""
    found = _SHAPE.fullmatch(text)
    if not found or _check(text[:-CHECK]) != text[-CHECK:]:
        return None
    return found.group(1)


def digest(text: str) -> str:
    """SHA-256 in hex: 190 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _check(body: str) -> str:
    """CRC-32 in six base62 digits."""
    number, digits = crc32(body.encode()), ""
    for _ in range(CHECK):
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits
