"""What no log line may contain, whoever writes it: secrets, OpenIDs, and what followers wrote."""

from __future__ import annotations

import logging
import re

from celestial_site.logs import JsonFormatter
from tests import credentials

# WeChat's are 28 characters and begin with o; those of the tests are about as long and have a digit.
_OPENID = re.compile(r"\bo(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{24,28}(?![A-Za-z0-9_-])")
_XML = re.compile(r"<(?:xml|ToUserName|FromUserName|Content|Encrypt|MsgId)>")
_QUERY = re.compile(r"[?&](?:msg_)?signature=[0-9a-f]{8}")
# Shorter ones (菜单) are words that a log line may have for itself.
LONG_TEXT = 8
# Texts that the test sent, in this process; a new test begins without.
sent_texts: set[str] = set()


def leak_in(line: str) -> str:
    """The first thing in `line` that must not be there; empty when there is none."""
    for text in (*credentials.SECRETS, *sent_texts):
        if text in line:
            return text
    found = _OPENID.search(line) or _XML.search(line) or _QUERY.search(line)
    return found[0] if found else ""


def note_text(text: str) -> None:
    """A follower writes `text`: from here on no line of this test may show it."""
    if len(text) >= LONG_TEXT:
        sent_texts.add(text)


class LeakDetector(logging.Handler):
    """Keeps the log lines that show what they must not."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = self.format(record)
        if found := leak_in(line):
            self.leaks.append(f"{found!r} in {line}")


def assert_no_leak(log: str) -> None:
    """The whole output of a process: AssertionError with the first line that shows what it must not."""
    for line in log.splitlines():
        found = leak_in(line)
        assert not found, f"{found!r} in the log: {line}"
