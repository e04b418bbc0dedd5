"""Every errcode of the protocol reference has a type and a sentence in both languages."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from wechat.platform import errors
from wechat.platform.errcodes import MEANINGS, Kind, meaning_of
from wechat.platform.errors import PlatformError, error_of, error_of_status

# references/wechat-protocol.md, section 10
SECTION_10 = {
    errors.TokenRefused: [40001, 40014, 42001, 41001],
    errors.ConfigurationError: [40013, 40125, 40164, 61004, 40243, 41004, 89503],
    errors.Busy: [-1, 45011],
    errors.QuotaUsedUp: [45009],
    errors.WindowClosed: [45015, 45047, 43004, 43019, 48002, 50005, 40003],
    errors.PermissionMissing: [48001, 48004, 50002, 61007],
    errors.ContentRefused: [40007, 40008, 40033, 44004, 45002, 45008, 47001, 47003],
}
# The same reference, section 9: what the calls that the client makes may answer besides.
SECTION_9 = {
    errors.ConfigurationError: [40002, 41002, 50004, 50007],
    errors.QuotaUsedUp: [48006],
    errors.WindowClosed: [43101],
    errors.ContentRefused: [
        *range(40015, 40028),
        *(40054, 40055, 40201, 40202, 40203, 45010, 45072, 45080, 45081, 46003, 65301, 65303, 65305, 76003),
    ],
}
TABLE = [(kind, code) for table in (SECTION_10, SECTION_9) for kind, codes in table.items() for code in codes]


@pytest.mark.parametrize(("kind", "code"), TABLE)
def test_an_errcode_is_an_error_of_its_kind_with_both_sentences(kind, code):
    error = error_of(code, "api unauthorized rid: 6743ab12-1a2b3c4d-5e6f7a8b")
    assert type(error) is kind
    assert re.search("[一-鿿]", error.chinese)
    assert error.english.isascii()
    assert (error.errcode, error.rid, error.errmsg) == (
        code,
        "6743ab12-1a2b3c4d-5e6f7a8b",
        "api unauthorized",
    )


def test_no_code_of_section_10_is_of_another_kind_than_the_reference_says():
    ours = {
        code for code, meaning in MEANINGS.items() if meaning.kind in {Kind.TOKEN, Kind.BUSY, Kind.PERMISSION}
    }
    theirs = (errors.TokenRefused, errors.Busy, errors.PermissionMissing)
    assert ours == {code for kind in theirs for code in SECTION_10[kind]}


@pytest.mark.parametrize("code", MEANINGS)
def test_every_listed_code_has_two_short_sentences_without_a_full_stop(code):
    _kind, chinese, english = MEANINGS[code]
    assert re.search("[一-鿿]", chinese)
    assert english.isascii()
    assert len(english) < 120
    assert not chinese.endswith("。")
    assert not english.endswith(".")


def test_the_token_call_says_by_40001_that_the_secret_is_wrong():
    assert isinstance(error_of(40001, of_token_call=True), errors.ConfigurationError)
    assert "AppSecret" in error_of(40001, of_token_call=True).english


def test_an_unlisted_code_keeps_its_number_and_wechats_text():
    error = error_of(99999, "something new")
    assert error.kind == Kind.UNLISTED == meaning_of(99999).kind
    assert str(error) == "99999: WeChat answered with the error code 99999 (something new)"


def test_the_text_of_wechat_names_the_address_to_allow():
    error = error_of(40164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 67-a-b")
    assert "203.0.113.7" in error.errmsg


def test_a_sentence_is_in_the_readers_language():
    error = error_of(45047)
    with translation.override("en"):
        assert error.sentence == error.english
    with translation.override("zh-hans"):
        assert error.sentence == error.chinese


def test_a_server_error_is_busy_with_its_status():
    assert (error_of_status(502).errcode, error_of_status(502).kind) == (502, Kind.BUSY)


def test_every_error_names_its_cause_in_one_word():
    made = [errors.NotSent("x"), errors.Ambiguous("x"), errors.TokenUnavailable("x"), error_of(45015)]
    assert [error.cause for error in made] == ["not_sent", "ambiguous", "token_unavailable", "45015"]
    assert all(isinstance(error, PlatformError) and error.chinese for error in made)
