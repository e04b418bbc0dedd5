"""Followers in the console: that something is remembered, never what; blocking."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import credentials
from tests.wechat.deliveries import plain
from tests.wechat.test_follower import BIRTH, say
from wechat.models import Follower, OfficialAccount

pytestmark = pytest.mark.django_db
LIST = "/admin/wechat/follower/"


@pytest.fixture
def follower(account: OfficialAccount, client: Client) -> Follower:
    say(client, f"记住我的生日{BIRTH}")
    return Follower.objects.get()


def test_staff_see_that_something_is_remembered_and_not_what(
    follower: Follower, owner_client: Client
) -> None:
    for address in (LIST, f"{LIST}{follower.pk}/change/"):
        page = owner_client.get(address).content.decode()
        assert "icon-yes" in page
        assert not any(word in page for word in (credentials.OPENID, "1990", "杭州", "gcm1"))


def test_an_operator_blocks_a_follower_and_lets_them_back(
    follower: Follower, operator_client: Client, client: Client
) -> None:
    address = f"{LIST}{follower.pk}/change/"
    assert operator_client.post(address, {"blocked": "on", "note": "骚扰"}).status_code == 302
    assert plain("今天黄历").post(client).content == b"success"
    operator_client.post(address, {"note": ""})
    assert "宜" in say(client, "今天黄历")
    assert "1990" in say(client, "我的资料"), "saving the page changed nothing else"


def test_a_follower_is_found_by_the_exact_openid(follower: Follower, owner_client: Client) -> None:
    assert str(follower.pk) in owner_client.get(f"{LIST}?q={credentials.OPENID}").content.decode()
    assert f"{LIST}{follower.pk}/" not in owner_client.get(f"{LIST}?q=nobody").content.decode()
