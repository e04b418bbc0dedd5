"""The links to reading pages: the whole request in the token, encrypted and authenticated, so that nothing is stored.

A token is base64url of ``version (1) | synthetic IV (16) | AES-256-CTR(packed request)``. The IV is the HMAC-SHA-256 of
what is encrypted (the SIV construction of Rogaway and Shrimpton, with HMAC as the pseudorandom function): the same
request at the same second gives the same bytes, so that a retry is answered alike, and one changed bit opens nothing.
The keys are derived from CELESTIAL_ENCRYPTION_KEYS; the first seals, each opens.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from Crypto.Cipher import AES
from django.conf import settings

from predictions.engine import LANGUAGES
from predictions.reading_pages.vocabulary import VOCABULARY
from predictions.types import Json, canonical_json

LIFETIME = timedelta(days=30)
# Far above what a person's request needs. A longer request (fifty people, say) gets no page rather than a link that
# some browser or proxy cuts.
LONGEST_TOKEN = 1200
LONGEST_REQUEST = 16_384
PRINT = 16

_TOKEN = re.compile(r"[A-Za-z0-9_-]+")
_VERSION = b"\x01"
_IV, _SECONDS, _HOLDER = 16, 4, 8
_HEAD = _SECONDS + 1 + _HOLDER


class NoPage(Exception):
    """The token is not one of ours, or none of the keys opens it any more."""


@dataclass(frozen=True, slots=True)
class _Keys:
    sealing: bytes
    authentication: bytes
    naming: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What a token says: the request, when the link was given, and the prints by which it can be revoked.

    ``holder`` stands for the person or API key, ``subject`` for this request of theirs, whatever the day and language;
    both are keyed digests in hexadecimal.
    """

    system: str
    input: Json
    options: Json
    lang: str
    issued: datetime
    holder: str
    subject: str

    @property
    def expires(self) -> datetime:
        return self.issued + LIFETIME

    @property
    def prints(self) -> tuple[str, str]:
        return self.holder, self.subject


def reading_url(
    system: str, input: Json, options: Json, *, holder: str, now: datetime, lang: str = LANGUAGES[0]
) -> str | None:
    """The address of a chart's page, valid for LIFETIME from `now`.

    `input` and `options` are those of the chart; `holder` names who asked ("wechat:1:oABC…", "api:1a2b3c4d") and
    can't be read from the link. None without CELESTIAL_PUBLIC_URL, and for a request too long for a link.
    """
    request = canonical_json([system, input, options]).encode()
    if not settings.CELESTIAL_PUBLIC_URL or len(request) > LONGEST_REQUEST:
        return None
    token = _sealed(request, holder, now, lang)
    return f"{_base()}{token}" if len(token) <= LONGEST_TOKEN else None


def _base() -> str:
    return f"{settings.CELESTIAL_PUBLIC_URL.rstrip('/')}/r/"


def _sealed(request: bytes, holder: str, now: datetime, lang: str) -> str:
    keys = _keys_of(settings.CELESTIAL_ENCRYPTION_KEYS[0])
    head = int(now.timestamp()).to_bytes(_SECONDS) + bytes([LANGUAGES.index(lang)])
    packed = head + _holder_print(keys, holder) + _deflated(request)
    initial = _synthetic_iv(keys, packed)
    sealed = _VERSION + initial + _encrypted(keys, initial, packed)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def open_token(token: str) -> Page:
    """The page of a token, whether it has expired or not. Raises NoPage for anything that we did not seal."""
    sealed = _decoded(token)
    initial, body = sealed[1 : 1 + _IV], sealed[1 + _IV :]
    for keys in map(_keys_of, settings.CELESTIAL_ENCRYPTION_KEYS):
        packed = _encrypted(keys, initial, body)
        if hmac.compare_digest(_synthetic_iv(keys, packed), initial):
            return _page(keys, packed)
    raise NoPage


def holder_prints(holder: str) -> list[str]:
    """The prints of a holder under every key, since links of each may be about."""
    return [_holder_print(keys, holder).hex() for keys in map(_keys_of, settings.CELESTIAL_ENCRYPTION_KEYS)]


def subject_prints(system: str, input: Json, options: Json, *, holder: str) -> list[str]:
    """The prints of one request of a holder under every key."""
    request = canonical_json([system, input, options]).encode()
    every = map(_keys_of, settings.CELESTIAL_ENCRYPTION_KEYS)
    return [_subject_print(keys, _holder_print(keys, holder), request) for keys in every]


def without_tokens(text: str) -> str:
    """`text` with the tokens of its links left out, to compare answers of different moments."""
    if not settings.CELESTIAL_PUBLIC_URL:
        return text
    return re.sub(re.escape(_base()) + _TOKEN.pattern, _base(), text)


def _decoded(token: str) -> bytes:
    if len(token) > LONGEST_TOKEN or not _TOKEN.fullmatch(token):
        raise NoPage
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error as error:
        raise NoPage from error
    # Other spellings of the same bytes (unused bits of the last letter) are no links of ours either.
    if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode() != token:
        raise NoPage
    if not sealed.startswith(_VERSION) or len(sealed) <= 1 + _IV + _HEAD:
        raise NoPage
    return sealed


def _page(keys: _Keys, packed: bytes) -> Page:
    seconds, lang, holder = packed[:_SECONDS], packed[_SECONDS], packed[_SECONDS + 1 : _HEAD]
    request = _inflated(packed[_HEAD:])
    system, asked, options = json.loads(request)
    return Page(
        system=system,
        input=asked,
        options=options,
        lang=LANGUAGES[lang],
        issued=datetime.fromtimestamp(int.from_bytes(seconds), UTC),
        holder=holder.hex(),
        subject=_subject_print(keys, holder, request),
    )


@lru_cache(maxsize=16)
def _keys_of(master: bytes) -> _Keys:
    purposes = (b"sealing", b"authentication", b"naming")
    return _Keys(
        *(hmac.digest(master, b"celestial reading page 1 " + purpose, "sha256") for purpose in purposes)
    )


def _synthetic_iv(keys: _Keys, packed: bytes) -> bytes:
    return hmac.digest(keys.authentication, _VERSION + packed, "sha256")[:_IV]


def _encrypted(keys: _Keys, initial: bytes, text: bytes) -> bytes:
    """Counter mode: encrypting what is encrypted gives the text again."""
    return AES.new(keys.sealing, AES.MODE_CTR, nonce=b"", initial_value=initial).encrypt(text)


def _holder_print(keys: _Keys, holder: str) -> bytes:
    return hmac.digest(keys.naming, b"holder\0" + holder.encode(), "sha256")[:_HOLDER]


def _subject_print(keys: _Keys, holder: bytes, request: bytes) -> str:
    return hmac.digest(keys.naming, b"subject\0" + holder + request, "sha256")[:PRINT].hex()


def _deflated(request: bytes) -> bytes:
    """A small window and memory: setting up the usual ones takes 80 microseconds."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -12, 5, zlib.Z_DEFAULT_STRATEGY, VOCABULARY)
    return packer.compress(request) + packer.flush()


def _inflated(packed: bytes) -> bytes:
    return zlib.decompressobj(-12, VOCABULARY).decompress(packed, LONGEST_REQUEST)
