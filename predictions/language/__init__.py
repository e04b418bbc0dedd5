"""Chinese sentences in, computed answers out: a deterministic parser without models, clocks or randomness."""

from __future__ import annotations

from predictions.language.dialogue import SlowSystem, ask
from predictions.language.results import AskResult, Question
from predictions.language.understanding import Understanding, understand
from predictions.language.wording import help_text, menu_text, welcome_text

__all__ = [
    "AskResult",
    "Question",
    "SlowSystem",
    "Understanding",
    "ask",
    "help_text",
    "menu_text",
    "understand",
    "welcome_text",
]
