"""The line of each delivery: its outcome, marks and steps, with the ids, and nothing of the follower."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

import pytest

from celestial_site.logs import JsonFormatter
from tests.leaks import leak_in
from tests.wechat.deliveries import plain, sealed
from wechat.models import Message

pytestmark = pytest.mark.django_db
ALWAYS = {
    "ts",
    "level",
    "logger",
    "message",
    "request_id",
    "account",
    "outcome",
    "duplicate",
    "marks",
    "steps",
    "ms",
}


@pytest.fixture
def lines(caplog) -> Callable[[], list[dict]]:
    """The lines so far, as they are written."""
    written: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # At once: the ids are the request's, not those of the moment of looking.
            written.append(JsonFormatter().format(record))

    logger, handler = logging.getLogger("wechat.callback"), Keep()
    logger.addHandler(handler)
    caplog.set_level(logging.INFO, "wechat.callback")
    yield lambda: [json.loads(line) for line in written]
    logger.removeHandler(handler)


def test_an_answered_message_has_one_line_with_every_step(account, client, lines):
    response = sealed("今天黄历").post(client)
    (line,) = lines()
    assert set(line) == ALWAYS | {"message_id"}
    message = Message.objects.get()
    assert line["request_id"] == response["X-Request-ID"] == message.request_id
    assert line["message_id"] == str(message.pk)
    assert (line["account"], line["outcome"], line["duplicate"], line["marks"]) == (
        "default",
        "replied",
        False,
        [],
    )
    assert list(line["steps"]) == ["open", "parse", "claim", "converse", "seal"]
    assert all(milliseconds > 0 for milliseconds in line["steps"].values())
    assert sum(line["steps"].values()) <= line["ms"]


def test_a_repeated_delivery_has_a_line_of_its_own_and_names_the_same_message(account, client, lines):
    delivery = plain("今天黄历")
    delivery.post(client)
    delivery.post(client)
    first, second = lines()
    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert first["message_id"] == second["message_id"]
    assert first["request_id"] != second["request_id"]


def test_a_handler_that_fails_is_a_cause_on_the_line(account, client, lines, monkeypatch):
    def broken(*_arguments):
        raise RuntimeError("on purpose")

    monkeypatch.setattr("wechat.handling.converse", broken)
    plain("今天黄历").post(client)
    assert [(line["outcome"], line["cause"]) for line in lines()] == [("failed", "engine_error")]


def test_a_forgiven_signature_is_a_mark_on_the_line(account, client, lines):
    account.switch("verification", "lenient", by="t", reason="t")
    plain("菜单", token="another_token").post(client)
    assert lines()[0]["marks"] == ["bad_signature"]


def test_a_refused_request_has_no_line_for_a_stranger_could_fill_the_disk(account, client, lines):
    assert plain("菜单", token="another_token").post(client).status_code == 403
    assert lines() == []


def test_nothing_of_the_follower_is_on_the_line(account, client, lines):
    text = "1990年5月15日早上八点北京出生，女，八字"
    delivery = plain(text)
    delivery.post(client)
    line = json.dumps(lines()[0], ensure_ascii=False)
    assert not leak_in(line)
    for value in (text, "1990", dict(delivery.query)["nonce"], dict(delivery.query)["signature"]):
        assert value not in line.replace(lines()[0]["message_id"], "").replace(lines()[0]["request_id"], "")
