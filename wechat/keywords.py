"""Keyword rules as the callback applies them: what a sentence has to look like, and what is answered then.

A pattern is no regular expression: `*` stands for any text, `?` for one character, `|` separates alternatives, and the
whole sentence has to fit. It is matched in time proportional to pattern times sentence, whatever staff write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from predictions.language.normalise import normalise

EXACT, CONTAINS, PATTERN = "exact", "contains", "pattern"
MENU, TEXT = "menu", "text"
_ENDING = " ,.!?~。！？，;:"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text between two stars: it has a fixed length, so nothing in it can be repeated."""

    expression: re.Pattern[str]
    length: int

    @classmethod
    def of(cls, text: str) -> Self:
        expression = "".join("." if character == "?" else re.escape(character) for character in text)
        return cls(re.compile(expression, re.DOTALL), len(text))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, read once: `answer` is sent as it is, or with the numbered menu below it."""

    match: str
    keywords: tuple[str, ...]
    patterns: tuple[tuple[Piece, ...], ...]
    answers_with: str
    answer: str

    @classmethod
    def of(cls, match: str, keyword: str, answers_with: str = TEXT, answer: str = "") -> Self:
        """`keyword` holds one keyword or pattern a line."""
        if match == PATTERN:
            lines = [part.strip() for line in keyword.splitlines() for part in folded(line).split("|")]
            patterns = tuple(tuple(map(Piece.of, line.split("*"))) for line in lines if line)
            return cls(match, (), patterns, answers_with, answer)
        keywords = tuple(filter(None, map(plain, keyword.splitlines())))
        return cls(match, keywords, (), answers_with, answer)

    def applies(self, sentence: str) -> bool:
        """Whether a sentence that went through `plain` is one of this rule's."""
        if self.match == EXACT:
            return sentence in self.keywords
        if self.match == CONTAINS:
            return any(keyword in sentence for keyword in self.keywords)
        return any(fits(pattern, sentence) for pattern in self.patterns)


def folded(text: str) -> str:
    """Simplified, half-width, lower case."""
    return normalise(text).text.casefold()


def plain(text: str) -> str:
    """The spelling in which sentences are compared: folded, without the punctuation at the end."""
    return folded(text).rstrip(_ENDING)


def first_match(rules: Iterable[Rule], text: str) -> Rule | None:
    """The first rule that a sentence falls under."""
    sentence = plain(text)
    return next((rule for rule in rules if rule.applies(sentence)), None) if sentence else None


def fits(pieces: tuple[Piece, ...], sentence: str) -> bool:
    """Whether the whole sentence is the pieces with any text between them.

    The first stands at the start and the last at the end; each of the others is taken as early as it comes, which
    leaves the most for those after it: no other choice can fit where this one doesn't.
    """
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first.expression.fullmatch(sentence) is not None
    end = len(sentence) - last.length
    if first.expression.match(sentence) is None or end < first.length:
        return False
    position = first.length
    for piece in pieces[1:-1]:
        found = piece.expression.search(sentence, position, end)
        if found is None:
            return False
        position = found.end()
    return last.expression.fullmatch(sentence, end) is not None
