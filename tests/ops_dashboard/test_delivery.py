"""ops_dashboard.delivery: over real HTTP to a server that checks signatures as the robots do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ops_dashboard import delivery
from ops_dashboard.evaluator import queue
from ops_dashboard.models import AlertChannel, AlertEvent, AlertNotice
from ops_dashboard.models.channels import PER_MINUTE

pytestmark = pytest.mark.django_db
ROBOTS = ("wecom", "dingtalk", "feishu")


@pytest.fixture
def every_channel(channel, robot):
    for kind in ROBOTS:
        channel(kind)
    channel("webhook", f"{robot.base}/hook")


def fire(now, number: int = 1, kind: str = "firing") -> None:
    for _ in range(number):
        queue(AlertEvent.objects.create(rule="signature-failures", kind=kind, value=12, at=now), now)


def statuses() -> list[str]:
    return list(AlertNotice.objects.order_by("id").values_list("status", flat=True))


def test_an_alert_reaches_every_robot_with_a_valid_signature(every_channel, robot, now):
    fire(now)
    assert delivery.deliver(now) == 4
    assert robot.problems == []
    assert sorted(kind for kind, _body in robot.received) == ["dingtalk", "feishu", "webhook", "wecom"]
    assert set(robot.titles()) == {"【告警】 签名失败过多"}
    assert statuses() == ["sent"] * 4
    assert delivery.deliver(now) == 0


def test_the_message_says_value_threshold_time_and_what_to_do(channel, robot, now, settings):
    settings.CELESTIAL_PUBLIC_URL = "https://mp.example.com"
    channel("feishu")
    fire(now)
    delivery.deliver(now)
    text = robot.received[0][1]["content"]["text"]
    assert "12" in text
    assert "> 10" in text
    assert "2026-11-20 16:30:10 +0800" in text
    assert "https://mp.example.com/admin/ops/runbooks/#signature-failures" in text


def test_a_channel_may_speak_english(channel, robot, now):
    channel("feishu", language="en")
    fire(now, kind="resolved")
    delivery.deliver(now)
    assert robot.titles() == ["[Resolved] Too many wrong signatures"]


def test_the_webhook_carries_data_for_machines(channel, robot, now):
    channel("webhook", f"{robot.base}/hook")
    fire(now)
    delivery.deliver(now)
    body = robot.received[0][1]
    assert (body["status"], body["rule"], body["severity"]) == ("firing", "signature-failures", "page")
    assert (body["value"], body["threshold"], body["at"]) == (12.0, 10, now.isoformat())


def test_a_wrong_secret_is_a_failure_that_is_told_without_the_address(channel, robot, now):
    made = channel("feishu", secret="wrong")
    fire(now)
    assert delivery.deliver(now) == 0
    made.refresh_from_db()
    assert made.last_error == "code 19021: sign"
    assert robot.problems == ["feishu: sign"]


def test_a_failure_is_tried_twice_more_and_later_each_time(channel, robot, now):
    channel("wecom")
    robot.fail = 2
    fire(now)
    delivery.deliver(now)
    first = AlertNotice.objects.get()
    assert (first.status, first.attempts, first.error) == ("queued", 1, "HTTP 500, no errcode in the answer")
    assert now + timedelta(seconds=7) < first.due < now + timedelta(seconds=23)
    assert delivery.deliver(now + timedelta(seconds=5)) == 0
    delivery.deliver(now + timedelta(seconds=30))
    assert AlertNotice.objects.get().attempts == 2
    assert delivery.deliver(now + timedelta(minutes=2)) == 1
    assert statuses() == ["sent"]


def test_after_three_tries_it_is_given_up(channel, robot, now):
    channel("wecom")
    robot.fail = 9
    fire(now)
    for minute in range(5):
        delivery.deliver(now + timedelta(minutes=minute))
    assert statuses() == ["failed"]
    assert robot.fail == 6


def test_a_robot_that_is_gone_harms_no_other(channel, robot, now, settings):
    channel("webhook", "http://127.0.0.1:9/gone")
    channel("wecom")
    fire(now)
    assert delivery.deliver(now) == 1
    error = AlertChannel.objects.get(name="webhook").last_error
    assert error.startswith("no connection (ConnectionRefusedError")
    assert "gone" not in error


def test_many_alerts_at_once_become_one_digest(channel, robot, now):
    channel("dingtalk")
    fire(now, 25)
    assert delivery.deliver(now) == 25
    assert robot.titles() == ["【汇总】25 条告警"]
    assert set(statuses()) == {"digested"}
    text = robot.received[0][1]["markdown"]["text"]
    assert text.count("签名失败过多") == 20


def test_no_robot_gets_more_than_it_allows_in_a_minute(channel, robot, now):
    channel("wecom")
    sent = 0
    for second in range(40):
        at = now + timedelta(seconds=second / 10)
        fire(at)
        sent += delivery.deliver(at)
    assert len(robot.received) <= PER_MINUTE + 2
    assert "queued" in statuses()
    for later in (1, 2, 3):
        delivery.deliver(now + timedelta(minutes=later))
    assert set(statuses()) == {"sent", "digested"}, "nothing is lost, the rest came as a digest"


def test_a_notice_of_a_worker_that_died_is_sent_by_the_next(channel, robot, now):
    channel("wecom")
    fire(now)
    AlertNotice.objects.update(status="sending", due=now)
    assert delivery.deliver(now + timedelta(minutes=1)) == 0
    assert delivery.deliver(now + timedelta(minutes=3)) == 1


def test_a_disabled_channel_gets_nothing(channel, robot, now):
    made = channel("wecom")
    fire(now)
    AlertChannel.objects.filter(pk=made.pk).update(enabled=False)
    assert delivery.deliver(now) == 0


def test_a_test_alert_is_sent_at_once_and_kept_with_who_sent_it(channel, robot, now):
    event = delivery.send_test(channel("feishu"), "alice", now)
    assert robot.titles() == ["【测试】Celestial Nexus"]
    assert (event.kind, event.by, event.notices.get().status) == ("test", "alice", "sent")


def test_a_failed_test_alert_says_why(channel, robot, now):
    with pytest.raises(delivery.NotSent, match="sign"):
        delivery.send_test(channel("feishu", secret="wrong"), "alice", now)
    assert AlertNotice.objects.get().status == "failed"


def test_address_and_secret_are_stored_encrypted(channel):
    from django.db import connection

    made = channel("feishu")
    with connection.cursor() as cursor:
        cursor.execute("SELECT url, secret FROM ops_dashboard_alertchannel")
        stored = cursor.fetchone()
    assert all(value.startswith("gcm1:") for value in stored)
    assert made.url.endswith("/ID")
