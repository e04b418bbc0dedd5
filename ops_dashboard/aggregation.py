"""Fills the statistics per minute from the rows: idempotent, in order, after a downtime from where it stopped."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, Q, TextField
from django.db.models.functions import Cast, Coalesce

from ops_dashboard.measures import WAITING
from ops_dashboard.models import CountedDuplicates, CounterReading, Heartbeat, MinuteStat, SystemMinute
from ops_dashboard.scraping import Readings, web_is_up
from wechat.metrics import BUCKETS
from wechat.models import DedupFingerprint, Message, RejectionMinute
from wechat.models.message import Status

MINUTE = timedelta(minutes=1)
# A message of the last second of a minute is committed, and answered, in the next one.
GRACE = timedelta(seconds=5)
# Minutes that are counted again each time, for what was late; and those with messages still pending, for a day.
AGAIN, PENDING_FOR = 3, timedelta(days=1)
# What one run catches up at most: it ends well within its minute, and the next run goes on.
CHUNK, OLDEST = 240, timedelta(days=2)
STALE_READING = 300.0
USUAL_DAYS, LEAST_DAYS = 7, 3

# A busy account's usual gap is seconds; an alarm after seconds would be noise.
LEAST_GAP = 300.0
_READ_COLUMNS = {
    "server_errors": ("wechat_errors", "api_errors"),
    "waiting": ("waiting",),
    "api_calls": ("api_calls",),
    "engine_calls": ("wechat_engine_calls", "api_engine_calls"),
    "engine_seconds": ("wechat_engine_seconds", "api_engine_seconds"),
}
_STATUSES = {status.value: Count("pk", filter=Q(status=status.value)) for status in Status}


def aggregate(now: datetime, readings: Readings | None = None) -> int:
    """Count every complete minute that is not counted yet, and the last ones again; how many were counted."""
    last = (now - GRACE).replace(second=0, microsecond=0) - MINUTE
    minutes = [*_unsettled(last), *_due(last)]
    for minute in minutes:
        with transaction.atomic():
            count_minute(minute)
    count_duplicates(now)
    SystemMinute.objects.filter(minute=last).update(silence_ratio=silence_ratio(last + MINUTE))
    if readings is not None:
        note_readings(last, readings, now)
    return len(minutes)


def _due(last: datetime) -> Iterator[datetime]:
    newest = SystemMinute.newest()
    minute = newest.minute - (AGAIN - 1) * MINUTE if newest else _first_minute(last)
    minute = max(minute, last - OLDEST)
    for _number in range(CHUNK):
        if minute > last:
            return
        yield minute
        minute += MINUTE


def _first_minute(last: datetime) -> datetime:
    """An installation that is new to statistics begins with its oldest message."""
    oldest = Message.objects.aggregate(at=Min("received_at"))["at"]
    return oldest.replace(second=0, microsecond=0) if oldest and oldest < last else last


def _unsettled(last: datetime) -> list[datetime]:
    """Minutes whose messages were open when they were counted, but for those that are due anyway."""
    open_ones = Q(pending__gt=0) | Q(deferred__gt=0)
    rows = MinuteStat.objects.filter(
        open_ones, minute__gt=last - PENDING_FOR, minute__lte=last - AGAIN * MINUTE
    )
    return list(rows.order_by("minute").values_list("minute", flat=True).distinct()[:CHUNK])


def count_minute(minute: datetime) -> None:
    """Set the row of each account that had traffic in `minute`; again gives the same rows."""
    counted: dict[int, dict[str, Any]] = {}
    for row in _messages(minute):
        account = row.pop("account_id")
        latency = [row.pop(f"bucket_{number}") for number in range(len(BUCKETS) + 1)]
        counted[account] = row | {"latency": latency, "refusals": {}}
    for account, cause, count in RejectionMinute.objects.filter(minute=minute).values_list(
        "account_id", "cause", "count"
    ):
        counted.setdefault(account, {"refusals": {}})["refusals"][cause] = count
    for account, values in counted.items():
        MinuteStat.objects.update_or_create(account_id=account, minute=minute, defaults=values)
    _count_system(minute)


def _messages(minute: datetime) -> list[dict[str, Any]]:
    """Per account: messages by status, forgiven ones, and a histogram of the milliseconds to the answer."""
    rows = Message.objects.filter(received_at__gte=minute, received_at__lt=minute + MINUTE).order_by()
    rows = rows.annotate(marks_text=Cast("marks", TextField()))
    forgiven = Count("pk", filter=Q(marks_text__contains='"bad_signature"'))
    counts: Any = rows.values("account_id").annotate(**_STATUSES, forgiven=forgiven, **_buckets())
    return list(counts)


def _buckets() -> dict[str, Count]:
    """Upper bounds count in: 1.5 s is in the bucket of 1.5, as in Prometheus."""
    bounds = [None, *BUCKETS, None]
    found = {}
    for number, (above, upto) in enumerate(pairwise(bounds)):
        condition = Q(milliseconds__isnull=False)
        condition &= Q(milliseconds__gt=above * 1000) if above is not None else Q()
        condition &= Q(milliseconds__lte=upto * 1000) if upto is not None else Q()
        found[f"bucket_{number}"] = Count("pk", filter=condition)
    return found


def _count_system(minute: datetime) -> None:
    """The backlog at the end of the minute, as far as it can be told now."""
    end = minute + MINUTE
    # One query for each status: each has its index.
    open_ones = [Message.objects.filter(status=status, received_at__lt=end) for status in WAITING]
    found = [rows.aggregate(count=Count("pk"), oldest=Min("received_at")) for rows in open_ones]
    ages = [(end - one["oldest"]).total_seconds() for one in found if one["oldest"]]
    counted = {"pending": sum(one["count"] for one in found), "oldest_pending": max(ages, default=0.0)}
    SystemMinute.objects.update_or_create(minute=minute, defaults=counted)


def count_duplicates(now: datetime) -> None:
    """Add deliveries that are not counted yet to the minute of their message's last one.

    Fingerprints know a total only. What each has in the statistics is kept beside it, so that every duplicate counts
    once, whenever this runs and however often.
    """
    age = Heartbeat.age("duplicates", now)
    looked = now - (timedelta(seconds=age) if age is not None else OLDEST)
    seen = DedupFingerprint.objects.filter(last_seen__gte=looked - MINUTE, hits__gt=1).order_by()
    uncounted = seen.filter(Q(counted__isnull=True) | Q(hits__gt=F("counted__hits")))
    for row in uncounted.values_list("pk", "account_id", "last_seen", "hits", "counted__hits").iterator():
        _add_duplicates(*row)
    Heartbeat.beat("duplicates", now)


def _add_duplicates(key: Any, account: int, seen: datetime, hits: int, counted: int | None) -> None:
    minute = seen.replace(second=0, microsecond=0)
    with transaction.atomic():
        CountedDuplicates.objects.update_or_create(fingerprint_id=key, defaults={"hits": hits})
        row, _made = MinuteStat.objects.get_or_create(account_id=account, minute=minute)
        MinuteStat.objects.filter(pk=row.pk).update(duplicates=F("duplicates") + hits - (counted or 1))


def note_readings(minute: datetime, readings: Readings, now: datetime) -> None:
    """Add what the web processes counted since the last reading; after a pause nobody knows which minute it was."""
    grown = {
        name: CounterReading.advance(name, value, now, STALE_READING)
        for name, value in readings.counters.items()
    }
    values: dict[str, Any] = {"web_up": web_is_up(readings, now)}
    for column, names in _READ_COLUMNS.items():
        known = [grown[name] for name in names if grown.get(name) is not None]
        if known:
            values[column] = Coalesce(F(column), 0) + sum(filter(None, known))
    SystemMinute.objects.filter(minute=minute).update(**values)


def silence_ratio(end: datetime) -> float | None:
    """How long no message has come, in usual gaps: the median over a week of each day's longest gap.

    None while fewer than LEAST_DAYS days are known. Nights are part of each day, so they are no alarm.
    """
    spoken = Q(replied__gt=0) | Q(acknowledged__gt=0) | Q(deferred__gt=0) | Q(failed__gt=0) | Q(pending__gt=0)
    rows = MinuteStat.objects.filter(spoken, minute__gte=end - timedelta(days=USUAL_DAYS + 1), minute__lt=end)
    minutes = list(rows.order_by("minute").values_list("minute", flat=True).distinct())
    gaps = longest_gaps(minutes)
    if len(gaps) < LEAST_DAYS:
        return None
    usual = max(statistics.median(gaps), LEAST_GAP)
    return (end - minutes[-1]).total_seconds() / usual


def longest_gaps(minutes: list[datetime]) -> list[float]:
    """Seconds of the longest pause between neighbours of `minutes` (sorted) in each 24 hours back from the last one."""
    longest: dict[int, float] = {}
    for before, after in pairwise(minutes):
        day = (minutes[-1] - after) // timedelta(days=1)
        longest[day] = max(longest.get(day, 0.0), (after - before).total_seconds())
    return list(longest.values())
