"""What stands on a reading page, made from the engine's answer for the template."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from predictions import engine, registry
from predictions.reading_pages.links import Page
from predictions.reading_pages.wording import KINDS, words
from predictions.registry import System
from predictions.terms_zh_en import heading, label, labelled_parts
from predictions.types import Answer, Chart, Drawing, Json, Notice, Statement, Table, canonical_json

LONGEST_EVIDENCE = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing whose SVG may go into the page as it is: `drawings.picture` builds it from elements."""

    title: str
    svg: SafeString
    description: str


def contents(page: Page, lang: str) -> dict[str, Any]:
    """The template's context. Raises InvalidInput when this version can't compute the request any more."""
    system = registry.get(page.system)
    answer = engine.answer(page.system, page.input, page.options, lang)
    chart, shown = answer.chart, words(lang)
    tables = [_headed(table, lang) for table in system.tables(chart)] if system.tables else []
    return {
        "lang": lang,
        "words": shown,
        "title": system.title_en if lang == "en" else system.title,
        "answer": answer,
        "figures": [_figure(drawing, lang) for drawing in system.draw(chart)] if system.draw else [],
        "leading_tables": [table for table in tables if table.leading],
        "tables": [table for table in tables if not table.leading],
        "facts": list(_fact_rows(answer, lang)),
        "sentences": [_sentence(statement, chart, shown) for statement in answer.reading.statements],
        "notes": [_note(notice) for notice in chart.warnings],
        "options": _option_rows(system, chart, lang),
        "version": chart.version,
        "expires": page.expires,
    }


def _headed(table: Table, lang: str) -> Table:
    head = tuple(heading(name, lang) for name in table.head)
    return replace(table, caption=heading(table.caption, lang), head=head)


def _figure(drawing: Drawing, lang: str) -> Figure:
    return Figure(heading(drawing.title, lang), mark_safe(drawing.svg), drawing.description)  # noqa: S308 - built by elements


def _fact_rows(answer: Answer, lang: str) -> Iterator[tuple[str, str]]:
    """The labelled lines of the text for the phone, which are the facts that a person reads first."""
    for line in answer.text.split("\n"):
        if line.startswith(("·", "※", label("notices", lang), label("reading", lang))):
            return
        if line != answer.disclaimer:
            yield from labelled_parts(line, lang)


def _sentence(statement: Statement, chart: Chart, shown: dict[str, str]) -> Json:
    return {
        "text": statement.text,
        "source": statement.source,
        "topic": statement.topic,
        "rule": statement.rule,
        "polarity": statement.polarity,
        "kind": shown[KINDS[statement.kind]],
        "evidence": [(path, _short(_at(chart, path))) for path in statement.evidence],
    }


def _at(chart: Chart, path: str) -> Any:
    """The value of an evidence path such as facts.hidden_stems.month.0."""
    value: Any = {"facts": chart.facts}
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _short(value: Any) -> str:
    """A value in a few words; a list of names is read as such."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "、".join(value)
    text = value if isinstance(value, str) else canonical_json(value)
    return text if len(text) <= LONGEST_EVIDENCE else f"{text[:LONGEST_EVIDENCE]}…"


def _note(notice: Notice) -> Json:
    """A warning with the members that make the other chart, and what would differ."""
    other = notice.alternative or {}
    changes = (other.get("input") or {}) | (other.get("options") or {})
    differs = [
        (path, _short(pair["this"]), _short(pair["other"])) for path, pair in other.get("differs", {}).items()
    ]
    return {
        "text": notice.text,
        "changes": [(name, _short(value)) for name, value in changes.items()],
        "differs": differs,
    }


def _option_rows(system: System, chart: Chart, lang: str) -> list[Json]:
    members = system.option_schema["properties"]
    return [
        {
            "name": name if lang == "en" else members[name].get("title", name),
            "value": _short(value),
            "meaning": members[name].get("description", ""),
        }
        for name, value in chart.options.items()
    ]
