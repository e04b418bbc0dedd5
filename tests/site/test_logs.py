"""celestial_site.logs: one JSON object a line, with ids, without secrets."""

from __future__ import annotations

import json
import logging
import logging.config
import sys

import pytest

from celestial_site import logs
from celestial_site.celery import app


@pytest.fixture(autouse=True)
def outside_any_request() -> None:
    """Tests before this one have made requests."""
    logs.request_id.set("")
    logs.message_id.set("")


def line_of(message: str, *arguments: object, exc_info=None, **fields: object) -> dict:
    record = logging.LogRecord("wechat", logging.WARNING, __file__, 1, message, arguments, exc_info)
    vars(record).update(fields)
    text = logs.JsonFormatter().format(record)
    assert "\n" not in text
    line: dict = json.loads(text)
    return line


def test_a_line_is_one_json_object_with_utc_time_level_and_logger():
    line = line_of("a %s", "消息")
    assert line["ts"].endswith("+00:00")
    assert (line["level"], line["logger"], line["message"]) == ("warning", "wechat", "a 消息")
    assert "request_id" not in line


def test_the_ids_of_request_and_message_are_on_the_line():
    first = logs.request_id.set("r" * 32)
    second = logs.message_id.set("42")
    try:
        line = line_of("x")
    finally:
        logs.request_id.reset(first)
        logs.message_id.reset(second)
    assert (line["request_id"], line["message_id"]) == ("r" * 32, "42")


def test_own_fields_keep_their_numbers_and_lose_their_secrets():
    line = line_of("x", ms=1.5, ok=True, outcome="replied", url="/wechat?signature=abc", nothing=None)
    assert (line["ms"], line["ok"], line["outcome"], line["nothing"]) == (1.5, True, "replied", None)
    assert line["url"] == "/wechat?[redacted]"


def test_a_line_of_a_task_names_it():
    seen = []

    @app.task(name="tests.says_something")
    def says_something() -> None:
        seen.append(line_of("done"))

    says_something.apply(task_id="task-7")
    del app.tasks["tests.says_something"]
    assert seen[0]["task_id"] == "task-7"
    assert "task_id" not in line_of("done")


def test_an_exception_is_on_the_same_line_and_redacted():
    try:
        raise ValueError("token=hunter2")
    except ValueError:
        line = line_of("failed", exc_info=sys.exc_info())
    assert "ValueError" in line["exception"]
    assert "hunter2" not in json.dumps(line)


@pytest.mark.parametrize(
    "text",
    [
        "redis://:hunter2@127.0.0.1:6379/0",
        "postgresql://celestial:hunter2@127.0.0.1/celestial",
        "token=hunter2",
        "TOKEN: hunter2",
        "{'token': 'hunter2'}",
        '{"access_token": "hunter2"}',
        "appsecret=hunter2&grant_type=x",
        "secret = hunter2",
        "aes_key=hunter2",
        "aeskey: hunter2",
        "password='hunter2'",
        "Authorization: Bearer hunter2",
        "authorization=hunter2",
        "openid=hunter2",
        "signature=hunter2",
        "msg_signature=hunter2",
        "nonce=hunter2",
        "echostr=hunter2",
        "GET /wechat?timestamp=1&x=hunter2 HTTP/1.1",
        "POST /wechat/second?hunter2",
        "key cel_live_hunter2hunter2 refused",
    ],
)
def test_a_secret_is_taken_out(text):
    assert "hunter2" not in logs.redact(text)
    assert "[redacted]" in logs.redact(text)


@pytest.mark.parametrize(
    "text", ["今天黄历", "tokens: 3 slots", "the signature did not match", "/api/v1/ask?x=1"]
)
def test_ordinary_words_stay(text):
    assert logs.redact(text) == text


def test_a_folder_gets_a_file_that_survives_rotation(tmp_path):
    configuration = logs.configuration(str(tmp_path))
    assert configuration["root"]["handlers"] == ["stdout", "file"]
    handler = configuration["handlers"]["file"]
    assert handler["class"] == "logging.handlers.WatchedFileHandler"
    assert handler["filename"] == str(tmp_path / "celestial.log")


def test_without_a_folder_there_is_stdout_alone():
    assert logs.configuration("")["root"]["handlers"] == ["stdout"]


def test_the_address_of_a_reading_page_is_not_written():
    line = line_of("Internal Server Error: /r/AQdeIKPOtPU2hfPExqtZ6pYj9DW90QofmrUu1-_")
    assert line["message"] == "Internal Server Error: /r/[redacted]"
    assert line_of("GET /r/AQdeIKPOtPU2hfPExqt HTTP/1.1")["message"] == "GET /r/[redacted] HTTP/1.1"
