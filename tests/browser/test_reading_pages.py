"""Every system's reading page in a browser: phone and desktop, light and dark, with every <details> open."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.console import DESKTOP, PHONE
from tests.browser.reading_pages import EXAMPLES, MORE, paths, violations
from tests.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.processes]

SMALL_PHONE = PHONE | {"viewport": {"width": 360, "height": 740}}


@pytest.fixture(scope="module")
def pages(server: Server) -> dict[str, str]:
    return paths(server, EXAMPLES | MORE)


@pytest.mark.parametrize(
    ("window", "scheme", "lang"),
    [
        (SMALL_PHONE, "light", "zh-Hans"),
        (SMALL_PHONE, "dark", "en"),
        (DESKTOP, "light", "en"),
        (DESKTOP, "dark", "zh-Hans"),
    ],
    ids=["phone-light", "phone-dark", "desktop-light", "desktop-dark"],
)
def test_every_page_fits_and_shuts_nobody_out(
    visit: Visit, pages: dict[str, str], window: dict[str, object], scheme: str, lang: str
) -> None:
    visitor = visit(**window, color_scheme=scheme)
    wide, faults = {}, {}
    for name, path in pages.items():
        visitor.page.goto(f"{path}?lang={lang}")
        visitor.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        wide[name] = visitor.overflow()
        faults[name] = violations(visitor.page)
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}
    assert {name: found for name, found in faults.items() if found} == {}


def test_no_text_of_a_picture_is_too_small_on_a_phone(visit: Visit, pages: dict[str, str]) -> None:
    visitor = visit(**SMALL_PHONE)
    for name, path in pages.items():
        visitor.page.goto(path)
        smallest = visitor.page.evaluate(
            """Math.min(99, ...[...document.querySelectorAll('svg text')].map(text =>
               text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)))"""
        )
        assert smallest >= 11.9, name


def test_a_page_loads_nothing_but_itself_its_style_and_its_icon(visit: Visit, pages: dict[str, str]) -> None:
    visitor = visit()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.goto(pages["bazi"])
    assert len(asked) <= 3
    assert all(visitor.page.url.split("/r/")[0] in url for url in asked)
    assert visitor.context.cookies() == []


def test_a_person_deletes_the_page_by_two_taps_without_a_script(visit: Visit, server: Server) -> None:
    # A page of its own: the others are looked at before and after.
    day = {"calendar": "solar", "year": 2031, "month": 3, "day": 4}
    page = paths(server, {"deleted": ("calendar", {"date": day})})["deleted"]
    visitor = visit(**PHONE, java_script_enabled=False)
    visitor.page.goto(page)
    button = visitor.page.get_by_role("button", name="确认删除")
    assert not button.is_visible()
    visitor.page.get_by_text("删除此页", exact=True).click()
    with visitor.page.expect_navigation():
        button.click()
    assert visitor.page.get_by_role("heading", name="此页已删除").is_visible()
    # The browser calls a page that is gone a problem; here it is what should be.
    assert visitor.page.goto(page).status == 410
    assert visitor.page.get_by_role("heading", name="这个链接打不开").is_visible()
    visitor.problems.clear()


def test_a_page_prints_without_its_buttons_and_in_dark_ink(visit: Visit, pages: dict[str, str]) -> None:
    visitor = visit(color_scheme="dark")
    visitor.page.goto(pages["bazi"])
    visitor.page.emulate_media(media="print")
    assert not visitor.page.get_by_text("删除此页", exact=True).is_visible()
    assert visitor.page.locator("svg").first.is_visible()
    assert visitor.page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 29, 26)"
