"""Secrets at rest: AES-256-GCM under `CELESTIAL_ENCRYPTION_KEYS`, bound to the model field that holds them."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

from Crypto.Cipher import AES
from Crypto.Random import get_random_bytes
from django.conf import settings
from django.db import models

NONCE, TAG = 12, 16
PREFIX = "gcm1:"


class DecryptionError(Exception):
    """No key of CELESTIAL_ENCRYPTION_KEYS opens a stored secret."""


def encrypt(text: str, context: str) -> str:
    """`text` sealed under the first key; `context` (app.Model.field) must be the same to open it."""
    key = settings.CELESTIAL_ENCRYPTION_KEYS[0]
    cipher = AES.new(key, AES.MODE_GCM, nonce=get_random_bytes(NONCE), mac_len=TAG)
    cipher.update(context.encode())
    sealed, tag = cipher.encrypt_and_digest(text.encode())
    return PREFIX + base64.b64encode(cipher.nonce + sealed + tag).decode()


def decrypt(stored: str, context: str) -> str:
    """The text sealed by `encrypt`, whichever of the keys sealed it; raises DecryptionError."""
    blob = base64.b64decode(stored.removeprefix(PREFIX))
    for key in settings.CELESTIAL_ENCRYPTION_KEYS:
        cipher = AES.new(key, AES.MODE_GCM, nonce=blob[:NONCE], mac_len=TAG)
        cipher.update(context.encode())
        try:
            return cipher.decrypt_and_verify(blob[NONCE:-TAG], blob[-TAG:]).decode()
        except ValueError:
            continue
    raise DecryptionError(
        f"{context} was stored under a key that CELESTIAL_ENCRYPTION_KEYS no longer holds; add the old key at the end"
    )


def secret_print(secret: str | bytes) -> str:
    """The first 8 hex digits of SHA-256: tells secrets apart without showing them; empty for no secret."""
    data = secret.encode() if isinstance(secret, str) else secret
    return hashlib.sha256(data).hexdigest()[:8] if data else ""


if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:  # generic for mypy alone
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """A text that the database sees only encrypted; an empty text stays empty."""

    def _context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(value, self._context()) if value else ""

    def from_db_value(self, value: str | None, *_args: Any) -> str:
        return decrypt(value, self._context()) if value else ""
