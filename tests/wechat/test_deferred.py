"""Late answers: handed over, computed once, recorded for a try that still comes or sent, and given up in the end."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests import credentials
from tests.platform_server.followers import Line
from tests.wechat.deliveries import Delivery, content_of, message, plain, sealed
from tests.wechat.test_privacy import event
from wechat import computations, deferred, erasure, receive, tasks
from wechat.gateway_account import PLACEHOLDER_TEXT
from wechat.handling import Job, run_handler
from wechat.models import Attempt, DedupFingerprint, Follower, Message, OfficialAccount, OutboundMessage
from wechat.models.message import Outcome, Status
from wechat.models.outbound import State

pytestmark = pytest.mark.django_db
SLOW = "2026年11月20日黄历"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The tasks that a broker would have got."""
    found: list[tuple[str, int]] = []
    for module in (deferred, receive, tasks):
        monkeypatch.setattr(
            module,
            "publish_after_commit",
            lambda task, pk, **_: found.append((getattr(task, "task", task), pk)),
        )
    return found


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline comes at once."""
    monkeypatch.setattr(receive, "DEADLINE", 0.6)


def asked(client: Client, delivery: Delivery) -> Message:
    delivery.post(client)
    return Message.objects.get()


def test_a_slow_system_is_handed_over_and_the_try_answers_success_at_the_deadline(
    sender: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    delivery = sealed(SLOW)
    first, retry = delivery.post(client), delivery.post(client)
    assert first.content == retry.content == b"success"
    message = Message.objects.get()
    assert (message.status, bytes(message.reply_xml or b"")) == ("deferred", b"success")
    assert published == [("wechat.tasks.compute", message.pk), ("wechat.tasks.show_typing", message.pk)]
    assert [(row.outcome, row.cause) for row in Attempt.objects.all()] == [("deferred", "slow")]


def test_the_worker_computes_once_and_the_answer_is_queued(
    sender: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    message = asked(client, sealed(SLOW))
    assert tasks.compute(message.pk) is True
    assert tasks.compute(message.pk) is False, "a task that is delivered again finds nothing to do"
    message.refresh_from_db()
    assert (message.status, bytes(message.reply_xml or b"")) == ("replied", b"success")
    row = OutboundMessage.objects.get()
    assert (row.state, row.message_id) == (State.QUEUED, message.pk)
    assert "我理解为" in row.payload["content"]
    assert published[-1] == ("wechat.tasks.send_queued", row.pk)
    assert [row.trigger for row in Attempt.objects.all()] == ["wechat", "deferred"]


def test_without_the_right_to_send_there_is_a_placeholder_and_the_next_message_brings_it(
    account: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    delivery = plain(SLOW)
    first, retry = delivery.post(client), delivery.post(client)
    assert first.content == retry.content
    assert content_of(first.content) == PLACEHOLDER_TEXT
    assert Follower.objects.get().answers_waiting
    message = Message.objects.get()
    assert tasks.compute(message.pk) is True
    assert OutboundMessage.objects.get().state == State.KEPT
    assert content_of(plain("好了吗").post(client).content).startswith("我理解为")


def test_a_text_of_the_accounts_own_stands_for_the_placeholder(
    account: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    from wechat.models import AccountTexts

    AccountTexts.objects.create(account=account, placeholder="稍候片刻")
    assert content_of(plain(SLOW).post(client).content) == "稍候片刻"


def test_a_result_before_the_deadline_is_the_reply_and_is_not_sent_besides(
    sender: OfficialAccount, client: Client, slow_almanac: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is as fast as the try that waits for it."""

    def hand_over(message_pk: int) -> None:
        Message.objects.filter(pk=message_pk).update(status=Status.DEFERRED)
        DedupFingerprint.release(message_pk, datetime.now(UTC))
        tasks.compute(message_pk)

    monkeypatch.setattr(deferred, "hand_to_worker", hand_over)
    delivery = sealed(SLOW)
    first, retry = delivery.post(client), delivery.post(client)
    assert first.content == retry.content
    assert "我理解为" in content_of(first.content)
    assert OutboundMessage.objects.get().state == State.DELIVERED


def test_what_no_try_fetched_is_sent_when_the_tries_are_over(
    sender: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    message = asked(client, sealed(SLOW))
    Message.objects.update(reply_xml=None, reply_wire=None)
    assert tasks.compute(message.pk)
    row = OutboundMessage.objects.get()
    assert row.state == State.QUEUED
    assert row.next_try_at >= message.received_at + deferred.TRIES_OVER
    message.refresh_from_db()
    assert message.status == "replied"


def job_of(client: Client, account: OfficialAccount) -> Job:
    """A message whose try has answered `success` and goes on computing."""
    message = asked(client, sealed("今天黄历"))
    Message.objects.update(status=Status.DEFERRED, reply_xml=b"success")
    return Job.of(Message.objects.select_related("account").get(pk=message.pk))


def computing(job: Job, ready: threading.Event) -> computations.Computation:
    def work() -> Outcome:
        ready.wait(10)
        return run_handler(job.account, job.incoming, job.at, job.follower)

    run = computations.start(work)
    assert run
    return run


def test_the_lease_is_renewed_while_the_computation_lives(
    sender: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    job, ready = job_of(client, sender), threading.Event()
    DedupFingerprint.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=60))
    seen = []

    def renewed(seconds: float) -> Outcome | None:
        seen.append(tasks.take_over(job.message.pk))
        ready.set()
        return original(5)

    run = computing(job, ready)
    original = run.result
    monkeypatch.setattr(computations.Computation, "result", lambda _self, seconds: renewed(seconds))
    deferred.see_through(run, job, "wechat")
    assert seen == [False], "nobody can take over what is being computed"
    assert OutboundMessage.objects.count() == 1


def test_a_computation_that_hangs_is_given_up_with_an_apology(
    sender: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deferred, "PATIENCE", 0.1)
    job, ready = job_of(client, sender), threading.Event()
    run = computing(job, ready)
    deferred.see_through(run, job, "wechat")
    message = Message.objects.get()
    assert (message.status, message.cause) == ("failed", deferred.TIMED_OUT)
    assert "抱歉" in OutboundMessage.objects.get().payload["content"]
    ready.set()
    assert run.result(5)


def test_of_two_late_outcomes_one_counts(
    sender: OfficialAccount, client: Client, published: list[Any]
) -> None:
    job = job_of(client, sender)
    outcome = run_handler(job.account, job.incoming, job.at, job.follower)
    assert deferred.conclude(job, outcome, "wechat") is True
    assert deferred.conclude(job, outcome, "wechat") is False
    assert OutboundMessage.objects.count() == 1


def test_a_try_that_was_held_up_gives_the_bytes_of_the_one_that_was_answered_and_sends_its_answer(
    sender: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = receive.record

    def held_up(message: Message, *args: Any, **kwargs: Any) -> None:
        Message.objects.update(status=Status.DEFERRED, reply_xml=b"success", reply_wire=b"success")
        original(message, *args, **kwargs)

    monkeypatch.setattr(receive, "record", held_up)
    delivery = sealed("今天黄历")
    assert delivery.post(client).content == delivery.post(client).content == b"success"
    assert Message.objects.get().status == "replied"
    assert "我理解为" in OutboundMessage.objects.get().payload["content"]


def test_what_was_deleted_meanwhile_is_neither_computed_nor_sent(
    sender: OfficialAccount, client: Client, published: list[Any]
) -> None:
    job = job_of(client, sender)
    outcome = run_handler(job.account, job.incoming, job.at, job.follower)
    job.message.redact(datetime.now(UTC))
    assert deferred.conclude(job, outcome, "wechat") is False
    DedupFingerprint.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=60))
    assert tasks.sweep() == 1
    assert not OutboundMessage.objects.exists()
    assert tasks.sweep() == 0


def test_a_blocked_follower_gets_nothing_late(
    sender: OfficialAccount, client: Client, published: list[Any]
) -> None:
    job = job_of(client, sender)
    Follower.objects.create(account=sender, openid=credentials.OPENID, blocked=True)
    DedupFingerprint.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=60))
    assert tasks.sweep() == 1
    job.message.refresh_from_db()
    assert (job.message.status, job.message.cause) == ("acknowledged", "blocked")
    assert not OutboundMessage.objects.exists()


def test_the_typing_indicator_shows_while_an_answer_is_computed(platform, sender, client, published) -> None:
    platform.follower(credentials.OPENID, "message").chat.append(Line("follower", "今天黄历"))
    job = job_of(client, sender)
    assert tasks.show_typing(job.message.pk) is True
    assert platform.typing == [(credentials.OPENID, "Typing")]
    platform.fail("/cgi-bin/message/custom/typing", errcode=45080)
    assert tasks.show_typing(job.message.pk) is False
    Message.objects.update(status=Status.REPLIED)
    assert tasks.show_typing(job.message.pk) is False


def test_with_every_thread_busy_a_message_goes_to_the_workers(
    sender: OfficialAccount,
    client: Client,
    hurry: None,
    published: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(computations, "start", lambda _work: None)
        message = asked(client, sealed("今天黄历"))
    assert message.status == "deferred"
    assert tasks.compute(message.pk)
    assert "我理解为" in OutboundMessage.objects.get().payload["content"]


REMEMBER = "记住我的生日1990年5月17日早上8点 男 杭州"
CANCELLED = event("user_authorization_cancellation", sender="oPlatform", OpenID=credentials.OPENID)


@pytest.mark.parametrize(
    "asking", [message("删除我的资料"), event("unsubscribe", sender=credentials.OPENID), CANCELLED]
)
def test_an_answer_that_comes_after_the_persons_data_were_deleted_brings_nothing_back(
    sender: OfficialAccount, client: Client, published: list[Any], asking: bytes
) -> None:
    plain(REMEMBER).post(client)
    Message.objects.update(status=Status.DEFERRED, reply_xml=b"success")
    Follower.objects.all().delete()
    job = Job.of(Message.objects.select_related("account").get())
    outcome = run_handler(job.account, job.incoming, job.at, job.follower)
    assert job.follower.changed
    plain(asking).post(client)
    assert deferred.conclude(job, outcome, "wechat") is True
    job.message.refresh_from_db()
    assert (job.message.status, job.message.cause) == ("acknowledged", deferred.FORGOTTEN)
    assert not Follower.objects.exists()
    assert not OutboundMessage.objects.exists()


def test_who_had_their_data_deleted_is_not_noted_at_the_deadline(
    account: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    original = deferred.hand_to_worker

    def meanwhile(message_pk: int) -> None:
        original(message_pk)
        plain("删除我的资料").post(client)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deferred, "hand_to_worker", meanwhile)
        plain(SLOW).post(client)
    assert Message.objects.filter(status=Status.DEFERRED).count() == 1
    assert not Follower.objects.exists()


def test_somebody_elses_deletion_disturbs_no_answer(
    sender: OfficialAccount, client: Client, published: list[Any]
) -> None:
    job = job_of(client, sender)
    outcome = run_handler(job.account, job.incoming, job.at, job.follower)
    plain(message("删除我的资料", openid="somebody-else")).post(client)
    assert deferred.conclude(job, outcome, "wechat") is True
    assert OutboundMessage.objects.count() == 1


def test_a_process_that_ends_between_reply_and_outbox_leaves_both_as_they_were(
    sender: OfficialAccount, client: Client, slow_almanac: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the answer that a try has got would be sent as well."""

    def compute_at_once(message_pk: int) -> None:
        Message.objects.filter(pk=message_pk).update(status=Status.DEFERRED)
        DedupFingerprint.objects.update(lease_until=datetime.now(UTC))
        tasks.compute(message_pk)

    def killed(_message_pk: int) -> int:
        raise SystemExit

    monkeypatch.setattr(deferred, "hand_to_worker", compute_at_once)
    delivery = sealed(SLOW)
    with monkeypatch.context() as patch:
        patch.setattr(OutboundMessage, "deliver_by_reply", killed)
        with pytest.raises(SystemExit):
            delivery.post(client)
    assert Message.objects.get().reply_wire is None
    assert "我理解为" in content_of(delivery.post(client).content)
    assert OutboundMessage.objects.get().state == State.DELIVERED


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: nothing happens meanwhile")
def test_of_a_deletion_and_a_late_answer_at_once_the_deletion_has_the_last_word(
    sender: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain(REMEMBER).post(client)
    Message.objects.update(status=Status.DEFERRED, reply_xml=b"success")
    Follower.objects.all().delete()
    job = Job.of(Message.objects.select_related("account").get())
    outcome = run_handler(job.account, job.incoming, job.at, job.follower)

    def delete() -> None:
        try:
            plain("删除我的资料").post(Client())
        finally:
            connection.close()

    eraser, original = threading.Thread(target=delete), erasure.came_after

    def before_it(asked: Message) -> bool:
        came = original(asked)
        eraser.start()
        eraser.join(1)
        return came

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "came_after", before_it)
        assert deferred.conclude(job, outcome, "wechat") is True
    eraser.join(10)
    assert Message.objects.filter(cause=erasure.CAUSE).exists()
    assert not Follower.objects.exists()
    assert not OutboundMessage.objects.filter(state=State.QUEUED).exists()


def test_what_is_found_to_be_slow_after_the_deadline_is_left_to_a_worker(
    sender: OfficialAccount, client: Client, slow_almanac: None, published: list[Any]
) -> None:
    job = job_of(client, sender)
    run = computations.start(
        partial(run_handler, job.account, job.incoming, job.at, job.follower, compute_slow=False)
    )
    assert run
    deferred.see_through(run, job, "wechat")
    assert not job.follower.changed, "nothing of what was half understood is kept"
    assert Message.objects.get().status == "deferred"
    assert not Attempt.objects.filter(outcome="deferred", cause="slow_system").exists()
    assert published[-1] == ("wechat.tasks.compute", job.message.pk)
    assert tasks.compute(job.message.pk) is True, "at once, the lease is free"
    assert "我理解为" in OutboundMessage.objects.get().payload["content"]


def test_what_was_handed_over_is_free_by_a_slower_clock_too(
    sender: OfficialAccount, client: Client, slow_almanac: None, hurry: None, published: list[Any]
) -> None:
    message = asked(client, sealed(SLOW))
    fingerprint = DedupFingerprint.objects.get(message=message)
    assert fingerprint.lease_until < datetime.now(UTC) - timedelta(seconds=4)


def test_a_message_over_which_processes_end_is_apologised_for_in_the_end(
    sender: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(client, sender)
    computed = []

    def killed(_run: Any, job: Job, *_: Any) -> None:
        computed.append(job.message.pk)
        raise SystemExit

    monkeypatch.setattr(deferred, "see_through", killed)
    for _ in range(2):
        DedupFingerprint.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=60))
        with pytest.raises(SystemExit):
            tasks.sweep()
    DedupFingerprint.objects.update(lease_until=datetime.now(UTC) - timedelta(seconds=60))
    assert tasks.sweep() == 1
    assert len(computed) == 2
    job.message.refresh_from_db()
    assert (job.message.status, job.message.cause) == ("failed", "engine_error")
    assert "抱歉" in OutboundMessage.objects.get().payload["content"]
    assert tasks.sweep() == 0


def test_a_retry_does_not_compute_what_ended_the_tries_before(
    account: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = plain("今天黄历")
    delivery.post(client)
    Message.objects.update(status=Status.PENDING, reply_xml=None, reply_wire=None)
    DedupFingerprint.objects.update(takeovers=2, lease_until=datetime.now(UTC) - timedelta(seconds=60))
    monkeypatch.setattr(computations, "start", lambda _work: pytest.fail("it was computed again"))
    first, retry = delivery.post(client), delivery.post(client)
    assert "抱歉" in content_of(first.content)
    assert first.content == retry.content
    assert DedupFingerprint.objects.get().takeovers == 3


def test_a_message_that_ends_each_process_holds_up_neither_the_others_nor_deletions(
    sender: OfficialAccount, client: Client, published: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = job_of(client, sender).message
    sealed(message("今天黄历", openid="somebody-else")).post(client)
    harmless = Message.objects.exclude(pk=deadly.pk).get()
    plain("删除我的资料").post(client)
    late = datetime.now(UTC) - timedelta(seconds=90)
    Message.objects.filter(cause="erasure").update(received_at=late, openid="gone")
    Message.objects.filter(pk=harmless.pk).update(status=Status.PENDING, reply_xml=None, reply_wire=None)
    DedupFingerprint.objects.update(lease_until=late)
    DedupFingerprint.objects.filter(message=deadly).update(takeovers=1)
    original = deferred.see_through

    def perhaps_killed(run: Any, job: Job, *more: Any) -> None:
        if job.message.pk == deadly.pk:
            raise SystemExit
        original(run, job, *more)

    monkeypatch.setattr(deferred, "see_through", perhaps_killed)
    with pytest.raises(SystemExit):
        tasks.sweep()
    harmless.refresh_from_db()
    assert harmless.status == "replied"
    assert Message.objects.get(cause="erasure").redacted_at
