"""ops_dashboard.gauges and the families: what is shown, and that labels stay few whatever strangers send."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from celestial_site.settings import PROMETHEUS_LATENCY_BUCKETS
from ops_dashboard import gauges
from ops_dashboard.models import AlertState, Heartbeat
from tests.wechat.deliveries import plain
from wechat import metrics
from wechat.crypto import Cause
from wechat.models import Message

# Series of one family at most, per account where it has that label.
BUDGETS = {
    "outcome": 12,
    "cause": 30,
    "method": 8,
    "switch": 3,
    "check": 10,
    "rule": 30,
    "system": 20,
    "value": 10,
}


def page(client) -> dict[tuple[str, tuple[str, ...]], float]:
    text = client.get("/wechat_metrics").content.decode()
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize("bound", [1, 1.5, 3, 4.5, 5])
def test_buckets_stand_around_the_lines_that_matter(bound):
    assert bound in metrics.BUCKETS
    assert bound in PROMETHEUS_LATENCY_BUCKETS


@pytest.mark.django_db
def test_the_heartbeat_s_age_is_shown_once_there_was_one(client, account):
    assert ("wechat_heartbeat_age_seconds", ("worker",)) not in page(client)
    Heartbeat.beat("worker", timezone.now() - timedelta(seconds=100))
    assert 100 <= page(client)["wechat_heartbeat_age_seconds", ("worker",)] < 120
    assert page(client)["wechat_check_up", ("worker",)] == 1
    Heartbeat.beat("worker", timezone.now() - timedelta(seconds=200))
    assert page(client)["wechat_check_up", ("worker",)] == 0


@pytest.mark.django_db
def test_checks_modes_disk_and_alerts_are_shown(client, account):
    account.switch("service", "maintenance", by="t", reason="t")
    AlertState.objects.create(rule="web-down", phase="firing", since=timezone.now())
    found = page(client)
    for check in ("database", "migrations", "keys", "redis", "broker"):
        assert found["wechat_check_up", (check,)] == 1
        assert found["wechat_check_seconds", (check,)] >= 0
    assert 0 <= found["wechat_mode_age_seconds", ("default", "service")] < 60
    assert found["wechat_mode_age_seconds", ("default", "verification")] == 0
    assert 0 < found["wechat_disk_free_ratio", ()] <= 1
    assert found["wechat_alert_firing", ("web-down",)] == 1
    assert found["wechat_alert_firing", ("slow-callback",)] == 0


@pytest.mark.django_db
def test_a_database_that_is_down_is_a_value_and_not_an_error(monkeypatch):
    def fail(now):
        raise DatabaseError("down")

    monkeypatch.setattr(gauges, "_backlog", fail)
    found = {family.name: family for family in gauges.state(timezone.now())}
    assert found["wechat_database_up"].samples[0].value == 0
    assert "wechat_build_info" in found


@pytest.mark.django_db
def test_the_engine_s_time_is_counted_by_system_in_the_callback_too(client, account):
    before = REGISTRY.get_sample_value("wechat_engine_seconds_count", {"system": "almanac"}) or 0
    plain("今天黄历").post(client)
    assert REGISTRY.get_sample_value("wechat_engine_seconds_count", {"system": "almanac"}) == before + 1


@pytest.mark.django_db
def test_series_that_alerts_count_begin_with_zero(client, account):
    found = page(client)
    assert ("wechat_signature_failures_total", ("strict",)) in found
    requests = {frozenset(labels) for name, labels in found if name == "wechat_requests_total"}
    assert {"POST", "rejected", "replayed_nonce"} in requests
    assert {"POST", "unavailable", "database"} in requests
    assert ("wechat_server_errors_total", ()) in found


@pytest.mark.django_db
def test_labels_stay_in_their_budget_whatever_strangers_send(client, account):
    for number in range(60):
        client.generic(f"M{number}", "/wechat")
        client.post(f"/wechat/slug-{number}?signature={number}&timestamp=1&nonce={number}", b"x", "text/xml")
        plain(f"<xml><ToUserName>g</ToUserName><MsgType>type{number}</MsgType></xml>").post(client)
        client.get(f"/api/v1/predictions/{number}")
        client.get(f"/strange/{number}")
    values: dict[str, set[str]] = {}
    for target in ("/wechat_metrics", "/api_metrics"):
        for family in text_string_to_metric_families(client.get(target).content.decode()):
            for sample in family.samples:
                for label, value in sample.labels.items():
                    values.setdefault(f"{family.name}.{label}", set()).add(value)
                    assert "slug-" not in value
                    assert "type" not in value.replace("content-type", "") or family.name.startswith(
                        "django_"
                    )
    for name, found in values.items():
        if not name.startswith("django_"):
            assert len(found) <= BUDGETS.get(name.rpartition(".")[2], 64), name


def test_causes_are_a_closed_set():
    assert len(Cause) <= BUDGETS["cause"]


@pytest.mark.django_db
def test_the_last_message_s_age_is_shown(client, account):
    assert ("wechat_last_message_age_seconds", ()) not in page(client)
    received = timezone.now() - timedelta(seconds=300)
    Message.objects.create(
        account=account,
        openid="o",
        msg_type="text",
        received_at=received,
        raw=b"",
        plaintext=b"",
        status="replied",
    )
    assert 300 <= page(client)["wechat_last_message_age_seconds", ()] < 320
