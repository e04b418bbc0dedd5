"""What is refused, what is not, and who is sent to the helpline."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from predictions.language import ask
from predictions.language.policy import CRISIS, REFUSALS, crisis, refusal
from tests.predictions.language.clock import ALL, NOW

SENTENCES = yaml.safe_load((Path(__file__).parent / "policy_sentences.yaml").read_text("utf-8"))
REFUSED = [(topic, text) for topic, texts in SENTENCES["refused"].items() for text in texts]


@pytest.mark.parametrize(("topic", "text"), REFUSED)
def test_a_refused_topic_is_refused_with_what_can_be_asked(topic, text):
    result = ask(text, now=NOW, systems=ALL)
    assert (result.status, result.intent, result.answer, result.context) == ("refused", "refused", None, None)
    assert result.text.startswith(REFUSALS[topic].reply)
    assert "可以问：" in result.text


@pytest.mark.parametrize("text", SENTENCES["danger"])
def test_words_of_self_harm_get_the_helpline_and_nothing_else(text):
    result = ask(text, now=NOW, systems=ALL)
    assert (result.status, result.intent) == ("refused", "crisis")
    assert "12356" in result.text
    assert "可以问" not in result.text


@pytest.mark.parametrize("text", SENTENCES["innocent"])
def test_innocent_sentences_are_neither_refused_nor_taken_for_a_cry(text):
    assert refusal(text) is None
    assert not crisis(text)


def test_danger_comes_first_even_in_the_middle_of_a_conversation_and_of_a_birth():
    asked = ask("八字", now=NOW, systems=ALL)
    result = ask("1990年5月17日8点男，我不想活了", now=NOW, systems=ALL, context=asked.context)
    assert result.intent == "crisis"


def test_every_rule_is_tested_and_has_words_for_the_person():
    assert set(SENTENCES["refused"]) == set(REFUSALS)
    for rule in (CRISIS, *REFUSALS.values()):
        assert len(rule.reply) > 10
