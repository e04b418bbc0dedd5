"""tests.leaks: the guard over every test's log sees what it must and lets ordinary lines pass."""

from __future__ import annotations

import logging

import pytest

from tests import credentials
from tests.leaks import LeakDetector, assert_no_leak, leak_in, note_text
from wechat.simulator import text_message

FOLLOWER = "oQ7vX5kNexus_0000follower01"
SHOWN = [
    f"token {credentials.TOKEN} is wrong",
    f"answered {credentials.OPENID}",
    f"follower {FOLLOWER}: done",
    "oABCdefghijklmnopqrstuvwxyz12",
    text_message("gh_x", "o", "菜单", 1, "1").decode(),
    "GET /wechat?signature=0123456789abcdef",
]


@pytest.mark.parametrize("line", SHOWN)
def test_what_must_not_be_logged_is_seen(line):
    assert leak_in(line)
    with pytest.raises(AssertionError, match="in the log"):
        assert_no_leak(f"an ordinary line\n{line}\n")


def test_what_a_follower_wrote_is_seen_from_the_moment_it_is_sent():
    text = "1990年5月15日早上八点北京出生，女"
    assert not leak_in(text)
    note_text(text)
    assert leak_in(f"the handler failed for {text}") == text


@pytest.mark.parametrize(
    "line",
    [
        "callback replied in 12 ms",
        "operations of wechat.DedupFingerprint are slow",
        '{"request_id": "0123456789abcdef0123456789abcdef", "message_id": "7491823749182374912"}',
        "obsolete-configuration-option-without-a-number",
        "/wechat?[redacted]",
    ],
)
def test_ordinary_lines_pass(line):
    assert not leak_in(line)


def test_the_detector_reads_what_the_formatter_writes():
    """Fields count too, and what the formatter redacts is no leak."""
    detector = LeakDetector()
    for fields in ({"openid": FOLLOWER}, {"who": FOLLOWER}, {"url": "/wechat?signature=0123456789abcdef"}):
        record = logging.LogRecord("x", logging.INFO, __file__, 1, "x", (), None)
        vars(record).update(fields)
        detector.emit(record)
    assert len(detector.leaks) == 2
