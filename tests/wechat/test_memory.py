"""What a follower may have remembered, see, change and use, in the words that people use."""

from __future__ import annotations

from datetime import datetime, timedelta
from datetime import timezone as fixed_zone

import pytest
from django.test import Client
from django.utils import timezone

from tests.credentials import OPENID
from tests.platform_server.messages import compose
from tests.wechat.deliveries import plain
from tests.wechat.test_follower import BIRTH, say
from wechat.models import Follower, OfficialAccount

pytestmark = pytest.mark.django_db


def profile() -> dict[str, object]:
    return Follower.objects.get().open(timezone.now()).profile


def test_nothing_is_kept_unless_it_is_asked_for(account: OfficialAccount, client: Client) -> None:
    assert "记住我的资料" in say(client, BIRTH)
    assert profile() == {}
    assert "没有为您保存" in say(client, "我的资料")


@pytest.mark.parametrize(
    "sentence",
    [
        f"记住我的生日{BIRTH}",
        "请记住我的生日：1990年5月17日早上8点 男 杭州出生",
        "保存我的出生信息 1990年5月17日早上8点 男 杭州",
        "帮我记住我的资料，1990-05-17 8:00 男 杭州。",
        "記住我的生日1990年5月17日早上8點 男 杭州",
    ],
)
def test_a_birth_is_kept_when_it_is_said(account: OfficialAccount, client: Client, sentence: str) -> None:
    answer = say(client, sentence)
    assert "已记住：公历1990年5月17日" in answer
    assert "杭州" in answer
    chart = say(client, "我的八字")
    assert "庚午 辛巳 壬午 甲辰" in chart
    assert "按您保存的资料" in chart


def test_the_birth_of_the_chart_just_seen_is_kept_on_request(
    account: OfficialAccount, client: Client
) -> None:
    say(client, BIRTH)
    assert "已记住" in say(client, "记住我的资料")
    assert "1990年5月17日" in say(client, "我的资料")


def test_a_birth_is_asked_for_piece_by_piece_and_then_kept(account: OfficialAccount, client: Client) -> None:
    assert "删除我的资料" in say(client, "记住我的资料")
    assert "几点" in say(client, "1990年5月17日")
    assert "男" in say(client, "辰时")
    assert "已记住" in say(client, "男")
    chart = say(client, "我的八字")
    assert "庚午 辛巳 壬午 甲辰" in chart


def test_keeping_is_given_up_with_cancel(account: OfficialAccount, client: Client) -> None:
    say(client, "记住我的资料")
    say(client, "取消")
    say(client, BIRTH)
    assert profile() == {}


def test_the_chart_of_mine_is_asked_for_when_nothing_is_kept(
    account: OfficialAccount, client: Client
) -> None:
    assert "出生年月日" in say(client, "我的八字")


def test_a_sentence_with_a_birth_of_its_own_is_not_mine(account: OfficialAccount, client: Client) -> None:
    say(client, f"记住我的生日{BIRTH}")
    assert "1985-03-02" in say(client, "我的女儿1985年3月2日早上8点出生，女，八字")
    assert "1990-05-17" in say(client, "我的八字")


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("改出生地上海", "上海"),
        ("改时间为晚上9点", "晚上9点"),
        ("改性别：女", "女"),
        ("修改我的生日1991年6月18日", "1991年6月18日"),
    ],
)
def test_what_is_kept_can_be_changed(
    account: OfficialAccount, client: Client, sentence: str, shown: str
) -> None:
    say(client, f"记住我的生日{BIRTH}")
    assert "已记住" in say(client, sentence)
    assert shown in say(client, "我的资料")


def test_the_new_value_is_asked_for_when_it_is_not_said(account: OfficialAccount, client: Client) -> None:
    say(client, f"记住我的生日{BIRTH}")
    assert "出生地" in say(client, "改出生地")
    assert "已记住" in say(client, "成都")
    assert "成都" in say(client, "我的资料")


def test_the_birth_of_a_chart_is_changed_without_being_kept(account: OfficialAccount, client: Client) -> None:
    say(client, BIRTH)
    assert "，女" in say(client, "改性别女")
    assert profile() == {}


def test_there_is_nothing_to_change_for_a_stranger(account: OfficialAccount, client: Client) -> None:
    assert "还没有可以改的" in say(client, "改出生地")


def test_an_account_that_needs_no_birth_keeps_none(account: OfficialAccount, client: Client) -> None:
    account.systems = ["calendar", "almanac"]
    account.save()
    assert "所以不保存" in say(client, f"记住我的生日{BIRTH}")
    assert not Follower.objects.exists()


def test_ordinary_sentences_are_no_commands(account: OfficialAccount, client: Client) -> None:
    assert "宜" in say(client, "明天黄历")
    assert "男" in say(client, "1990年5月17日早上8点 八字")
    assert "还没有可以改" not in say(client, "改天适合搬家吗")


@pytest.mark.parametrize("sentence", ["时辰改成下午3点", "把出生时间改为15点", "我的出生时间改成15:00"])
def test_a_change_may_be_said_the_other_way_round(
    account: OfficialAccount, client: Client, sentence: str
) -> None:
    say(client, BIRTH)
    assert "15:00" in say(client, sentence)


def test_today_is_the_day_at_the_place_that_was_kept(account: OfficialAccount, client: Client) -> None:
    spot = {"latitude": 40.71, "longitude": -74.01, "label": "纽约"}
    follower = Follower(account_id=account.pk, openid=OPENID).open(timezone.now())
    follower.profile["spot"] = spot
    follower.store(timezone.now())
    there = datetime.now(fixed_zone(timedelta(hours=-5))).date()
    assert f"公历：{there.isoformat()}" in say(client, "今天农历几号")


def test_a_kept_place_alone_says_how_the_place_is_used(account: OfficialAccount, client: Client) -> None:
    plain(compose("gh_x", OPENID, "location")).post(client)
    say(client, "记住这里")
    answer = say(client, "我的资料")
    assert "我这里的天象" in answer
    assert "八字" not in answer


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("错了，是晚上8点", "20:00"),
        ("不对，应该是1990年5月18日", "1990-05-18"),
        ("改成女", "，女"),
        ("不对，是女的", "，女"),
    ],
)
def test_a_chart_just_seen_is_corrected_in_a_few_words(
    account: OfficialAccount, client: Client, sentence: str, shown: str
) -> None:
    say(client, BIRTH)
    assert shown in say(client, sentence)
    assert profile() == {}


def test_a_correction_of_nothing_is_no_command(account: OfficialAccount, client: Client) -> None:
    assert "没看懂" in say(client, "错了，是晚上8点")
    assert "没看懂" in say(client, "改成女")
