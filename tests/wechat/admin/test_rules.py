"""Keyword rules, texts and sentences not understood, as staff meet them in the console."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from tests.wechat.test_follower import say
from wechat.models import AccountTexts, KeywordRule, Message, OfficialAccount

pytestmark = pytest.mark.django_db
ADD = "/admin/wechat/keywordrule/add/"
LIST = "/admin/wechat/keywordrule/"
SENTENCES = "/admin/wechat/keywordrule/not-understood/"
ENGLISH = {"accept-language": "en"}


def form(account: OfficialAccount, **values: object) -> dict[str, object]:
    filled = {"position": 10, "is_on": "on", "match": "exact", "answers_with": "text", "answer": "九点到六点"}
    return {"account": account.pk, "keyword": "营业时间"} | filled | values


def test_an_operator_writes_a_rule_that_answers_from_the_next_message_on(
    account: OfficialAccount, operator_client: Client, client: Client
) -> None:
    say(client, "菜单")
    assert operator_client.post(ADD, form(account, trial="营业时间？")).status_code == 302
    assert say(client, "营业时间") == "九点到六点"
    assert LogEntry.objects.get().object_repr == "营业时间"


def test_a_rule_is_tried_without_being_saved(account: OfficialAccount, operator_client: Client) -> None:
    tried = form(account, trial="营业时间？", _try="1")
    page = operator_client.post(ADD, tried, headers=ENGLISH).content.decode()
    assert "✔ The rule fits this sentence. Nothing is saved yet." in page
    assert "Please correct" not in page
    assert 'value="营业时间？"' in page
    page = operator_client.post(ADD, tried | {"trial": "今天黄历"}, headers=ENGLISH).content.decode()
    assert "✖ The rule does not fit this sentence." in page
    assert not KeywordRule.objects.exists()


def test_trying_tells_of_a_rule_that_comes_before(account: OfficialAccount, operator_client: Client) -> None:
    KeywordRule.objects.create(account=account, keyword="营业", match="contains", answer="x", position=1)
    tried = form(account, trial="营业时间", _try="1")
    assert "“营业” comes before it" in operator_client.post(ADD, tried, headers=ENGLISH).content.decode()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trial": "今天黄历"}, "The rule does not fit this sentence."),
        ({"keyword": "。！"}, "Nothing is left of this keyword"),
        ({"match": "pattern", "keyword": "*"}, "fits every sentence"),
        ({"answer": "  "}, "Write the text that is sent."),
    ],
)
def test_a_rule_that_can_not_be_meant_is_refused(
    account: OfficialAccount, operator_client: Client, values: dict[str, str], message: str
) -> None:
    response = operator_client.post(ADD, form(account, **values), headers=ENGLISH)
    assert message in response.content.decode()
    assert not KeywordRule.objects.exists()


def test_rules_are_switched_off_together(
    account: OfficialAccount, operator_client: Client, client: Client
) -> None:
    rule = KeywordRule.objects.create(account=account, keyword="今天黄历", answer="公告")
    assert say(client, "今天黄历") == "公告"
    operator_client.post(LIST, {"action": "switch_off", "_selected_action": rule.pk})
    assert "宜" in say(client, "今天黄历")
    operator_client.post(LIST, {"action": "switch_on", "_selected_action": rule.pk})
    assert say(client, "今天黄历") == "公告"
    assert LogEntry.objects.count() == 2


def test_an_operator_sets_the_texts(
    account: OfficialAccount, operator_client: Client, client: Client
) -> None:
    values = {"account": account.pk, "help_addition": "营业时间九点到六点"}
    assert operator_client.post("/admin/wechat/accounttexts/add/", values).status_code == 302
    assert "九点到六点" in say(client, "帮助")
    texts = AccountTexts.objects.get()
    page = operator_client.get(f"/admin/wechat/accounttexts/{texts.pk}/change/", headers=ENGLISH)
    assert "leaves the built-in one" in page.content.decode()


def test_sentences_are_ranked_and_those_of_one_person_masked(
    account: OfficialAccount, client: Client, operator_client: Client
) -> None:
    for person in ("a", "b", "b"):
        say(client, "呜啦呜啦", person)
    say(client, "我是张三丰呀", "a")
    page = operator_client.get(SENTENCES, headers=ENGLISH).content.decode()
    assert page.index("呜啦呜啦") < page.index("•••")
    assert "张三丰" not in page
    assert page.count("Make a rule") == 1


def test_those_who_may_see_texts_see_them_all(
    account: OfficialAccount, client: Client, owner_client: Client
) -> None:
    say(client, "我是张三丰呀")
    assert "张三丰" not in owner_client.get(SENTENCES).content.decode()
    owner_client.post("/admin/wechat/message/texts/")
    assert "张三丰" in owner_client.get(SENTENCES).content.decode()


def test_a_sentence_is_one_click_from_a_rule(
    account: OfficialAccount, client: Client, operator_client: Client
) -> None:
    for person in ("a", "b"):
        say(client, "呜啦呜啦", person)
    newest = Message.objects.order_by("-id")[0]
    page = operator_client.get(SENTENCES).content.decode()
    assert f"{ADD}?sentence_of={newest.pk}" in page
    form_page = operator_client.get(f"{ADD}?sentence_of={newest.pk}").content.decode()
    assert form_page.count("呜啦呜啦") == 2, "as keyword and as the sentence to try"


def test_a_masked_sentence_can_not_be_read_by_its_number(
    account: OfficialAccount, client: Client, operator_client: Client
) -> None:
    say(client, "我是张三丰呀")
    page = operator_client.get(f"{ADD}?sentence_of={Message.objects.get().pk}").content.decode()
    assert "张三丰" not in page


def test_a_viewer_reads_rules_and_sentences(account: OfficialAccount, viewer_client: Client) -> None:
    rule = KeywordRule.objects.create(account=account, keyword="今天黄历", answer="公告")
    page = viewer_client.get(LIST, headers=ENGLISH).content.decode()
    assert "Sentences that were not understood" in page
    page = viewer_client.get(f"{LIST}{rule.pk}/change/", headers=ENGLISH).content.decode()
    assert "公告" in page
    assert "Try without saving" not in page
    assert viewer_client.get(SENTENCES).status_code == 200
