"""compute -> interpret -> answer: the three pure steps from a validated request to what a person reads."""

from __future__ import annotations

from copy import deepcopy

from predictions import registry
from predictions.registry import System
from predictions.schemas import schema_errors, with_defaults
from predictions.types import (
    DISCLAIMER,
    DISCLAIMER_EN,
    Answer,
    Chart,
    FieldError,
    InvalidInput,
    Json,
    Reading,
)

ENGINE_VERSION = "0.1.0"
LANGUAGES = ("zh-Hans", "en")


def validate(system: System | str, input: object, options: object = None) -> Json:
    """Refuse what cannot be computed; return the options with every default filled in.

    Raises InvalidInput with pointers under "/input" and "/options", all independent errors at once. Types
    are strict: 1.0, "1" and true are not integers.
    """
    system = registry.get(system) if isinstance(system, str) else system
    given = {} if options is None else options
    errors = schema_errors(system.input_schema, input, "/input")
    errors += schema_errors(system.option_schema, given, "/options")
    resolved = with_defaults(system.option_schema, given)
    if isinstance(input, dict):
        errors += _without_repeats(system.check(input, resolved), errors)
    if errors:
        raise InvalidInput(errors)
    return resolved


def _without_repeats(found: list[FieldError], already: list[FieldError]) -> list[FieldError]:
    pointers = {error.pointer for error in already}
    return [error for error in found if error.pointer not in pointers]


def compute(system_id: str, input: Json, options: Json | None = None) -> Chart:
    """The chart of a system. Deterministic: the same arguments give the same canonical JSON, whatever the
    clock says.
    """
    system = registry.get(system_id)
    resolved = validate(system, input, options)
    result = system.compute(input, resolved)
    return Chart(
        system=system.id,
        version=f"{ENGINE_VERSION}+{system.version}",
        input=deepcopy(input),
        options=resolved,
        trace=result.trace,
        facts=result.facts,
        warnings=result.warnings,
    )


def interpret(chart: Chart) -> Reading:
    """The reading of a chart: statements by documented rules only."""
    return registry.get(chart.system).interpret(chart)


def answer(system_id: str, input: Json, options: Json | None = None, lang: str = "zh-Hans") -> Answer:
    """Chart, reading and text in one. ``lang`` is "zh-Hans" or "en"; another value is refused at "/lang"."""
    _check_language(lang)
    system = registry.get(system_id)
    chart = compute(system_id, input, options)
    reading = system.interpret(chart)
    return Answer(
        understood_as=system.describe(chart, lang),
        chart=chart,
        reading=reading,
        alternatives=alternatives(chart),
        text=system.render(chart, reading, lang),
        disclaimer=DISCLAIMER_EN if lang == "en" else DISCLAIMER,
    )


def prepare() -> None:
    """Answer every system's examples once, so that tables, rules and places are loaded before the first
    person asks.
    """
    for system in registry.all_systems():
        for example in system.examples:
            answer(system.id, example)


def alternatives(chart: Chart) -> list[Json]:
    """The other charts that the warnings offer, each with the code of its warning."""
    return [
        {"code": notice.code} | notice.alternative
        for notice in chart.warnings
        if notice.alternative is not None
    ]


def _check_language(lang: object) -> None:
    if not isinstance(lang, str):
        raise InvalidInput(
            [FieldError("/lang", "wrong_type", "lang 必须是字符串。", {"choices": list(LANGUAGES)})]
        )
    if lang not in LANGUAGES:
        detail = "lang 只能是 zh-Hans 或 en。"
        raise InvalidInput([FieldError("/lang", "out_of_range", detail, {"choices": list(LANGUAGES)})])
