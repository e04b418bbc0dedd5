"""A real server with staff, a real Chromium, and pages that remember every complaint of the browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, sync_playwright

from tests import credentials
from tests.platform_server import LocalPlatform
from tests.processes import Server, running_server

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
SLUG = "default"
ACCOUNTS = {SLUG: "星历问答"}
ROLES = ("owner", "operator", "viewer")

# Credentials that the environment sets are read-only in the console; here staff set everything.
_NOTHING_FROM_THE_ENVIRONMENT = {"WECHAT_TOKEN": "", "WECHAT_ENCODING_AES_KEY": "", "WECHAT_APPID": ""}
_SET_UP = f"""
from django.contrib.auth.models import Group, User
from predictions.registry import all_systems
from wechat.models import OfficialAccount
for role in {ROLES!r}:
    User.objects.create_user(role, password={credentials.PASSWORD!r}, is_staff=True).groups.add(
        Group.objects.get(name=role))
for slug, name in ACCOUNTS.items():
    OfficialAccount.objects.update_or_create(slug=slug, defaults=dict(
        name=name, token={credentials.TOKEN!r}, aes_key={credentials.AES_KEY!r}, app_id={credentials.APP_ID!r},
        app_secret={credentials.APP_SECRET!r}, encryption="compatible",
        systems=[system.id for system in all_systems()]))
"""
# Runs before the page's own scripts, outside of its policy.
_LISTEN = """
document.addEventListener('securitypolicyviolation', event =>
    console.error(`policy ${event.violatedDirective} refuses ${event.blockedURI} ${event.sample}`));
"""


@contextmanager
def console_server(
    folder: Path, platform: LocalPlatform, accounts: dict[str, str] = ACCOUNTS
) -> Iterator[Server]:
    """gunicorn with accounts that answer everything (slug -> name), one user of each role, and WeChat's side."""
    environment = _NOTHING_FROM_THE_ENVIRONMENT | {"WECHAT_API_BASE": platform.url}
    with running_server(folder, static=True, environment=environment) as server:
        made = server.manage("shell", "--no-imports", "-c", f"ACCOUNTS = {accounts!r}{_SET_UP}")
        assert made.returncode == 0, made.stderr
        yield server


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; playwright's own download is never used."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def send_what_waits(server: Server) -> None:
    """What the worker would do within seconds; there is none here."""
    sent = server.manage("shell", "--no-imports", "-c", "from wechat.outbox import send_due; send_due()")
    assert sent.returncode == 0, sent.stderr


class Visitor:
    """One person's browser window. `problems` is what a developer would see in red."""

    def __init__(self, browser: Browser, server: Server, **options: Any) -> None:
        settings = {"base_url": server.url, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        self.context: BrowserContext = browser.new_context(**(DESKTOP | settings | options))
        self.context.set_default_timeout(30_000)
        self.context.add_init_script(_LISTEN)
        self.problems: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _said(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type} at {self.page.url}: {message.text}")

    def _failed(self, request: Request) -> None:
        # Leaving a page ends what it was still loading; that is the visitor's doing.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"not loaded ({request.failure}): {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.url}")

    def log_in(self, role: str) -> Visitor:
        """Through the form, as a person does."""
        self.page.goto("/admin/")
        self.page.fill("#id_username", role)
        self.page.fill("#id_password", credentials.PASSWORD)
        self.follow("[type=submit]")
        return self

    def follow(self, selector: str) -> None:
        """Click what leads to another page, and wait until that is there."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window; what scrolls inside its own box doesn't count."""
        assert self.page.viewport_size
        # Not window.innerWidth: a phone zooms out until the widest thing fits, and that grows with it.
        width: int = self.page.evaluate("document.scrollingElement.scrollWidth")
        return width - self.page.viewport_size["width"]

    def close(self) -> None:
        self.context.close()
