"""Every page fits a phone: nothing makes the page itself scroll sideways."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.browser.console import PHONE
from tests.browser.screenshots import PICTURES, converse, replay_difference
from tests.processes import Server

pytestmark = [pytest.mark.browser, pytest.mark.processes]

MORE = (
    "/admin/wechat/modechange/",
    "/admin/wechat/rejectionsample/",
    "/admin/wechat/dedupfingerprint/",
    "/admin/admin/logentry/",
    "/admin/predictions/apikey/",
    "/admin/predictions/apikey/add/",
    "/admin/predictions/batch/",
    "/admin/wechat/officialaccount/add/",
    "/admin/ops/",
    "/admin/ops/runbooks/",
)


def test_no_page_is_wider_than_a_phone(visit: Visit, server: Server) -> None:
    converse(server)
    owner = visit("owner", **PHONE)
    wide = {}
    for name, draw in (PICTURES | {"replay": replay_difference}).items():
        draw(owner)
        wide[name] = owner.overflow()
    for path in MORE:
        owner.page.goto(path)
        wide[path] = owner.overflow()
    owner.page.goto("/admin/wechat/rejectionsample/")
    owner.follow("#result_list tbody tr:first-child a")
    wide["rejection"] = owner.overflow()
    assert {name: pixels for name, pixels in wide.items() if pixels > 0} == {}


def test_the_login_page_fits_too(visit: Visit) -> None:
    visitor = visit(**PHONE)
    visitor.page.goto("/admin/login/")
    assert visitor.overflow() <= 0
