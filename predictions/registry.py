"""Every prediction system declared once: the API, the OpenAPI document, menus and help texts read this
registry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib import import_module

from predictions import accuracy
from predictions.types import Chart, Computation, Drawing, FieldError, InvalidInput, Json, Reading, Table

# The order is the order of menus. A system appears here when its module exists and is complete.
SYSTEM_MODULES = (
    *("calendar", "almanac", "date_selection", "bazi", "ziwei"),
    *("liuyao", "xiaoliuren", "meihua", "qimen", "sky"),
)

# What an operator may enable as a group. Names stay even where a system is still to come; see `preset`.
PRESETS: dict[str, tuple[str, ...]] = {
    "历法民俗": ("calendar", "almanac", "sky"),
    "择日": ("calendar", "almanac", "date_selection", "sky"),
    "命理": ("calendar", "almanac", "bazi", "ziwei", "compatibility", "natal"),
    "占问": ("calendar", "almanac", "liuyao", "xiaoliuren", "meihua", "qimen", "daliuren"),
}


def no_semantic_errors(data: Json, options: Json) -> list[FieldError]:
    """The check of a system whose JSON schema says everything."""
    return []


@dataclass(frozen=True, slots=True)
class System:
    """One prediction system.

    ``input_schema`` and ``option_schema`` are JSON Schema 2020-12 objects; each option has a default there.
    ``check(input, options)`` returns what a schema cannot say (30 February, an unknown place); it is called
    with input that may be malformed elsewhere and must then stay silent. ``compute(input, options)`` gets
    valid input. ``render(chart, reading, lang)`` is the text for a phone, ``describe(chart, lang)`` the echo
    "understood as". ``range`` is {"from", "to"}: the years answered. ``conformance`` says in words what the
    figures of the accuracy report, which are told before it, leave open. ``draw(chart)`` gives the pictures
    and ``tables(chart)`` the tables of the reading page. ``slow`` says that a computation may take longer
    than WeChat waits; it then runs in a worker.
    """

    id: str
    title: str
    title_en: str
    summary: str
    version: str
    input_schema: Json
    option_schema: Json
    compute: Callable[[Json, Json], Computation]
    interpret: Callable[[Chart], Reading]
    render: Callable[[Chart, Reading, str], str]
    describe: Callable[[Chart, str], str]
    range: Json
    needs_birth: bool
    group: str
    check: Callable[[Json, Json], list[FieldError]] = no_semantic_errors
    summary_en: str = ""
    examples: tuple[Json, ...] = ()
    conformance: str = ""
    labels: tuple[str, ...] = field(default=())
    draw: Callable[[Chart], tuple[Drawing, ...]] | None = None
    tables: Callable[[Chart], tuple[Table, ...]] | None = None
    slow: bool = False

    def as_dict(self) -> Json:
        """What GET /api/v1/systems/{id} shows."""
        return {
            "id": self.id,
            "title": self.title,
            "title_en": self.title_en,
            "summary": self.summary,
            "summary_en": self.summary_en,
            "version": self.version,
            "group": self.group,
            "presets": [name for name, members in PRESETS.items() if self.id in members],
            "needs_birth": self.needs_birth,
            "range": self.range,
            "input_schema": self.input_schema,
            "option_schema": self.option_schema,
            "examples": list(self.examples),
            "conformance": accuracy.conformance(self.id) + self.conformance,
        }


@cache
def _systems() -> dict[str, System]:
    systems = (import_module(f"predictions.systems.{name}").SYSTEM for name in SYSTEM_MODULES)
    return {system.id: system for system in systems}


def all_systems() -> tuple[System, ...]:
    """Every registered system, in menu order."""
    return tuple(_systems().values())


def preset(name: str) -> tuple[str, ...]:
    """The ids of a preset that this version can compute."""
    return tuple(system_id for system_id in PRESETS[name] if system_id in _systems())


def get(system_id: object) -> System:
    """The system of an id; raises InvalidInput unknown_system at "/system" with the nearest id."""
    if not isinstance(system_id, str):
        raise InvalidInput(
            [FieldError("/system", "wrong_type", "system 必须是字符串。", {"choices": list(_systems())})]
        )
    found = _systems().get(system_id)
    if found is None:
        raise InvalidInput([_unknown_system(system_id, list(_systems()))])
    return found


def _unknown_system(system_id: str, known: Collection[str]) -> FieldError:
    near = get_close_matches(system_id.lower(), list(known), n=1, cutoff=0.5)
    hint = f"最接近的是 {near[0]}。" if near else f"可用：{'、'.join(known)}。"
    suggestion: Json = {"system": near[0]} if near else {"choices": list(known)}
    return FieldError("/system", "unknown_system", f"没有名为 {system_id[:40]} 的系统；{hint}", suggestion)


def register(system: System) -> None:
    """Add a system at run time, as tests do with a slow one; an id that is taken is a programming error."""
    if system.id in _systems():
        raise ValueError(f"system {system.id} is already registered")
    _systems()[system.id] = system


def substitute(system: System) -> System:
    """Put `system` in the place of the one with its id, order kept, as tests do; the one that was there."""
    before = _systems()[system.id]
    _systems()[system.id] = system
    return before


def unregister(system_id: str) -> None:
    """Take a system out again; unknown ids are a programming error."""
    del _systems()[system_id]
