"""The table of subjects."""

from __future__ import annotations

import pytest

from predictions.language import understand
from predictions.language.topics import BY_INTENT, SMALL, TOPICS, chosen_number, small_request
from predictions.registry import PRESETS
from tests.predictions.language.clock import NOW


@pytest.mark.parametrize("topic", [topic for topic in TOPICS if topic.system], ids=lambda topic: topic.intent)
def test_the_example_and_the_menu_entry_of_a_subject_are_about_it(topic):
    for text in (topic.example, topic.menu):
        found = understand(text, NOW)
        assert found.intent == topic.intent, text
        assert found.issue is None or topic.intent == "date_selection"


def test_every_system_that_a_preset_names_has_a_subject():
    systems = {topic.system for topic in TOPICS}
    assert {system for members in PRESETS.values() for system in members} <= systems


def test_a_subject_beats_only_subjects_that_exist():
    assert all(loser in BY_INTENT for topic in TOPICS for loser in topic.beats)


def test_intents_are_unique():
    assert len(BY_INTENT) == len(TOPICS)
    assert not set(BY_INTENT) & set(SMALL)


@pytest.mark.parametrize(
    ("text", "numeral"),
    [("1", "1"), ("第2个", "2"), ("选三", "三"), ("2.", "2"), ("10", "10"), ("1点", ""), ("123", "")],
)
def test_a_choice_is_a_number_and_nothing_else(text, numeral):
    assert chosen_number(text) == numeral


def test_a_small_request_is_the_whole_sentence():
    assert small_request("菜单") == "menu"
    assert small_request("你好呀") == "greeting"
    assert small_request("你好，今天黄历") == ""
