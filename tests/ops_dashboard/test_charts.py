"""The dashboard in a real browser: charts are drawn under the strict policy, also in the dark, from a table without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.console import CHROMIUM, PHONE, Visitor, chromium, console_server
from tests.platform_server.platform import running_platform
from tests.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.processes]
DRAWN = "#ops-charts[data-drawn='6']"
TRAFFIC = """
from datetime import timedelta
from django.utils import timezone
from ops_dashboard.models import MinuteStat, SystemMinute
from wechat.models import OfficialAccount
account, now = OfficialAccount.objects.get(), timezone.now().replace(second=0, microsecond=0)
for back in range(1, 120):
    minute = now - timedelta(minutes=back)
    MinuteStat.objects.create(account=account, minute=minute, replied=10 + back % 7, duplicates=back % 2,
        latency=[0, 0, 0, 9, 0, 0, 1] + [0] * 10, refusals={"bad_signature": back % 3})
    SystemMinute.objects.create(minute=minute, pending=back % 4, oldest_pending=back % 9, api_calls=5)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("charts")
    with running_platform() as platform, console_server(folder, platform) as running:
        made = running.manage("shell", "--no-imports", "-c", TRAFFIC)
        assert made.returncode == 0, made.stderr
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium found: apt-get install chromium fonts-noto-cjk")
    with chromium() as running:
        yield running


@pytest.mark.parametrize("options", [{}, {"color_scheme": "dark"}, PHONE], ids=["desktop", "dark", "phone"])
def test_six_charts_are_drawn_and_the_browser_has_no_complaint(
    browser: Browser, server: Server, options: dict, tmp_path: Path
):
    visitor = Visitor(browser, server, **options).log_in("viewer")
    visitor.page.goto("/admin/ops/?range=1h")
    visitor.page.wait_for_selector(DRAWN)
    inked = visitor.page.evaluate(
        "[...document.querySelectorAll('#ops-charts canvas')].map(canvas => canvas.getContext('2d')"
        ".getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0))"
    )
    assert inked == [True] * 6
    assert visitor.overflow() <= 0
    visitor.close()
    assert visitor.problems == []


def test_without_data_the_tables_open_instead(browser: Browser, server: Server):
    visitor = Visitor(browser, server).log_in("viewer")
    visitor.page.route("**/series.json*", lambda route: route.fulfill(status=200, body="no json"))
    visitor.page.goto("/admin/ops/?range=1h")
    visitor.page.wait_for_selector("#ops-charts[data-failed]")
    assert visitor.page.locator("#ops-charts details[open]").count() == 6
    visitor.close()
