"""Milliseconds for a chart of each system and for understanding a sentence, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from statistics import median

from benchmarks.engine_peers import PEERS, iztro
from predictions import engine
from predictions.language import understand
from predictions.registry import System, all_systems
from predictions.types import Json

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=8)))
SENTENCES = (
    "今天黄历",
    "菜单",
    "明天农历几号",
    "1990年5月17日早上8点杭州男八字",
    "下周三宜结婚吗",
    "你好呀朋友",
)
REPEATS = 100


def charts() -> dict[str, float]:
    """Median milliseconds of one chart, by system; each with another day, so that no cache of results helps."""
    return {system.id: _median(partial(_chart, system)) for system in all_systems()}


def peers() -> list[tuple[str, str, float]]:
    """(our system, whose chart beside it, median milliseconds); iztro only where node is."""
    found = [(system, name, _median(call)) for system, name, call in PEERS]
    in_node = iztro(REPEATS)
    return found if in_node is None else [*found, ("ziwei", "iztro in node: whole chart", in_node)]


def sentences() -> dict[str, float]:
    """Median milliseconds to understand one sentence, by sentence."""
    return {text: _median(partial(_parse, text)) for text in SENTENCES}


def _parse(text: str, _number: int) -> object:
    return understand(text, NOW)


def _chart(system: System, number: int) -> object:
    return engine.compute(system.id, _another_day(system.examples[0], number))


def _another_day(example: Json, number: int) -> Json:
    """The system's own example, with a day of its own where it has a solar date."""
    changed = dict(example)
    for name, value in example.items():
        if isinstance(value, dict) and value.get("calendar") == "solar":
            changed[name] = value | {"year": 1950 + number % 100, "day": 1 + number % 28}
    return changed


def _median(call: Callable[[int], object]) -> float:
    times = []
    for number in range(REPEATS):
        start = time.perf_counter()
        call(number)
        times.append((time.perf_counter() - start) * 1000)
    return median(times)
