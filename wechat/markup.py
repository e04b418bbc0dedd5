"""XML as WeChat writes it: a hardened reader into plain dictionaries, and the escapes for writing.

Every body is hostile until its signature is checked, and the outer body of an encrypted message is read
before that, so this reader accepts no DTD, no entity, no encoding but UTF-8, and bounds depth and size.
"""

from __future__ import annotations

import re
from typing import TypeAlias, Union
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from wechat.policy import Cause, Rejected

MAX_BODY = 64 * 1024
MAX_DEPTH = 32
MAX_ELEMENTS = 2000

# An element is its text, or its children by name; a name that repeats holds a list.
Value: TypeAlias = Union[str, "Fields", "list[Value]"]
Fields: TypeAlias = dict[str, Value]

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = re.compile(r"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"']*)["']""")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Tree:
    """Collects what the parser reports, without recursion and without building element objects."""

    def __init__(self) -> None:
        self.path: list[Fields] = [{}]
        self.text: list[str] = []
        self.elements = 0

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS or len(self.path) > MAX_DEPTH:
            raise Rejected(Cause.FORBIDDEN_XML, "the XML has too many elements or is nested too deeply")
        self.path.append({})
        self.text.clear()

    def data(self, text: str) -> None:
        self.text.append(text)

    def end(self, name: str) -> None:
        value: Value = self.path.pop() or "".join(self.text)
        self.text.clear()
        parent = self.path[-1]
        if name not in parent:
            parent[name] = value
            return
        known = parent[name]
        if isinstance(known, list):
            known.append(value)
        else:
            parent[name] = [known, value]

    def close(self) -> Fields:
        return self.path[0]


def clean(text: str) -> str:
    """`text` without the characters that XML 1.0 cannot carry: controls, lone surrogates, U+FFFE, U+FFFF."""
    return _ILLEGAL.sub("", text)


def cdata(text: str) -> str:
    """`text` as a CDATA section that reads back as the same text, `]]>` included."""
    return f"<![CDATA[{clean(text).replace(']]>', ']]]]><![CDATA[>')}]]>"


def read(body: bytes) -> tuple[Fields, bool]:
    """The elements under `<xml>`, and whether illegal characters had to be removed to read them.

    Raises `Rejected` (UNPARSABLE_XML, FORBIDDEN_XML, TOO_LARGE).
    """
    if len(body) > MAX_BODY:
        raise Rejected(Cause.TOO_LARGE, f"the body is longer than {MAX_BODY} bytes")
    text = _decode(body.removeprefix(_BYTE_ORDER_MARK))
    try:
        return _under_root(_tree(text)), False
    except ParseError as error:
        # Phones put characters such as U+001D into messages and WeChat passes them on (offu/WeRoBot#420).
        repaired = clean(text)
        if repaired == text:
            raise _unparsable(error) from error
    try:
        return _under_root(_tree(repaired)), True
    except ParseError as error:
        raise _unparsable(error) from error


def _decode(body: bytes) -> str:
    # UTF-16 without a mark is valid UTF-8 full of NULs, which the repair above would turn into readable XML.
    if b"\0" in body[:4]:
        raise Rejected(Cause.UNPARSABLE_XML, "the body is not UTF-8")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Rejected(Cause.UNPARSABLE_XML, "the body is not UTF-8") from error
    declared = _DECLARATION.match(text)
    if declared and declared[1].lower() not in ("utf-8", "utf8"):
        raise Rejected(Cause.UNPARSABLE_XML, "the XML declares an encoding other than UTF-8")
    return text


def _tree(text: str) -> Fields:
    # defusedxml does the forbidding; our own target spares its element objects (30 us a message, measured).
    parser = DefusedXMLParser(target=_Tree(), encoding="utf-8", forbid_dtd=True)
    try:
        parser.feed(text.encode())
        tree: Fields = parser.close()
    except DefusedXmlException as error:
        raise Rejected(
            Cause.FORBIDDEN_XML, "the XML has a DTD, an entity or an external reference"
        ) from error
    return tree


def _under_root(tree: Fields) -> Fields:
    root = tree.get("xml")
    if root is None:
        raise Rejected(Cause.UNPARSABLE_XML, "the root element is not xml")
    return root if isinstance(root, dict) else {}


def _unparsable(error: ParseError) -> Rejected:
    line, column = error.position
    return Rejected(Cause.UNPARSABLE_XML, f"not well-formed at line {line}, column {column}")
