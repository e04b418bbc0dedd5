"""What staff do in the console, in a real browser, with real messages in between."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Browser

from tests import credentials
from tests.browser.conftest import Visit
from tests.browser.console import Visitor
from tests.processes import Server
from tests.wechat.deliveries import content_of, message, plain, sealed

pytestmark = [pytest.mark.browser, pytest.mark.processes]

QUESTION = "2026年11月24日农历几号"
ANSWER = "十月"
MESSAGES = "/admin/wechat/message/"


def open_account(visitor: Visitor, slug: str, page: str = "") -> None:
    """The account's form, or one of its own pages, by the links that staff would take."""
    visitor.page.goto("/admin/wechat/officialaccount/")
    visitor.follow(f"#result_list a:text-is('{slug}')")
    if page:
        visitor.follow(f".object-tools a[href$='/{page}/']")


def find_message(visitor: Visitor, term: str) -> None:
    """The page of the one message that a search finds."""
    visitor.page.goto(MESSAGES)
    visitor.page.fill("#searchbar", term)
    visitor.follow("#changelist-search [type=submit]")
    assert visitor.page.locator("#result_list tbody tr").count() == 1
    visitor.follow("#result_list .field-received a")


def paste(visitor: Visitor, slug: str, page: str, value: str) -> None:
    open_account(visitor, slug, page)
    visitor.page.fill("#id_value", value)
    visitor.follow("[name=paste]")


def switch(visitor: Visitor, which: str, value: str, reason: str) -> None:
    """On the mode page, which comes back afterwards unless the switch has to be confirmed."""
    form = visitor.page.locator(f"form:has(#{which}_reason)")
    form.locator(f"[name=value][value={value}]").check()
    visitor.page.fill(f"#{which}_reason", reason)
    visitor.follow(f"form:has(#{which}_reason) button")


def statuses(server: Server, **wrong: float) -> tuple[int, int]:
    """What the second account answers to a plain and to an encrypted message."""
    unencrypted = plain(message(QUESTION), path="/wechat/second", **wrong).send(server.url)
    encrypted = sealed(message(QUESTION), path="/wechat/second", **wrong).send(server.url)
    for response in (unencrypted, encrypted):
        assert response.status_code != 200 or ANSWER in content_of(response.content)
    assert encrypted.status_code != 200 or b"<Encrypt>" in encrypted.content
    return unencrypted.status_code, encrypted.status_code


def make_second_account(owner: Visitor) -> None:
    page = owner.page
    owner.follow("a.addlink[href$='/officialaccount/add/']")
    page.fill("#id_slug", "second")
    page.fill("#id_name", "第二个号")
    page.fill("#id_app_id", credentials.APP_ID)
    owner.follow("[name=_continue]")
    assert page.is_checked("[name=systems][value=almanac]"), "a new account starts with the preset"
    assert not page.is_checked("[name=systems][value=bazi]")
    page.uncheck("[name=systems][value=almanac]")
    owner.follow("[name=_save]")
    paste(owner, "second", "token", credentials.TOKEN)
    paste(owner, "second", "aes-key", credentials.AES_KEY)


def test_an_owner_makes_a_second_account_and_switches_its_modes(visit: Visit, server: Server) -> None:
    owner = visit("owner")
    page = owner.page
    make_second_account(owner)
    open_account(owner, "second")
    assert not page.is_checked("[name=systems][value=almanac]")
    assert statuses(server) == (200, 403), "a new account is plaintext"

    open_account(owner, "second", "modes")
    page.click("form:has(#encryption_reason) button")
    assert page.evaluate("document.getElementById('encryption_reason').validity.valueMissing")
    switch(owner, "encryption", "compatible", "微信后台已换成兼容模式")
    assert statuses(server) == (200, 200)
    switch(owner, "encryption", "safe", "微信后台已换成安全模式")
    assert statuses(server) == (403, 200)

    old = time.time() - 3600
    assert statuses(server, at=old) == (403, 403)
    switch(owner, "verification", "lenient", "服务器时钟在修")
    page.fill("#typed", "strict")
    owner.follow("#content-main button")
    assert page.locator(".errornote").count() == 1
    assert statuses(server, at=old) == (403, 403), "nothing is switched before it is confirmed"
    page.fill("#typed", "lenient")
    owner.follow("#content-main button")
    assert statuses(server, at=old) == (403, 200), "lenient forgives the time, never the missing encryption"
    page.goto("/admin/")
    assert "第二个号" in page.inner_text(".mode-banner")

    page.goto("/admin/wechat/modechange/")
    rows = [row for row in page.locator("#result_list tbody tr").all_inner_texts() if "第二个号" in row]
    audit = [re.split(r"\s*\t\s*|\n", row.strip()) for row in rows]
    assert audit[0][3:7] == ["strict", "lenient", "owner", "服务器时钟在修"]
    assert audit[1][3:7] == ["compatible", "safe", "owner", "微信后台已换成安全模式"]
    assert audit[2][3:7] == ["plaintext", "compatible", "owner", "微信后台已换成兼容模式"]
    assert all(re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d$", row[0]) for row in audit)

    open_account(owner, "second", "modes")
    switch(owner, "verification", "strict", "时钟修好了")
    assert page.locator(".mode-banner").count() == 0
    assert statuses(server, at=old) == (403, 403)


def test_an_owner_finds_a_message_and_sees_all_of_it(visit: Visit, server: Server) -> None:
    msg_id = str(time.time_ns())
    text = "1990年5月17日早上8点 男 杭州 八字"
    delivery = sealed(message(text, msg_id=msg_id))
    delivery.send(server.url)
    delivery.send(server.url)
    plain(message("你好")).send(server.url)
    owner = visit("owner")
    page = owner.page
    owner.follow("#content-main a[href='/admin/wechat/message/']")
    rows = page.locator("#result_list tbody tr")
    assert rows.count() >= 2
    assert text not in page.inner_text("#result_list"), "texts are masked"
    owner.follow("form[action$='/texts/'] button")
    assert text in page.inner_text("#result_list")
    owner.follow("#changelist-filter a[href='?retried=yes']")
    retried = page.locator("#result_list .field-deliveries").all_inner_texts()
    assert retried
    assert all(int(times) > 1 for times in retried)
    assert text in page.inner_text("#result_list")
    owner.follow("#changelist-filter a[href*='type=event']")
    assert rows.count() == 0

    find_message(owner, msg_id)
    shown = page.text_content("#content-main") or ""
    assert credentials.OPENID not in shown
    assert text not in shown
    owner.follow("form[action$='/show/'] button")
    assert len(page.locator(".timeline .steps > li").all()) >= 4
    assert "ms" in page.inner_text(".timeline")
    page.click("summary:text-is('收到的原始正文')")
    assert "<Encrypt>" in page.inner_text("details:has(> summary:text-is('收到的原始正文')) pre")
    page.click("summary:text-is('解密后的 XML（原样）')")
    decrypted = page.inner_text("details:has(> summary:text-is('解密后的 XML（原样）')) pre")
    assert text in decrypted
    assert credentials.OPENID in decrypted
    assert "庚午" in page.inner_text("details:has(> summary:text-is('回复')) pre")
    owner.follow(".object-tools a[href$='/history/']")
    assert "查看了未遮盖的个人资料" in page.inner_text("#change-history")


def test_replays_show_the_difference_and_send_nothing(visit: Visit, server: Server) -> None:
    numbers = [str(time.time_ns() + number) for number in range(3)]
    for number, text in zip(numbers, ["今天黄历", "明天黄历", QUESTION], strict=True):
        sealed(message(text, msg_id=number), path="/wechat/replayed").send(server.url)
    owner = visit("owner")
    page = owner.page
    open_account(owner, "replayed")
    page.uncheck("[name=systems][value=almanac]")
    owner.follow("[name=_save]")

    find_message(owner, numbers[0])
    owner.follow("form[action$='/replay/'] button")
    assert "≠" in page.inner_text(".verdict")
    assert page.locator(".diff .removed").count() > 3
    assert page.locator(".diff .added").count() >= 1
    owner.follow("#content-main a.button")
    assert page.locator(".timeline > li").count() == 3, "received, answered, replayed"
    assert "owner" in page.inner_text(".timeline > li:last-child")

    page.goto(MESSAGES)
    owner.follow("#changelist-filter a:text-is('重放的号')")
    page.check("#action-toggle")
    page.select_option("[name=action]", "replay_selected")
    owner.follow("#changelist-form [name=index]")
    assert "3" in page.inner_text(".verdict")
    owner.follow("#content-main button.default")
    counts = page.locator(".facts dd").all_inner_texts()
    assert counts == ["3", "2", "1", "0"], "replayed, changed, unchanged, failed"


def test_a_new_token_is_shown_once_and_the_former_one_works_until_it_is_removed(
    visit: Visit, server: Server
) -> None:
    def status(token: str) -> int:
        return plain(message(QUESTION), token=token, path="/wechat/rotated").send(server.url).status_code

    owner = visit("owner")
    page = owner.page
    open_account(owner, "rotated", "token")
    owner.follow("[name=generate]")
    token = page.inner_text(".once")
    assert re.fullmatch("[A-Za-z0-9]{32}", token)
    assert (status(token), status(credentials.TOKEN)) == (200, 200)
    for where in ("", "token"):
        open_account(owner, "rotated", where)
        assert token not in page.content()
    owner.follow("[name=finish]")
    assert (status(token), status(credentials.TOKEN)) == (200, 403)
    open_account(owner, "rotated", "self-test")
    assert "✔" in page.inner_text(".verdict")


def test_every_role_sees_what_it_may(visit: Visit, server: Server) -> None:
    msg_id = str(time.time_ns())
    sealed(message("今天黄历", msg_id=msg_id)).send(server.url)
    operator = visit("operator")
    find_message(operator, msg_id)
    assert operator.page.locator("form[action$='/show/']").count() == 0
    operator.follow("form[action$='/replay/'] button")
    assert "•••" in operator.page.inner_text("pre >> nth=0")
    open_account(operator, "default", "modes")
    assert operator.page.locator(".modes form").count() == 3
    assert operator.page.locator("a.addlink[href$='/officialaccount/add/']").count() == 0

    viewer = visit("viewer")
    find_message(viewer, msg_id)
    assert viewer.page.locator("form[action$='/replay/'], form[action$='/show/']").count() == 0
    open_account(viewer, "default")
    assert viewer.page.locator("[name=_save], .object-tools a[href$='/token/']").count() == 0
    open_account(viewer, "default", "modes")
    assert viewer.page.locator(".modes form").count() == 0


def test_the_language_is_switched_and_kept(visit: Visit) -> None:
    owner = visit("owner")
    page = owner.page
    assert page.get_attribute("html", "lang") == "zh-hans"
    page.goto(MESSAGES)
    owner.follow("#language-form button")
    assert page.url.endswith(MESSAGES)
    assert page.get_attribute("html", "lang") == "en"
    assert "Show texts for 10 minutes" in page.inner_text(".object-tools")
    page.goto("/admin/")
    assert "Overview" in page.inner_text("#content h1")
    owner.follow("#language-form button")
    assert "总览" in page.inner_text("#content h1")


def test_inline_code_is_refused_and_noticed(browser: Browser, server: Server) -> None:
    """What makes all tests here fail when a page's own code breaks the policy."""
    visitor = Visitor(browser, server)
    visitor.page.goto("/")
    visitor.page.evaluate(
        "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s)"
    )
    assert visitor.page.evaluate("window.ran") is None
    assert any("policy script-src" in problem for problem in visitor.problems)
    visitor.close()
