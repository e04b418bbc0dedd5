"""Long answers in parts, and what is said to voices, places, scans and taps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from predictions import engine
from tests.wechat.deliveries import content_of, plain
from tests.wechat.test_follower import say
from tests.wechat.test_privacy import event
from wechat.conversation.talk import PAGE, Talk, first_part
from wechat.gateway_account import GatewayAccount
from wechat.models import AccountTexts, Follower, KeywordRule, Message, OfficialAccount
from wechat.outbox import PART_BYTES
from wechat.replies import MORE

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parent.parent / "fixtures" / "wechat"
LINES = [f"第{number}行，一共三十个字左右的一句话，用来把回答写长" for number in range(100)]


def answer_to(client: Client, fixture: str) -> str:
    return content_of(plain((FIXTURES / f"{fixture}.xml").read_bytes()).post(client).content)


@pytest.fixture
def long_rule(account: OfficialAccount) -> KeywordRule:
    return KeywordRule.objects.create(account=account, keyword="长文", answer="\n".join(LINES))


def test_a_long_answer_comes_in_parts_and_nothing_is_lost(long_rule: KeywordRule, client: Client) -> None:
    parts = [say(client, "长文")]
    while parts[-1].endswith(MORE):
        parts.append(say(client, "继续" if len(parts) % 2 else "更多"))
    assert all(len(part.encode()) <= 2048 for part in parts)
    assert "\n".join(part.removesuffix(MORE) for part in parts).splitlines() == LINES
    assert "没有未完的" in say(client, "继续")


def test_another_sentence_drops_the_rest(long_rule: KeywordRule, client: Client) -> None:
    say(client, "长文")
    say(client, "今天黄历")
    assert "没有未完的" in say(client, "继续")


def test_a_tap_on_a_message_menu_goes_on_too(long_rule: KeywordRule, client: Client) -> None:
    body = (FIXTURES / "text__msgmenu.xml").read_bytes()
    say(client, "长文", "oQ7vX5kNexus_0000follower01")
    assert "第" in content_of(plain(body).post(client).content)


def test_a_text_without_lines_is_cut_between_characters() -> None:
    first, rest = first_part("天" * 1000)
    assert len(first.encode()) <= 2048
    assert first.removesuffix(MORE) + rest == "天" * 1000


def test_a_recognised_voice_is_answered_as_its_words(account: OfficialAccount, client: Client) -> None:
    assert "我理解为" in answer_to(client, "voice__recognized")


def test_a_place_shows_its_sky_and_is_remembered_on_request_only(
    account: OfficialAccount, client: Client
) -> None:
    sky = answer_to(client, "location__shared")
    assert "上海市黄浦区" in sky
    assert "日出" in sky
    person = "oQ7vX5kNexus_0000follower01"
    assert Follower.objects.get().open(timezone.now()).profile == {}
    assert "已记住地点" in say(client, "记住这里", person)
    assert "上海市黄浦区" in say(client, "我的资料", person)
    assert "日出" in say(client, "我这里的天象", person)


def test_a_place_is_received_politely_where_the_sky_is_not_answered(
    account: OfficialAccount, client: Client
) -> None:
    account.systems = ["almanac"]
    account.save()
    answer = answer_to(client, "location__shared")
    assert "收到您的位置" in answer
    assert "1. " in answer
    assert not Follower.objects.exists()


def test_a_place_that_is_none_is_received_politely(account: OfficialAccount, client: Client) -> None:
    body = (FIXTURES / "location__shared.xml").read_bytes().replace(b"31.230391", b"north")
    assert "位置" in content_of(plain(body).post(client).content)
    assert "位置" in say(client, "记住这里")


def test_a_place_that_the_client_reports_by_itself_is_not_answered(
    account: OfficialAccount, client: Client
) -> None:
    body = (FIXTURES / "location__reported.xml").read_bytes()
    assert plain(body).post(client).content == b"success"
    assert not Follower.objects.exists()


def test_a_scanned_code_is_shown_with_the_menu(account: OfficialAccount, client: Client) -> None:
    answer = answer_to(client, "scancode_waitmsg__qr_code")
    assert "https://example.org/q/1" in answer
    assert "1. " in answer


def test_a_follower_by_a_scene_is_welcomed(account: OfficialAccount, client: Client) -> None:
    assert "欢迎" in answer_to(client, "subscribe__qr_code")


def test_a_tapped_key_is_read_as_a_sentence_in_context(account: OfficialAccount, client: Client) -> None:
    assert "出生年月日" in content_of(plain(event("CLICK", EventKey="八字")).post(client).content)
    assert "宜" in content_of(plain(event("CLICK", EventKey="今天黄历")).post(client).content)


def test_a_key_that_means_nothing_gives_the_menu_and_does_not_quote_it(
    account: OfficialAccount, client: Client
) -> None:
    answer = content_of(plain(event("CLICK", EventKey="V1001_GOOD")).post(client).content)
    assert "V1001" not in answer
    assert "1. " in answer
    assert Message.objects.get().cause == "not_understood"


def test_statements_that_found_no_room_come_with_the_next_message(
    account: OfficialAccount, client: Client
) -> None:
    first = say(client, "1990年5月17日早上8点 男 八字")
    assert "回复“继续”看" in first
    assert "从略" not in first
    second = say(client, "继续")
    assert second.startswith("·")
    assert not set(first.splitlines()) & set(second.splitlines())
    assert "没有未完" in say(client, "继续")


BASE = "http://testserver"
LINK = re.compile(rf"\n{PAGE}{BASE}(/r/[A-Za-z0-9_-]+)\Z")


@pytest.mark.parametrize(
    "sentence",
    [
        "今天黄历",
        "2026年中秋是几号",
        "1990年5月17日早上8点 男 杭州 八字",
        "1990年5月17日早上8点 男 杭州 紫微",
        "3 5 8 小六壬",
    ],
)
def test_an_answer_with_a_chart_ends_with_the_link_to_its_page(
    account: OfficialAccount, client: Client, settings: Any, sentence: str
) -> None:
    without = say(client, sentence, "oFollower_without_links")
    settings.CELESTIAL_PUBLIC_URL = BASE
    answer = say(client, sentence)
    link = LINK.search(answer)
    assert link
    assert len(answer.encode()) <= 2048
    # Complete without it: the words are those that are sent where there is no public address.
    assert answer[: link.start()].removesuffix(MORE) in without
    assert client.get(link[1]).status_code == 200


def test_no_link_without_a_chart(account: OfficialAccount, client: Client, settings: Any) -> None:
    settings.CELESTIAL_PUBLIC_URL = BASE
    for sentence in ("菜单", "你好", "八字", "我什么时候死", "我的资料"):
        assert "/r/" not in say(client, sentence)


def test_a_long_answer_has_its_link_whole_in_the_first_part(account: OfficialAccount, settings: Any) -> None:
    settings.CELESTIAL_PUBLIC_URL = BASE
    talk = talk_of(account)
    chart = engine.compute("calendar", {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}})
    for length in range(600, 700):
        first = talk.say("天" * length, chart).content
        assert len(first.encode()) <= PART_BYTES
        assert LINK.search(first)
        rest = talk.state.get("rest", "")
        assert first[: LINK.search(first).start()].removesuffix(MORE) + rest == "天" * length
    assert "/r/" not in talk.go_on().content


def test_sensitive_words_never_cover_a_link(account: OfficialAccount, settings: Any) -> None:
    settings.CELESTIAL_PUBLIC_URL = BASE
    AccountTexts.objects.create(account=account, sensitive_words="a\nhttp\n天")
    chart = engine.compute("calendar", {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}})
    said = talk_of(account).say("天", chart).content
    assert said.startswith("＊\n")
    assert LINK.search(said)


def talk_of(account: OfficialAccount) -> Talk:
    now = timezone.now()
    follower = Follower(account_id=account.pk, openid="oFollower").open(now)
    return Talk(GatewayAccount.of(account), follower, now)
