"""What ask() hands back, for the API as JSON and for a messenger as one text."""

from __future__ import annotations

from dataclasses import dataclass

from predictions.types import Answer, Json


@dataclass(frozen=True, slots=True)
class Question:
    """The one thing asked; `choices` are what 1, 2, 3… stand for, empty when the reply is free."""

    slot: str
    text: str
    choices: list[str]

    def as_dict(self) -> Json:
        return {"slot": self.slot, "text": self.text, "choices": self.choices}


@dataclass(frozen=True, slots=True)
class AskResult:
    """`status` is answered, needs_input, ambiguous, refused or not_understood; `text` is never empty.

    `context` is plain JSON to be handed to the next ask() of the same person, None when nothing is pending.
    """

    status: str
    intent: str
    understood_as: str
    answer: Answer | None
    question: Question | None
    context: Json | None
    text: str

    def as_dict(self) -> Json:
        """The body of POST /api/v1/ask (the API signs the context)."""
        return {
            "status": self.status,
            "intent": self.intent,
            "understood_as": self.understood_as,
            "answer": self.answer.as_dict() if self.answer else None,
            "question": self.question.as_dict() if self.question else None,
            "context": self.context,
            "text": self.text,
        }
