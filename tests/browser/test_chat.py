"""`make run PLATFORM=local`: the page on which a newcomer talks to the account; a real browser, real processes."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.console import DESKTOP, PHONE, Visitor
from tests.browser.reading_pages import violations
from tests.processes import Server, clean_environment
from tests.services import free_port
from tests.site.test_serve import said_until_serving, serve

pytestmark = [pytest.mark.processes, pytest.mark.browser]
SEND_BY_STAFF = """
from wechat import outbox, tasks
from wechat.models import Message, OfficialAccount
account = OfficialAccount.objects.get(slug="default")
message = Message.objects.filter(msg_type="text").latest("id")
rows = outbox.queue_text(account, message.openid, {text!r}, message=message)
tasks.wake_sender(rows[0].pk)
"""
MENU = '{"button": [{"type": "click", "name": "今日黄历", "key": "今天黄历"}]}'


@dataclass
class Run:
    """A started `make run PLATFORM=local`."""

    process: subprocess.Popen[str]
    var: Path
    url: str
    chat: str

    def manage(self, *arguments: str, stdin: str = "") -> str:
        environment = clean_environment(self.var) | {"WECHAT_API_BASE": self.chat}
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, env=environment, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@contextmanager
def running(var: Path) -> Iterator[Run]:
    port, page = free_port(), free_port()
    process = serve(var, port, "--platform", "local", "--platform-port", str(page))
    try:
        said = said_until_serving(process)
        found = re.search(r"Chat +(http://127\.0\.0\.1:\d+)/", said)
        assert found, said
        yield Run(process, var, f"http://127.0.0.1:{port}", found[1])
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with running(tmp_path_factory.mktemp("platform")) as started:
        yield started


@pytest.fixture
def chat(browser: Browser, run: Run) -> Iterator[Any]:
    """A window with the page, as somebody new: `chat(**options)`."""
    visitors: list[Visitor] = []

    def opened(**options: Any) -> Visitor:
        visitor = Visitor(browser, cast(Server, SimpleNamespace(url=run.chat)), **options)
        visitors.append(visitor)
        visitor.page.goto("/")
        visitor.page.click("#newcomer")
        return visitor

    yield opened
    for visitor in visitors:
        visitor.close()
    assert not [problem for visitor in visitors for problem in visitor.problems]


def write(visitor: Visitor, text: str) -> None:
    visitor.page.fill("#text", text)
    visitor.page.click("#write button")


def replies(visitor: Visitor, way: str = "passive") -> Any:
    return visitor.page.locator(f"#chat li[data-way={way}] .bubble")


@pytest.mark.parametrize("style", ["compatible", "plaintext", "safe"])
def test_a_sentence_is_answered_in_every_style_that_the_account_takes(chat: Any, style: str) -> None:
    visitor = chat()
    visitor.page.select_option("#style", style)
    write(visitor, "2026年2月17日是农历几号")
    expect(replies(visitor)).to_contain_text("正月初一")
    expect(visitor.page.locator(".tries li")).to_have_count(1)
    expect(visitor.page.locator(".tries li")).to_contain_text("HTTP 200")
    visitor.page.select_option("#style", "compatible")


def test_follow_voice_location_and_the_others_are_one_tap_each(chat: Any) -> None:
    visitor = chat()
    page = visitor.page
    page.click("[data-kind=subscribe]")
    expect(replies(visitor).nth(0)).to_contain_text("欢迎关注")
    page.fill("#text", "2026年11月24日黄历")
    page.click("[data-kind=voice]")
    expect(replies(visitor).nth(1)).to_contain_text("宜")
    page.click("[data-kind=location]")
    expect(replies(visitor).nth(2)).to_contain_text("杭州市西湖区")
    page.click("[data-kind=image]")
    expect(replies(visitor).nth(3)).to_contain_text("图片")
    page.click("[data-kind=scan]")
    expect(replies(visitor)).to_have_count(5)


def test_a_lost_answer_is_asked_for_again_and_the_same_one_comes(chat: Any) -> None:
    visitor = chat()
    visitor.page.click("[data-drop='1']")
    expect(visitor.page.locator("#drops")).to_have_text("1")
    write(visitor, "2026年2月17日是农历几号")
    expect(replies(visitor)).to_contain_text("正月初一", timeout=15_000)
    expect(visitor.page.locator(".tries li")).to_have_count(2)
    expect(visitor.page.locator(".tries li").nth(0)).to_contain_text("回答丢失")
    expect(visitor.page.locator(".tries li").nth(1)).to_contain_text("重试")


def test_a_customer_message_arrives_by_itself_and_a_fault_keeps_it(chat: Any, run: Run) -> None:
    visitor = chat()
    write(visitor, "你好")
    expect(replies(visitor)).to_contain_text("您好")
    run.manage("shell", "--no-imports", "-c", SEND_BY_STAFF.format(text="工作人员的回答"))
    expect(replies(visitor, "customer")).to_contain_text("工作人员的回答", timeout=15_000)
    visitor.page.select_option("#fault", "45015")
    visitor.page.click("#spoil")
    expect(visitor.page.locator("#faults")).to_contain_text("45015")
    run.manage("shell", "--no-imports", "-c", SEND_BY_STAFF.format(text="第二条"))
    expect(visitor.page.locator("#calls")).to_contain_text("45015", timeout=15_000)
    expect(replies(visitor, "customer")).to_have_count(1)
    visitor.page.click("#clear")


def test_the_pushed_menu_stands_under_the_chat_and_its_buttons_work(chat: Any, run: Run) -> None:
    run.manage("wechat_menu", "push", "-", stdin=MENU)
    visitor = chat()
    visitor.page.click("#menu button")
    expect(visitor.page.locator("#no-menu")).to_be_hidden()
    expect(replies(visitor)).to_contain_text("宜")


def test_the_wrong_style_shows_the_notice_of_wechat_after_four_tries(chat: Any, run: Run) -> None:
    run.manage("set_mode", "default", "encryption=safe", "--reason", "test")
    visitor = chat()
    visitor.page.select_option("#style", "plaintext")
    write(visitor, "你好")
    expect(replies(visitor, "notice")).to_contain_text("出现故障", timeout=15_000)
    expect(visitor.page.locator(".tries li")).to_have_count(4)
    visitor.page.select_option("#style", "compatible")
    run.manage("set_mode", "default", "encryption=compatible", "--reason", "test")


@pytest.mark.parametrize("options", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window_and_speaks_both_languages(
    chat: Any, options: dict[str, Any], scheme: str
) -> None:
    visitor = chat(**options, color_scheme=scheme)
    write(visitor, "你好")
    expect(replies(visitor)).to_contain_text("您好")
    assert visitor.overflow() <= 0
    assert violations(visitor.page) == []
    visitor.page.click("#language")
    expect(visitor.page.locator("#write button")).to_have_text("Send")
    assert visitor.overflow() <= 0
