"""A conversation of several messages, over the callback: questions one at a time, memory on request, long answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import credentials
from tests.wechat.deliveries import content_of, message, plain, sealed
from wechat.models import DedupFingerprint, Follower, Message, OfficialAccount
from wechat.replay import replay
from wechat.tasks import sweep

pytestmark = pytest.mark.django_db
BIRTH = "1990年5月17日早上8点 男 杭州出生 八字"
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def say(client: Client, text: str, openid: str = credentials.OPENID) -> str:
    """What the follower reads when they write `text`."""
    return content_of(plain(message(text, openid=openid)).post(client).content)


def statements(client: Client, text: str) -> list[str]:
    delivery = sealed(text)
    with CaptureQueriesContext(connection) as context:
        delivery.post(client)
    return [q["sql"] for q in context.captured_queries if not q["sql"].startswith(TRANSACTION_CONTROL)]


def raw_rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT talk_json, profile_json FROM wechat_follower")
        return str(cursor.fetchall())


def test_missing_slots_are_asked_one_at_a_time_and_answered_in_context(
    account: OfficialAccount, client: Client
) -> None:
    assert "出生年月日" in say(client, "八字")
    assert "几点" in say(client, "1990年5月17日")
    assert "1. 男" in say(client, "早上8点")
    chart = say(client, "1")
    assert "庚午 辛巳" in chart
    assert "，男" in chart


def test_a_word_answers_a_question_as_its_number_does(account: OfficialAccount, client: Client) -> None:
    say(client, "1990年5月17日早上8点 八字")
    assert "，女" in say(client, "女")


def test_two_followers_do_not_share_a_conversation(account: OfficialAccount, client: Client) -> None:
    say(client, "1990年5月17日早上8点 八字")
    assert "庚午" not in say(client, "1", "another-follower")
    assert "庚午" in say(client, "1")


def test_another_subject_ends_the_question(account: OfficialAccount, client: Client) -> None:
    say(client, "八字")
    assert "宜" in say(client, "今天黄历")
    assert not Follower.objects.get().open(timezone.now()).talk.get("context")


def test_a_question_is_forgotten_after_half_an_hour(account: OfficialAccount, client: Client) -> None:
    say(client, "1990年5月17日早上8点 八字")
    Follower.objects.update(talk_until=timezone.now() - timedelta(seconds=1))
    assert "庚午" not in say(client, "女")


def test_the_sweeper_deletes_what_is_over_and_keeps_what_was_asked_to_keep(
    account: OfficialAccount, client: Client
) -> None:
    say(client, "八字", "passing-by")
    say(client, f"记住我的生日{BIRTH}", "regular")
    say(client, "八字", "regular")
    sweep()
    assert Follower.objects.count() == 2
    Follower.objects.update(talk_until=timezone.now() - timedelta(seconds=1))
    sweep()
    kept = Follower.objects.get()
    assert (kept.openid, kept.talk_json) == ("regular", "")
    assert kept.profile_json


def test_nothing_is_written_for_a_message_without_state(account: OfficialAccount, client: Client) -> None:
    say(client, "菜单")
    assert len(statements(client, "今天黄历")) <= 4
    assert not Follower.objects.exists()


def test_state_costs_one_read_and_one_write_at_most(account: OfficialAccount, client: Client) -> None:
    say(client, "菜单")
    assert len(statements(client, "八字")) == 5, "a write"
    assert len(statements(client, "1990年5月17日")) == 6, "a read and a write"
    say(client, f"记住我的生日{BIRTH}")
    assert len(statements(client, "今天黄历")) == 5, "a read, for a known follower"


def test_the_state_is_encrypted_at_rest(account: OfficialAccount, client: Client) -> None:
    say(client, f"记住我的生日{BIRTH}")
    say(client, "1991年6月18日 八字")
    stored = raw_rows()
    assert "gcm1:" in stored
    assert not any(word in stored for word in ("1990", "1991", "male", "杭州", "bazi"))


def test_a_retry_does_not_answer_the_question_twice(account: OfficialAccount, client: Client) -> None:
    say(client, "1990年5月17日早上8点 八字")
    delivery = plain("1")
    answers = {delivery.post(client).content for _ in range(3)}
    assert len(answers) == 1
    assert "庚午" in content_of(answers.pop())


def test_a_try_that_died_leaves_the_question_for_the_one_that_takes_over(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(client, "1990年5月17日早上8点 八字")
    delivery = plain("1")
    with monkeypatch.context() as patch:
        patch.setattr(Message, "record", lambda *args, **kwargs: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            delivery.post(client)
    DedupFingerprint.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert "庚午" in content_of(delivery.post(client).content)


def test_the_sweeper_answers_in_context_too(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(client, "1990年5月17日早上8点 八字")
    delivery = plain("1")
    with monkeypatch.context() as patch:
        patch.setattr("wechat.receive.run_handler", lambda *args, **kwargs: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            delivery.post(client)
    DedupFingerprint.objects.update(lease_until=timezone.now() - timedelta(seconds=10))
    assert sweep() == 1
    assert "庚午" in content_of(delivery.post(client).content)


def test_a_replay_neither_uses_nor_changes_what_the_follower_is_talking_about(
    account: OfficialAccount, client: Client
) -> None:
    say(client, "1990年5月17日早上8点 八字")
    before = Follower.objects.values().get()
    replayed = replay(Message.objects.get(), "staff")
    assert "男" in (replayed.new or "")
    assert Follower.objects.values().get() == before
    assert "庚午" in say(client, "1")


def test_of_two_messages_at_once_the_first_one_s_state_holds(account: OfficialAccount) -> None:
    now = datetime.now(UTC)
    Follower.objects.create(account=account, openid="x")
    first, second = (Follower.of(account.id, "x").open(now) for _ in range(2))
    first.talk["context"], second.talk["context"] = {"who": "first"}, {"who": "second"}
    assert first.store(now)
    assert not second.store(now)
    assert Follower.of(account.id, "x").open(now).talk == {"context": {"who": "first"}}


def test_what_was_asked_to_be_kept_is_kept_also_by_the_slower_message(account: OfficialAccount) -> None:
    now = datetime.now(UTC)
    first, second = (Follower.of(account.id, "x").open(now) for _ in range(2))
    first.talk["context"], second.profile["birth"] = {"who": "first"}, {"gender": "male"}
    assert first.store(now)
    assert not second.store(now), "the row is there already"
    row = Follower.of(account.id, "x").open(now)
    assert (row.talk, row.profile) == ({"context": {"who": "first"}}, {"birth": {"gender": "male"}})
    third, fourth = (Follower.of(account.id, "x").open(now) for _ in range(2))
    third.talk.clear()
    fourth.profile["birth"] = {"gender": "female"}
    assert third.store(now)
    assert not fourth.store(now)
    assert Follower.of(account.id, "x").open(now).profile == {"birth": {"gender": "female"}}


def test_a_blocked_follower_is_stored_and_not_answered(account: OfficialAccount, client: Client) -> None:
    Follower.objects.create(account=account, openid=credentials.OPENID, blocked=True)
    assert plain("今天黄历").post(client).content == b"success"
    stored = Message.objects.get()
    assert (stored.status, stored.cause) == ("acknowledged", "blocked")


def test_a_handler_that_fails_leaves_the_question_open(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(client, "1990年5月17日早上8点 八字")
    with monkeypatch.context() as patch:
        patch.setattr("predictions.language.ask", lambda *args, **kwargs: 1 / 0)
        assert "抱歉" in say(client, "1")
    assert "庚午" in say(client, "1")


def test_the_last_message_is_read_from_the_messages(account: OfficialAccount, client: Client) -> None:
    say(client, "八字")
    follower = Follower.objects.get()
    assert follower.last_message_at == Message.objects.get().received_at
