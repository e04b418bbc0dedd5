"""Test-only systems: `calendar`, which turns out to be slow, and `almanac`, which says that it is.

In November 2026 the third, seventh and twentieth take as many seconds, the 13th raises, the 24th takes
TESTS_SLOW_SECONDS. Each computation leaves a line when it starts and one when it ends: "start calendar 7 <pid>".
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.apps import AppConfig

from predictions import registry

SLOW_DAYS, RAISING_DAY, SET_DAY = (3, 7, 20), 13, 24


def seconds_of(date: dict[str, Any]) -> float:
    """How long the computation of a day takes; 0 for any other one, also for the warm-up of a starting worker."""
    if (date.get("year"), date.get("month")) != (2026, 11):
        return 0
    if date["day"] == SET_DAY:
        return float(os.environ.get("TESTS_SLOW_SECONDS", "0"))
    return date["day"] if date["day"] in SLOW_DAYS else 0


def note(word: str, system: str, day: int) -> None:
    with Path(os.environ["TESTS_SLOW_LOG"]).open("a") as log:
        log.write(f"{word} {system} {day} {os.getpid()}\n")


def slowed(system: registry.System, *, declared: bool) -> registry.System:
    def compute(data: Any, options: Any) -> Any:
        date = data["date"]
        raises = (date.get("year"), date.get("month"), date.get("day")) == (2026, 11, RAISING_DAY)
        seconds = seconds_of(date)
        if raises or seconds:
            note("start", system.id, date["day"])
            time.sleep(seconds)
            note("end", system.id, date["day"])
        if raises:
            raise ZeroDivisionError("a bug in the engine")
        return system.compute(data, options)

    return replace(system, compute=compute, slow=declared)


class SlowConfig(AppConfig):
    name = "tests.slow"
    label = "slow_system"

    def ready(self) -> None:
        for name, declared in (("calendar", False), ("almanac", True)):
            registry.substitute(slowed(registry.get(name), declared=declared))
