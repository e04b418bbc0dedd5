"""A test-only system: `calendar` that takes its time and counts its computations in a file."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.apps import AppConfig

from predictions import registry

ASKED = {"calendar": "solar", "year": 2026, "month": 11, "day": 24}


class SlowConfig(AppConfig):
    name = "tests.slow"
    label = "slow_system"

    def ready(self) -> None:
        quick = registry.get("calendar")

        def compute(data: Any, options: Any) -> Any:
            if data["date"] != ASKED:  # the warm-up of a starting worker
                return quick.compute(data, options)
            with Path(os.environ["TESTS_SLOW_LOG"]).open("a") as log:
                log.write(f"{os.getpid()}\n")
            time.sleep(float(os.environ["TESTS_SLOW_SECONDS"]))
            return quick.compute(data, options)

        registry.unregister("calendar")
        registry.register(replace(quick, compute=compute))
