"""Gauges of the metrics page, read from the database and this machine at the moment of a scrape."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Max
from prometheus_client.core import GaugeMetricFamily, Metric

from celestial_site import __version__
from ops_dashboard import health, measures
from ops_dashboard.alert_rules import RULES
from ops_dashboard.models import AlertState, Heartbeat, SystemMinute
from ops_dashboard.models.alerts import Phase
from wechat.models import Follower, Message, OfficialAccount, OutboundMessage
from wechat.models.account import SWITCHES
from wechat.models.outbound import State

log = logging.getLogger(__name__)


def build_info(prefix: str) -> Metric:
    build = GaugeMetricFamily(f"{prefix}_build_info", "The version that runs.", labels=["version"])
    build.add_metric([__version__], 1)
    return build


def state(now: datetime) -> Iterator[Metric]:
    """Everything; a database that is down is a value here, not an error page."""
    yield build_info("wechat")
    yield from _machine(now)
    yield from _checks()
    up = GaugeMetricFamily("wechat_database_up", "Whether the database answered this scrape.")
    try:
        gauges = [
            *_backlog(now),
            *_certificate(now),
            _modes(now),
            _mode_ages(now),
            *_background(now),
            _alerts(),
        ]
    except DatabaseError:
        log.exception("the database did not answer a scrape")
        gauges = []
    up.add_metric([], 1 if gauges else 0)
    yield up
    yield from gauges


def api_state(now: datetime) -> Iterator[Metric]:
    """The API's queue. A database that is down is told by the callback's page."""
    yield build_info("api")
    try:
        waiting, age = measures.open_batches().count(), measures.oldest_batch(now)[""]
    except DatabaseError:
        log.exception("the database did not answer a scrape")
        return
    yield from _gauge("api_open_batches", "Batches accepted and not over.", waiting)
    yield from _gauge("api_oldest_batch_seconds", "Age of the oldest of them.", age)


def _gauge(name: str, text: str, value: float | None) -> Iterable[Metric]:
    """One value, or no family at all: a number that nobody knows must not read as zero."""
    return () if value is None else (GaugeMetricFamily(name, text, value=value),)


def _backlog(now: datetime) -> Iterator[Metric]:
    pending, deferred = (Message.objects.filter(status=status).count() for status in measures.WAITING)
    yield from _gauge("wechat_pending_messages", "Messages stored and not yet answered.", pending)
    yield from _gauge("wechat_deferred_messages", "Messages whose answer is computed for later.", deferred)
    oldest = measures.oldest_pending(now)[""]
    yield from _gauge("wechat_oldest_pending_seconds", "Age of the oldest of both.", oldest)
    yield from _outbox(now)
    yield from _gauge(
        "wechat_waiting_followers", "Followers who wait for a person.", Follower.unanswered(now)
    )
    waits = measures.person_waits(now)[""]
    yield from _gauge("wechat_person_waits_seconds", "How long the first of them has waited.", waits)
    text = "Messages of the last ten minutes that have waited for over a minute."
    yield from _gauge("wechat_overdue_messages", text, measures.overdue(now))
    newest = Message.objects.aggregate(at=Max("received_at"))["at"]
    silent = max(0.0, (now - newest).total_seconds()) if newest else None
    yield from _gauge("wechat_last_message_age_seconds", "Seconds since the last message.", silent)


def _certificate(now: datetime) -> Iterable[Metric]:
    left = measures.certificate_expiry(now).get("")
    return _gauge("wechat_certificate_expiry_seconds", "Until the certificate of the site ends.", left)


def _outbox(now: datetime) -> Iterator[Metric]:
    family = GaugeMetricFamily("wechat_outbox_messages", "Messages of ours not sent yet.", labels=["state"])
    open_states = (State.QUEUED, State.SENDING, State.KEPT)
    rows = OutboundMessage.objects.filter(state__in=open_states).order_by().values_list("state")
    counts = dict.fromkeys(open_states, 0) | dict(rows.annotate(count=Count("pk")))
    for state in open_states:
        family.add_metric([state.value], counts[state])
    yield family
    overdue = measures.outbox_overdue(now)[""]
    yield from _gauge(
        "wechat_outbox_overdue_seconds", "How long the oldest that is due has not been sent.", overdue
    )


def _modes(now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "wechat_account_mode",
        "1 for the value that each switch of an account has now.",
        labels=["account", "switch", "value"],
    )
    fields = ("slug", "verification_until", *SWITCHES)
    for account in OfficialAccount.objects.only(*fields):
        values = {switch: getattr(account, switch) for switch in SWITCHES}
        values["verification"] = account.effective_verification(now)
        for switch, value in values.items():
            family.add_metric([account.slug, switch, value], 1)
    return family


def _mode_ages(now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "wechat_mode_age_seconds",
        "Since when an account is not live (service) or verifies leniently (verification); 0 when it is not so.",
        labels=["account", "switch"],
    )
    for (account, switch), age in measures.mode_ages(now).items():
        family.add_metric([account, switch], age)
    return family


def _background(now: datetime) -> Iterator[Metric]:
    """Celery as the database sees it: that holds for workers on any machine."""
    age = Heartbeat.age("worker", now)
    if age is not None:
        beats = GaugeMetricFamily(
            "wechat_heartbeat_age_seconds", "Seconds since a sign of life.", labels=["name"]
        )
        beats.add_metric(["worker"], age)
        yield beats
    newest = SystemMinute.newest()
    if newest:
        lag = max(0.0, (now - newest.minute).total_seconds())
        yield from _gauge("wechat_statistics_age_seconds", "Age of the last counted minute.", lag)
        yield from _gauge(
            "wechat_silence_ratio",
            "How long no message has come, in usual gaps.",
            newest.silence_ratio,
        )


def _alerts() -> Metric:
    family = GaugeMetricFamily(
        "wechat_alert_firing", "1 while the built-in evaluator has the alert firing.", labels=["rule"]
    )
    firing = set(AlertState.objects.filter(phase=Phase.FIRING).values_list("rule", flat=True))
    for rule in RULES:
        family.add_metric([rule.id], 1 if rule.id in firing else 0)
    return family


def _checks() -> Iterator[Metric]:
    """What /readyz checks: database, migrations, keys, cache (redis), broker, worker."""
    up = GaugeMetricFamily("wechat_check_up", "Whether a check of /readyz holds.", labels=["check"])
    seconds = GaugeMetricFamily("wechat_check_seconds", "How long it took.", labels=["check"])
    for name, check in health.report().checks.items():
        up.add_metric([name], 1 if check.ok else 0)
        seconds.add_metric([name], check.ms / 1000)
    yield up
    yield seconds


def _machine(now: datetime) -> Iterator[Metric]:
    free = measures.disk_free(now).get("")
    yield from _gauge("wechat_disk_free_ratio", "Free part of the disk that holds CELESTIAL_VAR.", free)
    backup = measures.backup_age(now).get("")
    yield from _gauge("wechat_backup_age_seconds", "Age of the last verified backup.", backup)
