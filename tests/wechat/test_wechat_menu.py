"""manage.py wechat_menu show|push|pull|delete, against the local platform."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from tests.platform_server import LocalPlatform
from wechat.models import OfficialAccount

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sender")]
MENU = {
    "button": [
        {"type": "click", "name": "今日黄历", "key": "今天黄历"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "说明", "url": "https://example.com/"}]},
    ]
}


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("wechat_menu", *arguments, stdout=output)
    return output.getvalue().strip()


@pytest.fixture
def file(tmp_path) -> str:
    path = tmp_path / "menu.json"
    path.write_text(json.dumps(MENU))
    return str(path)


def test_a_menu_is_pushed_shown_pulled_and_deleted(platform: LocalPlatform, file: str, tmp_path) -> None:
    assert run("show") == "no menu"
    assert run("push", file).startswith("Pushed 2 buttons in place of no menu")
    assert json.loads(run("show"))["button"][0]["key"] == "今天黄历"
    copy = tmp_path / "copy.json"
    assert run("pull", str(copy)) == f"Wrote 2 buttons to {copy}"
    assert "今日黄历" in copy.read_text()
    assert run("push", str(copy)) == "The menu at WeChat is this one already"
    assert run("delete") == "Deleted the menu, conditional menus included"
    assert run("delete") == "There is no menu"
    assert platform.menu is None


def test_a_dry_run_changes_nothing(platform: LocalPlatform, file: str, tmp_path) -> None:
    assert run("push", file, "--dry-run").startswith("Would push 2 buttons")
    assert platform.menu is None
    run("push", file)
    assert run("delete", "--dry-run").startswith("Would delete")
    assert run("pull", str(tmp_path / "copy"), "--dry-run").startswith("Would write 2 buttons")
    assert platform.menu
    assert not (tmp_path / "copy").exists()


def test_a_menu_that_wechat_would_refuse_is_not_sent(platform: LocalPlatform, tmp_path) -> None:
    path = tmp_path / "menu.json"
    path.write_text(json.dumps({"button": [{"type": "click", "name": "六个汉字名字"}]}))
    with pytest.raises(CommandError) as caught:
        run("push", str(path))
    assert "button 1: the name has 18 bytes; at most 16" in str(caught.value)
    assert "button 1: click needs key" in str(caught.value)
    assert not platform.calls


@pytest.mark.parametrize("content", ["{", "\xff"])
def test_a_file_that_is_no_menu_is_named(tmp_path, content: str) -> None:
    path = tmp_path / "menu.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(CommandError):
        run("push", str(path))


def test_wechats_refusal_is_explained_in_both_languages(platform: LocalPlatform, file: str) -> None:
    platform.fail("/cgi-bin/menu/create", errcode=48001)
    with pytest.raises(CommandError) as caught:
        run("push", file)
    assert "个人订阅号" in str(caught.value)
    assert "no right to this API" in str(caught.value)
    assert "rid 6743" in str(caught.value)


def test_push_and_pull_need_a_file_and_an_account_that_exists() -> None:
    with pytest.raises(CommandError, match="push needs the menu's file"):
        run("push")
    with pytest.raises(CommandError, match="no account 'other'; there are: default"):
        run("show", "--account", "other")


def test_a_menu_is_pulled_to_standard_output(file: str) -> None:
    run("push", file)
    assert json.loads(run("pull", "-"))["button"]


def test_an_account_without_secret_says_so(account: OfficialAccount) -> None:
    account.app_secret = ""
    account.save()
    with pytest.raises(CommandError, match="No AppSecret is set"):
        run("show")


TAGGED = {"button": [{"type": "click", "name": "会员", "key": "会员"}], "matchrule": {"tag_id": "100"}}
ANDROID = {
    "button": [{"type": "click", "name": "安卓", "key": "安卓"}],
    "matchrule": {"client_platform_type": "2"},
}


@pytest.fixture
def two_kinds(tmp_path) -> str:
    path = tmp_path / "menus.json"
    path.write_text(json.dumps({**MENU, "conditionalmenu": [TAGGED, ANDROID]}))
    return str(path)


def test_conditional_menus_are_pushed_shown_pulled_and_deleted_with_the_default_one(
    platform: LocalPlatform, two_kinds: str, tmp_path
) -> None:
    assert run("push", two_kinds).startswith("Pushed 2 buttons and 2 conditional menus in place of no menu")
    shown = json.loads(run("show"))
    assert shown["conditionalmenu"] == [TAGGED, ANDROID]
    copy = tmp_path / "copy.json"
    assert run("pull", str(copy)) == f"Wrote 2 buttons and 2 conditional menus to {copy}"
    assert json.loads(copy.read_text()) == shown
    assert run("push", str(copy)) == "The menu at WeChat is this one already"
    run("delete")
    assert (platform.menu, platform.conditional) == (None, {})


def test_a_follower_sees_the_newest_menu_that_fits(platform: LocalPlatform, two_kinds: str) -> None:
    run("push", two_kinds)
    person = platform.follower("oPerson")
    assert json.loads(run("show", "--openid", "oPerson"))["button"][0]["name"] == "今日黄历"
    person.tag_ids = [100]
    assert json.loads(run("show", "--openid", "oPerson"))["button"][0]["name"] == "会员"
    person.client_platform_type = 2
    assert json.loads(run("show", "--openid", "oPerson"))["button"][0]["name"] == "安卓"
    with pytest.raises(CommandError, match="There is no such user"):
        run("show", "--openid", "oNobody")


def test_only_what_differs_is_made_anew_and_the_order_stays(
    platform: LocalPlatform, two_kinds: str, tmp_path
) -> None:
    run("push", two_kinds)
    first = next(iter(platform.conditional))
    platform.calls.clear()
    changed = tmp_path / "changed.json"
    other = {**ANDROID, "matchrule": {"client_platform_type": "1"}}
    changed.write_text(json.dumps({**MENU, "conditionalmenu": [TAGGED, other]}))
    run("push", str(changed))
    assert next(iter(platform.conditional)) == first
    assert [menu["matchrule"]["client_platform_type"] for menu in platform.conditional.values()] == ["", "1"]
    assert not platform.asked("/cgi-bin/menu/create")
    changed.write_text(json.dumps(MENU))
    run("push", str(changed))
    assert platform.conditional == {}


def test_a_dry_run_of_conditional_menus_changes_nothing(platform: LocalPlatform, two_kinds: str) -> None:
    assert "2 conditional menus" in run("push", two_kinds, "--dry-run")
    assert (platform.menu, platform.conditional) == (None, {})


def test_what_wechat_gives_can_be_pushed_again(platform: LocalPlatform, two_kinds: str, tmp_path) -> None:
    run("push", two_kinds)
    given = tmp_path / "given.json"
    menus = [{**menu, "menuid": int(name)} for name, menu in platform.conditional.items()]
    given.write_text(json.dumps({"menu": {**platform.menu, "menuid": 1}, "conditionalmenu": menus}))
    assert run("push", str(given)) == "The menu at WeChat is this one already"
