"""Keyword rules and set texts: what staff wrote comes before the engine, and counts from the next message on."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import credentials
from tests.wechat.deliveries import content_of, plain
from tests.wechat.test_follower import BIRTH, say
from tests.wechat.test_privacy import event
from wechat.keywords import CONTAINS, EXACT, PATTERN, Rule, first_match
from wechat.models import AccountTexts, KeywordRule, Message, OfficialAccount


def rule(match: str, keyword: str) -> Rule:
    return Rule.of(match, keyword, answer="x")


@pytest.mark.parametrize(
    ("match", "keyword", "sentence", "fits"),
    [
        (EXACT, "价格", "价格", True),
        (EXACT, "价格", "价格？", True),
        (EXACT, "价格", "價格", True),
        (EXACT, "VIP", "ｖｉｐ", True),
        (EXACT, "价格", "什么价格", False),
        (EXACT, "价格\n多少钱", "多少钱", True),
        (CONTAINS, "价格", "请问价格是多少", True),
        (CONTAINS, "价格", "请问怎么收费", False),
        (CONTAINS, "\n \n", "任何句子", False),
        (PATTERN, "*多少钱*", "排盘一次多少钱呀", True),
        (PATTERN, "*多少钱", "多少钱", True),
        (PATTERN, "*多少钱", "多少钱呀", False),
        (PATTERN, "想?看*", "想要看黄历", True),
        (PATTERN, "想?看*", "想看黄历", False),
        (PATTERN, "营业*|*几点开门*", "你们几点开门", True),
        (PATTERN, "a*a", "a", False),
        (PATTERN, "a*b*a", "aba", True),
        (PATTERN, "ab*ba", "aba", False),
        (PATTERN, "(x+x+)+y", "xxxxxxxxxxxxxxxxxxxxxxx", False),
        (PATTERN, "a.c", "abc", False),
    ],
)
def test_a_rule_fits_as_its_kind_says(match: str, keyword: str, sentence: str, fits: bool) -> None:
    assert (first_match([rule(match, keyword)], sentence) is not None) is fits


@given(st.text("ab*?|", max_size=12), st.text("ab", max_size=12))
def test_a_pattern_fits_what_the_expression_of_the_same_meaning_fits(pattern: str, sentence: str) -> None:
    import re

    meaning = "|".join(
        "".join({"*": ".*", "?": "."}.get(c, c) for c in part) for part in pattern.split("|") if part
    )
    expected = bool(meaning) and bool(sentence) and re.fullmatch(f"(?:{meaning})", sentence) is not None
    assert (first_match([rule(PATTERN, pattern)], sentence) is not None) is expected


def test_the_worst_pattern_costs_next_to_nothing() -> None:
    worst = rule(PATTERN, "*a" * 200 + "*b")
    started = time.perf_counter()
    assert first_match([worst], "a" * 500) is None
    assert time.perf_counter() - started < 0.2


def add(account: OfficialAccount, keyword: str, answer: str, **columns: object) -> KeywordRule:
    return KeywordRule.objects.create(account=account, keyword=keyword, answer=answer, **columns)


@pytest.mark.django_db
def test_a_rule_comes_before_the_engine_and_counts_at_once(account: OfficialAccount, client: Client) -> None:
    assert "宜" in say(client, "今天黄历")
    made = add(account, "今天黄历", "请看公告")
    assert say(client, "今天黄历") == "请看公告"
    assert Message.objects.order_by("-id")[0].cause == "keyword_rule"
    made.is_on = False
    made.save()
    assert "宜" in say(client, "今天黄历")
    made.is_on = True
    made.save()
    made.delete()
    assert "宜" in say(client, "今天黄历")


@pytest.mark.django_db
def test_the_smallest_number_wins(account: OfficialAccount, client: Client) -> None:
    add(account, "开门", "later", match="contains", position=20)
    add(account, "几点开门", "first", match="contains", position=10)
    assert say(client, "几点开门") == "first"


@pytest.mark.django_db
def test_a_rule_may_answer_with_the_menu(account: OfficialAccount, client: Client) -> None:
    add(account, "怎么玩", "这样玩：", answers_with="menu")
    answer = say(client, "怎么玩")
    assert answer.startswith("这样玩：\n")
    assert "1. " in answer


@pytest.mark.django_db
def test_a_rule_of_one_account_is_not_another_s(account: OfficialAccount, client: Client) -> None:
    other = OfficialAccount.objects.create(slug="other", token=credentials.TOKEN)
    add(other, "今天黄历", "别的账号")
    assert "宜" in say(client, "今天黄历")


@pytest.mark.django_db
def test_an_open_question_stays_open_beside_a_rule(account: OfficialAccount, client: Client) -> None:
    add(account, "客服电话", "在公告里")
    say(client, "1990年5月17日早上8点 八字")
    assert say(client, "客服电话") == "在公告里"
    assert "庚午" in say(client, "男")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        event("CLICK", EventKey="MENU_HOURS"),
        event("SCAN", EventKey="MENU_HOURS"),
        event("subscribe", EventKey="qrscene_MENU_HOURS"),
        event("scancode_waitmsg", EventKey="MENU_HOURS"),
    ],
    ids=["tap", "scan", "follow by scene", "scanned"],
)
def test_keys_of_buttons_and_scenes_are_keywords_too(
    account: OfficialAccount, client: Client, body: bytes
) -> None:
    add(account, "menu_hours", "九点到六点")
    assert content_of(plain(body).post(client).content) == "九点到六点"


def texts(account: OfficialAccount, **values: str) -> None:
    AccountTexts.objects.create(account=account, **values)


@pytest.mark.django_db
def test_the_set_texts_are_sent(account: OfficialAccount, client: Client) -> None:
    texts(
        account,
        welcome="欢迎来到小站",
        help_addition="营业时间九点到六点",
        consent="资料只用来排盘，回复“不同意”退出。",
        refusal_addition="可以看公告。",
    )
    welcome = content_of(plain(event("subscribe")).post(client).content)
    assert welcome.startswith("欢迎来到小站\n")
    assert "1. " in welcome
    assert say(client, "帮助").endswith("营业时间九点到六点")
    asked = say(client, "八字")
    assert "资料只用来排盘" in asked
    assert "继续即表示同意" not in asked
    assert say(client, "我什么时候死").endswith("可以看公告。")
    assert "可以看公告" not in say(client, "我不想活了")


@pytest.mark.django_db
def test_the_set_error_is_sent_when_the_engine_fails(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts(account, error="小站打盹了")
    monkeypatch.setattr("predictions.language.ask", lambda *args, **kwargs: 1 / 0)
    assert say(client, "今天黄历") == "小站打盹了"


@pytest.mark.django_db
def test_the_note_about_too_many_messages_is_sent_once_a_minute(
    account: OfficialAccount, client: Client
) -> None:
    texts(account, rate_limited="慢一点")
    account.refresh_from_db()
    account.rate_limit_per_min = 1
    account.save()
    answers = [plain("菜单").post(client).content for _ in range(3)]
    assert content_of(answers[1]) == "慢一点"
    assert answers[2] == b"success"


@pytest.mark.django_db
def test_sensitive_words_are_covered_wherever_they_would_be_sent(
    account: OfficialAccount, client: Client
) -> None:
    texts(account, sensitive_words="赌博\nCasino", welcome="本站不谈赌博")
    add(account, "规则", "不许赌博")
    assert "赌博" not in content_of(plain(event("subscribe")).post(client).content)
    assert say(client, "规则") == "不许＊＊"
    echoed = say(client, "赌博CASINO怎么玩")
    assert "赌博" not in echoed
    assert "CASINO" not in echoed


@pytest.mark.django_db
def test_a_sentence_that_was_not_understood_is_marked(account: OfficialAccount, client: Client) -> None:
    say(client, "呜啦呜啦")
    say(client, BIRTH)
    assert [row.cause for row in Message.objects.order_by("id")] == ["not_understood", ""]
