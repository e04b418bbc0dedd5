"""人工 over the callback: the waiting list, the silence, the ways back, and everything that must not be disturbed."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import credentials
from tests.wechat.deliveries import content_of, message, plain
from tests.wechat.test_follower import BIRTH, say, statements
from wechat import xml
from wechat.conversation import taking_over
from wechat.models import AccountTexts, Follower, KeywordRule, Message, OfficialAccount
from wechat.models.follower import PATIENCE
from wechat.replay import replay, resend
from wechat.tasks import sweep

pytestmark = pytest.mark.django_db

ASKING = """人工
人工客服
转人工
轉人工
找客服
真人
我要人工
请转人工客服
帮我转一下人工吧
有没有真人
有人吗
能不能找个真人聊聊
我想跟真人说话
联系客服人员
在线客服
人工！
客服
你好，我要人工服务，谢谢
talk to a human
Customer Service""".splitlines()
OTHERS = [
    "人工智能是什么",
    "今天黄历",
    "1990年5月17日早上8点 男 杭州 八字",
    "有人说我五行缺水是真的吗",
    "人",
    "客人来了宜不宜搬家",
    "工人几号放假",
    "返回",
    "",
    "人工" * 30,
]
EVENT = (
    "<xml><ToUserName>gh_x</ToUserName><FromUserName>{openid}</FromUserName><CreateTime>{time}</CreateTime>"
    "<MsgType>event</MsgType><Event>{event}</Event><EventKey>{key}</EventKey></xml>"
)


def event(name: str, key: str = "", number: int = 1764000000) -> bytes:
    return EVENT.format(openid=credentials.OPENID, event=name, key=key, time=number).encode()


def silent(client: Client, body: str | bytes) -> bool:
    return plain(body).post(client).content == b"success"


def waiting() -> list[str]:
    return [row.openid for row in Follower.handed_over(timezone.now())]


@pytest.mark.parametrize("text", ASKING)
def test_a_sentence_that_asks_for_a_person_is_recognised(text: str) -> None:
    assert taking_over.asks(text)


@pytest.mark.parametrize("text", OTHERS)
def test_other_sentences_are_left_to_the_engine(text: str) -> None:
    assert not taking_over.asks(text)


@pytest.mark.parametrize("part", ["我要", "能不能", "请人", "人工", "你好，", "找一下", "有人", "转人", "a "])
def test_no_sentence_takes_long_to_judge(part: str) -> None:
    started = time.perf_counter()
    taking_over.asks(part * (taking_over.LONGEST // len(part)))
    assert time.perf_counter() - started < 0.05


@pytest.mark.parametrize(
    "text", ["返回", "自动", "自动回复", "机器人", "退出人工", "恢复自動回答", "不用人工了", "back"]
)
def test_the_ways_back_are_recognised(text: str) -> None:
    assert taking_over.leaves(text)
    assert not taking_over.asks(text)


@pytest.mark.parametrize("text", ["不用了，谢谢", "取消", "菜单", "今天黄历", "返回率"])
def test_what_people_say_to_people_ends_nothing(text: str) -> None:
    assert not taking_over.leaves(text)


def test_a_follower_who_asks_for_a_person_waits_and_is_told_the_way_back(
    account: OfficialAccount, client: Client
) -> None:
    told = say(client, "人工")
    assert "工作人员" in told
    assert "返回" in told
    assert waiting() == [credentials.OPENID]
    assert Message.objects.get().cause == "asked_for_person"


def test_the_engine_is_silent_meanwhile_and_every_message_is_kept(
    account: OfficialAccount, client: Client
) -> None:
    say(client, "人工")
    KeywordRule.objects.create(account=account, keyword="价格", answer="请看菜单")
    for body in ("今天黄历", "价格", event("CLICK", "今天黄历"), event("SCAN", "7", 1764000001)):
        assert silent(client, body)
    kept = Message.objects.order_by("received_at")
    assert [row.cause for row in kept] == ["asked_for_person", *["handed_over"] * 4]
    assert [row.status for row in kept][1:] == ["acknowledged"] * 4


def test_who_asks_again_is_told_again_until_somebody_talks_with_them(
    account: OfficialAccount, client: Client
) -> None:
    say(client, "人工")
    since = Follower.objects.get().handed_over_at
    assert "工作人员" in say(client, "有人吗")
    assert Follower.objects.get().handed_over_at == since, "the place in the queue is kept"
    Follower.objects.get().take("小王", timezone.now())
    assert silent(client, "有人吗")


def test_the_way_back_is_one_word(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    assert "已恢复自动回答" in say(client, "返回")
    assert waiting() == []
    assert "宜" in say(client, "今天黄历")


def test_without_a_request_the_way_back_is_an_ordinary_sentence(
    account: OfficialAccount, client: Client
) -> None:
    assert "已恢复自动回答" not in say(client, "返回")


def test_after_a_day_without_staff_the_answers_come_back(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    Follower.objects.update(updated=timezone.now() - PATIENCE)
    assert "宜" in say(client, "今天黄历")
    assert Follower.objects.get().handed_over_at is None, (
        "and the answer's own state does not lengthen the waiting"
    )


def test_the_sweeper_ends_what_nobody_cared_for_and_leaves_no_empty_row(
    account: OfficialAccount, client: Client
) -> None:
    say(client, "人工")
    sweep()
    assert waiting() == [credentials.OPENID]
    Follower.objects.update(updated=timezone.now() - PATIENCE)
    sweep()
    sweep()
    assert not Follower.objects.exists()


def test_a_conversation_that_was_handed_back_leaves_no_empty_row(
    account: OfficialAccount, client: Client
) -> None:
    say(client, "人工")
    say(client, "返回")
    sweep()
    assert not Follower.objects.exists()
    say(client, f"记住我的生日{BIRTH}")
    say(client, "人工")
    say(client, "返回")
    sweep()
    assert "1990" in say(client, "我的资料"), "what the person asked us to keep stays"


def test_an_open_question_is_forgotten_when_a_person_is_asked_for(
    account: OfficialAccount, client: Client
) -> None:
    assert "出生年月日" in say(client, "八字")
    say(client, "人工")
    say(client, "返回")
    assert "几点" not in say(client, "1990年5月17日")


def test_staffs_text_is_used_and_gets_the_way_back(account: OfficialAccount, client: Client) -> None:
    AccountTexts.objects.create(account=account, handed_over="周一到周五九点到六点有人值班。")
    told = say(client, "人工")
    assert told.startswith("周一到周五九点到六点有人值班。")
    assert told.endswith(taking_over.THE_WAY_BACK)


def test_a_rule_of_staff_comes_first(account: OfficialAccount, client: Client) -> None:
    KeywordRule.objects.create(account=account, keyword="人工", answer="请拨 12345")
    assert say(client, "人工") == "请拨 12345"
    assert waiting() == []


def test_with_a_customer_service_desk_wechat_takes_the_conversation(
    account: OfficialAccount, client: Client
) -> None:
    account.has_customer_service = True
    account.save()
    reply = xml.parse(plain("转人工").post(client).content)
    assert reply.msg_type == "transfer_customer_service"
    assert waiting() == []
    assert Message.objects.get().cause == "transferred"
    tapped = content_of(plain(event("CLICK", "人工")).post(client).content)
    assert "发送“人工”" in tapped, "a transfer answers no event"


def test_a_menu_button_may_ask_for_a_person(account: OfficialAccount, client: Client) -> None:
    assert "工作人员" in content_of(plain(event("CLICK", "人工")).post(client).content)
    assert waiting() == [credentials.OPENID]


def test_erasure_is_heard_and_ends_the_waiting(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    assert "已删除" in say(client, "删除我的资料")
    assert not Follower.objects.exists()
    assert "宜" in say(client, "今天黄历")


def test_who_leaves_the_account_waits_no_longer(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    assert silent(client, event("unsubscribe"))
    assert not Follower.objects.exists()


def test_who_follows_anew_is_welcomed(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    assert "欢迎关注" in content_of(plain(event("subscribe")).post(client).content)


def test_record_only_hands_nobody_over_and_says_nothing(account: OfficialAccount, client: Client) -> None:
    account.switch("service", "record_only", by="x", reason="x")
    assert silent(client, "人工")
    assert waiting() == []


def test_maintenance_leaves_who_talks_with_staff_alone(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    account.switch("service", "maintenance", by="x", reason="x")
    assert silent(client, "还在吗")
    assert say(client, "返回") == account.maintenance_text
    assert waiting() == []
    assert say(client, "人工") == account.maintenance_text
    assert waiting() == []


def test_the_blocked_are_not_handed_over(account: OfficialAccount, client: Client) -> None:
    Follower.objects.create(account=account, openid=credentials.OPENID, blocked=True)
    assert silent(client, "人工")
    assert waiting() == []


def test_a_replay_hands_nobody_over_and_is_not_sent_again(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    say(client, "返回")
    first = Message.objects.order_by("received_at").first()
    assert first
    assert "工作人员" in (replay(first, "x").new or "")
    assert waiting() == []
    with pytest.raises(ValueError, match="asks for a person"):
        resend(first, "x", "reason")


def test_asking_costs_one_statement_and_the_silence_none(account: OfficialAccount, client: Client) -> None:
    say(client, "今天黄历")
    stranger = len(statements(client, "今天黄历"))
    asking = len(statements(client, "人工"))
    assert asking == stranger + 1
    assert len(statements(client, "今天黄历")) == stranger + 1, "the row of a known follower is read"


def test_a_request_that_loses_the_race_is_kept(account: OfficialAccount) -> None:
    now = timezone.now()
    Follower.objects.create(account=account, openid="a", profile_json="{}")
    slow, fast = (Follower.of(account.pk, "a").open(now) for _number in range(2))
    fast.talk["context"] = {"x": 1}
    assert fast.store(now)
    slow.hand_over(now)
    assert not slow.store(now)
    assert waiting() == ["a"]


def test_a_request_does_not_undo_that_staff_took_over(account: OfficialAccount) -> None:
    now = timezone.now()
    row = Follower.objects.create(account=account, openid="a")
    asking = Follower.of(account.pk, "a").open(now)
    assert row.take("小王", now)
    asking.hand_over(now)
    asking.store(now)
    assert Follower.objects.get().handed_over_by == "小王"


def test_two_staff_can_not_take_the_same_conversation(account: OfficialAccount) -> None:
    now = timezone.now()
    asking = Follower.of(account.pk, "a").open(now)
    asking.hand_over(now)
    asking.store(now)
    first, second = (Follower.objects.get() for _number in range(2))
    assert first.take("小王", now)
    assert not second.take("小李", now)
    assert second.handed_over_by == "小王", "the loser sees who was faster"
    assert second.take("小李", now, holder="小王"), "on purpose, from the one who has it"
    assert not first.touch("小王", now + timedelta(seconds=1))


def test_blocking_ends_the_waiting(account: OfficialAccount, client: Client) -> None:
    say(client, "人工")
    row = Follower.objects.get()
    assert row.block(timezone.now(), blocked=True)
    assert not row.block(timezone.now(), blocked=True)
    assert waiting() == []
    assert silent(client, message("人工"))
