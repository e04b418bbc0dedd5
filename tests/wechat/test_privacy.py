"""Erasure: after 删除我的资料, unfollowing or a withdrawn authorisation no table holds the person any more."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from predictions.models import RevokedPages
from tests import credentials
from tests.wechat.deliveries import Delivery, content_of, message, plain, sealed
from wechat import desk, erasure
from wechat.admin.message_page import page_of
from wechat.models import Attempt, Follower, KeywordRule, Message, OfficialAccount, OutboundMessage
from wechat.models import RejectionSample as Sample
from wechat.tasks import sweep

pytestmark = pytest.mark.django_db
OPENID = "oErase_0000follower77"
SECRET_TEXT = "我叫王小明1987年6月5日晚上9点 女 苏州出生 八字"
TRACES = (OPENID, "王小明", "1987年", "苏州", "丁卯")


def event(name: str, **elements: str) -> bytes:
    """An event of the follower, or what the platform says about them."""
    sender = elements.pop("sender", OPENID)
    more = "".join(f"<{tag}><![CDATA[{text}]]></{tag}>" for tag, text in elements.items())
    return (
        f"<xml><ToUserName><![CDATA[gh_x]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>1764000000</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{name}]]></Event>{more}</xml>"
    ).encode()


def every_cell() -> list[tuple[str, bytes]]:
    """(table, content) of every column of every row of the database, as bytes."""
    cells = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                cells += [(table, _bytes(value)) for value in row if value is not None]
    return cells


def _bytes(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def tables_with(*traces: str) -> set[str]:
    """The tables that hold one of the texts, also as JSON writes it."""
    spellings = [trace.encode() for trace in traces]
    spellings += [trace.encode("unicode_escape") for trace in traces]
    return {table for table, cell in every_cell() if any(spelling in cell for spelling in spellings)}


def live_a_little(account: OfficialAccount, client: Client) -> None:
    """Leave a trace wherever a follower can leave one."""
    account.pilot_openids = f"other\n{OPENID}"
    account.save()
    for text in (SECRET_TEXT, "记住我的资料", f"王小明说的话{OPENID}", "八字", "1987年6月5日"):
        sealed(message(text, openid=OPENID)).post(client)
        plain(message(text, openid=OPENID)).post(client)
    refused = plain(message(SECRET_TEXT, openid=OPENID)).with_parameters(signature="0" * 40, openid=OPENID)
    assert refused.post(client).status_code == 403
    OutboundMessage.queue(
        OfficialAccount.objects.get(), OPENID, [{"content": "丁卯 王小明"}], "answer", message_id=None
    )
    plain(message("今天黄历", openid="somebody-else")).post(client)


def retries_are_over() -> None:
    """Sixty seconds pass for everything that was received."""
    for row in Message.objects.filter(cause=erasure.CAUSE):
        Message.objects.filter(pk=row.pk).update(received_at=row.received_at - timedelta(seconds=61))
    Message.objects.exclude(cause=erasure.CAUSE).update(received_at=timezone.now() - timedelta(seconds=120))
    Follower.objects.update(updated=timezone.now() - timedelta(seconds=120))
    sweep()


@pytest.mark.parametrize(
    "asking",
    [
        lambda: sealed(message("删除我的资料", openid=OPENID)),
        lambda: plain(message("请删除我的所有资料。", openid=OPENID)),
        lambda: sealed(event("unsubscribe")),
        lambda: plain(event("CLICK", EventKey="删除我的资料")),
        lambda: sealed(
            event("user_authorization_cancellation", sender="oPlatform", OpenID=OPENID, RevokeInfo="0")
        ),
    ],
    ids=["asked", "asked politely", "unfollowed", "tapped", "authorisation cancelled"],
)
def test_no_table_holds_the_person_afterwards(
    account: OfficialAccount, client: Client, asking: object
) -> None:
    live_a_little(account, client)
    assert {"wechat_message", "wechat_follower", "wechat_rejectionsample"} <= tables_with(*TRACES)
    assert asking().post(client).status_code == 200  # type: ignore[operator]
    own = {"wechat_message", "wechat_attempt"}
    assert tables_with(*TRACES) <= own, "only the message that asks and its reply are left, for its retries"
    assert Message.objects.filter(openid=OPENID, redacted_at=None).count() <= 1
    retries_are_over()
    assert tables_with(*TRACES) == set()
    assert Message.objects.filter(openid="somebody-else", redacted_at=None).count() == 1


def test_a_conversation_with_staff_leaves_nothing_of_the_person(
    account: OfficialAccount, client: Client, operator_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what staff wrote nor, in their log, what was said."""
    monkeypatch.setattr(desk, "wake_sender", lambda _pk: None)  # there is no broker in this test
    live_a_little(account, client)
    plain(message("人工", openid=OPENID)).post(client)
    waiting = Follower.objects.get(openid=OPENID)
    acts = f"/admin/wechat/follower/{waiting.pk}"
    operator_client.post(f"{acts}/take/")
    operator_client.post(f"{acts}/answer/", {"text": "王小明您好", "way": "kept"})
    assert OutboundMessage.objects.filter(purpose="staff").count() == 1
    plain(message("删除我的资料", openid=OPENID)).post(client)
    retries_are_over()
    assert tables_with(*TRACES) == set()
    assert LogEntry.objects.count() == 2


def test_rows_times_and_outcomes_stay(account: OfficialAccount, client: Client) -> None:
    live_a_little(account, client)
    columns = ("id", "status", "cause", "msg_type", "received_at", "milliseconds")
    before = list(Message.objects.order_by("id").values_list(*columns))
    attempts = list(Attempt.objects.order_by("id").values_list("id", "outcome", "at"))
    plain(message("删除我的资料", openid=OPENID)).post(client)
    kept = list(Message.objects.order_by("id").values_list(*columns))
    assert kept[: len(before)] == before
    assert (
        list(Attempt.objects.order_by("id").values_list("id", "outcome", "at"))[: len(attempts)] == attempts
    )
    names = set(Message.objects.exclude(redacted_at=None).values_list("openid", flat=True))
    assert len(names) == 1, "the messages of one person are still those of one person"
    assert names.pop().startswith("erased:")


def test_the_person_is_told_and_retries_get_the_same_words(account: OfficialAccount, client: Client) -> None:
    asking = sealed(message("删除我的资料", openid=OPENID))
    first, second = asking.post(client), asking.post(client)
    assert first.content == second.content
    assert "已删除" in content_of(first.content)
    retries_are_over()
    assert asking.post(client).status_code == 200
    assert tables_with(OPENID) == set(), "a very late retry brings nothing back"


def test_the_pseudonym_is_not_made_of_the_openid_alone(account: OfficialAccount, settings: object) -> None:
    from wechat.models.message import erased_name

    one = erased_name(account.id, OPENID)
    settings.SECRET_KEY = "another key of another installation, long enough"  # type: ignore[attr-defined]
    assert erased_name(account.id, OPENID) != one


@pytest.mark.parametrize("service", ["maintenance", "record_only", "pilot"])
def test_every_mode_hears_the_request(account: OfficialAccount, client: Client, service: str) -> None:
    plain(message(SECRET_TEXT, openid=OPENID)).post(client)
    account.switch("service", service, by="x", reason="x")
    plain(message("删除我的资料", openid=OPENID)).post(client)
    retries_are_over()
    assert tables_with(*TRACES) == set()


def test_a_blocked_follower_and_one_over_the_limit_are_heard_too(
    account: OfficialAccount, client: Client
) -> None:
    account.rate_limit_per_min = 1
    account.save()
    Follower.objects.create(account=account, openid=OPENID, blocked=True, note=OPENID)
    plain(message(SECRET_TEXT, openid=OPENID)).post(client)
    plain(message("删除我的资料", openid=OPENID)).post(client)
    retries_are_over()
    assert tables_with(*TRACES) == set()


def test_a_keyword_rule_can_not_stand_in_the_way(account: OfficialAccount, client: Client) -> None:
    KeywordRule.objects.create(account=account, match="contains", keyword="资料", answer="不删")
    assert "已删除" in content_of(plain(message("删除我的资料", openid=OPENID)).post(client).content)


def test_what_the_person_says_later_is_a_conversation_of_its_own(
    account: OfficialAccount, client: Client
) -> None:
    plain(message("删除我的资料", openid=OPENID)).post(client)
    plain(message("今天黄历", openid=OPENID)).post(client)
    Message.objects.filter(cause=erasure.CAUSE).update(received_at=timezone.now() - timedelta(seconds=61))
    sweep()
    assert Message.objects.get(openid=OPENID).content == "今天黄历"


def test_the_same_openid_of_another_account_is_somebody_else(
    account: OfficialAccount, client: Client
) -> None:
    other = OfficialAccount.objects.create(slug="other", token=credentials.TOKEN)
    Follower.objects.create(account=other, openid=OPENID)
    plain(message("删除我的资料", openid=OPENID)).post(client)
    assert Follower.objects.filter(account=other, openid=OPENID).exists()


def test_redact_empties_one_message(account: OfficialAccount, client: Client) -> None:
    plain(message(SECRET_TEXT, openid=OPENID)).post(client)
    stored = Message.objects.get()
    stored.redact(timezone.now())
    assert (stored.content, stored.query, bytes(stored.raw), stored.reply_xml) == ("", "", b"", None)
    assert stored.redacted_at is not None
    assert stored.status == "replied"
    assert page_of(stored, shown=True).sender.startswith("erased:")


def test_a_sample_of_somebody_else_stays(account: OfficialAccount, client: Client) -> None:
    plain(message("hello", openid="other")).with_parameters(signature="0" * 40).post(client)
    plain(message("删除我的资料", openid=OPENID)).post(client)
    assert b"hello" in bytes(Sample.objects.get().body)


def test_asking_how_to_delete_is_not_a_request(account: OfficialAccount, client: Client) -> None:
    for text in ("怎么删除朋友圈", "清明黄历", "注意事项"):
        plain(message(text, openid=OPENID)).post(client)
    assert not Message.objects.filter(cause=erasure.CAUSE).exists()


def test_the_privacy_page_says_what_is_kept(client: Client, account: OfficialAccount) -> None:
    page = client.get("/privacy").content.decode()
    for words in ("30 分钟", "删除我的资料", "取消关注", "记住我的资料", "加密"):
        assert words in page, words


def test_every_model_with_an_openid_is_known_to_the_erasure() -> None:
    """A new table with people in it has to be added to `erasure.erase` and to the tests above."""
    models = {model.__name__ for model in apps.get_app_config("wechat").get_models()}
    with_openid = {
        model.__name__
        for model in apps.get_app_config("wechat").get_models()
        if any("openid" in field.name for field in model._meta.get_fields())
    }
    assert with_openid == {"Message", "Follower", "OutboundMessage", "OfficialAccount"} & models


def test_fixture_of_the_platform_names_the_person(account: OfficialAccount, client: Client) -> None:
    body = (
        Path(__file__).parent.parent / "fixtures" / "wechat" / "user_authorization_cancellation__all.xml"
    ).read_bytes()
    plain(message("今天黄历", openid="oQ7vX5kNexus_0000follower01")).post(client)
    asked: Delivery = plain(body)
    assert asked.post(client).content == b"success"
    retries_are_over()
    assert tables_with("oQ7vX5kNexus") == set()


@pytest.mark.parametrize("asking", ["删除我的资料", "unsubscribe"])
def test_the_reading_pages_of_the_person_are_gone_and_leave_no_trace(
    account: OfficialAccount, client: Client, settings: Any, asking: str
) -> None:
    settings.CELESTIAL_PUBLIC_URL = "http://testserver"
    live_a_little(account, client)
    links = [reply_link(client, text, OPENID) for text in (SECRET_TEXT, "今天黄历")]
    other = reply_link(client, "今天黄历", "somebody-else")
    assert {client.get(link).status_code for link in [*links, other]} == {200}
    body = message(asking, openid=OPENID) if asking.startswith("删") else event(asking)
    plain(body).post(client)
    assert [client.get(link).status_code for link in [*links, other]] == [410, 410, 200]
    retries_are_over()
    assert tables_with(*TRACES, *links) == set()
    assert [client.get(link).status_code for link in [*links, other]] == [410, 410, 200]
    RevokedPages.objects.update(revoked_at=timezone.now() - timedelta(seconds=1))
    assert client.get(reply_link(client, "今天黄历", OPENID)).status_code == 200


def reply_link(client: Client, text: str, openid: str) -> str:
    """The path of the reading page in the answer to a sentence."""
    answer = content_of(plain(message(text, openid=openid)).post(client).content)
    return "/r/" + answer.rpartition("/r/")[2]
