"""What is not answered, whoever asks: the rules and their fixed words are in policy.yaml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A topic that is refused with `reply`: when `pattern` is found and `unless` is not."""

    topic: str
    pattern: re.Pattern[str]
    unless: re.Pattern[str]
    reply: str

    def applies(self, text: str) -> bool:
        return self.pattern.search(text) is not None and self.unless.search(text) is None


def _rules() -> dict[str, Rule]:
    rows = yaml.safe_load((Path(__file__).parent / "policy.yaml").read_text("utf-8"))["rules"]
    return {row["topic"]: _rule(**row) for row in rows}


def _rule(topic: str, reply: str, patterns: list[str], unless: list[str] | None = None) -> Rule:
    return Rule(topic, re.compile("|".join(patterns)), re.compile("|".join(unless or [NEVER])), reply)


_RULES = _rules()
CRISIS = _RULES.pop("crisis")
REFUSALS = _RULES


def crisis(text: str) -> bool:
    """Words of somebody who may hurt themselves: answered before anything else is looked at."""
    return CRISIS.applies(text)


def refusal(text: str) -> Rule | None:
    """The first rule that a normalised sentence falls under."""
    return next((rule for rule in REFUSALS.values() if rule.applies(text)), None)
