"""Bad input over real HTTP: refused with a fixed short body, nothing stored, the exact cause kept for staff."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

import httpx
import pytest

from tests import credentials
from tests.wechat.deliveries import Delivery, content_of, message, plain, sealed, verification
from wechat.crypto import decode_key, decrypt, encrypt, sign
from wechat.models import Message, OfficialAccount, RejectionMinute, RejectionSample

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "今天黄历"
BODIES = {400: b"bad request", 403: b"forbidden", 404: b"not found", 413: b"too large"}
# PLAIN requests go to a compatible account, SAFE ones to the same account switched to safe.
Case = tuple[str, Callable[[], Delivery], int, str]


def tampered(change: Callable[[bytearray], None]) -> Delivery:
    """A delivery whose ciphertext was changed and signed again: what only decryption can find."""
    delivery = sealed(TEXT)
    text = delivery.body.decode()
    start, end = text.index("<Encrypt><![CDATA[") + 18, text.rindex("]]></Encrypt>")
    data = bytearray(base64.b64decode(text[start:end]))
    change(data)
    return signed_again(delivery, text[:start], base64.b64encode(bytes(data)).decode(), text[end:])


def signed_again(delivery: Delivery, before: str, ciphertext: str, after: str) -> Delivery:
    values = delivery.parameters()
    signature = sign(credentials.TOKEN, values["timestamp"], values["nonce"], ciphertext)
    changed = delivery.with_parameters(msg_signature=signature)
    return changed.with_body((before + ciphertext + after).encode())


def resealed(xml: bytes) -> Delivery:
    """Rightly sealed, but holding bytes that the simulator would not parse."""
    delivery = sealed(TEXT)
    ciphertext = encrypt(decode_key(credentials.AES_KEY), xml, credentials.APP_ID, bytes(16))
    head = f"<xml><ToUserName>gh_x</ToUserName><Encrypt>{ciphertext}"
    return signed_again(delivery, head[: -len(ciphertext)], ciphertext, "</Encrypt></xml>")


def flip(position: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[position] ^= 0x41

    return change


def raw(body: bytes) -> Delivery:
    """A body that isn't WeChat's, under a right signature."""
    return plain(TEXT).with_body(body)


PARAMETERS: list[Case] = [
    ("no parameters", lambda: Delivery((), message(TEXT)), 403, "missing_parameter"),
    *[
        (
            f"no {name}",
            lambda name=name: plain(TEXT).with_parameters(**{name: None}),
            403,
            "missing_parameter",
        )
        for name in ("signature", "timestamp", "nonce")
    ],
    *[
        (
            f"empty {name}",
            lambda name=name: plain(TEXT).with_parameters(**{name: ""}),
            403,
            "missing_parameter",
        )
        for name in ("signature", "timestamp", "nonce")
    ],
    *[
        (
            f"repeated {name}",
            lambda name=name: repeated(plain(TEXT), name),
            403,
            "repeated_parameter",
        )
        for name in ("signature", "timestamp", "nonce")
    ],
    ("wrong signature", lambda: plain(TEXT).with_parameters(signature="0" * 40), 403, "bad_signature"),
    ("another token's signature", lambda: plain(TEXT, token="another"), 403, "bad_signature"),
    ("upper-case signature", lambda: upper(plain(TEXT)), 403, "bad_signature"),
    ("changed nonce", lambda: plain(TEXT).with_parameters(nonce="1"), 403, "bad_signature"),
    ("stale", lambda: plain(TEXT, at=time.time() - 400), 403, "stale_timestamp"),
    ("from the future", lambda: plain(TEXT, at=time.time() + 400), 403, "stale_timestamp"),
    ("timestamp is no number", lambda: resigned_timestamp("now"), 403, "stale_timestamp"),
    ("negative timestamp", lambda: resigned_timestamp("-1"), 403, "stale_timestamp"),
    ("endless timestamp", lambda: resigned_timestamp("9" * 600), 403, "bad_parameter"),
    (
        "control character in the nonce",
        lambda: plain(TEXT).with_parameters(nonce="\x00"),
        403,
        "bad_parameter",
    ),
]

CIPHERTEXTS: list[Case] = [
    (
        "wrong msg_signature",
        lambda: sealed(TEXT).with_parameters(msg_signature="0" * 40),
        403,
        "bad_signature",
    ),
    (
        "wrong signature beside a right one",
        lambda: sealed(TEXT).with_parameters(signature="0" * 40),
        403,
        "bad_signature",
    ),
    ("first block flipped", lambda: tampered(flip(2)), 400, "bad_length"),
    ("length block garbled", lambda: tampered(flip(16)), 400, "bad_length"),
    ("last block flipped", lambda: tampered(flip(-1)), 400, "bad_padding"),
    (
        "cut to half a block",
        lambda: tampered(lambda data: data.__delitem__(slice(-8, None))),
        400,
        "decrypt_failed",
    ),
    ("empty", lambda: tampered(lambda data: data.clear()), 403, "not_encrypted"),
    ("not base64", lambda: not_base64(), 400, "bad_base64"),
    ("another AppID", lambda: sealed(TEXT, app_id="wx0000000000000000"), 400, "wrong_app_id"),
    ("a longer AppID", lambda: sealed(TEXT, app_id=credentials.APP_ID + "0"), 400, "wrong_app_id"),
    ("another key", lambda: sealed(TEXT, key=credentials.FORMER_AES_KEY), 400, "bad_padding"),
    (
        "DTD inside",
        lambda: resealed(b"<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>"),
        400,
        "forbidden_xml",
    ),
    ("no XML inside", lambda: resealed(b"{}"), 400, "unparsable_xml"),
]

DOWNGRADES: list[Case] = [
    ("plain message", lambda: plain(TEXT), 403, "missing_parameter"),
    (
        "plain body under an encrypted query",
        lambda: sealed(TEXT).with_body(message(TEXT)),
        403,
        "not_encrypted",
    ),
    ("no msg_signature", lambda: sealed(TEXT).with_parameters(msg_signature=None), 403, "missing_parameter"),
    ("encrypt_type raw", lambda: sealed(TEXT).with_parameters(encrypt_type="raw"), 403, "not_encrypted"),
    ("no encrypt_type", lambda: sealed(TEXT).with_parameters(encrypt_type=None), 403, "not_encrypted"),
    ("three-part signature as msg_signature", lambda: short_signature(), 403, "bad_signature"),
]

EXTERNAL_ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>'
BILLION_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
XML: list[Case] = [
    ("empty body", lambda: raw(b""), 400, "unparsable_xml"),
    ("JSON", lambda: raw(b'{"MsgType":"text"}'), 400, "unparsable_xml"),
    ("a word", lambda: raw(b"success"), 400, "unparsable_xml"),
    ("not closed", lambda: raw(b"<xml><MsgType>text"), 400, "unparsable_xml"),
    ("DTD", lambda: raw(b"<!DOCTYPE xml [<!ELEMENT xml ANY>]><xml/>"), 400, "forbidden_xml"),
    ("external entity", lambda: raw(EXTERNAL_ENTITY), 400, "forbidden_xml"),
    ("billion laughs", lambda: raw(BILLION_LAUGHS), 400, "forbidden_xml"),
    ("deep nesting", lambda: raw(b"<xml>" + b"<a>" * 500 + b"</a>" * 500 + b"</xml>"), 400, "forbidden_xml"),
    ("not UTF-8", lambda: raw("<xml><MsgType>文</MsgType></xml>".encode("gb18030")), 400, "unparsable_xml"),
    ("UTF-16", lambda: raw("<xml><MsgType>text</MsgType></xml>".encode("utf-16")), 400, "unparsable_xml"),
    ("one byte over 64 KiB", lambda: raw(message("x" * 65536)[:65537]), 413, "too_large"),
    ("a megabyte", lambda: raw(b"x" * 1024 * 1024), 413, "too_large"),
]


def repeated(delivery: Delivery, name: str) -> Delivery:
    return Delivery((*delivery.query, (name, delivery.parameters()[name])), delivery.body)


def upper(delivery: Delivery) -> Delivery:
    return delivery.with_parameters(signature=delivery.parameters()["signature"].upper())


def resigned_timestamp(timestamp: str) -> Delivery:
    nonce = "123"
    query = (
        ("signature", sign(credentials.TOKEN, timestamp, nonce)),
        ("timestamp", timestamp),
        ("nonce", nonce),
    )
    return Delivery(query, message(TEXT))


def short_signature() -> Delivery:
    delivery = sealed(TEXT)
    return delivery.with_parameters(msg_signature=delivery.parameters()["signature"])


def not_base64() -> Delivery:
    delivery = sealed(TEXT)
    return signed_again(delivery, "<xml><Encrypt>", "@@@@", "</Encrypt></xml>")


def run(cases: list[Case], base: str) -> None:
    """Each case in turn on one server: status, body, nothing stored, cause counted and sampled."""
    for name, make, status, cause in cases:
        Message.objects.all().delete()
        RejectionSample.objects.all().delete()
        response = make().send(base)
        assert response.status_code == status, (name, response.status_code, response.text)
        assert response.content == BODIES[status], name
        assert not Message.objects.exists(), name
        sample = RejectionSample.objects.get()
        assert (sample.cause, sample.status) == (cause, status), (name, sample.detail)


def test_wrong_missing_repeated_and_empty_parameters_are_refused(
    account: OfficialAccount, live_server
) -> None:
    run(PARAMETERS, live_server.url)


def test_tampered_ciphertexts_are_refused(account: OfficialAccount, live_server) -> None:
    run(CIPHERTEXTS, live_server.url)


def test_downgrades_of_a_safe_account_are_refused(account: OfficialAccount, live_server) -> None:
    account.switch("encryption", "safe", by="test", reason="test")
    run(DOWNGRADES, live_server.url)


def test_hostile_and_broken_xml_is_refused(account: OfficialAccount, live_server) -> None:
    run(XML, live_server.url)


def test_a_compatible_account_reads_the_encrypted_part_alone(account: OfficialAccount, live_server) -> None:
    delivery = sealed(message("菜单"), style="compatible")
    forged = delivery.with_body(delivery.body.replace("菜单".encode(), "删除我的资料".encode()))
    answer = forged.send(live_server.url)
    assert answer.status_code == 200
    assert Message.objects.get().content == "菜单"


def test_a_compatible_account_does_not_fall_back_to_the_plain_copy(
    account: OfficialAccount, live_server
) -> None:
    delivery = sealed(TEXT, style="compatible", key=credentials.FORMER_AES_KEY)
    assert delivery.send(live_server.url).status_code == 400
    assert not Message.objects.exists()


def test_control_characters_are_recovered_and_the_raw_bytes_kept(
    account: OfficialAccount, live_server
) -> None:
    body = message(TEXT).replace(TEXT.encode(), f"{TEXT}\x1d\x00".encode())
    delivery = plain(TEXT).with_body(body)
    response = delivery.send(live_server.url)
    assert response.status_code == 200
    stored = Message.objects.get()
    assert bytes(stored.raw) == body
    assert (stored.content, stored.marks) == (TEXT, ["illegal_characters"])


def test_exactly_64_kib_are_accepted(account: OfficialAccount, live_server) -> None:
    body = message("x")
    body = message("x" * (65536 - len(body) + 1))
    assert len(body) == 65536
    assert plain(body).send(live_server.url).status_code == 200


def test_a_key_with_non_zero_trailing_bits_works(account: OfficialAccount, live_server) -> None:
    odd = credentials.AES_KEY[:42] + chr(ord(credentials.AES_KEY[42]) + 1)
    assert decode_key(odd) == decode_key(credentials.AES_KEY)
    account.rotate_aes_key(odd)
    response = sealed(TEXT).send(live_server.url)
    assert "宜" in content_of(response.content)


@pytest.mark.parametrize("key", ["short", "x" * 42, "x" * 44, "é" * 43, "x" * 42 + "="])
def test_a_key_of_the_wrong_length_can_not_be_set(account: OfficialAccount, key: str) -> None:
    with pytest.raises(ValueError):
        account.rotate_aes_key(key)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_other_methods_are_refused(account: OfficialAccount, live_server, method: str) -> None:
    response = httpx.request(method, f"{live_server.url}/wechat", trust_env=False)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize("path", ["/wechat/", "/wechat/unknown", "/wechat/a/b", "/wechat%00"])
def test_other_addresses_are_unknown(account: OfficialAccount, live_server, path: str) -> None:
    for delivery in (plain(TEXT, path=path), sealed(TEXT, path=path)):
        response = delivery.send(live_server.url)
        assert response.status_code == 404
        assert "Traceback" not in response.text
    assert not Message.objects.exists()


def test_the_address_is_verified_with_the_bare_echostr(account: OfficialAccount, live_server) -> None:
    response = httpx.get(live_server.url + verification(echostr="5678").url, trust_env=False)
    assert (response.status_code, response.content) == (200, b"5678")
    assert response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("echostr", ["", "<script>alert(1)</script>"])
def test_a_verification_that_is_not_whole_is_refused_or_harmless(
    account: OfficialAccount, live_server, echostr: str
) -> None:
    response = httpx.get(live_server.url + verification(echostr=echostr).url, trust_env=False)
    assert response.status_code == (200 if echostr else 403)
    assert response.headers["Content-Type"].startswith("text/plain")


def test_a_verification_with_a_wrong_signature_is_refused(account: OfficialAccount, live_server) -> None:
    response = httpx.get(live_server.url + verification(token="another").url, trust_env=False)
    assert (response.status_code, response.content) == (403, b"forbidden")


def test_refusals_are_counted_per_minute_and_samples_stay_few(account: OfficialAccount, live_server) -> None:
    for _ in range(30):
        plain(TEXT, token="another").send(live_server.url)
    assert sum(RejectionMinute.objects.values_list("count", flat=True)) == 30
    assert RejectionSample.objects.count() <= 40


def test_the_ring_keeps_the_last_200_samples(account: OfficialAccount) -> None:
    for number in range(205):
        RejectionSample(
            account=account,
            at=account.created,
            cause=str(number),
            status=403,
            detail="",
            method="POST",
            body=b"",
        ).save_in_ring()
    causes = set(RejectionSample.objects.values_list("cause", flat=True))
    assert causes == {str(number) for number in range(5, 205)}


def test_decrypt_is_the_inverse_of_encrypt_for_the_stored_key(account: OfficialAccount) -> None:
    key = account.aes_keys()[0]
    assert decrypt(key, encrypt(key, b"hello", account.app_id, bytes(16)), account.app_id) == b"hello"
