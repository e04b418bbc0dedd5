"""Logging: one JSON object a line, with the request's and message's ids, and nothing that must not be written.

Never logged: tokens, keys, query strings, plaintext, OpenIDs. The redacting filter is the second line of defence.
"""

from __future__ import annotations

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from celery import current_task

request_id: ContextVar[str] = ContextVar("request_id", default="")
message_id: ContextVar[str] = ContextVar("message_id", default="")

_SECRETS = re.compile(
    r"(?i)\b(token|signature|msg_signature|echostr|nonce|openid|secret|appsecret|access_token|aes_?key"
    r"|authorization|password)(['\"]?\s*[=:]\s*['\"]?)(?:Bearer\s+)?[^&\s'\",}]+"
)
_API_KEY = re.compile(r"\bcel_[A-Za-z0-9_]{8,}")
_URL_PASSWORD = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
# The address of a reading page opens it.
_READING = re.compile(r"(/r/)[A-Za-z0-9_-]+")
_QUERY = re.compile(r"(/wechat[^\s?\"']*)\?[^\s\"']+")
# None of the five can match a text without one of these.
_SUSPECT = re.compile(r"[=:?]|cel_|/r/")
_NUMBERS = (int, float, bool, type(None))
# One for all lines: json.dumps would make one for each.
_encode = json.JSONEncoder(ensure_ascii=False).encode
# What logging puts on every record; the rest of a record's attributes are our own fields.
_STANDARD = set(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
    "server_time",
}


def speak_of(request: str, message: int) -> None:
    """From here on, lines of this thread name the request that brought a stored message, and the message."""
    request_id.set(request)
    message_id.set(str(message))


def redact(text: str) -> str:
    """`text` without values after a secret's name, API keys, passwords in URLs, the callback's query strings and
    reading pages' tokens."""
    if not _SUSPECT.search(text):
        return text
    text = _QUERY.sub(r"\1?[redacted]", text)
    text = _READING.sub(r"\1[redacted]", text)
    text = _SECRETS.sub(r"\1\2[redacted]", text)
    text = _URL_PASSWORD.sub(r"\1[redacted]@", text)
    return _API_KEY.sub("cel_[redacted]", text)


class JsonFormatter(logging.Formatter):
    """{"ts", "level", "logger", "message", "request_id"?, "message_id"?, "task_id"?, own fields…, "exception"?}"""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
            "request_id": request_id.get(),
            "message_id": message_id.get(),
            "task_id": _task_id(),
        }
        line |= {key: _plain(value) for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return _encode({key: value for key, value in line.items() if value != ""})


def _task_id() -> str:
    """The Celery task that writes this line, if one does."""
    return (current_task.request.id or "") if current_task else ""


def _plain(value: Any) -> Any:
    if isinstance(value, _NUMBERS):
        return value
    if isinstance(value, dict):
        return {redact(str(key)): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return redact(str(value))


def configuration(folder: str) -> dict[str, Any]:
    """LOGGING: stdout, and `folder`/celestial.log when a folder is named (reopened after logrotate moved it)."""
    handlers: dict[str, Any] = {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}}
    if folder:
        handlers["file"] = {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": str(Path(folder) / "celestial.log"),
            "formatter": "json",
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "celestial_site.logs.JsonFormatter"}},
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": "INFO"},
        "loggers": {
            # Refused requests are counted with their cause; a line each would let a stranger fill the disk.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # Two lines for each task, and the sweeper runs every five seconds.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "django.server": {"handlers": [], "level": "WARNING"},
        },
    }
