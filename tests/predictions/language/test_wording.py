"""Menus, help and the welcome come from the registry."""

from __future__ import annotations

import pytest

from predictions import registry
from predictions.language import ask, help_text, menu_text, welcome_text
from predictions.language.wording import CONSENT
from tests.predictions.language.clock import ALL, NOW


def test_the_menu_lists_the_enabled_systems_in_order():
    titles = [system.title for system in registry.all_systems() if system.id in ALL]
    lines = menu_text(ALL).split("\n")[1:-1]
    assert [line.split("：")[0] for line in lines] == [f"{n}. {title}" for n, title in enumerate(titles, 1)]


def test_a_system_that_is_not_enabled_is_in_no_text():
    for text in (menu_text(["calendar"]), help_text(["calendar"]), welcome_text(["calendar"])):
        assert "八字" not in text
        assert "黄历" not in text


def test_a_system_that_does_not_exist_is_not_offered():
    assert menu_text(["nothing"]) == menu_text([])


def test_every_sentence_of_the_help_can_be_sent():
    for line in help_text(ALL).split("\n"):
        if line.startswith("· "):
            assert ask(line.split("：")[1], now=NOW, systems=ALL).status == "answered", line


@pytest.mark.parametrize("text", [menu_text(ALL), help_text(ALL), welcome_text(ALL)])
def test_the_texts_fit_into_one_message(text):
    assert len(text.encode()) < 2048


def test_the_consent_says_for_what_and_how_to_leave():
    for word in ("同意", "这一次盘", "不建立个人资料", "隐私说明", "不同意"):
        assert word in CONSENT
