"""docs/RUNBOOKS.md as HTML. Only what that file uses: headings with an anchor, paragraphs, lists, code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_ANCHOR = re.compile(r'<a id="([a-z0-9-]+)"></a>')
_CODE = re.compile(r"`([^`]+)`")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")


def render(text: str) -> SafeString:
    """The page's body. Everything is escaped first: the file's own HTML is but its anchors."""
    return mark_safe("\n".join(_blocks(text)))  # noqa: S308 - escaped block by block


def anchors(text: str) -> list[str]:
    return _ANCHOR.findall(text)


def _blocks(text: str) -> Iterator[str]:
    anchor = ""
    # Every second part lies between fences.
    for number, part in enumerate(re.split(r"^```.*\n", text, flags=re.MULTILINE)):
        if number % 2:
            yield f"<pre>{escape(part)}</pre>"
            continue
        for block in filter(None, (block.strip("\n") for block in part.split("\n\n"))):
            if found := _ANCHOR.fullmatch(block):
                anchor = f' id="{found.group(1)}"'
            else:
                yield _block(block.splitlines(), anchor)
                anchor = ""


def _block(lines: list[str], anchor: str) -> str:
    if lines[0].startswith("#"):
        level = min(len(lines[0]) - len(lines[0].lstrip("#")), 4)
        return f"<h{level}{anchor}>{_inline(lines[0].lstrip('# '))}</h{level}>"
    if lines[0].startswith(("- ", "1. ")):
        tag = "ul" if lines[0].startswith("- ") else "ol"
        items = "".join(f"<li>{_inline(re.sub(r'^(-|[0-9]+[.]) ', '', line))}</li>" for line in lines)
        return f"<{tag}>{items}</{tag}>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _inline(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", _CODE.sub(r"<code>\1</code>", escape(text)))
