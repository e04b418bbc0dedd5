"""Signatures, keys and AES: vectors, tampered ciphertext, sealed replies."""

from __future__ import annotations

import base64
import hashlib
import struct

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat.tampering import (
    APP_ID,
    KEY,
    NONCE,
    NOW,
    OLD_KEY,
    OLD_TOKEN,
    RANDOM16,
    TOKEN,
    XML,
    changed,
    delivery_of,
    policy,
    refusal,
    sealed,
)
from wechat.crypto import (
    COMPATIBLE,
    PLAINTEXT,
    SAFE,
    Cause,
    Misconfigured,
    Opened,
    Policy,
    decode_key,
    decrypt,
    encrypt,
    matching_tokens,
    open_request,
    seal,
    sign,
)
from wechat.simulator import open_reply, plain_request
from wechat.xml import parse


def aes(key, content):
    """AES-CBC and Base64 alone, padding and header as the test wants them."""
    return base64.b64encode(AES.new(key, AES.MODE_CBC, iv=key[:16]).encrypt(content)).decode()


# Signatures


def test_the_signature_is_sha1_over_the_sorted_parts():
    joined = b"1320562132" + b"1764000000" + b"north-star"
    assert sign(TOKEN, "1764000000", NONCE) == hashlib.sha1(joined).hexdigest()


def test_parts_are_sorted_as_bytes_not_by_locale():
    assert sign("a", "B", "é", "_") == hashlib.sha1("B_aé".encode()).hexdigest()


def test_the_timestamp_is_signed_as_received():
    assert sign(TOKEN, "01764000000", NONCE) != sign(TOKEN, "1764000000", NONCE)


def test_a_signature_in_capitals_is_not_the_signature():
    assert matching_tokens([TOKEN], sign(TOKEN, "1", "2").upper(), "1", "2") == []


def test_a_signature_with_characters_outside_ascii_is_refused_like_any_other():
    query = changed(plain_request(TOKEN, XML, NOW, NONCE)[0], signature="签名")
    assert refusal(policy(PLAINTEXT), query, XML).cause == Cause.BAD_SIGNATURE


def test_the_slot_of_the_matching_token_is_named():
    assert matching_tokens([OLD_TOKEN, TOKEN], sign(TOKEN, "1", "2"), "1", "2") == [1]


# Keys


def test_a_key_of_43_characters_decodes_to_32_bytes():
    text = base64.b64encode(KEY).decode().rstrip("=")
    assert len(text) == 43
    assert decode_key(text) == KEY


@pytest.mark.parametrize("last", "OPQR")
def test_spare_bits_in_the_last_character_of_a_key_are_ignored(last):
    canonical = base64.b64encode(b"\0" * 31 + b"\x03").decode()[:42]
    assert decode_key(canonical + "M")[:31] == decode_key(canonical + last)[:31]
    assert len(decode_key(canonical + last)) == 32


@pytest.mark.parametrize(
    "text",
    ["", "a" * 42, "a" * 44, "a" * 42 + "=", "a" * 42 + "-", "a" * 42 + "_", "a" * 42 + "\n", "钥" * 43],
)
def test_a_key_of_another_shape_is_refused(text):
    with pytest.raises(Misconfigured) as caught:
        decode_key(text)
    assert caught.value.code == -40004


# Vectors made elsewhere


SAMPLE_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
SAMPLE_TOKEN, SAMPLE_ID = "QDG6eK", "wx5823bf96d3bd56c7"
SAMPLE_ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
SAMPLE_MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/s"
    "YYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJ"
    "YuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGU"
    "callcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDY"
    "A5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q=="
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "ciphertext", "signature"),
    [
        ("1409659589", "263014780", SAMPLE_ECHO, "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"),
        ("1409659813", "1372623149", SAMPLE_MESSAGE, "477715d11cdb4164915debcba66cb864d751f3e6"),
    ],
)
def test_tencents_published_sample_signatures_match(timestamp, nonce, ciphertext, signature):
    assert sign(SAMPLE_TOKEN, timestamp, nonce, ciphertext) == signature


def test_tencents_published_sample_messages_decrypt():
    key = decode_key(SAMPLE_KEY)
    assert decrypt(key, SAMPLE_ECHO, SAMPLE_ID) == b"1616140317555161061"
    assert parse(decrypt(key, SAMPLE_MESSAGE, SAMPLE_ID)).content == "hello"


def test_tencents_published_sample_message_passes_the_whole_gate():
    sample = Policy((SAMPLE_TOKEN,), (decode_key(SAMPLE_KEY),), SAMPLE_ID, "", SAFE)
    query = [
        ("msg_signature", "477715d11cdb4164915debcba66cb864d751f3e6"),
        ("timestamp", "1409659813"),
        ("nonce", "1372623149"),
        ("encrypt_type", "aes"),
    ]
    body = f"<xml><Encrypt><![CDATA[{SAMPLE_MESSAGE}]]></Encrypt></xml>".encode()
    assert parse(open_request(sample, query, body, 1409659820).plaintext).msg_id == "4561255354251345929"


def test_a_message_sealed_step_by_step_with_plain_aes_is_opened():
    message = "八字".encode()
    content = RANDOM16 + struct.pack(">I", len(message)) + message + APP_ID.encode()
    content += bytes([32 - len(content) % 32]) * (32 - len(content) % 32)
    assert decrypt(KEY, aes(KEY, content), APP_ID) == message
    assert encrypt(KEY, message, APP_ID, RANDOM16) == aes(KEY, content)


def test_padding_over_blocks_of_16_is_read_too():
    content = RANDOM16 + struct.pack(">I", 5) + b"hello" + APP_ID.encode()
    content += bytes([16 - len(content) % 16]) * (16 - len(content) % 16)
    assert len(content) % 32 == 16
    assert decrypt(KEY, aes(KEY, content), APP_ID) == b"hello"


def test_a_full_block_of_padding_is_added_to_an_exact_multiple():
    message = b"x" * (64 - 20 - len(APP_ID))
    assert len(base64.b64decode(encrypt(KEY, message, APP_ID, RANDOM16))) == 96


def test_encryption_demands_16_random_bytes():
    with pytest.raises(ValueError, match="16 bytes"):
        encrypt(KEY, b"x", APP_ID, b"short")


@given(
    st.binary(max_size=3000), st.binary(min_size=16, max_size=16), st.text("wx0123456789abcdef", min_size=1)
)
def test_what_was_encrypted_decrypts_to_the_same_bytes(message, random16, app_id):
    ciphertext = encrypt(KEY, message, app_id, random16)
    assert len(base64.b64decode(ciphertext)) % 32 == 0
    assert decrypt(KEY, ciphertext, app_id) == message


# Tampered ciphertext


def padded(content, pad=None):
    count = 32 - len(content) % 32
    return content + (bytes([count]) * count if pad is None else pad)


def content_of(message=b"hello", length=None, app_id=APP_ID):
    size = len(message) if length is None else length
    return RANDOM16 + struct.pack(">I", size) + message + app_id.encode()


HELLO = content_of()  # 16 + 4 + 5 + 18 = 43 bytes, so 21 bytes of padding

DAMAGED = {
    "padding 0": (padded(HELLO, b"\x15" * 20 + b"\0"), Cause.BAD_PADDING, -40008),
    "padding 33": (padded(content_of(b"x" * 25) + b"y", b"\x21" * 32), Cause.BAD_PADDING, -40008),
    "padding 255": (padded(HELLO, b"\xff" * 21), Cause.BAD_PADDING, -40008),
    "one padding byte differs": (padded(HELLO, b"\x14" + b"\x15" * 20), Cause.BAD_PADDING, -40008),
    "padding longer than the text": (b"\x20" * 16, Cause.BAD_PADDING, -40008),
    "nothing but padding": (b"\x20" * 32, Cause.BAD_LENGTH, -40008),
    "no room for the length": (padded(RANDOM16 + b"\0\0"), Cause.BAD_LENGTH, -40008),
    "no receiver and no message": (padded(RANDOM16 + b"\0\0\0\0"), Cause.BAD_LENGTH, -40008),
    "length beyond the end": (padded(content_of(length=1000)), Cause.BAD_LENGTH, -40008),
    "length of 4 GiB": (padded(content_of(length=2**32 - 1)), Cause.BAD_LENGTH, -40008),
    "length one short": (padded(content_of(length=4)), Cause.WRONG_APP_ID, -40005),
    "length one over": (padded(content_of(length=6)), Cause.WRONG_APP_ID, -40005),
    "another AppID": (padded(content_of(app_id="wx0000000000000000")), Cause.WRONG_APP_ID, -40005),
    "the AppID's beginning": (padded(content_of(app_id=APP_ID[:-1])), Cause.WRONG_APP_ID, -40005),
    "the AppID and more": (padded(content_of(app_id=APP_ID + "0")), Cause.WRONG_APP_ID, -40005),
    "no AppID": (padded(content_of(app_id="")), Cause.WRONG_APP_ID, -40005),
    "the AppID in capitals": (padded(content_of(app_id=APP_ID.upper())), Cause.WRONG_APP_ID, -40005),
}


@pytest.mark.parametrize(("content", "cause", "code"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_message_under_a_right_signature_is_refused(content, cause, code):
    refused = refusal(policy(), *delivery_of(aes(KEY, content)))
    assert (refused.cause, refused.code, refused.status) == (cause, code, 400)


GOOD = base64.b64encode(b"\0" * 32).decode()


@pytest.mark.parametrize(
    ("ciphertext", "cause"),
    [
        ("A" * 5, Cause.BAD_BASE64),
        (GOOD[:-1], Cause.BAD_BASE64),
        (GOOD[:8] + " " + GOOD[8:], Cause.BAD_BASE64),
        (GOOD[:8] + "\n" + GOOD[8:], Cause.BAD_BASE64),
        (GOOD.replace("A", "-", 1), Cause.BAD_BASE64),
        (GOOD + "AAAA", Cause.BAD_BASE64),
        ("====", Cause.BAD_BASE64),
        ("密文密文", Cause.BAD_BASE64),
        ("AAAA", Cause.DECRYPT_FAILED),
        (base64.b64encode(b"\0" * 33).decode(), Cause.DECRYPT_FAILED),
    ],
)
def test_text_that_is_no_ciphertext_is_refused(ciphertext, cause):
    refused = refusal(policy(), *delivery_of(ciphertext))
    assert (refused.cause, refused.status) == (cause, 400)
    assert refused.code in (-40010, -40007)


@pytest.mark.parametrize("block", range(len(base64.b64decode(encrypt(KEY, XML, APP_ID, RANDOM16))) // 16))
def test_a_flipped_bit_in_any_block_is_stopped_by_msg_signature(block):
    query, body = sealed()
    ciphertext = encrypt(KEY, XML, APP_ID, RANDOM16)
    raw = bytearray(base64.b64decode(ciphertext))
    raw[block * 16] ^= 1
    tampered = body.replace(ciphertext.encode(), base64.b64encode(bytes(raw)))
    refused = refusal(policy(), query, tampered)
    assert (refused.cause, refused.status, refused.code) == (Cause.BAD_SIGNATURE, 403, -40001)


def test_a_bad_signature_hides_whether_the_padding_is_right():
    query, body = delivery_of(aes(KEY, padded(HELLO, b"\0" * 21)))
    assert refusal(policy(), changed(query, msg_signature="0" * 40), body).cause == Cause.BAD_SIGNATURE


def test_a_wrong_key_is_refused_as_a_decryption_failure():
    refused = refusal(policy(aes_keys=(OLD_KEY,)), *sealed())
    assert (refused.status, refused.cause, refused.code) == (400, Cause.BAD_PADDING, -40008)


def test_staff_hear_of_the_wrong_app_id_even_when_another_key_fails_at_the_padding():
    refused = refusal(policy(aes_keys=(OLD_KEY, KEY)), *sealed(app_id="wx0000000000000000"))
    assert refused.cause == Cause.WRONG_APP_ID


# Sealing


REPLY = b"<xml><Content>ok</Content></xml>"


def test_a_reply_to_an_encrypted_message_is_sealed_and_signed():
    opened = open_request(policy(), *sealed(), NOW)
    wire = seal(policy(), opened, REPLY, NOW, NONCE, RANDOM16)
    ciphertext = encrypt(KEY, REPLY, APP_ID, RANDOM16)
    signature = sign(TOKEN, str(NOW), NONCE, ciphertext)
    assert wire.decode() == (
        f"<xml>\n<Encrypt><![CDATA[{ciphertext}]]></Encrypt>\n<MsgSignature><![CDATA[{signature}]]></MsgSignature>\n"
        f"<TimeStamp>{NOW}</TimeStamp>\n<Nonce><![CDATA[{NONCE}]]></Nonce>\n</xml>"
    )
    assert open_reply(TOKEN, KEY, APP_ID, wire) == REPLY


@pytest.mark.parametrize("encryption", [SAFE, COMPATIBLE])
@pytest.mark.parametrize("answer", [b"success", b""])
def test_success_and_the_empty_answer_are_never_encrypted(encryption, answer):
    opened = open_request(policy(encryption), *sealed(), NOW)
    assert seal(policy(encryption), opened, answer, NOW, NONCE, RANDOM16) == answer


def test_a_compatible_account_answers_in_kind():
    compatible = policy(COMPATIBLE)
    plain = open_request(compatible, *plain_request(TOKEN, XML, NOW, NONCE), NOW)
    assert seal(compatible, plain, REPLY, NOW, NONCE, RANDOM16) == REPLY
    encrypted = open_request(compatible, *sealed(COMPATIBLE), NOW)
    assert open_reply(TOKEN, KEY, APP_ID, seal(compatible, encrypted, REPLY, NOW, NONCE, RANDOM16)) == REPLY


def test_a_safe_account_seals_even_the_reply_to_a_message_stored_before_it_was_safe():
    before = open_request(policy(PLAINTEXT), *plain_request(TOKEN, XML, NOW, NONCE), NOW)
    assert open_reply(TOKEN, KEY, APP_ID, seal(policy(), before, REPLY, NOW, NONCE, RANDOM16)) == REPLY


@pytest.mark.parametrize("nonce", ["]]>", "<&>", "a b", "星", "n\x01\ud800"])
def test_any_nonce_survives_the_envelope_with_its_signature(nonce):
    wire = seal(policy(), Opened(XML, encrypted=True), REPLY, NOW, nonce, RANDOM16)
    assert open_reply(TOKEN, KEY, APP_ID, wire) == REPLY
