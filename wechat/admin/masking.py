"""What staff see of a follower's personal data: pseudonyms and lengths, until somebody allowed asks for more.

Seeing more takes the permission `wechat.view_plaintext` and a POST, and leaves a log entry.
"""

from __future__ import annotations

import time
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from wechat.crypto import Rejected
from wechat.markup import Fields, Value, read

VIEW_PLAINTEXT = "wechat.view_plaintext"
LIST_GRANT = "texts_shown_until"
LIST_GRANT_SECONDS = 600

# Elements and parameters that say nothing about a person; everything else is masked, known or not.
_OPEN_ELEMENTS = frozenset(
    {"MsgType", "CreateTime", "Event", "MsgId", "Format", "Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
)
_OPEN_PARAMETERS = frozenset({"signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr"})
_PEOPLE = frozenset({"FromUserName", "ToUserName", "openid", "OpenID"})


def may_unmask(request: HttpRequest) -> bool:
    return request.user.has_perm(VIEW_PLAINTEXT)


def list_is_shown(request: HttpRequest) -> bool:
    """Whether this session asked for texts in lists a short while ago, and still may see them."""
    return request.session.get(LIST_GRANT, 0) > time.time() and may_unmask(request)


def pseudonym(openid: str) -> str:
    """The same 8 hex digits for the same follower, which nobody without SECRET_KEY can compute."""
    if not openid:
        return "–"
    return salted_hmac(
        "wechat.pseudonym", openid, secret=settings.SECRET_KEY, algorithm="sha256"
    ).hexdigest()[:8]


def masked(text: str) -> str:
    return f"••• ({len(text)})" if text else ""


def _masked_element(name: str, text: str) -> str:
    if name in _PEOPLE:
        return text if text.startswith("gh_") else pseudonym(text)
    return text if name in _OPEN_ELEMENTS else masked(text)


def mask_fields(fields: Fields) -> Fields:
    """The same elements with everything that a follower wrote or is replaced."""
    return {name: _mask_value(name, value) for name, value in fields.items()}


def _mask_value(name: str, value: Value) -> Value:
    if isinstance(value, dict):
        return mask_fields(value)
    if isinstance(value, list):
        return [_mask_value(name, item) for item in value]
    return _masked_element(name, value)


def parameters(query: str, *, shown: bool) -> list[tuple[str, str]]:
    """The query for the page; strangers send parameters too, so only the protocol's own are open."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if shown:
        return pairs
    return [
        (name, value if name in _OPEN_PARAMETERS else _masked_parameter(name, value)) for name, value in pairs
    ]


def _masked_parameter(name: str, value: str) -> str:
    return pseudonym(value) if name in _PEOPLE else masked(value)


def fields_of(body: bytes) -> Fields:
    """The elements of an XML body; none when it can't be read."""
    try:
        return read(body)[0]
    except Rejected:
        return {}


def decoded(body: bytes) -> str:
    """Bytes for a page: what is not UTF-8 stays visible as \\x.."""
    return body.decode("utf-8", "backslashreplace")


def xml_text(body: bytes, *, shown: bool) -> str:
    """A body for the page: exactly as it is, or indented with everything personal masked."""
    if shown:
        return decoded(body)
    fields = fields_of(body)
    return pretty(mask_fields(fields)) if fields else masked(decoded(body))


def pretty(fields: Fields, depth: int = 0) -> str:
    """Elements as indented lines; the template escapes them."""
    lines: list[str] = []
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            lines.append(_pretty_element(name, item, depth))
    return "\n".join(lines)


def _pretty_element(name: str, value: Value, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, dict):
        return f"{indent}<{name}>\n{pretty(value, depth + 1)}\n{indent}</{name}>"
    return f"{indent}<{name}>{value}</{name}>"


def flat(fields: Fields, prefix: str = "") -> list[tuple[str, str]]:
    """(path, text) of every element, for a table."""
    rows: list[tuple[str, str]] = []
    for name, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            path = f"{prefix}{name}"
            rows += flat(item, f"{path} / ") if isinstance(item, dict) else [(path, str(item))]
    return rows
