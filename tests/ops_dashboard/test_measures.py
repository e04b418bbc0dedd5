"""ops_dashboard.measures: numbers from rows and from this machine."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from ops_dashboard import measures
from ops_dashboard.models import Heartbeat, SystemMinute
from ops_dashboard.models.minutes import no_counts
from wechat.metrics import BUCKETS
from wechat.models import Follower, Message, OutboundMessage


def histogram(**counts: int) -> list[int]:
    found = no_counts()
    for bound, count in counts.items():
        found[BUCKETS.index(float(bound.strip("_").replace("_", ".")))] = count
    return found


@pytest.mark.parametrize(
    ("counts", "share", "expected"),
    [
        (no_counts(), 0.95, None),
        (histogram(_1=100), 0.5, 0.75),
        (histogram(_1=100), 1.0, 1.0),
        (histogram(_1=90, _2=10), 0.95, 1.75),
        ([0] * len(BUCKETS) + [5], 0.95, BUCKETS[-1]),
    ],
)
def test_quantiles_are_interpolated_as_prometheus_does(counts, share, expected):
    assert measures.quantile(counts, share) == (expected if expected is None else pytest.approx(expected))


@pytest.mark.django_db
def test_statistics_that_stopped_keep_no_alarm_alive(minutes, now):
    minutes(5, refusals={"bad_signature": 9})
    assert measures.signature_failures(now) == {"": 45}
    assert measures.signature_failures(now + timedelta(minutes=2)) == {"": 45}
    assert measures.signature_failures(now + timedelta(minutes=30)) == {"": 0}


@pytest.mark.django_db
def test_the_oldest_pending_message_is_read_now(account, now):
    assert measures.oldest_pending(now) == {"": 0.0}
    received = now - timedelta(seconds=700)
    Message.objects.create(
        account=account, openid="o", msg_type="text", received_at=received, raw=b"", plaintext=b""
    )
    assert measures.oldest_pending(now) == {"": 700.0}


@pytest.mark.django_db
def test_the_oldest_open_batch_is_measured_and_one_that_is_over_is_not(client, now):
    from predictions.models import ApiKey, Batch

    assert measures.oldest_batch(now) == {"": 0.0}
    key = ApiKey.objects.create(name="k")
    for number, age, wake in ((1, 9000, None), (2, 1900, now), (3, 60, now)):
        created = now - timedelta(seconds=age)
        Batch.objects.create(
            key=key, public_id=f"ba_{number}", total=1, language="en", created_at=created, wake_at=wake
        )
    assert measures.oldest_batch(now) == {"": 1900.0}
    page = client.get("/api_metrics").content.decode()
    assert "api_open_batches 2.0" in page
    assert "api_oldest_batch_seconds" in page


@pytest.mark.django_db
def test_messages_that_nobody_answered_in_time_count_as_not_answered(account, now, minutes):
    """Failed ones of the counted minutes, and those that still wait after a minute, of the last ten."""
    minutes(10, replied=8, failed=1)
    assert measures.unanswered_ratio(now)[""] == pytest.approx(10 / 90)
    for seconds in (5, 59, 61, 599, 601):
        received = now - timedelta(seconds=seconds)
        Message.objects.create(
            account=account, openid="o", msg_type="text", received_at=received, raw=b"", plaintext=b""
        )
    assert measures.overdue(now) == 2
    assert measures.unanswered_ratio(now)[""] == pytest.approx(12 / 90)
    Message.objects.update(status="deferred")
    assert measures.overdue(now) == 2, "an answer for later is late after a minute too"
    assert measures.oldest_pending(now) == {"": 601.0}
    Message.objects.update(status="replied")
    assert (measures.overdue(now), measures.oldest_pending(now)) == (0, {"": 0.0})


@pytest.mark.django_db
def test_what_the_outbox_should_have_sent_is_measured(account, client):
    now = datetime.now(UTC)
    assert measures.outbox_overdue(now) == {"": 0.0}
    for group, (state, due) in enumerate(
        [("queued", -400), ("queued", 60), ("kept", -9000), ("sent", -9000), ("sending", -100)]
    ):
        at = now + timedelta(seconds=due)
        OutboundMessage.objects.create(
            account=account,
            openid="o",
            purpose="answer",
            group=group,
            state=state,
            created_at=at,
            next_try_at=at,
        )
    assert measures.outbox_overdue(now) == {"": 400.0}
    page = client.get("/wechat_metrics").content.decode()
    assert 'wechat_outbox_messages{state="queued"} 2.0' in page
    assert 'wechat_outbox_messages{state="kept"} 1.0' in page


@pytest.mark.django_db
def test_the_longest_waiting_for_a_person_is_measured(account, client):
    now = datetime.now(UTC)
    assert measures.person_waits(now) == {"": 0.0}
    for openid, minutes, holder in [("a", 40, ""), ("b", 50, "operator"), ("c", 5, ""), ("d", 25 * 60, "")]:
        at = now - timedelta(minutes=minutes)
        row = {"handed_over_at": at, "handed_over_by": holder, "updated": at}
        Follower.objects.create(account=account, openid=openid, **row)
    assert measures.person_waits(now) == {"": 2400.0}, (
        "not who is talked with, nor who was given up after a day"
    )
    assert "wechat_waiting_followers 2.0" in client.get("/wechat_metrics").content.decode()


@pytest.mark.django_db
def test_a_heartbeat_has_an_age_once_there_was_one(now):
    assert measures.worker_heartbeat(now) == {}
    Heartbeat.beat("worker", now - timedelta(seconds=200))
    assert measures.worker_heartbeat(now) == {"": 200.0}


@pytest.mark.django_db
def test_who_never_asked_the_web_processes_knows_nothing_of_them(now):
    SystemMinute.objects.create(minute=now.replace(second=0) - timedelta(minutes=1))
    assert measures.web_down(now) == {}
    assert measures.server_errors(now) == {}


def test_the_backup_s_age_is_its_mark_s(var):
    assert measures.backup_age(datetime.now(UTC)) == {}
    mark = var / measures.BACKUP_MARK
    mark.touch()
    os.utime(mark, (1_700_000_000, 1_700_000_000))
    now = datetime.fromtimestamp(1_700_000_000 + 27 * 3600, UTC)
    assert measures.backup_age(now) == {"": 27 * 3600.0}


def test_the_disk_is_measured(var):
    assert 0 < measures.disk_free(datetime.now(UTC))[""] <= 1
