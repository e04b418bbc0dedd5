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
_DAY = {"calendar": "solar", "year": 2026, "month": 11, "day": 24}
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
    "ziwei-full": (
        "ziwei",
        {
            "birth": {"calendar": "solar", "year": 1963, "month": 10, "day": 22, "hour": 18, "minute": 0},
            "gender": "female",
        },
    ),
    "liuyao-all-moving": ("liuyao", {"lines": [6] * 6, "moment": {**_DAY, "hour": 10}}),
    "liuyao-at-rest": ("liuyao", {"lines": [7] * 6}),
    "xiaoliuren-numbers": ("xiaoliuren", {"numbers": [1, 1, 1]}),
    "sky-polar-night": (
        "sky",
        {"date": {**_DAY, "month": 12}, "latitude": 69.65, "longitude": 18.96, "tz": "Europe/Oslo"},
    ),
    "sky-total-eclipse": ("sky", {"date": {**_DAY, "year": 2009, "month": 7, "day": 15}, "place": "上海"}),
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
