"""The pictures of the local platform's chat page: `.venv/bin/python -m tests.browser.chat_pictures [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from playwright.sync_api import Browser, expect

from tests.browser.console import DESKTOP, PHONE, Visitor, chromium, console_server
from tests.browser.screenshots import FOLDER, LIMIT
from tests.platform_server import LocalPlatform, running_platform
from tests.processes import Server

WINDOWS = {
    "chat-desktop": DESKTOP,
    "chat-phone": PHONE,
    "chat-dark": {**DESKTOP, "color_scheme": "dark"},
}
MENU = {
    "button": [{"type": "click", "name": "今日黄历", "key": "今天黄历"}, {"name": "更多", "sub_button": []}]
}


def draw_all(browser: Browser, platform: LocalPlatform, folder: Path) -> None:
    platform.menu = MENU
    for name, options in WINDOWS.items():
        visitor = Visitor(browser, cast(Server, SimpleNamespace(url=platform.url)), **options)
        draw(visitor)
        file = folder / f"{name}.png"
        visitor.page.screenshot(path=file)
        assert not visitor.problems, visitor.problems
        assert file.stat().st_size < LIMIT, f"{file} has {file.stat().st_size} bytes"
        visitor.close()


def draw(visitor: Visitor) -> None:
    """A greeting, and a question whose first answer gets lost."""
    page = visitor.page
    page.goto("/")
    page.click("#newcomer")
    page.click("[data-kind=subscribe]")
    expect(page.locator("li[data-way=passive]")).to_have_count(1)
    page.click("[data-drop='1']")
    page.fill("#text", "2026年2月17日是农历几号")
    page.click("#write button")
    expect(page.locator("li[data-way=passive]")).to_have_count(2, timeout=20_000)
    page.evaluate("window.scrollTo(0, 0)")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as var,
        running_platform(style="compatible") as platform,
        console_server(Path(var), platform) as server,
        chromium() as browser,
    ):
        platform.gateway = server.url
        draw_all(browser, platform, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
