"""ops_dashboard.evaluator: each alert of the launch report fires and resolves under scripted rows, and tells once."""

from __future__ import annotations

import os
from datetime import timedelta
from types import SimpleNamespace

import pytest

from ops_dashboard import evaluator
from ops_dashboard.alert_rules import BY_ID, RULES
from ops_dashboard.evaluator import COOL_DOWN, REPEAT, advance, evaluate
from ops_dashboard.measures import BACKUP_MARK, MEASURES
from ops_dashboard.models import AlertEvent, AlertNotice, AlertState, Heartbeat, Silence
from ops_dashboard.models.minutes import no_counts
from predictions.models import ApiKey, Batch
from wechat.metrics import BUCKETS
from wechat.models import Follower, Message, OutboundMessage

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def slow(bound: float, count: int) -> list[int]:
    """A histogram whose answers all took up to `bound` seconds."""
    counts = no_counts()
    counts[BUCKETS.index(bound)] = count
    return counts


def phase(rule: str, subject: str = "") -> str:
    state = AlertState.objects.filter(rule=rule, subject=subject).first()
    return state.phase if state else "ok"


def kinds(rule: str) -> list[str]:
    return list(AlertEvent.objects.filter(rule=rule).order_by("at", "id").values_list("kind", flat=True))


def run(minutes, start, number: int, **values):
    """Count a minute and evaluate, `number` times; the time afterwards."""
    for _ in range(number):
        start += MINUTE
        minutes(1, until=start, **values)
        evaluate(start)
    return start


# What the rows are like in a bad minute and in a good one, and after how many bad minutes the alert fires.
BASELINES = [
    ("signature-failures", {"refusals": {"bad_signature": 3}}, {"refusals": {"bad_signature": 1}}, 4),
    ("signature-failures", {"forgiven": 3}, {"forgiven": 2}, 4),
    ("slow-callback", {"latency": slow(2, 9)}, {"latency": slow(1.5, 9)}, 11),
    ("duplicate-rate", {"replied": 10, "duplicates": 6}, {"replied": 10, "duplicates": 1}, 4),
    ("server-errors", {"system": {"server_errors": 2}}, {"system": {"server_errors": 0}}, 2),
    ("not-answered", {"replied": 9, "failed": 1}, {"replied": 20, "failed": 1}, 11),
    ("replay-attack", {"refusals": {"replayed_nonce": 1}}, {"refusals": {}}, 1),
    ("web-down", {"system": {"web_up": False}}, {"system": {"web_up": True}}, 3),
    ("no-callback", {"system": {"silence_ratio": 3.1}}, {"system": {"silence_ratio": 0.2}}, 1),
]


@pytest.mark.parametrize(("rule", "bad", "good", "after"), BASELINES, ids=lambda value: str(value)[:20])
def test_a_rule_fires_when_its_line_is_crossed_and_resolves_when_it_is_over(
    rule, bad, good, after, minutes, now
):
    clean = {
        "refusals": {},
        "forgiven": 0,
        "latency": no_counts(),
        "replied": 0,
        "duplicates": 0,
        "failed": 0,
    }
    time = run(minutes, now, after - 1, **clean | bad)
    assert phase(rule) != "firing"
    time = run(minutes, time, 1, **clean | bad)
    assert phase(rule) == "firing"
    assert kinds(rule) == ["firing"]
    run(minutes, time, 17, **clean | good)
    assert phase(rule) == "ok"
    assert kinds(rule) == ["firing", "resolved"]


def old_message(account, var, now):
    Message.objects.create(
        account=account,
        openid="o",
        msg_type="text",
        received_at=now - timedelta(seconds=601),
        raw=b"",
        plaintext=b"",
    )


def unsent(account, var, now):
    due = now - timedelta(seconds=301)
    OutboundMessage.objects.create(
        account=account, openid="o", purpose="answer", group=1, created_at=due, next_try_at=due
    )


def waiting_person(account, var, now):
    Follower.objects.create(account=account, openid="o", handed_over_at=now - timedelta(seconds=1801))


def waiting_batch(account, var, now):
    created = now - timedelta(seconds=1801)
    key = ApiKey.objects.create(name="k")
    Batch.objects.create(key=key, public_id="ba_1", total=1, language="en", created_at=created, wake_at=now)


def old_backup(account, var, now, hours: float = 26.1):
    mark = var / BACKUP_MARK
    mark.touch()
    at = (now - timedelta(hours=hours)).timestamp()
    os.utime(mark, (at, at))


# What goes wrong, and how it is put right, in rows and files as they really are.
STANDING = {
    "oldest-pending": (old_message, lambda account, var, now: Message.objects.update(status="replied")),
    "outbox-overdue": (unsent, lambda account, var, now: OutboundMessage.objects.update(state="sent")),
    "person-waits": (
        waiting_person,
        lambda account, var, now: Follower.objects.update(handed_over_by="operator"),
    ),
    "batch-waiting": (waiting_batch, lambda account, var, now: Batch.objects.update(wake_at=None)),
    "worker-heartbeat": (
        lambda account, var, now: Heartbeat.beat("worker", now - timedelta(seconds=181)),
        lambda account, var, now: Heartbeat.beat("worker", now + timedelta(minutes=6)),
    ),
    "backup-age": (old_backup, lambda account, var, now: old_backup(account, var, now, hours=0)),
}
ELSEWHERE = {
    "not-live": "test_modes_are_told_apart_by_account",
    "lenient-open": "test_a_prolonged_lenient_period_is_one_period",
    "disk-space": "test_a_disk_that_fills_up_fires_after_ten_minutes",
    "certificate-expiry": "tests/ops_dashboard/test_certificate.py",
}


@pytest.mark.parametrize("rule", STANDING)
def test_a_state_that_stands_fires_once_and_resolves_when_it_is_put_right(rule, account, var, now):
    goes_wrong, put_right = STANDING[rule]
    evaluate(now)
    assert kinds(rule) == []
    goes_wrong(account, var, now)
    evaluate(now)
    evaluate(now + MINUTE)
    assert kinds(rule) == ["firing"]
    put_right(account, var, now)
    evaluate(now + 2 * MINUTE)
    evaluate(now + 7 * MINUTE)
    assert kinds(rule) == ["firing", "resolved"]


def test_a_disk_that_fills_up_fires_after_ten_minutes(db, now, monkeypatch):
    free = 0.14

    def usage(_folder):
        return SimpleNamespace(total=1000, free=1000 * free)

    # The one thing here that no test can bring about for real.
    monkeypatch.setattr("ops_dashboard.measures.shutil.disk_usage", usage)
    for minute in range(11):
        evaluate(now + minute * MINUTE)
    assert kinds("disk-space") == ["firing"]
    free = 0.2
    evaluate(now + 12 * MINUTE)
    evaluate(now + 17 * MINUTE)
    assert kinds("disk-space") == ["firing", "resolved"]


def test_every_rule_is_seen_to_fire_by_one_of_these_tests():
    assert {rule for rule, *_ in BASELINES} | set(STANDING) | set(ELSEWHERE) == set(BY_ID)


def test_normal_traffic_alarms_nobody(minutes, now):
    values = {"replied": 60, "duplicates": 2, "latency": slow(0.05, 60), "refusals": {"bad_signature": 0}}
    system = {"server_errors": 0, "web_up": True, "silence_ratio": 0.1}
    run(minutes, now, 30, system=system, **values)
    assert not AlertEvent.objects.exists()


@pytest.mark.parametrize(("messages", "fires"), [(6, True), (3, False)])
def test_duplicates_of_few_messages_say_nothing(messages, fires, minutes, now):
    """Half are duplicates; with 3 a minute there are 6 deliveries, under 50 in the 8 minutes."""
    run(minutes, now, 8, replied=messages, duplicates=messages)
    assert (phase("duplicate-rate") == "firing") is fires


def test_exactly_ten_wrong_signatures_are_no_alarm_and_eleven_are(minutes, now):
    minutes(5, refusals={"bad_signature": 2})
    evaluate(now)
    assert phase("signature-failures") == "ok"
    minutes(1, refusals={"bad_signature": 3})
    evaluate(now)
    assert phase("signature-failures") == "firing"


def test_a_condition_that_ends_early_never_fires(minutes, now):
    time = run(minutes, now, 8, latency=slow(2, 9))
    assert phase("slow-callback") == "pending"
    run(minutes, time, 6, latency=slow(0.1, 900))
    assert phase("slow-callback") == "ok"
    assert kinds("slow-callback") == []


def test_modes_are_told_apart_by_account(account, now):
    account.switch("service", "maintenance", by="t", reason="t")
    later = account_time(account) + timedelta(hours=1, seconds=1)
    evaluate(later)
    assert phase("not-live", "default") == "firing"
    account.switch("service", "live", by="t", reason="t")
    evaluate(later)
    evaluate(later + timedelta(minutes=5))
    assert kinds("not-live") == ["firing", "resolved"]


def account_time(account):
    from wechat.models import ModeChange

    return ModeChange.objects.filter(account=account).latest("at").at


def test_a_prolonged_lenient_period_is_one_period(account):
    account.switch("verification", "lenient", by="t", reason="t", minutes=60)
    begin = account_time(account)
    account.switch("verification", "lenient", by="t", reason="t", minutes=600)
    evaluate(begin + timedelta(minutes=29))
    assert phase("lenient-open", "default") == "ok"
    evaluate(begin + timedelta(minutes=31))
    assert phase("lenient-open", "default") == "firing"


def test_a_subject_that_disappears_is_resolved(account, now):
    account.switch("service", "maintenance", by="t", reason="t")
    later = account_time(account) + timedelta(hours=2)
    evaluate(later)
    account.delete()
    evaluate(later + MINUTE)
    evaluate(later + 7 * MINUTE)
    assert phase("not-live", "default") == "ok"


@pytest.fixture
def step(db, now):
    """`step(minutes, broken)` is one evaluation of signature-failures at that minute; the kinds of its events."""
    rule = BY_ID["signature-failures"]

    def advance_at(at: float, broken: bool) -> list[str]:
        time = now + timedelta(minutes=at)
        state, _made = AlertState.objects.get_or_create(rule=rule.id, subject="", defaults={"since": time})
        return [event.kind for event in advance(state, rule, 11.0 if broken else 0.0, broken, time)]

    return advance_at


def notices() -> int:
    return AlertNotice.objects.count()


def test_each_event_becomes_one_notice_for_each_channel_that_wants_it(step, channel):
    channel("wecom", least="page")
    channel("feishu", least="ticket")
    channel("dingtalk", enabled=False)
    assert step(0, True) == ["firing"]
    assert notices() == 2
    assert step(1, True) == []
    assert notices() == 2


def test_tickets_do_not_go_to_channels_for_urgent_alerts(channel):
    urgent = channel("wecom", least="page")
    everything = channel("feishu")
    evaluator.queue(AlertEvent.objects.create(rule="no-callback", kind="firing"), AlertEvent().at)
    assert list(AlertNotice.objects.values_list("channel", flat=True)) == [everything.pk]
    assert urgent.alertnotice_set.count() == 0


def test_a_flapping_value_is_one_alert(step, channel):
    channel("wecom")
    step(0, True)
    for minute in range(1, 30):
        assert step(minute, minute % 4 == 0) == []
    assert notices() == 1
    assert [step(minute, False) for minute in range(30, 36)].count(["resolved"]) == 1
    assert notices() == 2


def test_an_alert_that_comes_again_within_the_cool_down_is_told_after_it(step, channel, now):
    channel("wecom")
    step(0, True)
    step(1, False)
    assert step(6, False) == ["resolved"]
    assert notices() == 2
    assert step(7, True) == ["firing"]
    assert notices() == 2, "recorded, but not told yet"
    assert step(COOL_DOWN / MINUTE, True) == ["reminder"]
    assert notices() == 3


def test_what_was_never_told_is_not_told_to_be_over(step, channel):
    channel("wecom")
    step(0, True)
    step(1, False)
    step(6, False)
    step(7, True)
    step(8, False)
    assert step(13, False) == ["resolved"]
    assert notices() == 2


def test_an_alert_that_goes_on_is_told_again_after_hours(step, channel):
    channel("wecom")
    step(0, True)
    assert step(REPEAT / MINUTE - 1, True) == []
    assert step(REPEAT / MINUTE, True) == ["reminder"]
    assert notices() == 2


def test_a_silence_withholds_notices_and_keeps_the_history(step, channel, now):
    channel("wecom")
    Silence.objects.create(
        rule="signature-failures", starts=now, until=now + timedelta(minutes=30), reason="x", by="o"
    )
    assert step(0, True) == ["firing"]
    assert (notices(), AlertEvent.objects.get().silenced) == (0, True)
    assert step(29, True) == []
    assert step(30, True) == ["reminder"]
    assert notices() == 1


def test_a_silence_of_another_rule_silences_nothing_and_one_of_all_silences_all(step, channel, now):
    channel("wecom")
    end = now + timedelta(hours=1)
    Silence.objects.create(rule="web-down", starts=now, until=end, reason="x", by="o")
    step(0, True)
    assert notices() == 1
    Silence.objects.create(rule="", starts=now, until=end, reason="x", by="o")
    step(1, False)
    step(6, False)
    assert notices() == 1


def test_the_history_can_t_be_changed(step):
    step(0, True)
    event = AlertEvent.objects.get()
    event.detail = "forged"
    with pytest.raises(ValueError, match="append-only"):
        event.save()


def test_every_measure_answers_on_an_empty_installation(db, now):
    for rule in RULES:
        assert not any(map(rule.broken_by, MEASURES[rule.id](now).values())), rule.id
    evaluate(now)
    assert not AlertEvent.objects.exists()
