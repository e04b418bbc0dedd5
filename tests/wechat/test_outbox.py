"""The outbox over real HTTP: order, window, quota, every kind of errcode, and that nothing is sent twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import credentials
from tests.platform_server import LocalPlatform
from wechat import outbox
from wechat.models import AccessToken, Follower, FollowerWindow, Message, OfficialAccount, OutboundMessage
from wechat.models.outbound import State
from wechat.platform.client import CUSTOM_SEND
from wechat.platform.tokens import STABLE_TOKEN
from wechat.tasks import send_queued

pytestmark = pytest.mark.django_db
OPENID = credentials.OPENID


@pytest.fixture
def wrote(sender: OfficialAccount, platform: LocalPlatform) -> Message:
    """The follower wrote a moment ago, to us and to the platform."""
    platform.follower(OPENID, "message")
    return Message.objects.create(
        account=sender,
        openid=OPENID,
        msg_type="text",
        received_at=datetime.now(UTC),
        raw=b"",
        plaintext=b"<xml></xml>",
    )


def queue(account: OfficialAccount, text: str = "您的八字", **more) -> OutboundMessage:
    return outbox.queue_text(account, OPENID, text, **more)[0]


def tried(account: OfficialAccount, text: str = "您的八字") -> OutboundMessage:
    """A message after its first try."""
    row = queue(account, text)
    outbox.send_due()
    row.refresh_from_db()
    return row


def make_due() -> None:
    OutboundMessage.objects.filter(state=State.QUEUED).update(next_try_at=datetime.now(UTC))
    AccessToken.objects.update(closed_until=datetime.now(UTC))


def test_a_message_is_sent_and_says_when(platform, sender, wrote):
    row = tried(sender)
    assert (row.state, row.cause, row.tries) == (State.SENT, "", 1)
    assert row.finished_at
    assert [line["state"] for line in row.history] == ["sent"]
    assert platform.sent() == ["您的八字"]


def test_a_long_answer_arrives_whole_and_in_order(platform, sender, wrote):
    text = "".join(f"第{number}宫，星曜🌟平和。" for number in range(300))
    rows = outbox.queue_text(sender, OPENID, text)
    outbox.send_due()
    assert len(rows) == 5
    assert "".join(platform.sent()) == text
    assert [(row.part, row.parts) for row in rows] == [(number, 5) for number in range(1, 6)]
    assert max(len(part.encode()) for part in platform.sent()) <= 2048


def test_a_follower_who_has_to_wait_does_not_hold_up_the_others(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, errcode=-1)
    first = tried(sender)
    second = queue(sender, "又一条")
    assert outbox.send_due() == 0
    second.refresh_from_db()
    assert second.next_try_at == first.next_try_at


def test_an_empty_text_queues_nothing(sender):
    assert outbox.queue_text(sender, OPENID, " \n") == []


def test_answers_to_one_follower_keep_their_order(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, errcode=-1)
    for text in ("一", "二", "三"):
        queue(sender, text)
    outbox.send_due()
    assert platform.sent() == []
    make_due()
    outbox.send_due()
    assert platform.sent() == ["一", "二", "三"]


def test_a_task_that_is_delivered_again_sends_once(platform, sender, wrote):
    row = queue(sender)
    assert [send_queued(row.pk), send_queued(row.pk), send_queued()] == [1, 0, 0]
    assert platform.sent() == ["您的八字"]


def test_a_follower_has_one_sender_at_a_time(platform, sender, wrote):
    other = FollowerWindow.take(sender.pk, OPENID, datetime.now(UTC))
    assert other
    row = queue(sender)
    assert send_queued(row.pk) == 0
    assert not platform.calls
    other.release(datetime.now(UTC))
    assert send_queued(row.pk) == 1


def test_the_right_to_send_is_learned_from_a_success(platform, sender, wrote):
    version = sender.version
    tried(sender)
    sender.refresh_from_db()
    assert sender.can_send_customer_messages is True
    assert sender.version > version
    version = sender.version
    tried(sender, "再来一条")
    sender.refresh_from_db()
    assert sender.version == version


@pytest.mark.parametrize("errcode", [48001, 48004, 50002, 61007])
def test_a_missing_right_is_learned_and_not_asked_for_again(platform, sender, wrote, errcode):
    version = sender.version
    platform.fail(CUSTOM_SEND, errcode=errcode)
    row = tried(sender)
    assert (row.state, row.cause, row.errcode) == (State.KEPT, str(errcode), errcode)
    sender.refresh_from_db()
    assert sender.can_send_customer_messages is False
    assert sender.version > version
    later = tried(sender)
    assert (later.state, later.cause, later.tries) == (State.KEPT, "no_right", 0)
    assert Follower.objects.get().answers_waiting
    assert len(platform.asked(CUSTOM_SEND)) == 1


def test_a_right_that_came_is_noticed_when_staff_send_again(platform, sender, wrote):
    platform.may_send = False
    row = tried(sender)
    platform.may_send = True
    row.resend(by="owner", reason="认证通过了")
    outbox.send_due()
    sender.refresh_from_db()
    assert sender.can_send_customer_messages is True
    assert platform.sent() == ["您的八字"]
    row.refresh_from_db()
    assert row.state == State.REFUSED, "what staff sent again is not brought by the next message too"


@pytest.mark.parametrize("errcode", [45015, 45047, 43004, 43019, 48002, 50005])
def test_a_closed_window_is_final_and_holds_until_the_follower_writes(platform, sender, wrote, errcode):
    platform.fail(CUSTOM_SEND, errcode=errcode)
    row = tried(sender)
    ended = State.KEPT if errcode in (45015, 45047) else State.REFUSED
    assert (row.state, row.errcode) == (ended, errcode)
    assert row.rid
    later = tried(sender)
    assert (later.state, later.cause, later.tries) == (ended, str(errcode), 0)
    wrote.pk = None
    wrote.id = wrote._meta.pk.get_default()
    wrote.received_at = datetime.now(UTC)
    wrote.save(force_insert=True)
    assert tried(sender).state == State.SENT


@pytest.mark.parametrize("errcode", [40003, 40007, 40008, 40033, 44004, 45002, 45008, 47001, 47003, 99999])
def test_what_wechat_does_not_take_is_final_with_its_code(platform, sender, wrote, errcode):
    platform.fail(CUSTOM_SEND, errcode=errcode)
    row = tried(sender)
    assert (row.state, row.cause, row.errcode) == (State.REFUSED, str(errcode), errcode)
    assert tried(sender).state == State.SENT


def test_the_window_is_checked_before_wechat_is_asked(platform, sender, wrote):
    Message.objects.update(received_at=datetime.now(UTC) - timedelta(hours=49))
    row = tried(sender)
    assert (row.state, row.cause, row.tries) == (State.KEPT, "window_closed", 0)
    assert not platform.calls


def test_the_number_is_checked_before_wechat_is_asked(platform, sender, wrote):
    last = [queue(sender, f"第{number}条") for number in range(6)][-1]
    outbox.send_due()
    assert platform.sent() == [f"第{number}条" for number in range(5)]
    last.refresh_from_db()
    assert (last.state, last.cause, last.tries) == (State.KEPT, "quota_used", 0)
    assert len(platform.asked(CUSTOM_SEND)) == 5


def test_the_rest_of_an_answer_is_given_up_with_its_beginning(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, errcode=45002)
    first, second, third = outbox.queue_text(sender, OPENID, "长" * 1500)
    outbox.send_due()
    for row in (first, second, third):
        row.refresh_from_db()
    assert [row.cause for row in (first, second, third)] == ["45002", "part_before", "part_before"]
    assert platform.sent() == []


@pytest.mark.parametrize("fault", [{"errcode": -1}, {"status": 500}, {"status": 503}])
def test_a_busy_platform_is_tried_again_with_pauses_and_then_given_up(platform, sender, wrote, fault):
    platform.fail(CUSTOM_SEND, times=None, **fault)
    row = tried(sender)
    pauses = []
    while row.state == State.QUEUED:
        pauses.append(round((row.next_try_at - datetime.now(UTC)).total_seconds()))
        make_due()
        outbox.send_due()
        row.refresh_from_db()
    assert pauses == [5, 20, 60, 180]
    assert (row.state, row.tries) == (State.FAILED, 5)
    assert len(row.history) == 5
    assert len(platform.asked(CUSTOM_SEND)) == 5


def test_a_busy_moment_costs_no_message(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, errcode=-1)
    row = tried(sender)
    assert (row.state, row.cause) == (State.QUEUED, "-1")
    assert outbox.send_due() == 0
    make_due()
    assert outbox.send_due() == 1
    assert platform.sent() == ["您的八字"]


def test_too_many_calls_wait_for_the_next_minute(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, errcode=45011)
    row = tried(sender)
    now = datetime.now(UTC)
    assert row.next_try_at >= now.replace(second=0, microsecond=0) + timedelta(minutes=1) or now.second < 1
    assert row.state == State.QUEUED


def test_a_used_up_day_waits_for_midnight_in_shanghai_without_asking(platform, sender, wrote):
    platform.daily_limits[CUSTOM_SEND] = 0
    row = tried(sender)
    assert (row.state, row.cause) == (State.QUEUED, "45009")
    local = row.next_try_at.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    assert local - datetime.now(UTC) <= timedelta(days=1)
    other = tried(sender, "另一条")
    assert (other.state, other.tries) == (State.QUEUED, 0)
    assert len(platform.asked(CUSTOM_SEND)) == 1


@pytest.mark.parametrize("errcode", [40013, 40125, 40164, 40243, 61004, 89503])
def test_wrong_credentials_keep_the_message_until_an_operator_acted(platform, sender, wrote, errcode):
    platform.credential_errcode = errcode
    row = tried(sender)
    assert (row.state, row.cause) == (State.QUEUED, str(errcode))
    for _ in range(6):
        make_due()
        outbox.send_due()
    row.refresh_from_db()
    assert row.state == State.QUEUED
    assert not platform.asked(CUSTOM_SEND)
    platform.credential_errcode = 0
    make_due()
    outbox.send_due()
    assert platform.sent() == ["您的八字"]


@pytest.mark.parametrize(
    "fault", [{"lost": True}, {"slow": 3.5}, {"garbage": True}, {"reset": True}, {"status": 504}]
)
def test_an_ambiguous_end_is_unknown_and_never_sent_again_by_itself(platform, sender, wrote, fault):
    platform.fail(CUSTOM_SEND, **fault)
    row = tried(sender)
    assert (row.state, row.cause, row.tries) == (State.UNKNOWN, "ambiguous", 1)
    assert (send_queued(row.pk), send_queued()) == (0, 0)
    assert len([call for call in platform.calls if call.path == CUSTOM_SEND]) <= 1


def test_what_comes_after_an_unknown_part_is_sent(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, lost=True)
    outbox.queue_text(sender, OPENID, "长" * 1500)
    outbox.send_due()
    assert "".join(platform.sent()) == "长" * 1500
    states = OutboundMessage.objects.order_by("part").values_list("state", flat=True)
    assert list(states) == [
        State.UNKNOWN,
        State.SENT,
        State.SENT,
    ]


def test_a_closed_port_is_tried_again(sender, wrote, settings, platform, free_port):
    settings.WECHAT_API_BASE = f"http://127.0.0.1:{free_port}"
    row = tried(sender)
    assert (row.state, row.cause) == (State.QUEUED, "token_unavailable")
    settings.WECHAT_API_BASE = platform.url
    make_due()
    outbox.send_due()
    assert platform.sent() == ["您的八字"]


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_mended_within_the_send(platform, sender, wrote, errcode):
    platform.fail(CUSTOM_SEND, errcode=errcode)
    assert tried(sender).state == State.SENT
    assert platform.sent() == ["您的八字"]


def test_a_token_that_stays_refused_is_put_off(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, times=2, errcode=40001)
    row = tried(sender)
    assert (row.state, row.cause) == (State.QUEUED, "40001")
    make_due()
    outbox.send_due()
    assert platform.sent() == ["您的八字"]
    assert len(platform.asked(STABLE_TOKEN)) >= 2


def test_the_send_of_a_dead_worker_becomes_unknown(platform, sender, wrote):
    row = queue(sender)
    assert row.claim(datetime.now(UTC))
    assert outbox.send_due() == 0
    OutboundMessage.objects.update(lease_until=datetime.now(UTC))
    outbox.send_due()
    row.refresh_from_db()
    assert (row.state, row.cause) == (State.UNKNOWN, "worker_lost")
    assert not platform.asked(CUSTOM_SEND)


def test_a_late_worker_can_not_overwrite_what_was_settled(sender, wrote):
    row = queue(sender)
    row.claim(datetime.now(UTC))
    late = OutboundMessage.objects.get()
    assert row.settle(State.UNKNOWN, "worker_lost")
    assert not late.settle(State.SENT)
    assert OutboundMessage.objects.get().state == State.UNKNOWN


def test_staff_send_an_unknown_message_again_once_with_a_reason(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, lost=True)
    row = tried(sender)
    with pytest.raises(ValueError):
        row.resend(by="owner", reason=" ")
    again = row.resend(by="owner", reason="对方说没收到")
    with pytest.raises(ValueError):
        row.resend(by="owner", reason="再一次")
    outbox.send_due()
    again.refresh_from_db()
    row.refresh_from_db()
    assert (again.state, again.by, again.reason, again.resend_of_id) == (
        State.SENT,
        "owner",
        "对方说没收到",
        row.pk,
    )
    assert row.state == State.UNKNOWN
    assert platform.sent() == ["您的八字", "您的八字"]


def test_the_parts_after_one_that_is_kept_are_kept_too(platform, sender, wrote):
    platform.fail(CUSTOM_SEND, errcode=45047)
    rows = outbox.queue_text(sender, OPENID, "长" * 1500)
    outbox.send_due()
    assert [(row.state, row.part) for row in OutboundMessage.kept_for(sender.pk, OPENID)] == [
        (State.KEPT, 1),
        (State.KEPT, 2),
        (State.KEPT, 3),
    ]
    assert len(rows) == 3
    assert platform.sent() == []


def test_nothing_is_sent_before_its_time(platform, sender, wrote):
    row = queue(sender, not_before=datetime.now(UTC) + timedelta(seconds=20))
    assert outbox.send_due() == 0
    assert OutboundMessage.deliver_by_reply(0) == 0
    make_due()
    assert send_queued(row.pk) == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.SENT])
def test_what_is_on_its_way_or_arrived_is_not_sent_again(sender, wrote, state):
    row = queue(sender)
    OutboundMessage.objects.update(state=state)
    with pytest.raises(ValueError):
        row.resend(by="owner", reason="x")


def test_a_followers_data_is_forgotten_and_never_sent(platform, sender, wrote):
    tried(sender)
    waiting = queue(sender, "还没发")
    assert OutboundMessage.forget(sender.pk, OPENID, "forgotten-1") == 2
    assert outbox.send_due() == 0
    waiting.refresh_from_db()
    assert (waiting.state, waiting.cause, waiting.payload) == (State.REFUSED, "forgotten", {})
    assert OPENID not in str(list(OutboundMessage.objects.values())) + str(
        list(FollowerWindow.objects.values())
    )
    with pytest.raises(ValueError):
        waiting.resend(by="owner", reason="x")


def test_a_kept_text_is_forgotten_with_the_follower(sender):
    sender.can_send_customer_messages = False
    row = queue(sender)
    OutboundMessage.forget(sender.pk, OPENID, "forgotten-1")
    row.refresh_from_db()
    assert (row.state, row.payload) == (State.REFUSED, {})


def test_a_slow_platform_does_not_run_into_celerys_limit(sender, wrote, platform, monkeypatch):
    monkeypatch.setattr(outbox, "BUDGET", 0.0)
    row = queue(sender)
    assert outbox.send_due() == 0
    assert not platform.calls
    monkeypatch.undo()
    assert send_queued(row.pk) == 1


def test_what_wechat_refuses_of_a_follower_who_was_forgotten_meanwhile_is_not_kept(
    platform, sender, wrote, monkeypatch
):
    """The data are deleted while WeChat is asked."""
    original = outbox.PlatformClient.send_customer_message

    def meanwhile(*args):
        OutboundMessage.forget(sender.pk, OPENID, "forgotten-1")
        return original(*args)

    monkeypatch.setattr(outbox.PlatformClient, "send_customer_message", meanwhile)
    platform.fail(CUSTOM_SEND, errcode=48001)
    row = tried(sender)
    assert (row.state, row.cause, row.openid) == (State.REFUSED, "forgotten", "forgotten-1")
    assert not Follower.objects.exists()
