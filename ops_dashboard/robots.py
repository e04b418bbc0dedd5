"""What goes to each kind of channel, to the byte. Pure: time and addresses are passed in.

Sources: WeCom developer.work.weixin.qq.com 91770; the custom robot guides of DingTalk and Feishu.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

WECOM_BYTES, DINGTALK_BYTES, FEISHU_BYTES = 4096, 16_000, 18_000


class RobotRefused(Exception):
    """The robot answered, and its answer says no. The text is its code and message."""


@dataclass(frozen=True, slots=True)
class Message:
    """What to say: a title, lines below it, and the same as data for machines."""

    title: str
    lines: tuple[str, ...]
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join([self.title, *self.lines])

    @property
    def markdown(self) -> str:
        return "\n\n".join([f"**{self.title}**", *self.lines])


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One POST."""

    url: str
    body: bytes
    headers: dict[str, str]


def dingtalk_sign(secret: str, milliseconds: int) -> str:
    """Base64 of HMAC-SHA256 over "{ms}\\n{secret}" under the secret."""
    text = f"{milliseconds}\n{secret}"
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def feishu_sign(secret: str, seconds: int) -> str:
    """Base64 of HMAC-SHA256 over nothing under "{s}\\n{secret}": key and message are swapped against DingTalk's."""
    key = f"{seconds}\n{secret}"
    return base64.b64encode(hmac.new(key.encode(), b"", hashlib.sha256).digest()).decode()


def webhook_sign(secret: str, seconds: int, body: bytes) -> str:
    """Hex HMAC-SHA256 over "{s}." and the body under the secret."""
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, never half a character."""
    data = text.encode()
    return text if len(data) <= limit else data[: limit - 3].decode(errors="ignore") + "…"


def _json(url: str, document: dict[str, Any], headers: dict[str, str] | None = None) -> Outgoing:
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return Outgoing(url, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def wecom(url: str, secret: str, message: Message, now: float) -> Outgoing:
    """WeCom signs nothing: the key in the address is the secret."""
    content = cut(message.markdown, WECOM_BYTES)
    return _json(url, {"msgtype": "markdown", "markdown": {"content": content}})


def dingtalk(url: str, secret: str, message: Message, now: float) -> Outgoing:
    if secret:
        milliseconds = int(now * 1000)
        parts = urlsplit(url)
        query = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("timestamp", "sign")]
        query += [("timestamp", str(milliseconds)), ("sign", dingtalk_sign(secret, milliseconds))]
        url = urlunsplit(parts._replace(query=urlencode(query)))
    content = {"title": message.title, "text": cut(message.markdown, DINGTALK_BYTES)}
    return _json(url, {"msgtype": "markdown", "markdown": content, "at": {"atMobiles": [], "isAtAll": False}})


def feishu(url: str, secret: str, message: Message, now: float) -> Outgoing:
    document: dict[str, Any] = {}
    if secret:
        document = {"timestamp": str(int(now)), "sign": feishu_sign(secret, int(now))}
    document |= {"msg_type": "text", "content": {"text": cut(message.text, FEISHU_BYTES)}}
    return _json(url, document)


def webhook(url: str, secret: str, message: Message, now: float) -> Outgoing:
    """Our own format; signed so that the receiver can tell us from others, with the time against replays."""
    plain = _json(url, {"title": message.title, "text": message.text, **message.data})
    if not secret:
        return plain
    seconds = int(now)
    header = f"t={seconds},v1={webhook_sign(secret, seconds, plain.body)}"
    return Outgoing(url, plain.body, {**plain.headers, "X-Celestial-Signature": header})


BUILDERS: dict[str, Callable[[str, str, Message, float], Outgoing]] = {
    "wecom": wecom,
    "dingtalk": dingtalk,
    "feishu": feishu,
    "webhook": webhook,
}
# Where each robot says whether it took the message: the HTTP status is 200 also when it did not.
_CODES = {"wecom": ("errcode", "errmsg"), "dingtalk": ("errcode", "errmsg"), "feishu": ("code", "msg")}


def check_answer(kind: str, status: int, body: bytes) -> None:
    """Raises RobotRefused unless the message was taken."""
    if kind not in _CODES:
        if not 200 <= status < 300:
            raise RobotRefused(f"HTTP {status}")
        return
    code_name, text_name = _CODES[kind]
    try:
        answer = json.loads(body)
        code, text = answer[code_name], str(answer.get(text_name, ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RobotRefused(f"HTTP {status}, no {code_name} in the answer") from error
    if code != 0 or isinstance(code, bool):
        raise RobotRefused(f"{code_name} {code}: {text}"[:200])
