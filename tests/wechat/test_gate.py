"""The gate: what each mode lets in, downgrades, freshness, lenient verification, the address check."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wechat.tampering import (
    NONCE,
    NOW,
    OLD_KEY,
    OLD_TOKEN,
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
    LENIENT,
    MAX_BODY,
    PLAINTEXT,
    SAFE,
    Cause,
    Opened,
    Rejected,
    check_openid,
    check_original_id,
    open_request,
    sign,
    verify_get,
)
from wechat.simulator import plain_request, verification_query
from wechat.xml import parse

# Query


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("verification", ["strict", LENIENT])
def test_a_plain_delivery_without_one_of_its_parameters_is_refused(name, value, verification):
    query, body = plain_request(TOKEN, XML, NOW, NONCE)
    refused = refusal(policy(PLAINTEXT, verification=verification), changed(query, **{name: value}), body)
    assert (refused.cause, refused.status) == (Cause.MISSING_PARAMETER, 403)


@pytest.mark.parametrize("name", ["timestamp", "nonce", "msg_signature"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_safe_delivery_without_one_of_its_parameters_is_refused(name, value):
    query, body = sealed()
    assert refusal(policy(), changed(query, **{name: value}), body).cause == Cause.MISSING_PARAMETER


@pytest.mark.parametrize(
    "name", ["signature", "timestamp", "nonce", "openid", "encrypt_type", "msg_signature"]
)
@pytest.mark.parametrize("verification", ["strict", LENIENT])
def test_a_repeated_parameter_is_refused_even_when_both_values_agree(name, verification):
    query, body = sealed()
    twice = [*query, (name, dict(query)[name])]
    refused = refusal(policy(verification=verification), twice, body)
    assert (refused.cause, refused.status) == (Cause.REPEATED_PARAMETER, 403)


@pytest.mark.parametrize("value", ["1\0", "1\n", "1\x7f", "\ud800", "9" * 600])
def test_a_parameter_that_no_database_or_log_should_see_is_refused(value):
    query, body = plain_request(TOKEN, XML, NOW, NONCE)
    refused = refusal(policy(PLAINTEXT), changed(query, openid=value), body)
    assert (refused.cause, refused.status) == (Cause.BAD_PARAMETER, 403)


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_a_changed_parameter_breaks_the_signature(name):
    query, body = plain_request(TOKEN, XML, NOW, NONCE)
    tampered = changed(query, **{name: dict(query)[name][:-1] + "x"})
    assert refusal(policy(PLAINTEXT, tolerance=0), tampered, body).status == 403


def test_a_signature_under_another_token_is_refused():
    refused = refusal(policy(PLAINTEXT), *plain_request("guess", XML, NOW, NONCE))
    assert (refused.cause, refused.status, refused.code) == (Cause.BAD_SIGNATURE, 403, -40001)


def test_a_body_over_64_kib_is_refused():
    query, _ = plain_request(TOKEN, XML, NOW, NONCE)
    refused = refusal(policy(PLAINTEXT), query, b"x" * (MAX_BODY + 1))
    assert (refused.cause, refused.status) == (Cause.TOO_LARGE, 413)


# Freshness


@pytest.mark.parametrize("offset", [-300, -1, 0, 1, 300])
def test_a_timestamp_inside_the_tolerance_is_fresh(offset):
    query, body = plain_request(TOKEN, XML, NOW + offset, NONCE)
    assert open_request(policy(PLAINTEXT), query, body, NOW).marks == ()


@pytest.mark.parametrize("offset", [-301, 301, -NOW, 10**11])
def test_a_timestamp_outside_the_tolerance_is_refused_in_past_and_future(offset):
    refused = refusal(policy(PLAINTEXT), *plain_request(TOKEN, XML, NOW + offset, NONCE))
    assert (refused.cause, refused.status, refused.code) == (Cause.STALE_TIMESTAMP, 403, None)


def test_a_tolerance_of_zero_switches_the_freshness_check_off():
    query, body = plain_request(TOKEN, XML, 1, NONCE)
    assert open_request(policy(PLAINTEXT, tolerance=0), query, body, NOW).plaintext == XML


@pytest.mark.parametrize(
    "timestamp", ["soon", "-1764000000", "+1764000000", "1764000000.0", "1e9", "１７６４０００", "9" * 13]
)
@pytest.mark.parametrize("tolerance", [0, 300])
def test_a_timestamp_that_is_not_ascii_digits_is_refused_although_signed(timestamp, tolerance):
    query = [("signature", sign(TOKEN, timestamp, NONCE)), ("timestamp", timestamp), ("nonce", NONCE)]
    assert refusal(policy(PLAINTEXT, tolerance=tolerance), query, XML).cause == Cause.STALE_TIMESTAMP


# Modes and downgrades


def test_a_plain_delivery_is_opened_as_it_is():
    opened = open_request(policy(PLAINTEXT), *plain_request(TOKEN, XML, NOW, NONCE), NOW)
    expected = Opened(XML, "0", None, False, (), str(NOW), NONCE, "follower")
    assert opened == expected


@pytest.mark.parametrize("style", [SAFE, COMPATIBLE])
@pytest.mark.parametrize("encryption", [SAFE, COMPATIBLE])
def test_an_encrypted_delivery_is_decrypted(style, encryption):
    opened = open_request(policy(encryption), *sealed(style), NOW)
    assert (opened.plaintext, opened.encrypted, opened.key_index) == (XML, True, 0)


def test_an_encrypted_delivery_needs_no_plain_signature():
    query, body = sealed()
    assert open_request(policy(), changed(query, signature=None), body, NOW).plaintext == XML


def test_where_both_signatures_are_sent_both_must_match():
    query, body = sealed()
    assert refusal(policy(), changed(query, signature="0" * 40), body).cause == Cause.BAD_SIGNATURE
    assert refusal(policy(), changed(query, msg_signature="0" * 40), body).cause == Cause.BAD_SIGNATURE


def test_one_token_must_have_made_both_signatures():
    query, body = sealed()
    mixed = changed(query, signature=sign(OLD_TOKEN, str(NOW), NONCE))
    assert refusal(policy(tokens=(TOKEN, OLD_TOKEN)), mixed, body).cause == Cause.BAD_SIGNATURE


def test_the_plain_signature_is_no_msg_signature():
    query, body = sealed()
    downgraded = changed(query, msg_signature=dict(query)["signature"])
    assert refusal(policy(), downgraded, body).cause == Cause.BAD_SIGNATURE


def test_a_safe_account_refuses_an_unencrypted_body():
    query, _ = sealed()
    refused = refusal(policy(), query, XML)
    assert (refused.cause, refused.status) == (Cause.NOT_ENCRYPTED, 403)


def test_a_safe_account_refuses_a_plain_delivery():
    assert refusal(policy(), *plain_request(TOKEN, XML, NOW, NONCE)).status == 403


@pytest.mark.parametrize("encrypt_type", [None, "raw", "AES", "aes,raw", ""])
def test_a_safe_account_refuses_any_encrypt_type_but_aes(encrypt_type):
    query, body = sealed()
    refused = refusal(policy(), changed(query, encrypt_type=encrypt_type), body)
    assert refused.cause in (Cause.NOT_ENCRYPTED, Cause.MISSING_PARAMETER)
    assert refused.status == 403


@pytest.mark.parametrize(
    "encrypt",
    [
        "",
        "<Encrypt></Encrypt>",
        "<Encrypt/>",
        "<Encrypt>A</Encrypt><Encrypt>A</Encrypt>",
        "<Encrypt><a>A</a></Encrypt>",
        "<a><Encrypt>A</Encrypt></a>",
    ],
)
@pytest.mark.parametrize("encryption", [SAFE, COMPATIBLE])
def test_an_encrypted_delivery_has_exactly_one_encrypt(encrypt, encryption):
    query, _ = sealed()
    body = f"<xml><ToUserName>gh</ToUserName><MsgType>text</MsgType>{encrypt}</xml>".encode()
    assert refusal(policy(encryption), query, body).cause == Cause.NOT_ENCRYPTED


def test_a_compatible_account_accepts_a_plain_delivery():
    opened = open_request(policy(COMPATIBLE), *plain_request(TOKEN, XML, NOW, NONCE), NOW)
    assert (opened.plaintext, opened.encrypted) == (XML, False)
    raw = changed(plain_request(TOKEN, XML, NOW, NONCE)[0], encrypt_type="raw")
    assert open_request(policy(COMPATIBLE), raw, XML, NOW).plaintext == XML


def test_a_compatible_account_reads_only_the_decrypted_part():
    query, body = sealed(COMPATIBLE)
    forged = body.replace("今天黄历".encode(), b"forged").replace(b"follower", b"attacker")
    assert forged != body
    assert open_request(policy(COMPATIBLE), query, forged, NOW).plaintext == XML


@pytest.mark.parametrize("encrypt_type", [None, "raw", "aes", "AES"])
def test_an_encrypt_that_fails_never_falls_back_to_the_plain_copy(encrypt_type):
    query, body = sealed(COMPATIBLE)
    damaged = body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA")
    refused = refusal(policy(COMPATIBLE), changed(query, encrypt_type=encrypt_type), damaged)
    assert refused.cause == Cause.BAD_SIGNATURE


def test_a_decryption_failure_never_falls_back_to_the_plain_copy():
    query, body = sealed(COMPATIBLE)
    assert refusal(policy(COMPATIBLE, aes_keys=(OLD_KEY,)), query, body).status == 400


def test_a_compatible_account_demands_msg_signature_once_encrypt_is_there():
    query, body = sealed(COMPATIBLE)
    stripped = changed(query, msg_signature=None, encrypt_type=None)
    refused = refusal(policy(COMPATIBLE), stripped, body)
    assert (refused.cause, refused.status) == (Cause.MISSING_PARAMETER, 403)


@pytest.mark.parametrize("left", ["encrypt_type", "msg_signature"])
def test_a_query_that_claims_encryption_demands_encrypt(left):
    query, _ = sealed(COMPATIBLE)
    other = {"encrypt_type": "msg_signature", "msg_signature": "encrypt_type"}[left]
    assert refusal(policy(COMPATIBLE), changed(query, **{other: None}), XML).status == 403


def test_a_plaintext_account_that_gets_only_ciphertext_says_so():
    refused = refusal(policy(PLAINTEXT), *sealed())
    assert (refused.cause, refused.status) == (Cause.UNEXPECTED_ENCRYPTION, 403)
    assert "plaintext" in refused.detail


def test_a_plaintext_account_reads_the_plain_copy_of_a_compatible_delivery():
    query, body = sealed(COMPATIBLE)
    opened = open_request(policy(PLAINTEXT), query, body, NOW)
    assert parse(opened.plaintext).content == "今天黄历"
    assert not opened.encrypted


def test_a_follower_may_write_the_word_encrypt_in_brackets():
    xml = XML.replace("今天黄历".encode(), b"<![CDATA[what is <Encrypt>?]]>")
    assert open_request(policy(COMPATIBLE), *plain_request(TOKEN, xml, NOW, NONCE), NOW).plaintext == xml


def test_a_doctype_in_the_outer_body_is_refused():
    query, body = sealed()
    refused = refusal(policy(), query, b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + body)
    assert (refused.cause, refused.status, refused.code) == (Cause.FORBIDDEN_XML, 400, -40002)


# Lenient verification


def test_lenient_verification_marks_a_wrong_signature_and_an_old_timestamp():
    query, body = plain_request("guess", XML, NOW - 9999, NONCE)
    opened = open_request(policy(PLAINTEXT, verification=LENIENT), query, body, NOW)
    assert opened.marks == ("bad_signature", "stale_timestamp")
    assert opened.plaintext == XML


def test_lenient_verification_marks_nothing_on_a_right_delivery():
    opened = open_request(policy(verification=LENIENT), *sealed(), NOW)
    assert opened.marks == ()


def test_lenient_verification_forgives_the_plain_signature_of_an_encrypted_delivery():
    query, body = sealed()
    lenient = policy(verification=LENIENT, tokens=(TOKEN, OLD_TOKEN))
    for signature in ("0" * 40, sign(OLD_TOKEN, str(NOW), NONCE)):
        opened = open_request(lenient, changed(query, signature=signature), body, NOW)
        assert (opened.marks, opened.token) == (("bad_signature",), "0")


def test_lenient_verification_never_forgives_msg_signature_or_decryption():
    lenient = policy(verification=LENIENT)
    query, body = sealed()
    assert refusal(lenient, changed(query, msg_signature="0" * 40), body).cause == Cause.BAD_SIGNATURE
    assert refusal(lenient, *sealed(key=OLD_KEY)).status == 400
    assert refusal(lenient, *sealed(app_id="wx0")).cause == Cause.WRONG_APP_ID
    assert refusal(lenient, *plain_request(TOKEN, XML, NOW, NONCE)).status == 403


def test_a_wrong_original_id_is_refused_or_marked():
    incoming = parse(XML)
    assert check_original_id(policy(), incoming) == ()
    assert check_original_id(policy(original_id="gh_5f2c81d09ab4"), incoming) == ()
    assert check_original_id(policy(original_id="gh_other", verification=LENIENT), incoming) == (
        "wrong_original_id",
    )
    with pytest.raises(Rejected) as caught:
        check_original_id(policy(original_id="gh_other"), incoming)
    assert (caught.value.cause, caught.value.status) == (Cause.WRONG_ORIGINAL_ID, 403)


def test_an_openid_in_the_address_that_is_not_the_sender_is_marked():
    query, body = sealed()
    opened = open_request(policy(), query, body, NOW)
    assert check_openid(opened, parse(opened.plaintext)) == ()
    other = open_request(policy(), changed(query, openid="somebody"), body, NOW)
    assert check_openid(other, parse(other.plaintext)) == ("openid_mismatch",)
    without = open_request(policy(), changed(query, openid=None), body, NOW)
    assert check_openid(without, parse(without.plaintext)) == ()


# GET


def test_the_address_check_returns_echostr_exactly():
    query = verification_query(TOKEN, NOW, NONCE, "5838479218127813673")
    assert verify_get(policy(), query, NOW) == "5838479218127813673"


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce", "echostr"])
@pytest.mark.parametrize("value", [None, ""])
def test_the_address_check_needs_all_four_parameters(name, value):
    query = changed(verification_query(TOKEN, NOW, NONCE, "1"), **{name: value})
    with pytest.raises(Rejected) as caught:
        verify_get(policy(), query, NOW)
    assert (caught.value.cause, caught.value.status) == (Cause.MISSING_PARAMETER, 403)


@pytest.mark.parametrize(
    ("query", "cause"),
    [
        (verification_query("guess", NOW, NONCE, "1"), Cause.BAD_SIGNATURE),
        (verification_query(TOKEN, NOW - 301, NONCE, "1"), Cause.STALE_TIMESTAMP),
        ([*verification_query(TOKEN, NOW, NONCE, "1"), ("echostr", "2")], Cause.REPEATED_PARAMETER),
    ],
)
def test_a_wrong_address_check_is_refused(query, cause):
    with pytest.raises(Rejected) as caught:
        verify_get(policy(), query, NOW)
    assert (caught.value.cause, caught.value.status) == (cause, 403)


def test_the_address_check_accepts_an_older_token_and_lenient_accounts_accept_any():
    assert verify_get(policy(tokens=("new", TOKEN)), verification_query(TOKEN, NOW, NONCE, "1"), NOW) == "1"
    lenient = policy(verification=LENIENT)
    assert verify_get(lenient, verification_query("guess", 1, NONCE, "1"), NOW) == "1"


# Fuzz


QUERY_NAMES = st.sampled_from(
    ["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr", "openid"]
)
ANY_QUERY = st.lists(st.tuples(QUERY_NAMES, st.text(max_size=45)), max_size=8)
POLICIES = st.sampled_from(
    [
        policy(encryption, verification=verification)
        for encryption in (PLAINTEXT, COMPATIBLE, SAFE)
        for verification in ("strict", LENIENT)
    ]
)


def outcome(entrance, *arguments):
    """What came out: the opened request, or the refusal."""
    try:
        return entrance(*arguments)
    except Rejected as refused:
        return refused


@given(POLICIES, ANY_QUERY, st.binary(max_size=200), st.floats(0, 1e11))
def test_arbitrary_requests_raise_nothing_but_rejected(policy_, query, body, now):
    assert outcome(open_request, policy_, query, body, now)
    assert outcome(verify_get, policy_, query, now)


@given(POLICIES, st.binary(max_size=160))
def test_arbitrary_ciphertext_under_a_right_signature_raises_nothing_but_rejected(policy_, content):
    query, body = delivery_of(base64.b64encode(content).decode())
    assert outcome(open_request, policy_, query, body, NOW).status in (400, 403)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_a_spliced_delivery_is_opened_unchanged_or_refused(position, insert):
    query, body = sealed()
    result = outcome(open_request, policy(), query, body[:position] + insert + body[position:], NOW)
    assert isinstance(result, Rejected) or result.plaintext == XML
