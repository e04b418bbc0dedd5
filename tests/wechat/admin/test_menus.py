"""The custom menu in the console, against the local platform: limits at their fields, preview, push, delete."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from tests.platform_server import LocalPlatform
from wechat.admin.menu_form import MenuForm
from wechat.admin.menus import digest_of
from wechat.models import OfficialAccount
from wechat.platform.menu import problems_of, same

pytestmark = pytest.mark.django_db
MENU = {
    "button": [
        {"type": "click", "name": "今日黄历", "key": "今天黄历"},
        {
            "name": "更多",
            "sub_button": [
                {"type": "view", "name": "说明", "url": "https://example.com/"},
                {
                    "type": "miniprogram",
                    "name": "小程序",
                    "url": "https://example.com/",
                    "appid": "wx0123456789abcdef",
                    "pagepath": "pages/index",
                },
            ],
        },
    ]
}
FIELDS = {
    "b1-0-name": "今日黄历",
    "b1-0-type": "click",
    "b1-0-value": "今天黄历",
    "b2-0-name": "更多",
    "b2-1-name": "说明",
    "b2-1-type": "view",
    "b2-1-value": "https://example.com/",
}


def page_of(account: OfficialAccount) -> str:
    return f"/admin/wechat/officialaccount/{account.pk}/menu/"


def post(client: Client, account: OfficialAccount, act: str, platform: LocalPlatform, **fields: str) -> str:
    data = FIELDS | fields | {act: "1", "seen": fields.get("seen", digest_of(platform.menu))}
    response = client.post(page_of(account), data, follow=True, headers={"accept-language": "zh-hans"})
    assert response.status_code == 200
    return response.content.decode()


def errors_of(**fields: str) -> dict[str, Any]:
    return MenuForm(FIELDS | {name.replace("_", "-"): value for name, value in fields.items()}).errors


def test_a_menu_of_wechat_fills_the_form_and_comes_out_the_same() -> None:
    shown = MenuForm(menu=MENU)
    data = {field.html_name: field.value() for field in shown if field.value()}
    form = MenuForm(data)
    assert form.is_valid(), form.errors
    assert same(form.menu(), MENU)
    assert problems_of(form.menu()) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("b1_0_name", ""),
        ("b1_0_name", "六个汉字的名字"),
        ("b1_0_type", ""),
        ("b1_0_value", ""),
        ("b1_0_value", "长" * 43),
        ("b2_1_value", "javascript:alert(1)"),
        ("b2_1_value", "https://example.com/" + "x" * 1024),
        ("b2_1_name", "长" * 21),
        ("b2_0_type", "click"),
        ("b1_0_type", "news"),
    ],
)
def test_what_wechat_would_refuse_is_said_at_its_field(field: str, value: str) -> None:
    assert list(errors_of(**{field: value})) == [field.replace("_", "-")]


def test_a_mini_program_needs_its_id_and_page() -> None:
    fields = {"b1_0_type": "miniprogram", "b1_0_value": "https://example.com/"}
    assert list(errors_of(**fields, b1_0_extra="wx01")) == ["b1-0-extra"]
    assert errors_of(**fields, b1_0_extra="wx01 pages/index") == {}


def test_a_menu_without_buttons_is_refused() -> None:
    assert list(MenuForm({}).errors) == ["__all__"]


def test_an_operator_previews_pushes_and_deletes_the_menu(
    sender: OfficialAccount, platform: LocalPlatform, operator_client: Client
) -> None:
    assert (
        "没有菜单" in operator_client.get(page_of(sender), headers={"accept-language": "zh"}).content.decode()
    )
    html = post(operator_client, sender, "preview", platform)
    assert "还没有推送" in html
    assert platform.menu is None
    html = post(operator_client, sender, "push", platform)
    assert same(platform.menu, {"button": [MENU["button"][0], *_more()]})
    assert "今日黄历" in html
    assert "已经是这个菜单" in post(operator_client, sender, "push", platform)
    post(operator_client, sender, "delete", platform)
    assert platform.menu is None
    said = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
    assert len(said) == 2, "pushed and deleted; a preview is no change"


def _more() -> list[dict[str, Any]]:
    return [{"name": "更多", "sub_button": [MENU["button"][1]["sub_button"][0]]}]  # type: ignore[index]


def test_a_wrong_menu_is_not_pushed(
    sender: OfficialAccount, platform: LocalPlatform, operator_client: Client
) -> None:
    html = post(operator_client, sender, "push", platform, **{"b1-0-name": "六个汉字的名字"})
    assert "最多 16" in html
    assert platform.menu is None


def test_nobody_overwrites_what_a_colleague_pushed_unseen(
    sender: OfficialAccount, platform: LocalPlatform, operator_client: Client
) -> None:
    platform.menu = {"button": [{"type": "click", "name": "别人的", "key": "x", "sub_button": []}]}
    for act in ("push", "delete"):
        assert "已被改动" in post(operator_client, sender, act, platform, seen=digest_of(None))
        assert platform.menu["button"][0]["name"] == "别人的"


def test_reading_again_drops_what_was_typed(
    sender: OfficialAccount, platform: LocalPlatform, operator_client: Client
) -> None:
    platform.menu = {"button": [{"type": "click", "name": "别人的", "key": "x", "sub_button": []}]}
    html = post(operator_client, sender, "pull", platform)
    assert 'value="别人的"' in html
    assert 'value="今日黄历"' not in html


@pytest.mark.parametrize("path", ["/cgi-bin/menu/get", "/cgi-bin/menu/create"])
def test_an_error_of_wechat_is_said_in_words(
    sender: OfficialAccount, platform: LocalPlatform, operator_client: Client, path: str
) -> None:
    platform.fail(path, errcode=48001)
    html = post(operator_client, sender, "push", platform)
    assert "48001" in html
    assert platform.menu is None


def test_without_means_nothing_is_asked(
    account: OfficialAccount, platform: LocalPlatform, operator_client: Client
) -> None:
    html = operator_client.get(page_of(account), headers={"accept-language": "zh-hans"}).content.decode()
    assert "AppSecret" in html
    assert operator_client.post(page_of(account), FIELDS | {"push": "1"}).status_code == 403
    assert platform.asked("/cgi-bin/menu/get") == []


def test_an_account_that_may_not_is_told_so(
    sender: OfficialAccount, platform: LocalPlatform, operator_client: Client
) -> None:
    sender.can_manage_menu = False
    sender.save()
    html = operator_client.get(page_of(sender), headers={"accept-language": "zh-hans"}).content.decode()
    assert "请在微信后台设置菜单" in html
    assert "menu-form" not in html


def test_a_viewer_looks_and_changes_nothing(
    sender: OfficialAccount, platform: LocalPlatform, viewer_client: Client
) -> None:
    html = viewer_client.get(page_of(sender)).content.decode()
    assert "menu-form" not in html
    assert viewer_client.post(page_of(sender), FIELDS | {"push": "1"}).status_code == 403
