"""ops_dashboard.aggregation: minutes counted from the rows, once each, also late, twice and after a downtime."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from ops_dashboard.aggregation import AGAIN, CHUNK, aggregate, longest_gaps, silence_ratio
from ops_dashboard.models import CounterReading, MinuteStat, SystemMinute
from ops_dashboard.scraping import COUNTERS, Readings
from tests.wechat import deliveries
from wechat.metrics import BUCKETS
from wechat.models import DedupFingerprint, Message, RejectionMinute

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(account, now):
    """`message(seconds_ago, status, ms)` is a stored message."""

    def make(ago: float, status: str = "replied", milliseconds: float | None = 20, **values):
        return Message.objects.create(
            account=account,
            openid="o",
            msg_type="text",
            received_at=now - timedelta(seconds=ago),
            raw=b"",
            plaintext=b"",
            status=status,
            milliseconds=milliseconds,
            **values,
        )

    return make


@pytest.fixture
def fingerprint(account, now):
    def make(message: Message, hits: int, ago: float) -> DedupFingerprint:
        seen = now - timedelta(seconds=ago)
        return DedupFingerprint.objects.create(
            account=account,
            digest=f"{message.pk:064}",
            nonce_digest=f"{message.pk:064}",
            message=message,
            hits=hits,
            first_seen=message.received_at,
            last_seen=seen,
            lease_until=seen,
        )

    return make


def last_minute(now):
    return MinuteStat.objects.get(minute=now.replace(second=0) - timedelta(minutes=1))


def test_a_minute_is_counted_by_status_time_and_cause(account, now, message):
    message(20, milliseconds=1500)
    message(30, milliseconds=1501)
    message(40, "failed", 4600, cause="engine_error")
    message(45, "acknowledged", 2, marks=["bad_signature"])
    message(50, "pending", None)
    message(5)  # of the minute that still runs
    minute = now.replace(second=0) - timedelta(minutes=1)
    RejectionMinute.objects.create(account=account, minute=minute, cause="bad_signature", count=7)
    aggregate(now)
    stat = last_minute(now)
    counts = (stat.replied, stat.failed, stat.acknowledged, stat.pending, stat.forgiven, stat.duplicates)
    assert counts == (2, 1, 1, 1, 1, 0)
    assert stat.refusals == {"bad_signature": 7}
    by_bound = dict(zip([*BUCKETS, None], stat.latency, strict=True))
    assert {bound: count for bound, count in by_bound.items() if count} == {0.0025: 1, 1.5: 1, 2: 1, 5: 1}
    system = SystemMinute.objects.get(minute=minute)
    assert (system.pending, system.oldest_pending) == (1, 40)


def test_counting_again_changes_nothing(now, message, fingerprint):
    fingerprint(message(20), 3, 15)
    aggregate(now)
    before = list(MinuteStat.objects.values())
    aggregate(now)
    aggregate(now + timedelta(seconds=20))
    assert list(MinuteStat.objects.values()) == before
    assert before[0]["duplicates"] == 2


def test_minutes_without_traffic_have_no_row_but_are_known_to_be_counted(now):
    aggregate(now - timedelta(minutes=5))
    assert aggregate(now) == 5 + AGAIN
    assert not MinuteStat.objects.exists()
    assert SystemMinute.newest().minute == now.replace(second=0) - timedelta(minutes=1)


def test_after_a_downtime_every_missed_minute_is_counted(now, message):
    aggregate(now - timedelta(minutes=90))
    for minute in range(80):
        message(60 * minute + 70)
    aggregate(now)
    assert MinuteStat.objects.count() == 80
    assert SystemMinute.objects.count() == 91 + AGAIN - 1


def test_a_long_downtime_is_caught_up_in_several_runs(now):
    aggregate(now - timedelta(minutes=CHUNK + 100))
    assert aggregate(now) == CHUNK
    behind = now.replace(second=0) - timedelta(minutes=1) - SystemMinute.newest().minute
    assert behind > timedelta(minutes=100)
    aggregate(now)
    assert SystemMinute.newest().minute == now.replace(second=0) - timedelta(minutes=1)


def test_a_message_answered_later_moves_from_pending_to_replied(now, message):
    waiting = message(20, "pending", None)
    aggregate(now)
    assert last_minute(now).pending == 1
    Message.objects.filter(pk=waiting.pk).update(status="replied", milliseconds=9000)
    aggregate(now + timedelta(minutes=30))
    assert (last_minute(now).pending, last_minute(now).replied) == (0, 1)


def test_the_running_minute_waits_for_its_end_and_a_little_longer(now, message):
    message(15)
    aggregate(now.replace(second=3))
    assert not MinuteStat.objects.exists()
    aggregate(now.replace(second=6))
    assert MinuteStat.objects.count() == 1


def test_each_duplicate_counts_once_however_its_fingerprint_grows(now, message, fingerprint):
    seen = fingerprint(message(3600), 4, 25)
    aggregate(now)
    assert last_minute(now).duplicates == 3
    DedupFingerprint.objects.filter(pk=seen.pk).update(hits=9, last_seen=now + timedelta(seconds=30))
    aggregate(now + timedelta(minutes=1))
    assert last_minute(now).duplicates == 3
    assert last_minute(now + timedelta(minutes=1)).duplicates == 5


def test_duplicates_are_counted_when_the_fingerprint_is_pruned_and_comes_again(now, message, fingerprint):
    first = message(20)
    fingerprint(first, 2, 20)
    aggregate(now)
    DedupFingerprint.objects.all().delete()
    fingerprint(first, 2, 10)
    aggregate(now)
    assert sum(MinuteStat.objects.values_list("duplicates", flat=True)) == 2


def test_accounts_are_counted_apart(account, now, message):
    from wechat.models import OfficialAccount

    other = OfficialAccount.objects.create(slug="other")
    first = message(20)
    Message.objects.filter(pk=first.pk).update(account=other)
    message(20)
    message(25)
    aggregate(now)
    found = dict(MinuteStat.objects.values_list("account__slug", "replied"))
    assert found == {"default": 2, "other": 1}


def readings(**counters: float) -> Readings:
    return Readings(counters, frozenset(COUNTERS))


def test_what_the_web_processes_counted_is_added_as_growth(now):
    aggregate(now, readings(wechat_errors=100, api_errors=5, waiting=1, api_calls=50))
    first = SystemMinute.newest()
    assert (first.server_errors, first.web_up) == (None, True)
    later = now + timedelta(minutes=1)
    aggregate(later, readings(wechat_errors=102, api_errors=6, waiting=1, api_calls=58))
    newest = SystemMinute.newest()
    assert (newest.server_errors, newest.waiting, newest.api_calls) == (3, 0, 8)


def test_a_restart_of_the_web_processes_is_no_negative_count(now):
    aggregate(now, readings(wechat_errors=100))
    aggregate(now + timedelta(minutes=1), readings(wechat_errors=4))
    assert SystemMinute.newest().server_errors == 4


def test_growth_over_a_long_pause_belongs_to_no_minute(now):
    aggregate(now - timedelta(hours=2), readings(wechat_errors=0))
    aggregate(now, readings(wechat_errors=50))
    assert SystemMinute.newest().server_errors is None
    assert CounterReading.objects.get(name="wechat_errors").value == 50


def test_web_processes_that_do_not_answer_are_noted(now):
    aggregate(now, readings())
    aggregate(now + timedelta(minutes=1), Readings({}, frozenset()))
    assert SystemMinute.newest().web_up is False


def test_web_processes_that_never_answered_here_are_not_missed(now):
    """They listen on a Unix socket, or on another machine."""
    aggregate(now, Readings({}, frozenset()))
    assert SystemMinute.newest().web_up is None


def test_the_longest_gap_of_each_day(now):
    day = timedelta(days=1)
    minutes = [now - 2 * day, now - day - timedelta(hours=3), now - day, now - timedelta(hours=10), now]
    assert longest_gaps(minutes) == [21 * 3600, 14 * 3600]


def test_silence_is_measured_in_the_usual_gaps(account, now):
    end = now.replace(second=0)
    for day in range(1, 8):
        for hour in (1, 2, 4):
            at = end - timedelta(days=day) + timedelta(hours=hour)
            MinuteStat.objects.create(account=account, minute=at, replied=1)
    # Each day's longest gap is the night of 21 hours; it has been silent for 20.
    assert silence_ratio(end) == pytest.approx(20 / 21, rel=0.01)
    assert silence_ratio(end + timedelta(hours=50)) > 3


def test_a_new_account_s_silence_is_unknown(account, now):
    assert silence_ratio(now) is None
    MinuteStat.objects.create(account=account, minute=now - timedelta(hours=3), replied=1)
    assert silence_ratio(now) is None


def test_a_quiet_minute_costs_few_queries(now, django_assert_max_num_queries):
    aggregate(now)
    with django_assert_max_num_queries(60):
        aggregate(now + timedelta(minutes=1))


def test_real_deliveries_are_counted_and_the_callback_writes_no_statistics(client, account):
    """Through the callback, twice: the statistics' tables are first touched by the task."""
    delivery = deliveries.plain("今天黄历")
    assert {delivery.post(client).status_code for _ in range(2)} == {200}
    assert not MinuteStat.objects.exists()
    aggregate(timezone.now() + timedelta(minutes=2))
    stat = MinuteStat.objects.get()
    assert (stat.replied, stat.duplicates, sum(stat.latency)) == (1, 1, 1)
