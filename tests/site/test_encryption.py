"""celestial_site.encryption: secrets at rest, key rotation, and what the database sees."""

from __future__ import annotations

import base64

import pytest
from django.db import connection

from celestial_site import encryption
from tests import credentials
from wechat.models import OfficialAccount

OLD, NEW = bytes([1]) * 32, bytes([2]) * 32


def test_what_was_encrypted_is_decrypted(settings):
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW]
    for text in ("secret", "密钥", "x" * 10_000):
        stored = encryption.encrypt(text, "app.model.field")
        assert stored.startswith("gcm1:")
        assert text not in stored
        assert encryption.decrypt(stored, "app.model.field") == text


def test_the_same_text_never_looks_the_same(settings):
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW]
    assert encryption.encrypt("secret", "c") != encryption.encrypt("secret", "c")


def test_an_old_key_still_opens_and_the_first_one_encrypts(settings):
    settings.CELESTIAL_ENCRYPTION_KEYS = [OLD]
    stored = encryption.encrypt("secret", "c")
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW, OLD]
    assert encryption.decrypt(stored, "c") == "secret"
    again = encryption.encrypt("secret", "c")
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW]
    assert encryption.decrypt(again, "c") == "secret"


def test_without_its_key_a_secret_stays_closed(settings):
    settings.CELESTIAL_ENCRYPTION_KEYS = [OLD]
    stored = encryption.encrypt("secret", "c")
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(encryption.DecryptionError, match="CELESTIAL_ENCRYPTION_KEYS") as caught:
        encryption.decrypt(stored, "c")
    assert "secret" not in str(caught.value).replace("a stored secret", "")


def test_a_secret_moved_to_another_field_stays_closed(settings):
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW]
    stored = encryption.encrypt("secret", "wechat.officialaccount.token")
    with pytest.raises(encryption.DecryptionError):
        encryption.decrypt(stored, "wechat.officialaccount.app_secret")


@pytest.mark.parametrize("position", [0, 11, 12, 17, 18, -1])
def test_a_changed_byte_anywhere_is_noticed(settings, position):
    settings.CELESTIAL_ENCRYPTION_KEYS = [NEW]
    blob = bytearray(base64.b64decode(encryption.encrypt("secret", "c").removeprefix("gcm1:")))
    blob[position] ^= 1
    with pytest.raises(encryption.DecryptionError):
        encryption.decrypt("gcm1:" + base64.b64encode(blob).decode(), "c")


@pytest.mark.django_db
def test_the_database_never_holds_the_plain_secret(account):
    account.app_secret = credentials.APP_SECRET
    account.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, aes_key, app_secret, accept_tokens FROM wechat_officialaccount")
        row = cursor.fetchone()
    assert all(value.startswith("gcm1:") for value in row[:3])
    assert row[3] == ""
    assert not any(secret in value for secret in credentials.SECRETS for value in row)
    fresh = OfficialAccount.objects.get(pk=account.pk)
    assert (fresh.token, fresh.app_secret) == (credentials.TOKEN, credentials.APP_SECRET)


def test_a_print_tells_secrets_apart_and_shows_none():
    prints = {encryption.secret_print(secret) for secret in credentials.SECRETS}
    assert len(prints) == len(credentials.SECRETS)
    assert all(len(text) == 8 for text in prints)
    assert encryption.secret_print("") == ""
    assert encryption.secret_print(b"ab") == encryption.secret_print("ab")
