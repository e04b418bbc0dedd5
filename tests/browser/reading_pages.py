"""The reading pages of a running server: where they are, what axe finds on them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from predictions.registry import all_systems
from tests.processes import Server

BLOCKING = ("serious", "critical")
_axe = Axe()

_LINKS = """
import json
from django.conf import settings
from django.utils import timezone
from predictions import engine, registry
from predictions.reading_pages.links import reading_url

settings.CELESTIAL_PUBLIC_URL = "http://pages.example.com"

def link(system, asked):
    chart = engine.compute(system, asked)
    return reading_url(
        system, chart.input, chart.options, holder="wechat:1:oBrowser", now=timezone.now()
    ).removeprefix(settings.CELESTIAL_PUBLIC_URL)

print(json.dumps({name: link(*given) for name, given in json.loads(ASKED).items()}))
"""
EXAMPLES = {system.id: (system.id, system.examples[0]) for system in all_systems()}
# Beside every system's own example, what looks different on its page.
MORE = {
    "bazi-hour-unknown": (
        "bazi",
        {"birth": {"calendar": "solar", "year": 1990, "month": 5, "day": 17}, "gender": "female"},
    ),
    "bazi-notes": (
        "bazi",
        {
            "birth": {"calendar": "solar", "year": 1990, "month": 2, "day": 4, "hour": 23, "minute": 20},
            "gender": "female",
        },
    ),
    "date_selection-none": ("date_selection", {"event": "搬家", "from": "2026-12-01", "to": "2026-12-02"}),
}


def paths(server: Server, asked: Mapping[str, tuple[str, object]]) -> dict[str, str]:
    """The path of the page of each question (system, input), by its name; links are given by the server's keys."""
    made = server.manage("shell", "--no-imports", "-c", f"ASKED = {json.dumps(asked)!r}\n{_LINKS}")
    assert made.returncode == 0, made.stderr
    links: dict[str, str] = json.loads(made.stdout)
    return links


def violations(page: Page) -> list[str]:
    """What axe calls serious or critical on the page as it is now: rule, and the elements."""
    found = _axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'])}"
        for one in found
        if one["impact"] in BLOCKING
    ]
