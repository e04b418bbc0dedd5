"""celestial_site.env: what each reader accepts, and that its errors help without giving secrets away."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from django.conf import settings

from celestial_site import env

KEY = base64.b64encode(bytes(32)).decode()


def only_long(text: str) -> bool:
    return len(text) >= 8


ACCEPTED = [
    (env.env_str, ("X", "default"), None, "default"),
    (env.env_str, ("X", "default"), "", "default"),
    (env.env_str, ("X", "default"), "值 with spaces", "值 with spaces"),
    *[(env.env_bool, ("X", False), text, True) for text in ("1", "true", "TRUE", "yes", "on", "On")],
    *[(env.env_bool, ("X", True), text, False) for text in ("0", "false", "False", "no", "off")],
    (env.env_bool, ("X", True), None, True),
    (env.env_bool, ("X", True), "", True),
    (env.env_int, ("X", 5), None, 5),
    (env.env_int, ("X", 5), "", 5),
    (env.env_int, ("X", 5), "0", 0),
    (env.env_int, ("X", 5, 1, 10), "10", 10),
    (env.env_int, ("X", 5, 1, 10), "1", 1),
    (env.env_list, ("X",), None, []),
    (env.env_list, ("X", ["a"]), None, ["a"]),
    (env.env_list, ("X",), " a, b ,,c,", ["a", "b", "c"]),
    (env.env_choice, ("X", ("a", "b"), "a"), None, "a"),
    (env.env_choice, ("X", ("a", "b"), "a"), "b", "b"),
    (env.env_url, ("X",), None, ""),
    (env.env_url, ("X",), "https://example.com/", "https://example.com"),
    (
        env.env_url,
        ("X", "", ("redis", "unix")),
        "redis://:pw@127.0.0.1:6379/0",
        "redis://:pw@127.0.0.1:6379/0",
    ),
    (env.env_url, ("X", "", ("redis", "unix")), "unix:///run/redis.sock", "unix:///run/redis.sock"),
    (env.env_secret, ("X", only_long, "too short", "…"), None, ""),
    (env.env_secret, ("X", only_long, "too short", "…"), "long enough", "long enough"),
    (env.env_keys, ("X",), None, []),
    (env.env_keys, ("X",), KEY, [bytes(32)]),
    (env.env_keys, ("X",), f"{KEY}, {KEY}", [bytes(32), bytes(32)]),
]


@pytest.mark.parametrize(("reader", "arguments", "value", "result"), ACCEPTED)
def test_a_good_value_is_read(monkeypatch, reader, arguments, value, result):
    if value is not None:
        monkeypatch.setenv("X", value)
    assert reader(*arguments) == result


REFUSED = [
    (env.env_bool, ("X", True), "maybe"),
    (env.env_bool, ("X", True), "2"),
    (env.env_int, ("X", 5), "five"),
    (env.env_int, ("X", 5), "-1"),
    (env.env_int, ("X", 5), "1.0"),
    (env.env_int, ("X", 5), "٣"),
    (env.env_int, ("X", 5, 1, 10), "11"),
    (env.env_int, ("X", 5, 1, 10), "0"),
    (env.env_choice, ("X", ("a", "b"), "a"), "c"),
    (env.env_url, ("X",), "example.com"),
    (env.env_url, ("X",), "ftp://example.com"),
    (env.env_url, ("X",), "https://"),
    (env.env_secret, ("X", only_long, "too short", "…"), "short"),
    (env.env_keys, ("X",), "not base64!"),
    (env.env_keys, ("X",), base64.b64encode(bytes(31)).decode()),
    (env.env_keys, ("X",), f"{KEY},AAAA"),
]


@pytest.mark.parametrize(("reader", "arguments", "value"), REFUSED)
def test_a_bad_value_is_refused_in_one_line_with_name_and_example(monkeypatch, reader, arguments, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(env.EnvError) as caught:
        reader(*arguments)
    message = str(caught.value)
    assert message.startswith("X: ")
    assert "Example: X=" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("reader", "arguments", "value"),
    [
        (env.env_secret, ("X", lambda text: False, "has a wrong shape", "…"), "hunter2-secret"),
        (env.env_keys, ("X",), "hunter2-secret"),
        (env.env_url, ("X", "", ("redis",)), "rediss-hunter2-secret"),
    ],
)
def test_a_secret_is_never_repeated_in_the_error(monkeypatch, reader, arguments, value):
    monkeypatch.setenv("X", value)
    with pytest.raises(env.EnvError) as caught:
        reader(*arguments)
    assert "hunter2" not in str(caught.value)


def test_the_key_that_is_wrong_is_counted(monkeypatch):
    monkeypatch.setenv("X", f"{KEY},{KEY},AAAA")
    with pytest.raises(env.EnvError, match="key 3 must be 32 bytes"):
        env.env_keys("X")


def test_a_file_gives_the_value_without_its_line_end(monkeypatch, tmp_path):
    file = tmp_path / "secret"
    file.write_text("from a file\n")
    monkeypatch.setenv("X_FILE", str(file))
    assert env.env_str("X") == "from a file"


def test_value_and_file_together_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("X", "1")
    monkeypatch.setenv("X_FILE", str(tmp_path / "secret"))
    with pytest.raises(env.EnvError, match="together with X_FILE"):
        env.env_bool("X", True)


def test_an_empty_file_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("X", "1")
    monkeypatch.setenv("X_FILE", "")
    assert env.env_bool("X", False) is True


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_refused(monkeypatch, tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("X_FILE", str(file))
    with pytest.raises(env.EnvError, match="X_FILE: can't be read"):
        env.env_str("X")


def test_the_suite_runs_in_a_folder_of_its_own():
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "tests.settings"
    assert Path(os.environ["TESTS_FOLDER"]) in (settings.CELESTIAL_VAR, settings.CELESTIAL_VAR.parent)
    assert Path(settings.BASE_DIR) not in settings.CELESTIAL_VAR.parents
