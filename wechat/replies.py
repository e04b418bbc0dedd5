"""The passive replies of an Official Account, written as XML (protocol reference, section 8).

A reply that WeChat would refuse shows the follower "该公众号提供的服务出现故障", so anything incomplete or
not allowed for this message becomes `success`, which WeChat takes as "no reply".
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from wechat.markup import cdata, clean

if TYPE_CHECKING:
    from wechat.incoming import Incoming

NO_REPLY = b"success"
TEXT_LIMIT = 2048
MORE = "\n……回复“继续”看下文。"
EVENT_ARTICLES, MESSAGE_ARTICLES = 8, 1

_JOINERS = "\u200d"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)
_JAMO_TAILS = range(0x1160, 0x1200)


@dataclass(frozen=True, slots=True)
class TextReply:
    content: str


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    description: str = ""
    pic_url: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class NewsReply:
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class ImageReply:
    media_id: str


@dataclass(frozen=True, slots=True)
class VoiceReply:
    media_id: str


@dataclass(frozen=True, slots=True)
class VideoReply:
    media_id: str
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class MusicReply:
    thumb_media_id: str
    title: str = ""
    description: str = ""
    music_url: str = ""
    hq_music_url: str = ""


@dataclass(frozen=True, slots=True)
class TransferReply:
    """Hands the follower over to customer service, to `kf_account` when given."""

    kf_account: str | None = None


@dataclass(frozen=True, slots=True)
class NoReply:
    """WeChat is told `success` and shows nothing."""


Reply: TypeAlias = (
    TextReply | NewsReply | ImageReply | VoiceReply | VideoReply | MusicReply | TransferReply | NoReply
)


def render(reply: Reply, incoming: Incoming, now: int) -> bytes:
    """The XML that answers `incoming` with `reply`, or `success`. `now` is the Unix time in whole seconds.

    Text is cut at 2048 bytes (`split_text` gives the rest); news keeps one article for a message and eight
    for an event; customer service takes over messages, never events.
    """
    payload = _payload(reply, incoming)
    if payload is None or not incoming.from_user:
        return NO_REPLY
    kind, elements = payload
    return (
        "<xml>\n"
        f"<ToUserName>{cdata(incoming.from_user)}</ToUserName>\n"
        f"<FromUserName>{cdata(incoming.to_user)}</FromUserName>\n"
        f"<CreateTime>{now:d}</CreateTime>\n"
        f"<MsgType>{cdata(kind)}</MsgType>\n"
        f"{elements}</xml>"
    ).encode()


def split_text(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """`text` in parts of at most `limit` UTF-8 bytes that join to it again, illegal characters removed.

    Cuts between what a reader sees as characters: never inside an emoji sequence, a flag or an accented
    letter, unless a single one of them is longer than `limit`. Raises ValueError for a limit under 4 bytes.
    """
    if limit < 4:
        raise ValueError("a part must have room for one character of 4 bytes")
    rest = clean(text)
    parts = []
    while rest:
        end = _cut(rest, limit)
        parts.append(rest[:end])
        rest = rest[end:]
    return parts


def _cut(text: str, limit: int) -> int:
    """How many characters of `text` go into the first part."""
    # No character is under one byte, so the first `limit` characters hold all that can fit.
    head = text[: limit + 1].encode()
    if len(head) <= limit:
        return len(text[: limit + 1])
    fitting = len(head[:limit].decode(errors="ignore"))
    end = fitting
    while end > 0 and _belongs_together(text, end):
        end -= 1
    return end or fitting


def _belongs_together(text: str, position: int) -> bool:
    """Whether a cut before `position` would tear one visible character apart."""
    before, after = text[position - 1], text[position]
    if before in _JOINERS or after in _JOINERS or (before, after) == ("\r", "\n"):
        return True
    if ord(before) in _FLAG_LETTERS and ord(after) in _FLAG_LETTERS:
        return _flag_letters_before(text, position) % 2 == 1
    return unicodedata.category(after).startswith("M") or any(
        ord(after) in block for block in (_SKIN_TONES, _TAGS, _JAMO_TAILS)
    )


def _flag_letters_before(text: str, position: int) -> int:
    start = position
    while start > 0 and ord(text[start - 1]) in _FLAG_LETTERS:
        start -= 1
    return position - start


def _payload(reply: Reply, incoming: Incoming) -> tuple[str, str] | None:
    """The MsgType and the elements of `reply`, or None where WeChat would refuse them."""
    match reply:
        case TextReply():
            return _text(reply)
        case NewsReply():
            return _news(reply, EVENT_ARTICLES if incoming.is_event else MESSAGE_ARTICLES)
        case ImageReply() | VoiceReply() | VideoReply():
            return _media(reply)
        case MusicReply():
            return _music(reply)
        case TransferReply():
            return None if incoming.is_event else _transfer(reply)
        case NoReply():
            return None


def _text(reply: TextReply) -> tuple[str, str] | None:
    content = next(iter(split_text(reply.content)), "")
    return ("text", _element("Content", content)) if content.strip() else None


def _news(reply: NewsReply, limit: int) -> tuple[str, str] | None:
    articles = reply.articles[:limit]
    if not articles:
        return None
    items = "".join(
        _group(
            "item",
            _element("Title", article.title),
            _element("Description", article.description),
            _element("PicUrl", article.pic_url),
            _element("Url", article.url),
        )
        for article in articles
    )
    return "news", f"<ArticleCount>{len(articles)}</ArticleCount>\n" + _group("Articles", items)


def _media(reply: ImageReply | VoiceReply | VideoReply) -> tuple[str, str] | None:
    if not clean(reply.media_id):
        return None
    media = _element("MediaId", reply.media_id)
    match reply:
        case ImageReply():
            return "image", _group("Image", media)
        case VoiceReply():
            return "voice", _group("Voice", media)
        case VideoReply():
            title, description = _element("Title", reply.title), _element("Description", reply.description)
            return "video", _group("Video", media, title, description)


def _music(reply: MusicReply) -> tuple[str, str] | None:
    if not clean(reply.thumb_media_id):
        return None
    return "music", _group(
        "Music",
        _element("Title", reply.title),
        _element("Description", reply.description),
        _element("MusicUrl", reply.music_url),
        _element("HQMusicUrl", reply.hq_music_url),
        _element("ThumbMediaId", reply.thumb_media_id),
    )


def _transfer(reply: TransferReply) -> tuple[str, str]:
    account = _group("TransInfo", _element("KfAccount", reply.kf_account)) if reply.kf_account else ""
    return "transfer_customer_service", account


def _element(name: str, text: str) -> str:
    return f"<{name}>{cdata(text)}</{name}>\n"


def _group(name: str, *elements: str) -> str:
    return f"<{name}>\n{''.join(elements)}</{name}>\n"
