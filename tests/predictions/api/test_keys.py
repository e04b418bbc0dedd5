"""The shape of a key."""

from __future__ import annotations

import re

import pytest

from predictions.api import keys


def test_a_new_key_has_prefix_public_part_secret_and_check() -> None:
    key = keys.new_key()
    assert re.fullmatch(r"cel_live_[0-9A-Za-z]{46}", key.text)
    assert keys.public_id_of(key.text) == key.public_id == key.text[9:17]
    assert key.digest == keys.digest(key.text)
    assert key.text not in key.digest


def test_two_keys_share_nothing() -> None:
    first, second = keys.new_key(), keys.new_key()
    assert first.public_id != second.public_id
    assert first.digest != second.digest


@pytest.mark.parametrize("place", range(9, 55))
def test_a_typing_error_anywhere_is_seen_without_the_database(place: int) -> None:
    text = keys.new_key().text
    wrong = "a" if text[place] != "a" else "b"
    assert keys.public_id_of(text[:place] + wrong + text[place + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "cel_live_", "cel_demo_" + "0" * 46, "x" * 10_000, "cel_live_" + "中" * 46]
)
def test_what_has_not_the_shape_is_no_key(text: str) -> None:
    assert keys.public_id_of(text) is None


def test_a_key_with_blanks_around_it_is_no_key() -> None:
    text = keys.new_key().text
    assert keys.public_id_of(text + "\n") is None
    assert keys.public_id_of(" " + text) is None


def test_a_key_for_tests_says_so_and_is_known_like_any_other() -> None:
    key = keys.new_key(keys.TEST)
    assert re.fullmatch(r"cel_test_[0-9A-Za-z]{46}", key.text)
    assert keys.public_id_of(key.text) == key.public_id
    assert keys.public_id_of(key.text.replace("cel_test_", "cel_live_")) is None
