"""Whether a follower may be written to, from what they did and what was sent since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests import credentials
from wechat.models import FollowerWindow, Message, OfficialAccount, OutboundMessage
from wechat.models.outbound import State
from wechat.sending_window import window_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
OPENID = credentials.OPENID


def ago(**time: float) -> datetime:
    return NOW - timedelta(**time)


@pytest.fixture
def did(account: OfficialAccount):
    """Stores that the follower did something at a time."""

    def store(
        at: datetime, msg_type: str = "text", event: str = "", plaintext: bytes = b"<xml></xml>"
    ) -> Message:
        return Message.objects.create(
            account=account,
            openid=OPENID,
            msg_type=msg_type,
            event=event,
            received_at=at,
            raw=b"",
            plaintext=plaintext,
        )

    return store


def sent(account: OfficialAccount, at: datetime, state: str = State.SENT) -> None:
    (row,) = OutboundMessage.queue(account, OPENID, [{"content": "x"}], "answer")
    OutboundMessage.objects.filter(pk=row.pk).update(state=state, claimed_at=at)


def window(account: OfficialAccount):
    return window_of(account.pk, OPENID, NOW)


def test_a_message_allows_five_for_48_hours(account, did):
    did(ago(hours=17))
    found = window(account)
    assert (found.left, found.allowed, found.trigger, found.cause) == (5, 5, "message", "")
    assert found.hours_left(NOW) == 31


def test_what_was_sent_since_counts_also_when_nobody_knows_whether_it_arrived(account, did):
    did(ago(hours=2))
    sent(account, ago(hours=3))
    for state in (State.SENT, State.UNKNOWN, State.SENDING):
        sent(account, ago(hours=1), state)
    for state in (State.REFUSED, State.FAILED, State.QUEUED):
        sent(account, ago(hours=1), state)
    assert window(account).left == 2


def test_a_later_message_opens_a_new_allowance(account, did):
    did(ago(hours=2))
    for _ in range(5):
        sent(account, ago(hours=1))
    assert window(account).cause == "quota_used"
    did(ago(minutes=1))
    assert window(account).left == 5


def test_nobody_is_written_to_after_48_hours(account, did):
    did(ago(hours=48, seconds=1))
    found = window(account)
    assert (found.is_open, found.cause) == (False, "window_closed")


def test_a_stranger_is_not_written_to(account):
    assert window(account).cause == "window_closed"


@pytest.mark.parametrize(
    ("event", "trigger"),
    [
        ("CLICK", "menu"),
        ("scancode_push", "menu"),
        ("subscribe", "follow"),
        ("SCAN", "scan"),
        ("scan", "scan"),
    ],
)
def test_an_act_allows_three_for_a_minute(account, did, event, trigger):
    did(ago(seconds=59), "event", event)
    assert (window(account).left, window(account).trigger) == (3, trigger)
    assert window_of(account.pk, OPENID, NOW + timedelta(seconds=2)).cause == "window_closed"


def test_a_tap_on_a_text_menu_is_a_menu_tap_although_it_is_a_text(account, did):
    did(ago(seconds=10), plaintext=b"<xml><bizmsgmenuid>101</bizmsgmenuid></xml>")
    assert (window(account).left, window(account).trigger) == (3, "menu")


@pytest.mark.parametrize("event", ["LOCATION", "VIEW", "TEMPLATESENDJOBFINISH"])
def test_other_events_open_nothing(account, did, event):
    did(ago(seconds=10), "event", event)
    assert not window(account).is_open


def test_an_open_allowance_survives_a_used_up_one(account, did):
    did(ago(hours=1))
    did(ago(seconds=30), "event", "CLICK")
    for _ in range(5):
        sent(account, ago(minutes=10))
    assert (window(account).left, window(account).trigger) == (3, "menu")


def test_who_left_is_not_written_to_until_they_return(account, did):
    did(ago(hours=1))
    did(ago(minutes=30), "event", "unsubscribe")
    assert window(account).cause == "unfollowed"
    did(ago(seconds=20), "event", "subscribe")
    assert (window(account).left, window(account).trigger) == (5, "message")


def test_wechats_own_refusal_holds_until_the_follower_does_something(account, did):
    did(ago(hours=1))
    state = FollowerWindow.take(account.pk, OPENID, ago(minutes=10))
    state.note_refusal(45047, ago(minutes=10))
    assert window(account).cause == "45047"
    did(ago(minutes=1))
    assert window(account).is_open


def test_the_table_of_allowances_is_a_setting(account, did, settings):
    settings.WECHAT_SEND_WINDOWS = {"message": (20, 3600)}
    did(ago(minutes=30))
    assert (window(account).left, window(account).hours_left(NOW)) == (20, 0.5)
    did(ago(seconds=5), "event", "CLICK")
    assert window(account).left == 20


def test_another_followers_messages_do_not_count(account, did):
    did(ago(hours=1))
    assert window_of(account.pk, "oSomebodyElse", NOW).cause == "window_closed"
