"""The waiting list and the page of a conversation: who sees which texts, and what each button does."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests import credentials
from tests.wechat.deliveries import plain
from tests.wechat.test_follower import say
from wechat import desk
from wechat.admin import masking
from wechat.models import AccountTexts, Follower, Message, OfficialAccount, OutboundMessage

pytestmark = pytest.mark.django_db
LIST = "/admin/wechat/follower/waiting/"
SENTENCE = "我的快递到哪了"


@pytest.fixture
def follower(account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """Somebody who asked for a person and then wrote a sentence."""
    monkeypatch.setattr(desk, "wake_sender", lambda _pk: None)  # there is no broker in this test
    account.app_secret = credentials.APP_SECRET
    account.save()
    say(client, "人工")
    plain(SENTENCE).post(client)
    return Follower.objects.get()


def page(client: Client, address: str, language: str = "zh-hans") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def of(follower: Follower, act: str) -> str:
    return f"/admin/wechat/follower/{follower.pk}/{act}/"


def post(client: Client, follower: Follower, act: str, **data: str) -> str:
    response = client.post(of(follower, act), data, follow=True, headers={"accept-language": "zh-hans"})
    assert response.status_code == 200
    return response.content.decode()


def entries() -> list[str]:
    return [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]


def test_the_list_shows_who_waits_and_not_what_they_wrote(follower: Follower, viewer_client: Client) -> None:
    html = page(viewer_client, LIST)
    assert masking.pseudonym(credentials.OPENID) in html
    assert f"••• ({len(SENTENCE)})" in html
    assert SENTENCE not in html
    assert credentials.OPENID not in html
    assert "/conversation/" not in html, "a viewer looks at the list only"


def test_every_page_says_how_many_wait_until_somebody_takes_over(
    follower: Follower, operator_client: Client, stranger_client: Client
) -> None:
    assert "1 位粉丝在等人工" in page(operator_client, "/admin/")
    assert "等人工" not in page(stranger_client, "/admin/")
    post(operator_client, follower, "take")
    assert "waiting-banner" not in page(operator_client, "/admin/")


def test_an_operator_takes_over_reads_answers_and_hands_back(
    follower: Follower, operator_client: Client, client: Client
) -> None:
    before = page(operator_client, of(follower, "conversation"))
    assert SENTENCE not in before
    after = post(operator_client, follower, "take")
    assert SENTENCE in after
    assert credentials.OPENID not in after
    assert SENTENCE in page(operator_client, LIST), "the last sentence of one's own conversation"
    assert "作为客服消息立即发出" in after
    sent = post(operator_client, follower, "answer", text="今天下午到。", way="now")
    assert "今天下午到。" in sent
    row = OutboundMessage.objects.get()
    assert (row.by, row.payload) == ("operator", {"content": "今天下午到。"})
    post(operator_client, follower, "hand-back", closing="")
    assert "宜" in say(client, "今天黄历")
    log = "".join(entries())
    assert [len(entries()), "快递" in log, "下午" in log] == [3, False, False], "audited without the texts"


def test_two_staff_can_not_take_the_same_conversation(
    follower: Follower, operator_client: Client, owner_client: Client
) -> None:
    post(operator_client, follower, "take")
    assert "对话在 operator 手上" in post(owner_client, follower, "take")
    assert Follower.objects.get().handed_over_by == "operator"
    html = page(owner_client, of(follower, "conversation"))
    assert SENTENCE not in html, "a colleague's conversation stays masked"
    assert "从 operator 接管" in html
    assert SENTENCE in post(owner_client, follower, "take", holder="operator")
    assert "operator → owner" in entries()[-1]


def test_who_may_see_texts_asks_for_them_and_it_is_logged(
    follower: Follower, owner_client: Client, operator_client: Client
) -> None:
    assert operator_client.post(of(follower, "conversation/show")).status_code == 403
    assert SENTENCE in post(owner_client, follower, "conversation/show")
    assert len(entries()) == 1
    assert SENTENCE not in page(owner_client, of(follower, "conversation")), "for that one look"


def test_an_answer_without_the_right_to_send_is_said_to_be_kept(
    follower: Follower, operator_client: Client, account: OfficialAccount
) -> None:
    account.can_send_customer_messages = False
    account.save()
    html = post(operator_client, follower, "take")
    assert "留着，随粉丝下一条消息的回复送出" in html
    html = post(operator_client, follower, "answer", text="您好", way="now")
    assert "送达方式变了" in html
    assert OutboundMessage.objects.count() == 0, "nothing goes another way than the page said"
    assert "您好</textarea>" in html, "what was written is not lost"
    post(operator_client, follower, "answer", text="您好", way="kept")
    assert OutboundMessage.objects.count() == 1


def test_covered_words_are_shown_before_they_are_sent(
    follower: Follower, operator_client: Client, account: OfficialAccount
) -> None:
    AccountTexts.objects.create(account=account, sensitive_words="改命")
    post(operator_client, follower, "take")
    html = post(operator_client, follower, "answer", text="不能改命", way="now")
    assert "不能＊＊</textarea>" in html
    assert OutboundMessage.objects.count() == 0
    post(operator_client, follower, "answer", text="不能＊＊", way="now")
    assert OutboundMessage.objects.get().payload == {"content": "不能＊＊"}


@pytest.mark.parametrize("text", ["", "长" * 2100])
def test_what_can_not_be_sent_comes_back_with_the_reason(
    follower: Follower, operator_client: Client, text: str
) -> None:
    post(operator_client, follower, "take")
    html = post(operator_client, follower, "answer", text=text, way="now")
    assert "errorlist" in html or 'class="error"' in html
    assert f"{text}</textarea>" in html
    assert OutboundMessage.objects.count() == 0


def test_an_answer_to_somebody_elses_follower_is_refused(
    follower: Follower, operator_client: Client, owner_client: Client
) -> None:
    post(operator_client, follower, "take")
    post(owner_client, follower, "answer", text="您好", way="now")
    assert OutboundMessage.objects.count() == 0


def test_blocking_from_the_page_ends_the_conversation(
    follower: Follower, operator_client: Client, client: Client
) -> None:
    post(operator_client, follower, "take")
    html = post(operator_client, follower, "block", blocked="yes")
    assert "已屏蔽" in html
    assert "没有人在等" in page(operator_client, LIST)
    assert "已屏蔽" in post(operator_client, follower, "take")
    post(operator_client, follower, "block", blocked="no")
    assert "宜" in say(client, "今天黄历")
    assert len(entries()) == 3


def test_a_conversation_is_started_from_a_message(
    account: OfficialAccount, client: Client, operator_client: Client
) -> None:
    say(client, "你好")
    message = Message.objects.get()
    assert "/admin/wechat/follower/start/" in page(
        operator_client, f"/admin/wechat/message/{message.pk}/change/"
    )
    response = operator_client.post("/admin/wechat/follower/start/", {"message": message.pk}, follow=True)
    assert response.status_code == 200
    row = Follower.objects.get()
    post(operator_client, row, "take")
    assert plain("今天黄历").post(client).content == b"success"


@pytest.mark.parametrize("given", ["", "0", "x", "9" * 30])
def test_a_conversation_with_nobody_is_not_found(operator_client: Client, account, given: str) -> None:
    assert operator_client.post("/admin/wechat/follower/start/", {"message": given}).status_code == 404


def test_a_follower_who_had_their_data_deleted_is_gone(
    follower: Follower, operator_client: Client, client: Client
) -> None:
    post(operator_client, follower, "take")
    say(client, "删除我的资料")
    assert operator_client.get(of(follower, "conversation")).status_code == 404
    assert operator_client.post(of(follower, "answer"), {"text": "x", "way": "now"}).status_code == 404


def test_what_a_follower_writes_can_not_become_markup(
    follower: Follower, operator_client: Client, client: Client
) -> None:
    plain("<script>alert(1)</script>").post(client)
    html = post(operator_client, follower, "take")
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html


def test_the_page_speaks_english_too(follower: Follower, operator_client: Client) -> None:
    html = page(operator_client, of(follower, "conversation"), "en")
    assert "Waits for a person for" in html
    assert "1 follower waits for a person" in html


def test_the_list_costs_the_same_for_many_as_for_one(
    follower: Follower, operator_client: Client, django_assert_max_num_queries
) -> None:
    now = timezone.now()
    Follower.objects.bulk_create(
        Follower(account=follower.account, openid=f"o{number}", handed_over_at=now) for number in range(30)
    )
    with django_assert_max_num_queries(12):
        page(operator_client, LIST)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what the tables hold")
def test_a_followers_messages_are_found_by_their_own_index(follower: Follower) -> None:
    """By that of the account's times SQLite would read every message of the account: seconds for a million."""
    mine = Message.objects.filter(account_id=follower.account_id, openid=follower.openid)
    until = mine.filter(received_at__lte=timezone.now(), redacted_at=None)
    for query in (mine.order_by("-received_at", "-id")[:40], until):
        assert "message_follower" in query.explain()
