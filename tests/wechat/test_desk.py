"""What staff write to followers: covered, cut, sent once, by the one who has the conversation; and by command."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests import credentials
from tests.wechat.deliveries import plain
from tests.wechat.test_follower import say
from wechat import desk
from wechat.management.operator_name import operator_name
from wechat.models import AccountTexts, Follower, Message, OfficialAccount, OutboundMessage
from wechat.models.outbound import Purpose, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch) -> Follower:
    """A follower who asked for a person, with whom 小王 talks."""
    monkeypatch.setattr(desk, "wake_sender", lambda _pk: None)  # there is no broker in this test
    account.app_secret = credentials.APP_SECRET
    account.save()
    say(client, "人工")
    row = Follower.objects.select_related("account").get()
    assert row.take("小王", timezone.now())
    return row


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("followers", *arguments, stdout=out)
    return out.getvalue()


def texts() -> list[str]:
    return [row.payload["content"] for row in OutboundMessage.objects.order_by("id")]


def test_an_answer_is_queued_with_who_wrote_it(taken: Follower) -> None:
    (row,) = desk.answer(taken, " 您好，我是小王。\n", by="小王", now=timezone.now())
    assert (row.purpose, row.by, row.openid) == (Purpose.STAFF, "小王", credentials.OPENID)
    assert texts() == ["您好，我是小王。"]


def test_words_that_are_never_sent_are_covered_in_what_staff_write(taken: Follower) -> None:
    AccountTexts.objects.create(account=taken.account, sensitive_words="改命")
    draft = desk.draft_of(taken.account, "可以改命")
    assert (draft.text, draft.is_covered) == ("可以＊＊", True)
    desk.answer(taken, "可以改命", by="小王", now=timezone.now())
    assert texts() == ["可以＊＊"]


def test_a_long_answer_goes_in_parts_and_a_very_long_one_is_refused(taken: Follower) -> None:
    rows = desk.answer(taken, "字" * 1500, by="小王", now=timezone.now())
    assert len(rows) == 3
    with pytest.raises(ValueError, match="4"):
        desk.answer(taken, "长" * 2100, by="小王", now=timezone.now())


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_answer_is_refused(taken: Follower, text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        desk.answer(taken, text, by="小王", now=timezone.now())


def test_only_who_has_the_conversation_answers(taken: Follower) -> None:
    with pytest.raises(ValueError, match=r".+"):
        desk.answer(taken, "您好", by="小李", now=timezone.now())
    taken.give_back(timezone.now())
    with pytest.raises(ValueError, match=r".+"):
        desk.answer(taken, "您好", by="小王", now=timezone.now())
    assert texts() == []


def test_a_second_click_sends_nothing_again(taken: Follower) -> None:
    desk.answer(taken, "您好", by="小王", now=timezone.now())
    with pytest.raises(ValueError, match=r".+"):
        desk.answer(taken, "您好", by="小王", now=timezone.now())
    assert texts() == ["您好"]
    desk.answer(taken, "您好", by="小王", now=timezone.now() + desk.TWICE)
    assert len(texts()) == 2, "later it is meant"


def test_the_way_is_known_before_sending(taken: Follower, client: Client) -> None:
    account = taken.account
    now = timezone.now()
    assert desk.route_of(account, taken.openid, now).way == desk.Way.NOW
    assert desk.route_of(account, "nobody", now).way == desk.Way.KEPT, "nothing was written within 48 hours"
    account.can_send_customer_messages = False
    route = desk.route_of(account, taken.openid, now)
    assert (route.way, route.cause) == (desk.Way.KEPT, "no_right")
    account.can_send_customer_messages, account.app_secret = None, ""
    assert desk.route_of(account, taken.openid, now).way == desk.Way.KEPT, "there is nothing to send with"


def test_what_is_kept_comes_with_the_silence_after_the_next_message(taken: Follower, client: Client) -> None:
    account = taken.account
    account.can_send_customer_messages = False
    account.save()
    desk.answer(taken, "我查一下。", by="小王", now=timezone.now())
    assert say(client, "好的") == "我查一下。"
    assert OutboundMessage.objects.get().state == State.DELIVERED
    assert Message.objects.order_by("-received_at")[0].status == "replied"
    assert plain("还在吗").post(client).content == b"success"


def test_handing_back_says_the_last_sentence_and_lets_the_engine_answer(
    taken: Follower, client: Client
) -> None:
    assert desk.hand_back(taken, by="小王", now=timezone.now(), closing="再见")
    assert texts() == ["再见"]
    assert not desk.hand_back(taken, by="小王", now=timezone.now(), closing="再见"), "it had ended"
    assert texts() == ["再见"]
    assert "宜" in say(client, "今天黄历")


def test_a_last_sentence_is_for_who_has_the_conversation(taken: Follower) -> None:
    with pytest.raises(ValueError, match="请先接管"):
        desk.hand_back(taken, by="小李", now=timezone.now(), closing="再见")
    assert texts() == []
    assert Follower.objects.get().handed_over_by == "小王"
    assert desk.hand_back(taken, by="小李", now=timezone.now()), "without words anybody may end it"


def test_the_commands_do_what_the_console_does(account: OfficialAccount, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(desk, "wake_sender", lambda _pk: None)
    say(client, "人工")
    pk = str(Follower.objects.get().pk)
    listed = command("waiting")
    assert listed.startswith(f"{pk}\tdefault\t")
    assert credentials.OPENID not in listed
    assert command("waiting", "--account", "other") == ""
    assert command("take", pk, "--dry-run").startswith("Would have: took over")
    assert Follower.objects.get().handed_over_by == ""
    command("take", pk)
    assert f"with {operator_name()}" in command("waiting")
    assert "Would have: queued 1" in command("answer", pk, "您好", "--dry-run")
    assert texts() == []
    assert "queued 1 messages" in command("answer", pk, "您好")
    assert command("hand_back", pk, "再见", "--dry-run").startswith("Would have")
    assert command("hand_back", pk, "再见") == f"handed back {pk}\n"
    assert "was not handed over" in command("hand_back", pk)
    assert texts() == ["您好", "再见"]
    assert command("block", pk) == f"blocked {pk}\n"
    assert "already" in command("block", pk)
    assert plain("今天黄历").post(client).content == b"success"
    command("unblock", pk)
    assert "宜" in say(client, "今天黄历")


@pytest.mark.parametrize(
    "arguments", [("take",), ("take", "999"), ("answer", "{pk}", "您好"), ("take", "{pk}", "--from", "小李")]
)
def test_a_command_that_can_not_be_done_says_why(taken: Follower, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*(argument.format(pk=taken.pk) for argument in arguments))
    assert texts() == []


def test_a_conversation_is_taken_from_a_colleague_by_name(taken: Follower) -> None:
    assert command("take", str(taken.pk), "--from", "小王") == f"took over {taken.pk}\n"
    assert Follower.objects.get().handed_over_by == operator_name()
