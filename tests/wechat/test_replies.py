"""Passive replies as WeChat accepts them, and `success` where it would not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wechat.markup import clean
from wechat.xml import (
    Article,
    ImageReply,
    Incoming,
    MusicReply,
    NewsReply,
    NoReply,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
    parse,
    render,
    split_text,
)

NOW = 1764000000
MESSAGE = Incoming(to_user="gh_1", from_user="oA", msg_type="text")
EVENT = Incoming(to_user="gh_1", from_user="oA", msg_type="event", event="CLICK")
FAMILY = "👨‍👩‍👧"


def rendered(reply, incoming=MESSAGE):
    return render(reply, incoming, NOW)


def fields(reply, incoming=MESSAGE):
    return parse(rendered(reply, incoming)).fields


def envelope(kind, payload):
    return (
        "<xml>\n<ToUserName><![CDATA[oA]]></ToUserName>\n<FromUserName><![CDATA[gh_1]]></FromUserName>\n"
        f"<CreateTime>1764000000</CreateTime>\n<MsgType><![CDATA[{kind}]]></MsgType>\n{payload}</xml>"
    ).encode()


@pytest.mark.parametrize(
    ("reply", "kind", "payload"),
    [
        (TextReply("宜出行\n忌动土"), "text", "<Content><![CDATA[宜出行\n忌动土]]></Content>\n"),
        (ImageReply("m1"), "image", "<Image>\n<MediaId><![CDATA[m1]]></MediaId>\n</Image>\n"),
        (VoiceReply("m1"), "voice", "<Voice>\n<MediaId><![CDATA[m1]]></MediaId>\n</Voice>\n"),
        (
            VideoReply("m1", "t", "d"),
            "video",
            "<Video>\n<MediaId><![CDATA[m1]]></MediaId>\n<Title><![CDATA[t]]></Title>\n"
            "<Description><![CDATA[d]]></Description>\n</Video>\n",
        ),
        (
            MusicReply("thumb", "t", "d", "u", "h"),
            "music",
            "<Music>\n<Title><![CDATA[t]]></Title>\n<Description><![CDATA[d]]></Description>\n"
            "<MusicUrl><![CDATA[u]]></MusicUrl>\n<HQMusicUrl><![CDATA[h]]></HQMusicUrl>\n"
            "<ThumbMediaId><![CDATA[thumb]]></ThumbMediaId>\n</Music>\n",
        ),
        (
            NewsReply((Article("t", "d", "p", "u"),)),
            "news",
            "<ArticleCount>1</ArticleCount>\n<Articles>\n<item>\n<Title><![CDATA[t]]></Title>\n"
            "<Description><![CDATA[d]]></Description>\n<PicUrl><![CDATA[p]]></PicUrl>\n"
            "<Url><![CDATA[u]]></Url>\n</item>\n</Articles>\n",
        ),
        (TransferReply(), "transfer_customer_service", ""),
        (
            TransferReply("star@celestial"),
            "transfer_customer_service",
            "<TransInfo>\n<KfAccount><![CDATA[star@celestial]]></KfAccount>\n</TransInfo>\n",
        ),
    ],
)
def test_every_kind_of_reply_is_right_to_the_byte(reply, kind, payload):
    assert rendered(reply) == envelope(kind, payload)


@pytest.mark.parametrize(
    "reply",
    [
        NoReply(),
        TextReply(""),
        TextReply(" \n"),
        TextReply("\x01\ud800"),
        NewsReply(()),
        ImageReply(""),
        VoiceReply(""),
        VideoReply("\x01", "t"),
        MusicReply("", "t"),
    ],
)
@pytest.mark.parametrize("incoming", [MESSAGE, EVENT])
def test_a_reply_that_wechat_would_refuse_becomes_success(reply, incoming):
    assert rendered(reply, incoming) == b"success"


def test_a_message_without_sender_is_acknowledged():
    assert rendered(TextReply("a"), Incoming(to_user="gh_1")) == b"success"


def test_customer_service_takes_over_messages_but_never_events():
    assert rendered(TransferReply(), EVENT) == b"success"


def test_a_message_gets_one_article_and_an_event_up_to_eight():
    news = NewsReply(tuple(Article(f"t{n}") for n in range(10)))
    assert fields(news)["ArticleCount"] == "1"
    assert fields(news, EVENT)["ArticleCount"] == "8"
    items = parse(rendered(news, EVENT)).values("Articles", "item", "Title")
    assert items == [f"t{n}" for n in range(8)]


def test_whatever_breaks_xml_is_written_safely():
    assert fields(TextReply("a]]>b <&> \x1d\ud83d星"))["Content"] == "a]]>b <&> 星"


def test_a_long_text_is_cut_at_2048_bytes_between_characters():
    content = fields(TextReply("星" * 1000))["Content"]
    assert content == "星" * 682
    assert fields(TextReply("x" * 2048))["Content"] == "x" * 2048
    assert fields(TextReply("x" * 2049))["Content"] == "x" * 2048


@pytest.mark.parametrize(
    "together",
    [
        FAMILY,
        "🙏🏽",
        "e\u0301",
        "☀\ufe0f",
        "1\ufe0f\u20e3",
        "🇨🇳",
        "\r\n",
        "की",
        "🏴\U000e0067\U000e0062\U000e007f",
        "각",
    ],
)
def test_what_a_reader_sees_as_one_character_is_not_torn_apart(together):
    size = len(together.encode())
    for room in range(1, size):
        assert split_text("x" * 40 + together, 40 + room) == ["x" * 40, together]


def test_flags_are_kept_in_pairs():
    assert split_text("🇨🇳🇯🇵🇫🇷", 20) == ["🇨🇳🇯🇵", "🇫🇷"]


def test_a_single_sequence_longer_than_the_limit_is_cut_between_code_points():
    parts = split_text("e" + "\u0301" * 20, 10)
    assert "".join(parts) == "e" + "\u0301" * 20
    assert all(len(part.encode()) <= 10 for part in parts)


def test_an_empty_text_has_no_parts():
    assert split_text("") == []
    assert split_text("\x01") == []


def test_a_limit_that_holds_no_character_is_an_error():
    with pytest.raises(ValueError, match="4 bytes"):
        split_text("a", 3)


@given(st.text(), st.integers(4, 60))
def test_the_parts_join_to_the_cleaned_text_and_each_fits(text, limit):
    parts = split_text(text, limit)
    assert "".join(parts) == clean(text)
    assert all(0 < len(part.encode()) <= limit for part in parts)


@given(st.text(st.characters(exclude_characters="\r"), max_size=2500))
def test_any_text_makes_a_reply_that_reads_back(text):
    body = rendered(TextReply(text))
    if body == b"success":
        assert not "".join(split_text(text)[:1]).strip()
    else:
        assert parse(body).content == split_text(text)[0]
