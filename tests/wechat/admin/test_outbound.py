"""Outgoing messages in the console: states and causes in words, masked texts, sending again with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from tests import credentials
from tests.wechat.admin.test_pages import PAYLOAD, inline_in
from wechat import tasks
from wechat.models import AccessToken, OutboundMessage
from wechat.models.outbound import State

LIST = "/admin/wechat/outboundmessage/"
TEXT = "您的八字：甲子年"


@pytest.fixture
def outbound(account, message, monkeypatch) -> OutboundMessage:
    """A message of which nobody knows whether it arrived."""
    monkeypatch.setattr(tasks, "wake_sender", lambda _pk: None)  # there is no broker in this test
    (row,) = OutboundMessage.queue(
        account, credentials.OPENID, [{"content": TEXT}], "answer", message=message
    )
    row.claim(timezone.now())
    row.settle(State.UNKNOWN, "ambiguous")
    return row


def page_of(row: OutboundMessage) -> str:
    return f"{LIST}{row.pk}/change/"


def html(client, address: str, language: str = "zh-hans") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("role", ["owner", "operator", "viewer"])
def test_every_role_sees_the_list_and_the_page(request, outbound, role):
    client = request.getfixturevalue(f"{role}_client")
    assert "不明：可能已送到" in html(client, LIST)
    assert "没有收到微信的答复，消息可能已经送到" in html(client, page_of(outbound))


def test_strangers_and_the_logged_out_see_nothing(stranger_client, client, outbound):
    assert [stranger_client.get(address).status_code for address in (LIST, page_of(outbound))] == [403, 403]
    assert client.get(LIST).status_code == 302


def test_nobody_edits_or_deletes_an_outgoing_message(owner_client, admin_client, outbound):
    for client in (owner_client, admin_client):
        for action in ("delete", "add"):
            address = f"{LIST}add/" if action == "add" else f"{LIST}{outbound.pk}/delete/"
            assert client.get(address).status_code == 403


def test_texts_are_masked_until_somebody_allowed_asked_for_them(owner_client, viewer_client, outbound):
    for client in (owner_client, viewer_client):
        found = html(client, LIST) + html(client, page_of(outbound))
        assert TEXT not in found
        assert credentials.OPENID not in found
    owner_client.post("/admin/wechat/message/texts/")
    assert TEXT in html(owner_client, LIST)
    assert credentials.OPENID in html(owner_client, page_of(outbound))


def test_a_message_is_sent_again_by_the_owner_with_a_reason(owner_client, operator_client, outbound):
    address = f"{LIST}{outbound.pk}/resend/"
    assert operator_client.post(address, {"reason": "x"}).status_code == 403
    assert owner_client.get(address).status_code == 405
    owner_client.post(address, {"reason": " "})
    assert OutboundMessage.objects.count() == 1
    owner_client.post(address, {"reason": "对方说没收到"})
    again = OutboundMessage.objects.exclude(pk=outbound.pk).get()
    assert (again.by, again.reason, again.state) == ("owner", "对方说没收到", State.QUEUED)
    assert LogEntry.objects.filter(object_id=str(outbound.pk)).exists()
    owner_client.post(address, {"reason": "再一次"})
    assert OutboundMessage.objects.count() == 2


def test_the_form_warns_that_the_follower_may_read_it_twice(owner_client, viewer_client, outbound):
    assert "重发后对方可能看到两遍" in html(owner_client, page_of(outbound))
    assert '<form method="post" action="/admin/wechat/outboundmessage' not in html(
        viewer_client, page_of(outbound)
    )


def test_an_errcode_is_explained_in_the_readers_language(owner_client, outbound):
    OutboundMessage.objects.update(state=State.REFUSED, cause="45047", errcode=45047, rid="67-ab-cd")
    assert "这次互动可发的条数已用完" in html(owner_client, page_of(outbound))
    english = html(owner_client, page_of(outbound), "en")
    assert "used up; they have to write again first (45047)" in english
    assert "67-ab-cd" in english


def test_the_page_says_how_many_may_still_be_sent(owner_client, outbound, message):
    message.received_at = timezone.now() - timedelta(hours=17)
    message.save()
    assert "4 of 5 left, closes in 31.0 h" in html(owner_client, page_of(outbound), "en")


def test_what_stops_a_whole_account_stands_above_the_list(owner_client, account, outbound):
    account.app_id, account.app_secret, account.can_send_customer_messages = "wx1", "s", False
    account.save()
    until = timezone.now() + timedelta(minutes=5)
    row = AccessToken.of(account)
    row.credentials_print = row.print_of(account)
    row.closed_until, row.errcode, row.errmsg = until, 40164, "invalid ip 203.0.113.7"
    row.sending_paused_until = until
    row.save()
    found = html(owner_client, LIST)
    assert "IP 白名单" in found
    assert "203.0.113.7" in found
    assert "今天的接口调用次数已用完" in found
    assert "公众号没有发客服消息的权限" in found


@pytest.mark.parametrize("what", ["pk", "message_id", "openid"])
def test_a_message_is_found_by_its_ids_and_by_the_follower(owner_client, outbound, what):
    assert page_of(outbound) in html(owner_client, f"{LIST}?q={getattr(outbound, what)}")
    assert page_of(outbound) not in html(owner_client, f"{LIST}?q=12345")


def test_markup_in_texts_and_reasons_is_escaped(owner_client, outbound):
    owner_client.post("/admin/wechat/message/texts/")
    OutboundMessage.objects.update(
        payload={"content": PAYLOAD},
        openid=PAYLOAD,
        reason=PAYLOAD,
        by=PAYLOAD,
        errmsg=PAYLOAD,
        cause=PAYLOAD[:40],
    )
    for address in (LIST, page_of(outbound)):
        response = owner_client.get(address)
        assert "<script>alert(1)" not in response.content.decode()
        assert not inline_in(response)


def test_an_unknown_id_is_not_found(owner_client, outbound):
    assert owner_client.post(f"{LIST}1/resend/", {"reason": "x"}).status_code == 404
