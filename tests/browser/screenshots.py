"""The pictures of README and docs: `.venv/bin/python -m tests.browser.screenshots [FOLDER]` (docs/images)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.console import (
    DESKTOP,
    PHONE,
    SLUG,
    Visitor,
    chromium,
    console_server,
    send_what_waits,
)
from tests.browser.reading_pages import EXAMPLES, paths
from tests.platform_server import running_platform
from tests.processes import ROOT, Server
from tests.wechat.deliveries import message, plain, sealed

FOLDER = ROOT / "docs" / "images"
LIMIT = 300_000  # bytes of a picture: they are cloned with the source
WHOLE = {"message-desktop", "message-dark", "custom-menu-desktop"}  # the others end where the window does
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
    ("人工", 1),
    ("我上次问的八字想请老师再看看，什么时候方便？", 1),
    ("转人工客服", 3),
]
MENU = {
    "button": [
        {"type": "click", "name": "今日黄历", "key": "今天黄历"},
        {
            "name": "排盘",
            "sub_button": [
                {"type": "click", "name": "我的八字", "key": "我的八字"},
                {"type": "click", "name": "小六壬", "key": "小六壬"},
            ],
        },
        {"type": "click", "name": "人工", "key": "人工"},
    ]
}
EVENT = (
    "<xml><ToUserName>gh_x</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>1764000000</CreateTime>"
    "<MsgType>event</MsgType><Event>subscribe</Event></xml>"
)
# A phone with fewer pixels: dense charts make large files.
READING_PHONE = PHONE | {"device_scale_factor": 1.5}
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


def waiting_list(visitor: Visitor) -> None:
    visitor.page.goto("/admin/wechat/follower/waiting/")


def conversation(visitor: Visitor) -> None:
    """With the follower who waits longest, taken over, an answer half written."""
    waiting_list(visitor)
    visitor.follow(".people .button >> nth=-1")
    if visitor.page.locator("form[action$='/take/']").count():
        visitor.follow("form[action$='/take/'] button")
    visitor.page.fill("#text", "明天下午三点可以，您方便吗？")


def keyword_rule(visitor: Visitor) -> None:
    """A rule that is tried before it is saved."""
    page = visitor.page
    page.goto("/admin/wechat/keywordrule/add/")
    page.select_option("#id_account", label="星历问答")
    page.select_option("#id_match", "contains")
    page.fill("#id_keyword", "多少钱\n收费")
    page.fill("#id_answer", "这里的内容全部免费，仅供文化参考。")
    page.fill("#id_trial", "请问排盘收费吗？")
    visitor.follow("[name=_try]")


def custom_menu(visitor: Visitor) -> None:
    """The menu at WeChat beside an edited one."""
    account_page(visitor)
    visitor.follow(".object-tools a[href$='/menu/']")
    visitor.page.fill("[name=b1-0-name]", "黄历")
    visitor.follow("[name=preview]")


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
    "waiting-list": waiting_list,
    "conversation": conversation,
    "keyword-rule": keyword_rule,
    "custom-menu": custom_menu,
    "accuracy": page_at("/admin/accuracy/"),
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


def answer_one(visitor: Visitor, server: Server) -> None:
    """So that there is an answer of staff in the picture."""
    conversation(visitor)
    visitor.page.fill("#text", "您好，我是客服小王，看到您上次的八字了。")
    visitor.follow("form[action$='/answer/'] button")
    send_what_waits(server)


def remove_the_almanac(visitor: Visitor) -> None:
    """So that a replay gives another reply than at the time."""
    account_page(visitor)
    visitor.page.uncheck("input[name=systems][value=almanac]")
    visitor.follow("[name=_save]")


def draw_all(browser: Browser, server: Server, folder: Path) -> None:
    desktop = Visitor(browser, server, **DESKTOP).log_in("owner")
    phone = Visitor(browser, server, **PHONE).log_in("owner")
    dark = Visitor(browser, server, **DESKTOP, color_scheme="dark").log_in("owner")
    answer_one(desktop, server)
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


def draw_reading_pages(browser: Browser, server: Server, folder: Path) -> None:
    """Every system's reading page on a phone and a desktop, one of them in the dark."""
    pages = paths(server, EXAMPLES)
    phone = Visitor(browser, server, **READING_PHONE)
    desktop = Visitor(browser, server, **DESKTOP)
    dark = Visitor(browser, server, **READING_PHONE, color_scheme="dark")
    for system, path in pages.items():
        take(phone, page_at(path), folder / f"reading-{system}-phone.png")
        take(desktop, page_at(path), folder / f"reading-{system}-desktop.png")
    take(dark, page_at(pages["bazi"]), folder / "reading-bazi-dark.png")
    problems = [*phone.problems, *desktop.problems, *dark.problems]
    assert not problems, problems


def take(visitor: Visitor, draw: Draw, file: Path) -> None:
    draw(visitor)
    visitor.page.screenshot(path=file, full_page=file.stem in WHOLE)
    size = file.stat().st_size
    print(f"{file.name}: {size // 1000} kB")
    assert size < LIMIT, f"{file} has {size} bytes"


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as var, running_platform(menu=MENU) as platform:
        for openid in FOLLOWERS:
            platform.follower(openid, "message")
        with console_server(Path(var), platform) as server, chromium() as browser:
            converse(server)
            draw_all(browser, server, folder)
            draw_reading_pages(browser, server, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
