"""Browser tests: a server for the session, a Chromium for each module, visitors that must leave without complaints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.console import ACCOUNTS, CHROMIUM, Visitor, chromium, console_server
from tests.platform_server import LocalPlatform, running_platform
from tests.processes import Server

Visit = Callable[..., Visitor]
# Tests that change an account have one of their own, so that they may run in any order and side by side.
OWN = {"replayed": "重放的号", "rotated": "换密钥的号", "staffed": "有人值班的号"}


@pytest.fixture(scope="session")
def platform() -> Iterator[LocalPlatform]:
    """WeChat's side of every account of the server."""
    with running_platform() as served:
        yield served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, platform: LocalPlatform) -> Iterator[Server]:
    with console_server(tmp_path_factory.mktemp("console"), platform, ACCOUNTS | OWN) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For a module only: while playwright runs, Django takes this thread for asynchronous and refuses the ORM."""
    if CHROMIUM is None:
        pytest.skip("no Chromium found: apt-get install chromium fonts-noto-cjk")
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """`visit("owner")` is a new window with that role logged in; what the browser complains about fails the test."""
    visitors: list[Visitor] = []

    def visit(role: str = "", **options: Any) -> Visitor:
        visitor = Visitor(browser, server, **options)
        visitors.append(visitor)
        return visitor.log_in(role) if role else visitor

    yield visit
    for visitor in visitors:
        visitor.close()
    assert not [problem for visitor in visitors for problem in visitor.problems]
