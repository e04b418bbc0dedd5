"""What an account can do, as its page tells it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import credentials
from wechat.admin.capabilities import may_manage_menu, rows_of
from wechat.models import OfficialAccount

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "learned", "known"),
    [
        ("", None, [True, None, None, False]),
        ("personal", None, [True, False, False, False]),
        ("service", None, [True, None, None, False]),
        ("personal", True, [True, True, True, False]),
        ("service", False, [True, False, False, False]),
    ],
)
def test_what_was_learned_counts_more_than_the_kind(account, kind, learned, known) -> None:
    account.kind, account.app_secret = kind, credentials.APP_SECRET
    account.can_send_customer_messages = account.can_manage_menu = learned
    assert [row.known for row in rows_of(account)] == known


def test_the_account_page_shows_the_table_to_every_role(
    account: OfficialAccount, viewer_client: Client
) -> None:
    account.app_secret = credentials.APP_SECRET
    account.can_send_customer_messages = False
    account.save()
    address = f"/admin/wechat/officialaccount/{account.pk}/change/"
    html = viewer_client.get(address, headers={"accept-language": "zh-hans"}).content.decode()
    assert "已知：微信拒绝（48001）" in html
    assert "下一条消息时送出" in html
    assert "“人工”进入本系统的等待名单" in html


def test_an_owner_says_that_there_is_a_desk(account: OfficialAccount, owner_client: Client) -> None:
    address = f"/admin/wechat/officialaccount/{account.pk}/change/"
    form = owner_client.get(address).context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in shown.items() if value is not None and value is not False}
    response = owner_client.post(address, data | {"has_customer_service": "on", "kind": "service"})
    assert response.status_code == 302
    account.refresh_from_db()
    assert (account.has_customer_service, account.kind) == (True, "service")


def test_the_menu_needs_means_and_no_refusal(account: OfficialAccount) -> None:
    assert not may_manage_menu(account)
    assert [row.known for row in rows_of(account)] == [True, False, False, False]
    account.app_secret = credentials.APP_SECRET
    assert may_manage_menu(account)
    account.can_manage_menu = False
    assert not may_manage_menu(account)
