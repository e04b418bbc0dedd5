"""The numbers that the built-in evaluator compares with the thresholds: one function per rule of `alert_rules`.

Each returns subject -> value: "" for the whole installation, an account's slug where the rule tells accounts apart.
A subject that is missing has nothing to say, which is no alarm.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Min, QuerySet, Sum

from ops_dashboard import certificate
from ops_dashboard.models import Heartbeat, MinuteStat, SystemMinute
from predictions.models import Batch
from wechat.crypto import Cause
from wechat.metrics import BUCKETS
from wechat.models import Follower, Message, ModeChange, OfficialAccount, OutboundMessage
from wechat.models.account import Service, Verification
from wechat.models.message import Status
from wechat.models.outbound import State

Values = dict[str, float]
# Stored and not answered yet, being computed by a try or by a worker.
WAITING = (Status.PENDING, Status.DEFERRED)
MINUTE, STUCK = timedelta(minutes=1), timedelta(minutes=10)
# `manage.py backup` touches it when a backup was made and verified.
BACKUP_MARK = "last_backup"


def quantile(counts: list[int], share: float) -> float | None:
    """Seconds below which `share` of the answers came, interpolated in its bucket as Prometheus does; None for none.

    `counts` is a MinuteStat.latency: one count per bound of BUCKETS, and those beyond the last.
    """
    rank, below = sum(counts) * share, 0
    if not rank:
        return None
    for number, count in enumerate(counts[:-1]):
        if count and below + count >= rank:
            lower = BUCKETS[number - 1] if number else 0.0
            return float(lower + (BUCKETS[number] - lower) * (rank - below) / count)
        below += count
    return float(BUCKETS[-1])


def add_histograms(histograms: list[list[int]]) -> list[int]:
    """Sums of the buckets."""
    return [sum(column) for column in zip(*histograms, strict=True)] if histograms else []


def counted_until(now: datetime) -> datetime:
    """Where the counted minutes end. Statistics that stopped must not keep an old alarm alive, so not long ago."""
    newest = SystemMinute.newest()
    end = now.replace(second=0, microsecond=0)
    return newest.minute + MINUTE if newest and newest.minute >= end - STUCK else end


def _stats(now: datetime, minutes: int) -> QuerySet[MinuteStat]:
    """The last counted minutes."""
    end = counted_until(now)
    return MinuteStat.objects.filter(minute__gte=end - timedelta(minutes=minutes), minute__lt=end)


def _system(now: datetime, minutes: int) -> QuerySet[SystemMinute]:
    end = counted_until(now)
    return SystemMinute.objects.filter(minute__gte=end - timedelta(minutes=minutes), minute__lt=end)


def refused(stats: QuerySet[MinuteStat], cause: str) -> int:
    return sum(refusals.get(cause, 0) for refusals in stats.values_list("refusals", flat=True))


def signature_failures(now: datetime) -> Values:
    stats = _stats(now, 5)
    forgiven = stats.aggregate(total=Sum("forgiven"))["total"] or 0
    return {"": refused(stats, Cause.BAD_SIGNATURE.value) + forgiven}


def replayed_nonces(now: datetime) -> Values:
    return {"": refused(_stats(now, 10), Cause.REPLAYED_NONCE.value)}


def p95(now: datetime) -> Values:
    histograms = list(_stats(now, 5).values_list("latency", flat=True))
    found = quantile(add_histograms(histograms), 0.95)
    return {} if found is None else {"": found}


def totals(stats: QuerySet[MinuteStat]) -> dict[str, int]:
    """Sums of the counted columns; `deliveries` are messages and their repetitions."""
    columns = ("replied", "acknowledged", "deferred", "failed", "pending", "duplicates")
    found = stats.aggregate(**{column: Sum(column) for column in columns})
    sums = {column: found[column] or 0 for column in columns}
    return sums | {"deliveries": sum(sums.values())}


def deliveries(now: datetime) -> Values:
    return {"": totals(_stats(now, 10))["deliveries"]}


def duplicate_ratio(now: datetime) -> Values:
    sums = totals(_stats(now, 10))
    return {"": sums["duplicates"] / sums["deliveries"]} if sums["deliveries"] else {}


def overdue(now: datetime) -> int:
    """Messages of the last ten minutes that have waited for a minute or more: nobody answered them in time.

    A slow answer is computed for 30 s at most, so that a deferred message of that age is late too.
    """
    old = {"received_at__gt": now - STUCK, "received_at__lte": now - MINUTE}
    return sum(Message.objects.filter(status=status, **old).count() for status in WAITING)


def unanswered_ratio(now: datetime) -> Values:
    """Failed and overdue ones. The overdue are counted now: a counted minute may still wait for its answers."""
    sums = totals(_stats(now, 10))
    return {"": (sums["failed"] + overdue(now)) / sums["deliveries"]} if sums["deliveries"] else {}


def server_errors(now: datetime) -> Values:
    total = _system(now, 5).aggregate(total=Sum("server_errors"))["total"]
    return {} if total is None else {"": total}


def web_down(now: datetime) -> Values:
    """1 when the newest minute that was asked got no answer; silent while nobody could be asked."""
    asked = _system(now, 3).exclude(web_up=None).order_by("-minute").values_list("web_up", flat=True).first()
    return {} if asked is None else {"": 0.0 if asked else 1.0}


def oldest_pending(now: datetime) -> Values:
    """Now, not at the minute's end: it decides whether somebody is woken."""
    return {"": max(oldest_waiting(status, now) for status in WAITING)}


def oldest_waiting(status: Status, now: datetime) -> float:
    """Seconds since the oldest message with this status came; one query each, since each status has its index."""
    oldest = Message.objects.filter(status=status).aggregate(at=Min("received_at"))["at"]
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


def person_waits(now: datetime) -> Values:
    """How long the follower who asked for a person first has waited, nobody having taken over."""
    first = Follower.handed_over(now).filter(handed_over_by="").first()
    since = first.handed_over_at if first else None
    return {"": max(0.0, (now - since).total_seconds()) if since else 0.0}


def outbox_overdue(now: datetime) -> Values:
    """How long the oldest message of the outbox that is due has not been sent."""
    due = OutboundMessage.objects.filter(state__in=(State.QUEUED, State.SENDING), next_try_at__lte=now)
    oldest = due.aggregate(at=Min("next_try_at"))["at"]
    return {"": max(0.0, (now - oldest).total_seconds()) if oldest else 0.0}


def oldest_batch(now: datetime) -> Values:
    """Since when the API's oldest batch that is not over has waited."""
    oldest = open_batches().aggregate(at=Min("created_at"))["at"]
    return {"": max(0.0, (now - oldest).total_seconds()) if oldest else 0.0}


def open_batches() -> QuerySet[Batch]:
    # The sweeper's column: it has an index, and is empty once a batch is over.
    return Batch.objects.exclude(wake_at=None)


def worker_heartbeat(now: datetime) -> Values:
    """Seen from inside a worker this is nearly always young; /readyz and Prometheus see it from outside."""
    age = Heartbeat.age("worker", now)
    return {} if age is None else {"": age}


def silence(now: datetime) -> Values:
    newest = _system(now, 3).order_by("-minute").values_list("silence_ratio", flat=True).first()
    return {} if newest is None else {"": newest}


def not_live(now: datetime) -> Values:
    return {slug: age for (slug, switch), age in mode_ages(now).items() if switch == "service"}


def lenient(now: datetime) -> Values:
    return {slug: age for (slug, switch), age in mode_ages(now).items() if switch == "verification"}


def mode_ages(now: datetime) -> dict[tuple[str, str], float]:
    """(account, switch) -> seconds since the account left `live` and `strict`; 0 while it is there."""
    ages = {}
    for account in OfficialAccount.objects.only("slug", "service", "verification", "verification_until"):
        away = {
            "service": account.service != Service.LIVE,
            "verification": account.effective_verification(now) == Verification.LENIENT,
        }
        for switch, is_away in away.items():
            ages[account.slug, switch] = _away_since(account, switch, now) if is_away else 0.0
    return ages


def _away_since(account: OfficialAccount, switch: str, now: datetime) -> float:
    """Since the last switch away from the normal value: one that prolongs the state does not start it anew."""
    normal = {"service": Service.LIVE.value, "verification": Verification.STRICT.value}[switch]
    since = now
    changes = ModeChange.objects.filter(account=account, switch=switch).order_by("-at", "-id")
    for change in changes[:50]:
        if change.after == normal or (change.until and change.until < since):
            break
        since = change.at
    return max(0.0, (now - since).total_seconds())


def backup_age(now: datetime) -> Values:
    """Of the last verified backup; silent on an installation that never made one."""
    mark = Path(settings.CELESTIAL_VAR) / BACKUP_MARK
    try:
        return {"": max(0.0, now.timestamp() - os.stat(mark).st_mtime)}
    except OSError:
        return {}


def certificate_expiry(now: datetime) -> Values:
    left = certificate.seconds_left(now)
    return {} if left is None else {"": left}


def disk_free(now: datetime) -> Values:
    usage = shutil.disk_usage(settings.CELESTIAL_VAR)
    return {"": usage.free / usage.total}


MEASURES: dict[str, Callable[[datetime], Values]] = {
    "signature-failures": signature_failures,
    "slow-callback": p95,
    "duplicate-rate": duplicate_ratio,
    "server-errors": server_errors,
    "not-answered": unanswered_ratio,
    "replay-attack": replayed_nonces,
    "oldest-pending": oldest_pending,
    "outbox-overdue": outbox_overdue,
    "person-waits": person_waits,
    "batch-waiting": oldest_batch,
    "web-down": web_down,
    "worker-heartbeat": worker_heartbeat,
    "no-callback": silence,
    "not-live": not_live,
    "lenient-open": lenient,
    "backup-age": backup_age,
    "disk-space": disk_free,
    "certificate-expiry": certificate_expiry,
}
GUARDS: dict[str, Callable[[datetime], Values]] = {
    "wechat:deliveries:increase10m": deliveries,
}
