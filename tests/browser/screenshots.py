"""The pictures of README and docs: `.venv/bin/python -m tests.browser.screenshots [FOLDER]` (docs/images)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.console import DESKTOP, PHONE, SLUG, Visitor, chromium, console_server
from tests.processes import ROOT, Server
from tests.wechat.deliveries import message, plain, sealed

FOLDER = ROOT / "docs" / "images"
LIMIT = 300_000  # bytes of a picture: they are cloned with the source
WHOLE = {"message-desktop", "message-dark"}  # the others end where the window does
FOLLOWERS = [f"oPicture_follower_00000000000{number}" for number in range(4)]
QUESTIONS = [
    ("你好", 0),
    ("今天黄历", 0),
    ("1990年5月17日早上8点 男 杭州 八字", 1),
    ("2026年中秋是几号", 2),
    ("农历八月十五是几号", 1),
    ("明天宜嫁娶吗", 3),
    ("2026年11月24日农历几号", 2),
    ("菜单", 3),
]
EVENT = (
    "<xml><ToUserName>gh_x</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1764000000</CreateTime>"
    "<MsgType>event</MsgType><Event>subscribe</Event></xml>"
)
Draw = Callable[[Visitor], None]


def converse(server: Server) -> None:
    """A small conversation over HTTP: encrypted and plain, an event, a retry, two refusals."""
    sealed(EVENT.format(openid=FOLLOWERS[0]).encode()).send(server.url)
    for text, follower in QUESTIONS:
        delivery = sealed(message(text, openid=FOLLOWERS[follower]))
        delivery.send(server.url)
    delivery.send(server.url)
    plain(message("今天是什么节气", openid=FOLLOWERS[0])).send(server.url)
    plain(message("今天", openid=FOLLOWERS[0]), token="not_the_token").send(server.url)


def open_message(visitor: Visitor, text: str) -> None:
    """The message's page, found by its text as staff would."""
    visitor.page.goto(f"/admin/wechat/message/?q={text}")
    visitor.follow("#result_list tbody tr:first-child .field-received a")


def message_list(visitor: Visitor) -> None:
    visitor.page.goto("/admin/wechat/message/")
    show = "form[action$='/texts/'] button:not([name=hide])"
    if visitor.page.locator(show).count():
        visitor.follow(show)


def message_page(visitor: Visitor) -> None:
    open_message(visitor, "今天黄历")
    visitor.follow("form[action$='/show/'] button")


def account_page(visitor: Visitor) -> None:
    visitor.page.goto("/admin/wechat/officialaccount/")
    visitor.follow(f"#result_list a:text-is('{SLUG}')")


def mode_page(visitor: Visitor) -> None:
    account_page(visitor)
    visitor.follow(".object-tools a[href$='/modes/']")


def rotation_page(visitor: Visitor) -> None:
    account_page(visitor)
    visitor.follow(".object-tools a[href$='/token/']")


def index(visitor: Visitor) -> None:
    visitor.page.goto("/admin/")


def replay_difference(visitor: Visitor) -> None:
    open_message(visitor, "今天黄历")
    visitor.follow("form[action$='/replay/'] button")


def page_at(path: str) -> Draw:
    def draw(visitor: Visitor) -> None:
        visitor.page.goto(path)

    return draw


PICTURES: dict[str, Draw] = {
    "message-list": message_list,
    "message": message_page,
    "modes": mode_page,
    "index": index,
    "account": account_page,
    "rotation": rotation_page,
    "home": page_at("/"),
    "privacy": page_at("/privacy"),
    "api-docs": page_at("/api/docs/"),
}


def switch_lenient(visitor: Visitor) -> None:
    """So that the banner is in the pictures."""
    mode_page(visitor)
    page = visitor.page
    page.check("input[name=value][value=lenient]")
    page.fill("#verification_reason", "微信后台更换 Token，过渡半小时")
    visitor.follow("section:has(#verification_reason) button[type=submit]")
    page.fill("#typed", "lenient")
    visitor.follow("#content-main button[type=submit]")


def remove_the_almanac(visitor: Visitor) -> None:
    """So that a replay gives another reply than at the time."""
    account_page(visitor)
    visitor.page.uncheck("input[name=systems][value=almanac]")
    visitor.follow("[name=_save]")


def draw_all(browser: Browser, server: Server, folder: Path) -> None:
    desktop = Visitor(browser, server, **DESKTOP).log_in("owner")
    phone = Visitor(browser, server, **PHONE).log_in("owner")
    dark = Visitor(browser, server, **DESKTOP, color_scheme="dark").log_in("owner")
    switch_lenient(desktop)
    for name, draw in PICTURES.items():
        take(desktop, draw, folder / f"{name}-desktop.png")
        take(phone, draw, folder / f"{name}-phone.png")
    take(dark, message_page, folder / "message-dark.png")
    remove_the_almanac(desktop)
    take(desktop, replay_difference, folder / "replay-desktop.png")
    take(phone, replay_difference, folder / "replay-phone.png")
    problems = [*desktop.problems, *phone.problems, *dark.problems]
    assert not problems, problems


def take(visitor: Visitor, draw: Draw, file: Path) -> None:
    draw(visitor)
    visitor.page.screenshot(path=file, full_page=file.stem in WHOLE)
    size = file.stat().st_size
    print(f"{file.name}: {size // 1000} kB")
    assert size < LIMIT, f"{file} has {size} bytes"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var, console_server(Path(var)) as server, chromium() as browser:
        converse(server)
        draw_all(browser, server, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
