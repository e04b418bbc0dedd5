"""The message side of the protocol core: plain XML in, reply XML out."""

from __future__ import annotations

from wechat.incoming import Incoming, parse
from wechat.markup import MAX_BODY, Fields, Value
from wechat.replies import (
    NO_REPLY,
    Article,
    ImageReply,
    MusicReply,
    NewsReply,
    NoReply,
    Reply,
    TextReply,
    TransferReply,
    VideoReply,
    VoiceReply,
    render,
    split_text,
)

__all__ = [
    "MAX_BODY",
    "NO_REPLY",
    "Article",
    "Fields",
    "ImageReply",
    "Incoming",
    "MusicReply",
    "NewsReply",
    "NoReply",
    "Reply",
    "TextReply",
    "TransferReply",
    "Value",
    "VideoReply",
    "VoiceReply",
    "parse",
    "render",
    "split_text",
]
