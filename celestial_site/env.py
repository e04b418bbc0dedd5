"""Strict readers of environment variables: each `NAME` may also be given as `NAME_FILE`, a file's path.

A wrong value raises `EnvError` with one line that names the variable, what is wrong and an example.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


class EnvError(ImproperlyConfigured):
    """A variable of the environment has a value that can't be used."""

    def __init__(self, name: str, problem: str, example: str) -> None:
        super().__init__(f"{name}: {problem}. Example: {name}={example}")


def read(name: str) -> str | None:
    """The value of `name` or the content of the file that `name`_FILE names; None when neither is set."""
    value, file = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value is not None and file:
        raise EnvError(name, f"is set together with {name}_FILE; set one of them", "…")
    if not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvError(f"{name}_FILE", f"can't be read ({error})", f"/run/secrets/{name.lower()}") from error


def env_str(name: str, default: str = "") -> str:
    """A string; an empty value counts as unset."""
    return read(name) or default


def env_bool(name: str, default: bool) -> bool:
    """1/0, true/false, yes/no, on/off; anything else is an error."""
    value = read(name)
    if not value:
        return default
    words = {"1": True, "true": True, "yes": True, "on": True}
    words |= {"0": False, "false": False, "no": False, "off": False}
    if value.lower() not in words:
        raise EnvError(name, f"must be 1 or 0, not {value!r}", "1")
    return words[value.lower()]


def env_int(name: str, default: int, minimum: int = 0, maximum: int = 2**31 - 1) -> int:
    """A whole number within bounds."""
    value = read(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and minimum <= int(value) <= maximum):
        problem = f"must be a whole number from {minimum} to {maximum}, not {value!r}"
        raise EnvError(name, problem, str(default))
    return int(value)


def env_list(name: str, default: Sequence[str] = ()) -> list[str]:
    """Comma separated strings; blanks around them and empty parts are dropped."""
    value = read(name)
    if not value:
        return list(default)
    return [part.strip() for part in value.split(",") if part.strip()]


def env_choice(name: str, choices: Sequence[str], default: str) -> str:
    """One of `choices`."""
    value = read(name) or default
    if value not in choices:
        raise EnvError(name, f"must be one of {', '.join(filter(None, choices))}, not {value!r}", choices[-1])
    return value


def env_url(name: str, default: str = "", schemes: Sequence[str] = ("http", "https")) -> str:
    """An absolute URL without a trailing slash."""
    value = (read(name) or default).rstrip("/")
    if value:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise EnvError(name, f"must be a URL with {' or '.join(schemes)}", f"{schemes[-1]}://example.com")
    return value


def env_secret(name: str, valid: Callable[[str], bool], problem: str, example: str) -> str:
    """A secret with a shape; the error never repeats the value."""
    value = read(name) or ""
    if value and not valid(value):
        raise EnvError(name, problem, example)
    return value


def env_keys(name: str, size: int = 32) -> list[bytes]:
    """Comma separated keys, each `size` bytes in base64."""
    keys = []
    for number, text in enumerate(env_list(name), start=1):
        try:
            key = base64.b64decode(text, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != size:
            problem = f"key {number} must be {size} bytes in base64"
            raise EnvError(name, problem, f'"$(openssl rand -base64 {size})"')
        keys.append(key)
    return keys
