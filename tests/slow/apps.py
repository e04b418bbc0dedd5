"""A test-only system: `calendar` that takes its time and counts its computations in a file."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.apps import AppConfig

from predictions import registry


class SlowConfig(AppConfig):
    name = "tests.slow"
    label = "slow_system"

    def ready(self) -> None:
        quick = registry.get("calendar")

        def compute(*arguments: Any) -> Any:
            with Path(os.environ["TESTS_SLOW_LOG"]).open("a") as log:
                log.write(f"{os.getpid()}\n")
            time.sleep(float(os.environ["TESTS_SLOW_SECONDS"]))
            return quick.compute(*arguments)

        registry.unregister("calendar")
        registry.register(replace(quick, compute=compute))
