"""Staff at work in a real browser: a conversation taken over, a keyword rule, the custom menu."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page

from tests import credentials
from tests.browser.conftest import Visit
from tests.browser.console import PHONE, Visitor, send_what_waits
from tests.browser.screenshots import MENU
from tests.platform_server import LocalPlatform
from tests.processes import Server
from tests.wechat.deliveries import content_of, message, sealed
from wechat.platform.menu import same

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WAITING = "/admin/wechat/follower/waiting/"


class Phone:
    """A follower's side: what they write to the account that has staff, and read in the reply."""

    def __init__(self, server: Server, platform: LocalPlatform) -> None:
        self.server, self.platform = server, platform
        self.openid = f"oStaffed_{time.time_ns()}"

    def write(self, text: str) -> str:
        self.platform.follower(self.openid, "message")
        delivery = sealed(message(text, openid=self.openid), path="/wechat/staffed")
        wire = delivery.send(self.server.url).content
        return "" if wire == b"success" else content_of(wire)


@pytest.fixture
def phone(server: Server, platform: LocalPlatform) -> Phone:
    return Phone(server, platform)


def open_last_who_waits(visitor: Visitor) -> None:
    visitor.page.goto("/admin/")
    visitor.follow(".waiting-banner a")
    visitor.follow(".people >> nth=0 >> .button >> nth=-1")


def bubbles(page: Page, side: str) -> str:
    return "\n".join(page.locator(f".bubbles .{side}").all_inner_texts())


@pytest.mark.parametrize("window", [{}, PHONE], ids=["desktop", "phone"])
def test_staff_take_over_a_conversation_answer_and_hand_back(
    visit: Visit, server: Server, phone: Phone, window: dict[str, object]
) -> None:
    assert "返回" in phone.write("人工")
    assert phone.write("我的快递到哪了") == ""
    operator = visit("operator", **window)
    page = operator.page
    open_last_who_waits(operator)
    assert "我的快递" not in page.inner_text("#content-main")
    operator.follow("form[action$='/take/'] button")
    assert "我的快递到哪了" in bubbles(page, "them")
    assert "立即发出" in page.inner_text("#route")
    page.fill("#text", "今天下午就到。")
    operator.follow("form[action$='/answer/'] button")
    send_what_waits(server)
    assert phone.platform.sent(phone.openid) == ["今天下午就到。"]
    operator.follow(".object-tools a[href$='#newest']")
    assert "已发送" in bubbles(page, "staff")
    assert operator.overflow() <= 0

    late = visit("owner")
    late.page.goto(page.url)
    assert "我的快递" not in late.page.inner_text("#content-main"), "a colleague's texts stay masked"

    page.click("summary:text-is('交还')")
    operator.follow("form[action$='/hand-back/'] button")
    send_what_waits(server)
    assert "人工服务已结束" in phone.platform.sent(phone.openid)[-1]
    assert "宜" in phone.write("今天黄历")
    owner = late.page
    owner.goto("/admin/admin/logentry/")
    done = owner.inner_text("#result_list")
    assert "接管了对话" in done
    assert "交还" in done
    assert "快递" not in done


def test_a_second_member_of_staff_comes_too_late(visit: Visit, phone: Phone) -> None:
    phone.write("转人工")
    first, second = visit("operator"), visit("owner")
    for visitor in (first, second):
        open_last_who_waits(visitor)
    assert first.page.url == second.page.url
    first.follow("form[action$='/take/'] button")
    second.follow("form[action$='/take/'] button")
    assert "晚了一步" in second.page.inner_text(".messagelist")
    assert second.page.locator("#text").count() == 0


def test_a_rule_is_tried_before_it_is_saved_and_then_answers(visit: Visit, phone: Phone) -> None:
    operator = visit("operator")
    page = operator.page
    page.goto("/admin/wechat/keywordrule/add/")
    page.select_option("#id_account", label="有人值班的号")
    page.select_option("#id_match", "contains")
    page.fill("#id_keyword", "营业时间")
    page.fill("#id_answer", "每天九点到六点")
    page.fill("#id_trial", "今天黄历")
    operator.follow("[name=_try]")
    assert "✖" in page.inner_text(".verdict")
    page.fill("#id_trial", "请问营业时间是？")
    operator.follow("[name=_try]")
    assert "✔" in page.inner_text(".verdict")
    assert phone.write("请问营业时间是？") != "每天九点到六点", "trying saves nothing"
    operator.follow("[name=_save]")
    assert phone.write("请问营业时间是？") == "每天九点到六点"
    operator.follow("#result_list a:text-is('营业时间')")
    page.fill("#id_answer", "周末休息")
    page.fill("#id_trial", "营业时间")
    operator.follow("[name=_save]")
    assert phone.write("营业时间") == "周末休息"


def test_the_menu_is_pulled_previewed_and_pushed(visit: Visit, platform: LocalPlatform, phone: Phone) -> None:
    platform.menu = MENU
    operator = visit("operator")
    page = operator.page
    page.goto("/admin/wechat/officialaccount/")
    operator.follow("#result_list a:text-is('staffed')")
    operator.follow(".object-tools a[href$='/menu/']")
    assert page.input_value("[name=b2-1-name]") == "我的八字", "pulled"
    assert not page.is_visible("[name=b1-0-extra]")
    page.select_option("[name=b1-0-type]", "miniprogram")
    assert page.is_visible("[name=b1-0-extra]"), "only a mini program has more to say"
    page.select_option("[name=b1-0-type]", "click")
    page.fill("[name=b1-0-name]", "名字太长的按钮")
    operator.follow("[name=push]")
    assert "最多 16" in page.inner_text(".menu-form .errorlist")
    page.fill("[name=b1-0-name]", "黄历")
    operator.follow("[name=preview]")
    shown = page.locator(".phone-menu").all_inner_texts()
    assert "今日黄历" in shown[0]
    assert "今日黄历" not in shown[1]
    assert same(platform.menu, MENU), "a preview pushes nothing"
    operator.follow("[name=push]")
    assert platform.menu["button"][0]["name"] == "黄历"
    assert page.locator(".phone-menu").count() == 1
    tapped = (
        f"<xml><ToUserName>gh_x</ToUserName><FromUserName>{phone.openid}</FromUserName><CreateTime>1764000000"
        "</CreateTime><MsgType>event</MsgType><Event>CLICK</Event><EventKey>今天黄历</EventKey></xml>"
    )
    wire = sealed(tapped.encode(), path="/wechat/staffed").send(phone.server.url).content
    assert "宜" in content_of(wire), "the button answers as the sentence would"
    assert credentials.OPENID not in page.content()
