"""The values that every prediction system speaks: inputs refused, charts, readings, answers.

Everything here is a frozen dataclass whose ``as_dict()`` is plain JSON, so that the same input always
serialises to the same bytes (see ``canonical_json``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

# The facts of a system are an open JSON object (DESIGN section 5 names their keys), hence the one Any of the
# engine.
Json: TypeAlias = dict[str, Any]

DISCLAIMER = "排盘为确定性计算；解读出自传统文献规则，仅供文化参考与娱乐，不构成医疗、法律、投资建议。"
DISCLAIMER_EN = (
    "The chart is a deterministic calculation; readings follow rules of traditional texts, for cultural "
    "reference and entertainment only, and are no medical, legal or investment advice."
)


def canonical_json(value: object) -> str:
    """The one serialisation of a value: sorted keys, no spaces, no NaN (raises ValueError), characters
    unescaped.
    """
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with a request.

    ``pointer`` is a JSON pointer into the request body ("/input/date/day"), ``code`` one of DESIGN section
    5, ``detail`` a Chinese sentence for the person, ``suggestion`` the nearest valid value(s) by member
    name, or None.
    """

    pointer: str
    code: str
    detail: str
    suggestion: Json | None = None

    def as_dict(self) -> Json:
        shown: Json = {"pointer": self.pointer, "code": self.code, "detail": self.detail}
        return shown | {"suggestion": self.suggestion} if self.suggestion is not None else shown


class InvalidInput(Exception):
    """Input that cannot be computed; carries every independent error, never a partial chart."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors: tuple[FieldError, ...] = tuple(errors)
        super().__init__("; ".join(f"{error.pointer}: {error.detail}" for error in self.errors))


@dataclass(frozen=True, slots=True)
class Notice:
    """A boundary or convention that the person should know of.

    ``alternative`` gives the other chart: ``{"input"?, "options"?, "differs": {"pillars.hour": {"this",
    "other"}}}``, where input and options are the members to change in the request.
    """

    code: str
    text: str
    alternative: Json | None = None

    def as_dict(self) -> Json:
        return {"code": self.code, "text": self.text, "alternative": self.alternative}


@dataclass(frozen=True, slots=True)
class Computation:
    """What a system's ``compute`` returns; the engine makes a Chart of it."""

    trace: list[Json]
    facts: Json
    warnings: list[Notice]


@dataclass(frozen=True, slots=True)
class Chart:
    """A computed chart: what was asked, how the moment was resolved, the facts, the boundaries near by."""

    system: str
    version: str
    input: Json
    options: Json
    trace: list[Json]
    facts: Json
    warnings: list[Notice]

    def as_dict(self) -> Json:
        return {
            "system": self.system,
            "version": self.version,
            "input": self.input,
            "options": self.options,
            "trace": self.trace,
            "facts": self.facts,
            "warnings": [notice.as_dict() for notice in self.warnings],
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a reading with the rule that produced it.

    ``evidence`` lists the paths of facts that the rule matched ("facts.pillars.day"), ``source`` is the book
    or 本站, ``kind`` says how far it can be trusted: computed, rule (rule-determined) or traditional.
    """

    text: str
    topic: str
    rule: str
    evidence: list[str]
    source: str
    polarity: str = "neutral"
    kind: str = "traditional"

    def as_dict(self) -> Json:
        return {
            "text": self.text,
            "topic": self.topic,
            "rule": self.rule,
            "evidence": self.evidence,
            "source": self.source,
            "polarity": self.polarity,
            "kind": self.kind,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """The statements of a chart, in the order of the rules."""

    statements: list[Statement]

    def as_dict(self) -> Json:
        return {"statements": [statement.as_dict() for statement in self.statements]}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of a chart for the reading page.

    ``svg`` is one complete ``<svg>`` element with its own ``<title>`` and ``<desc>``, coloured by the page's CSS
    classes only; ``description`` says the same in words for those who cannot see it.
    """

    title: str
    svg: str
    description: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; ``kind`` is a class of the reading page's stylesheet (wood, good, strong…) or empty."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What is a table to the reader, for the reading page: the first cell of a row is the row's heading.

    A ``leading`` table stands before the pictures.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    leading: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person or API client receives. ``text`` does not repeat ``understood_as``; it ends with the
    disclaimer.
    """

    understood_as: str
    chart: Chart
    reading: Reading
    alternatives: list[Json]
    text: str
    disclaimer: str

    def as_dict(self) -> Json:
        return {
            "understood_as": self.understood_as,
            "chart": self.chart.as_dict(),
            "reading": self.reading.as_dict(),
            "alternatives": self.alternatives,
            "text": self.text,
            "disclaimer": self.disclaimer,
        }
