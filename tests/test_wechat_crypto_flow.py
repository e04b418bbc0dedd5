"""The launch report's crypto flow: message in, reply out, both encrypted modes, across rotations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.crypto import COMPATIBLE, SAFE, Policy, Rejected, decode_key, open_request, seal
from wechat.simulator import open_reply, seal_incoming
from wechat.xml import TextReply, parse, render

NOW, NONCE, RANDOM16 = 1764000000, "640913287", b"fedcba9876543210"
APP_ID, ORIGINAL_ID, FOLLOWER = "wx5f2c81d09ab4e637", "gh_5f2c81d09ab4", "oQ7vX5kNexus_0000follower01"
NEW_TOKEN, OLD_TOKEN = "polaris2026", "vega2025"
NEW_KEY, OLD_KEY = decode_key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"), decode_key("Z" * 42 + "M")
TURNED = Policy((NEW_TOKEN, OLD_TOKEN), (NEW_KEY, OLD_KEY), APP_ID, ORIGINAL_ID, SAFE)


def message(content="今天黄历"):
    return (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
        f"<FromUserName><![CDATA[{FOLLOWER}]]></FromUserName><CreateTime>{NOW}</CreateTime>"
        f"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{content}]]></Content>"
        "<MsgId>24800000000000001</MsgId></xml>"
    ).encode()


def exchange(policy, token, key, style, content="今天黄历"):
    """One whole callback: what the gateway saw, and what it put on the wire."""
    query, body = seal_incoming(token, key, APP_ID, message(content), NOW, NONCE, RANDOM16, style)
    opened = open_request(policy, query, body, NOW + 1)
    incoming = parse(opened.plaintext)
    reply = render(TextReply(f"收到：{incoming.content}"), incoming, NOW + 1)
    return opened, seal(policy, opened, reply, NOW + 1, opened.nonce, RANDOM16)


@pytest.mark.parametrize("style", [COMPATIBLE, SAFE])
@pytest.mark.parametrize("encryption", [COMPATIBLE, SAFE])
def test_a_message_makes_the_round_trip_in_both_encrypted_modes(style, encryption):
    policy = Policy((NEW_TOKEN,), (NEW_KEY,), APP_ID, ORIGINAL_ID, encryption)
    _, wire = exchange(policy, NEW_TOKEN, NEW_KEY, style)
    reply = parse(open_reply(NEW_TOKEN, NEW_KEY, APP_ID, wire))
    assert (reply.to_user, reply.from_user) == (FOLLOWER, ORIGINAL_ID)
    assert (reply.msg_type, reply.content, reply.create_time) == ("text", "收到：今天黄历", NOW + 1)


@pytest.mark.parametrize(("slot", "token"), [(0, NEW_TOKEN), (1, OLD_TOKEN)])
@pytest.mark.parametrize(("index", "key"), [(0, NEW_KEY), (1, OLD_KEY)])
def test_a_rotation_leaves_no_gap_and_the_reply_uses_the_senders_token_and_key(slot, token, index, key):
    opened, wire = exchange(TURNED, token, key, SAFE)
    assert (opened.token, opened.key_index) == (str(slot), index)
    assert parse(open_reply(token, key, APP_ID, wire)).content == "收到：今天黄历"
    other_token = OLD_TOKEN if token == NEW_TOKEN else NEW_TOKEN
    with pytest.raises(Rejected):
        open_reply(other_token, key, APP_ID, wire)


def test_once_the_old_token_and_key_are_dropped_they_open_nothing():
    after = Policy((NEW_TOKEN,), (NEW_KEY,), APP_ID, ORIGINAL_ID, SAFE)
    for token, key in ((OLD_TOKEN, NEW_KEY), (NEW_TOKEN, OLD_KEY)):
        with pytest.raises(Rejected):
            exchange(after, token, key, SAFE)


def test_the_reply_carries_the_requests_nonce():
    _, wire = exchange(TURNED, NEW_TOKEN, NEW_KEY, SAFE)
    assert parse(wire).value("Nonce") == NONCE
    assert parse(wire).value("TimeStamp") == str(NOW + 1)


@pytest.mark.parametrize("element", ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"])
def test_a_reply_changed_on_the_way_is_noticed(element):
    _, wire = exchange(TURNED, NEW_TOKEN, NEW_KEY, SAFE)
    value = parse(wire).value(element)
    forged = wire.replace(value.encode(), (value[:-1] + ("1" if value[-1] != "1" else "2")).encode())
    assert forged != wire
    with pytest.raises(Rejected):
        open_reply([NEW_TOKEN, OLD_TOKEN], NEW_KEY, APP_ID, forged)


def test_an_unencrypted_reply_is_not_taken_for_a_sealed_one():
    with pytest.raises(Rejected):
        open_reply(NEW_TOKEN, NEW_KEY, APP_ID, message())


def test_two_tries_of_one_message_have_one_fingerprint_although_the_ciphertext_differs():
    prints = set()
    for random16 in (b"a" * 16, b"b" * 16):
        query, body = seal_incoming(NEW_TOKEN, NEW_KEY, APP_ID, message(), NOW, NONCE, random16)
        prints.add(parse(open_request(TURNED, query, body, NOW).plaintext).fingerprint("default"))
    assert len(prints) == 1


# XML itself turns CR into LF and cannot carry the rest; "]]>" has its own test in tests/wechat/test_xml.py.
SPOKEN = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300).filter(
    lambda text: text.strip() and "]]>" not in text and not {"\ufffe", "\uffff"} & set(text)
)


@given(SPOKEN, st.sampled_from([COMPATIBLE, SAFE]))
def test_whatever_a_follower_writes_comes_back_unchanged(content, style):
    _, wire = exchange(TURNED, NEW_TOKEN, NEW_KEY, style, content)
    answer = parse(open_reply(NEW_TOKEN, NEW_KEY, APP_ID, wire)).content
    assert f"收到：{content}".startswith(answer)
    assert len(answer.encode()) <= 2048
    assert answer == f"收到：{content}" or len(f"收到：{content}".encode()) > 2048
