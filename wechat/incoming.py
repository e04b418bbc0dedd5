"""One message or event as WeChat sent it, read from its plain XML.

Elements may come in any order, be missing, empty, repeated or unknown (protocol reference, sections 5 and 6),
so nothing here is required: what the gateway routes by is named, everything else stays in `fields`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from wechat.markup import Fields, Value, read

RECOVERED_MARK = "illegal_characters"
_INTEGER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A parsed message. `create_time` is in seconds (0 when unreadable), ids and numbers are trimmed strings,
    `event` keeps its case while `event_name` is for routing, `digest` is the sha256 of the XML it came from.
    """

    to_user: str = ""
    from_user: str = ""
    create_time: int = 0
    msg_type: str = ""
    event: str = ""
    msg_id: str = ""
    content: str = field(default="", repr=False)
    event_key: str = field(default="", repr=False)
    fields: Fields = field(default_factory=dict, repr=False)
    marks: tuple[str, ...] = ()
    digest: str = ""

    @property
    def is_event(self) -> bool:
        return self.msg_type == "event"

    @property
    def event_name(self) -> str:
        """The event for routing: WeChat's own pages and clients disagree on case (`SCAN`, `scan`)."""
        return self.event.lower()

    @property
    def text(self) -> str:
        """What the follower said: the text, the recognised speech, or the key of the tapped menu entry."""
        if self.msg_type == "text":
            return self.content.strip()
        if self.msg_type == "voice":
            return self.value("Recognition").strip()
        return self.event_key.strip() if self.is_event and self.event_name == "click" else ""

    def values(self, *path: str) -> list[Value]:
        """Every element at `path`, whether it came once, several times or not at all."""
        found: list[Value] = [self.fields]
        for name in path:
            found = [
                item for parent in found if isinstance(parent, dict) for item in _as_list(parent.get(name))
            ]
        return found

    def value(self, *path: str) -> str:
        """The text of the first element at `path`, or an empty string."""
        first = next(iter(self.values(*path)), "")
        return first if isinstance(first, str) else ""

    def fingerprint(self, account_key: str) -> str:
        """64 hex digits that are the same for every try of one message, and for nothing else.

        MsgId alone is not enough: WeChat gave one id to several followers (binarywang/WxJava#333).
        Events have no id and several may share sender and second, so the whole XML stands for them.
        """
        by_id = bool(self.msg_id) and not self.is_event
        identity = ("message", self.from_user, self.msg_id) if by_id else ("body", self.digest)
        # Lengths keep the parts apart: without them ("a", "bc") and ("ab", "c") would be one fingerprint.
        joined = "".join(f"{len(part)}:{part}" for part in (account_key, *identity))
        return hashlib.sha256(joined.encode()).hexdigest()


def parse(plaintext: bytes) -> Incoming:
    """Reads plain XML, at most 64 KiB. Raises `Rejected`: UNPARSABLE_XML, FORBIDDEN_XML or TOO_LARGE."""
    fields, recovered = read(plaintext)
    created = _token(fields, "CreateTime")
    return Incoming(
        to_user=_token(fields, "ToUserName"),
        from_user=_token(fields, "FromUserName"),
        create_time=int(created) if _INTEGER.fullmatch(created) else 0,
        msg_type=_token(fields, "MsgType").lower(),
        event=_token(fields, "Event"),
        msg_id=_token(fields, "MsgId"),
        content=_first(fields, "Content"),
        event_key=_first(fields, "EventKey"),
        fields=fields,
        marks=(RECOVERED_MARK,) if recovered else (),
        digest=hashlib.sha256(plaintext).hexdigest(),
    )


def _as_list(value: Value | None) -> list[Value]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    if isinstance(value, list):
        value = value[0]
    return value if isinstance(value, str) else ""


def _token(fields: Fields, name: str) -> str:
    """An id or a number: hand-made bodies pad them with white space, which `fields` keeps."""
    return _first(fields, name).strip()
