"""What waits for the follower's next message: brought once, first, whole, with the same bytes to every try."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from predictions.reading_pages.links import open_token
from tests import credentials
from tests.wechat.deliveries import content_of, plain, sealed
from wechat import kept, outbox
from wechat.conversation.talk import PAGE
from wechat.models import Follower, KeywordRule, Message, OfficialAccount, OutboundMessage
from wechat.models.message import Status
from wechat.models.outbound import Purpose, State
from wechat.pruning import prune_expired
from wechat.replies import MORE, TEXT_LIMIT

pytestmark = pytest.mark.django_db
OPENID = credentials.OPENID


@pytest.fixture
def mute(account: OfficialAccount) -> OfficialAccount:
    """An account without the right to send customer messages."""
    account.can_send_customer_messages = False
    account.save()
    return account


def keep(
    account: OfficialAccount, text: str = "您问的结果", purpose: str = Purpose.ANSWER
) -> OutboundMessage:
    return outbox.queue_text(account, OPENID, text, purpose=purpose)[0]


def say(client: Client, text: str) -> str:
    return content_of(plain(text).post(client).content)


def test_a_kept_text_goes_before_the_answer_to_the_next_message(
    mute: OfficialAccount, client: Client
) -> None:
    row = keep(mute)
    assert (row.state, row.cause) == (State.KEPT, "no_right")
    delivery = sealed("今天黄历")
    first, retry = delivery.post(client), delivery.post(client)
    assert first.content == retry.content
    assert content_of(first.content).startswith("您问的结果\n\n我理解为")
    row.refresh_from_db()
    assert row.state == State.DELIVERED
    assert row.finished_at
    assert not Follower.objects.exists(), "a row that says nothing else goes"
    assert "您问的结果" not in say(client, "今天黄历")


def test_what_means_nothing_gets_the_kept_text_alone(mute: OfficialAccount, client: Client) -> None:
    keep(mute)
    assert say(client, "好了吗") == "您问的结果"
    assert Message.objects.get().cause == kept.BROUGHT


def test_an_answer_of_staff_waits_in_the_same_way(mute: OfficialAccount, client: Client) -> None:
    keep(mute, "人工：已为您查过了", Purpose.STAFF)
    assert say(client, "好了吗") == "人工：已为您查过了"


def test_what_does_not_fit_comes_with_the_messages_after_it(mute: OfficialAccount, client: Client) -> None:
    text = "".join(f"第{number}宫，星曜平和。\n" for number in range(250))
    rows = outbox.queue_text(mute, OPENID, text)
    assert len(rows) > 2
    parts = [say(client, "今天黄历")]
    while parts[-1].endswith(MORE):
        assert len(parts) < 10
        parts.append(say(client, "继续"))
    assert all(len(part.encode()) <= TEXT_LIMIT for part in parts)
    heard = "".join(part.removesuffix(MORE) for part in parts)
    assert heard.replace("\n", "").startswith(text.replace("\n", ""))
    assert "我理解为" in heard
    assert set(OutboundMessage.objects.values_list("state", flat=True)) == {State.DELIVERED}


def test_a_long_answer_of_its_own_is_cut_behind_the_kept_text(mute: OfficialAccount, client: Client) -> None:
    lines = [f"第{number}行，一共三十个字左右的一句话，用来把回答写长" for number in range(60)]
    KeywordRule.objects.create(account=mute, keyword="长文", answer="\n".join(lines))
    keep(mute)
    parts = [say(client, "长文")]
    while parts[-1].endswith(MORE):
        parts.append(say(client, "继续"))
    heard = "\n".join(part.removesuffix(MORE) for part in parts).splitlines()
    assert heard == ["您问的结果", "", *lines]


def test_an_event_that_gets_no_words_brings_nothing(mute: OfficialAccount, client: Client) -> None:
    row = keep(mute)
    view = (
        f"<xml><ToUserName>gh_x</ToUserName><FromUserName>{OPENID}</FromUserName><CreateTime>1</CreateTime>"
        "<MsgType>event</MsgType><Event>VIEW</Event><EventKey>https://example.com</EventKey></xml>"
    )
    assert plain(view.encode()).post(client).content == b"success"
    row.refresh_from_db()
    assert row.state == State.KEPT
    assert "您问的结果" in say(client, "菜单")


def test_who_asks_too_early_is_told_to_wait(mute: OfficialAccount, client: Client) -> None:
    say(client, "今天黄历")
    Message.objects.update(status=Status.DEFERRED)
    Follower.note_waiting(mute.pk, OPENID)
    assert say(client, "好了吗") == kept.STILL_COMPUTING
    assert "我理解为" in say(client, "今天黄历"), "a real question is answered meanwhile"
    assert Follower.objects.get().answers_waiting
    Message.objects.filter(status=Status.DEFERRED).update(status=Status.REPLIED)
    assert "没看懂" in say(client, "好了吗")
    assert not Follower.objects.exists()


def test_what_a_person_had_deleted_is_not_brought(mute: OfficialAccount, client: Client) -> None:
    row = keep(mute)
    assert "您问的结果" not in say(client, "删除我的资料")
    row.refresh_from_db()
    assert (row.state, row.cause, row.payload) == (State.REFUSED, "forgotten", {})
    assert "您问的结果" not in say(client, "好了吗")


def test_a_reply_that_was_not_recorded_delivers_nothing(
    mute: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another try took the message over and was faster."""
    row = keep(mute)
    from wechat import receive

    original = receive.record

    def late(message: Message, *args: object, **kwargs: object) -> None:
        Message.objects.filter(pk=message.pk).update(status="replied", reply_xml=b"success")
        original(message, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(receive, "record", late)
    plain("今天黄历").post(client)
    row.refresh_from_db()
    assert row.state == State.KEPT


def test_kept_texts_expire_after_a_week(mute: OfficialAccount, client: Client) -> None:
    row = keep(mute)
    assert prune_expired()["kept"] == 0
    OutboundMessage.objects.update(created_at=datetime.now(UTC) - timedelta(days=8))
    assert prune_expired()["kept"] == 1
    row.refresh_from_db()
    assert (row.state, row.cause) == (State.REFUSED, "kept_too_long")
    assert "您问的结果" not in say(client, "今天黄历")


def test_a_follower_for_whom_nothing_waits_costs_no_statement_more(
    account: OfficialAccount, client: Client
) -> None:
    Follower.objects.create(account=account, openid=OPENID, note="常客")
    say(client, "菜单")
    with CaptureQueriesContext(connection) as context:
        say(client, "今天黄历")
    reads = [query["sql"] for query in context.captured_queries if "wechat_outboundmessage" in query["sql"]]
    assert not reads


@pytest.mark.parametrize("length", [3, 300, 500, 560, 590, *range(600, 652, 4)])
def test_links_to_reading_pages_are_whole_or_not_there(
    mute: OfficialAccount, client: Client, settings: Any, length: int
) -> None:
    settings.CELESTIAL_PUBLIC_URL = "https://mp.example.com"
    own = f"{PAGE}https://mp.example.com/r/keptToken"
    rows = outbox.queue_text(mute, OPENID, f"{'天' * length}\n{own}")
    assert len(rows) == 1
    parts = [say(client, "今天黄历")]
    while "回复“继续”看下文" in parts[-1]:
        assert len(parts) < 5
        parts.append(say(client, "继续"))
    assert all(len(part.encode()) <= TEXT_LIMIT for part in parts)
    assert own in parts[0].splitlines()
    for line in "\n".join(parts).splitlines():
        if "/r/" in line and line != own:
            open_token(line.rpartition("/r/")[2])
    heard = "".join(part.replace(MORE, "") for part in parts)
    assert "我理解为" in heard
    assert "宜忌出处" in heard


def test_of_many_short_texts_none_is_forgotten(mute: OfficialAccount, client: Client) -> None:
    for number in range(23):
        keep(mute, f"第{number}条")
    heard = say(client, "好了吗")
    assert heard.endswith(MORE)
    assert Follower.objects.get().answers_waiting
    heard += say(client, "继续")
    assert all(f"第{number}条" in heard for number in range(23))
    assert not OutboundMessage.objects.filter(state=State.KEPT).exists()
    assert not Follower.objects.exists()


def test_when_the_kept_text_grew_too_old_the_followers_row_goes_too(
    mute: OfficialAccount, client: Client
) -> None:
    keep(mute)
    Follower.objects.create(account=mute, openid="somebody-else", answers_waiting=True, note="常客")
    prune_expired()
    assert [row.openid for row in Follower.objects.filter(answers_waiting=True)] == [OPENID]
    OutboundMessage.objects.update(created_at=datetime.now(UTC) - timedelta(days=8))
    prune_expired()
    assert [row.openid for row in Follower.objects.all()] == ["somebody-else"], "what staff noted stays"


def test_a_try_whose_reply_comes_late_delivers_its_own_answer_all_the_same(
    mute: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another try was answered with the placeholder; the kept text waits on, the answer waits behind it."""
    keep(mute)
    from wechat import receive

    original = receive.record

    def held_up(message: Message, *args: object, **kwargs: object) -> None:
        Message.objects.update(status=Status.DEFERRED, reply_xml=b"success", reply_wire=b"success")
        original(message, *args, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        # What another try commits is not taken back with this one's transaction.
        patch.setattr(kept, "write_transaction", nullcontext)
        patch.setattr(receive, "record", held_up)
        assert plain("今天黄历").post(client).content == b"success"
    rows = OutboundMessage.kept_for(mute.pk, OPENID)
    first, own = (row.payload["content"] for row in rows)
    assert first == "您问的结果"
    assert own.startswith("我理解为"), "its own words, without what was to go before them"
    assert Message.objects.get().status == "replied"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: nothing happens meanwhile")
def test_a_text_that_is_kept_while_others_are_brought_is_not_forgotten(
    mute: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wechat import receive

    keep(mute)
    original = receive.record

    def keep_another() -> None:
        keep(mute, "又一条")
        connection.close()

    another = threading.Thread(target=keep_another)

    def meanwhile(*args: Any, **kwargs: Any) -> None:
        another.start()
        another.join(1)
        original(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(receive, "record", meanwhile)
        assert say(client, "好了吗") == "您问的结果"
    another.join(10)
    assert Follower.objects.get().answers_waiting
    assert say(client, "好了吗") == "又一条"
