"""predictions/reading_pages/links.py: what a link holds, and that nobody else can make or read one."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from predictions import engine, registry
from predictions.reading_pages import links
from predictions.reading_pages.links import NoPage, open_token, reading_url

NOW = datetime(2026, 11, 24, 21, 30, 0, 500_000, tzinfo=UTC)
OPENID = "oABCdefghijklmnopqrstuvwxyz12"
HOLDER = f"wechat:1:{OPENID}"
BASE = "https://mp.example.com"
ASKED = {
    "birth": {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "place": "杭州"},
    "gender": "male",
}


def spelt(raw):
    """Bytes as a token spells them, of our version."""
    return base64.urlsafe_b64encode(b"\x01" + raw).rstrip(b"=").decode()


@pytest.fixture(autouse=True)
def public_url(settings):
    settings.CELESTIAL_PUBLIC_URL = BASE


def token_of(asked=ASKED, *, now=NOW, holder=HOLDER, lang="zh-Hans", system="bazi"):
    url = reading_url(system, asked, {"zi_rule": "next_day"}, holder=holder, now=now, lang=lang)
    assert url is not None
    assert url.startswith(f"{BASE}/r/")
    return url.removeprefix(f"{BASE}/r/")


def test_a_link_opens_to_what_was_asked():
    page = open_token(token_of(lang="en"))
    assert (page.system, page.input, page.options) == ("bazi", ASKED, {"zi_rule": "next_day"})
    assert page.lang == "en"
    assert page.issued == NOW.replace(microsecond=0)
    assert page.expires - page.issued == timedelta(days=30)


def test_a_retry_of_the_same_second_gets_the_same_link_and_a_new_question_a_new_one():
    assert token_of() == token_of(now=NOW + timedelta(milliseconds=400))
    others = [
        token_of(now=NOW + timedelta(seconds=1)),
        token_of(holder="wechat:2:x"),
        token_of({"birth": {}}),
        token_of(lang="en"),
        token_of(system="ziwei"),
    ]
    assert len({token_of(), *others}) == 6


def test_no_part_of_a_request_can_be_read_from_a_link():
    token = token_of()
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for secret in ("bazi", "1990", "杭州", OPENID, "male", "birth"):
        assert secret.encode() not in raw
        assert secret not in token
    # Two births of the same shape share no part of their links but the version.
    other = token_of({**ASKED, "birth": {**ASKED["birth"], "day": 18}})
    assert not any(token[at : at + 6] in other for at in range(2, len(token) - 6))


def test_changing_any_byte_opens_nothing():
    token = token_of()
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for at in range(len(raw)):
        for bit in (1, 128):
            changed = raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
            with pytest.raises(NoPage):
                open_token(base64.urlsafe_b64encode(changed).rstrip(b"=").decode())


def test_cutting_lengthening_and_respelling_opens_nothing():
    token = token_of()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [token[:end] for end in range(len(token))] + [token + letter for letter in letters]
    others += [token[:-1] + letter for letter in letters if letter != token[-1]]
    others += [f"{token}=", f" {token}", f"{token}\n", token.upper()]
    for other in others:
        with pytest.raises(NoPage):
            open_token(other)


def test_another_installations_key_opens_nothing(settings):
    token = token_of()
    settings.CELESTIAL_ENCRYPTION_KEYS = [os.urandom(32)]
    with pytest.raises(NoPage):
        open_token(token)


def test_links_outlive_a_rotation_of_keys_and_can_still_be_revoked(settings):
    old_key = settings.CELESTIAL_ENCRYPTION_KEYS[0]
    token = token_of()
    settings.CELESTIAL_ENCRYPTION_KEYS = [os.urandom(32), old_key]
    page = open_token(token)
    assert page.input == ASKED
    assert token_of() != token
    assert page.holder in links.holder_prints(HOLDER)
    assert page.subject in links.subject_prints("bazi", ASKED, {"zi_rule": "next_day"}, holder=HOLDER)


def test_without_a_public_address_there_is_no_link(settings):
    settings.CELESTIAL_PUBLIC_URL = ""
    assert reading_url("bazi", ASKED, {}, holder=HOLDER, now=NOW) is None
    assert links.without_tokens("a/r/b") == "a/r/b"


def test_a_request_too_long_for_a_link_gets_none_and_a_long_token_is_not_looked_at(settings):
    people = [{"zodiac": os.urandom(20).hex()} for _ in range(80)]
    assert reading_url("date_selection", {"people": people}, {}, holder=HOLDER, now=NOW) is None
    # Compresses to little, but is more than `open_token` unpacks
    assert reading_url("liuyao", {"seed": "事" * 30_000}, {}, holder=HOLDER, now=NOW) is None
    with pytest.raises(NoPage):
        open_token("A" * (links.LONGEST_TOKEN + 1))


@pytest.mark.parametrize("system", [system.id for system in registry.all_systems()])
def test_the_links_of_ordinary_questions_are_short(system):
    for example in registry.get(system).examples:
        chart = engine.compute(system, example)
        url = reading_url(system, chart.input, chart.options, holder=HOLDER, now=NOW)
        assert url is not None
        assert len(url) < 220


def test_a_link_of_the_first_version_still_opens(settings):
    """The vocabulary and the packing are frozen: this link was made when they were new."""
    settings.CELESTIAL_ENCRYPTION_KEYS = [bytes(range(32))]
    page = open_token("AQdeIKPOtPU2hfPExqtZ6pYj9DW90QofmrUu1ozjx28roy9on929-htkEzh44RlAO5qte62J")
    assert page.input == ASKED
    assert page.issued == NOW.replace(microsecond=0)


def test_tokens_are_left_out_where_answers_are_compared():
    text = f"查看完整盘面：{BASE}/r/{token_of()}\n后文"
    assert links.without_tokens(text) == f"查看完整盘面：{BASE}/r/\n后文"


@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(st.text(max_size=60), st.binary(min_size=1, max_size=200).map(spelt)))
def test_whatever_a_stranger_writes_opens_nothing(text):
    with pytest.raises(NoPage):
        open_token(text)
