"""Statistics per minute. Nothing here is written while a message is answered: a task fills it from the rows."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from wechat.metrics import BUCKETS
from wechat.models import DedupFingerprint, OfficialAccount


def no_counts() -> list[int]:
    """An empty histogram: one count per bound of `wechat.metrics.BUCKETS`, and one beyond the last."""
    return [0] * (len(BUCKETS) + 1)


class MinuteStat(models.Model):
    """One account's messages of one minute. Minutes without traffic have no row.

    `duplicates` counts deliveries beyond a message's first; `latency` counts answers per bucket, not cumulatively.
    """

    account = models.ForeignKey(OfficialAccount, models.CASCADE, db_index=False, verbose_name=_("account"))
    minute = models.DateTimeField(_("minute"))
    replied = models.PositiveIntegerField(_("replied"), default=0)
    acknowledged = models.PositiveIntegerField(_("acknowledged"), default=0)
    deferred = models.PositiveIntegerField(_("deferred"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    pending = models.PositiveIntegerField(_("pending"), default=0)
    forgiven = models.PositiveIntegerField(_("wrong signature forgiven"), default=0)
    duplicates = models.PositiveIntegerField(_("duplicates"), default=0)
    refusals = models.JSONField(_("refusals by cause"), default=dict)
    latency = models.JSONField(_("answers by time"), default=no_counts)

    class Meta:
        verbose_name = _("statistics of a minute")
        verbose_name_plural = _("statistics per minute")
        ordering = ("-minute",)
        constraints = [models.UniqueConstraint(fields=["minute", "account"], name="minute_stat_once")]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M}"


class SystemMinute(models.Model):
    """What belongs to no account. A row for each minute, so that the newest one says how far aggregation came.

    Counts from the web processes' own pages are null for minutes in which nobody asked them.
    """

    minute = models.DateTimeField(_("minute"), unique=True)
    pending = models.PositiveIntegerField(_("pending"), default=0)
    oldest_pending = models.FloatField(_("oldest pending in seconds"), default=0)
    silence_ratio = models.FloatField(_("silence, in usual gaps"), null=True)
    web_up = models.BooleanField(_("web processes answer"), null=True)
    server_errors = models.PositiveIntegerField(_("5xx answers"), null=True)
    waiting = models.PositiveIntegerField(_("tries that ended without a reply"), null=True)
    api_calls = models.PositiveIntegerField(_("API calls"), null=True)
    engine_calls = models.PositiveIntegerField(_("engine calls"), null=True)
    engine_seconds = models.FloatField(_("engine seconds"), null=True)

    class Meta:
        verbose_name = _("system statistics of a minute")
        verbose_name_plural = _("system statistics per minute")
        ordering = ("-minute",)

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M}"

    @classmethod
    def newest(cls) -> Self | None:
        return cls.objects.order_by("-minute").first()


class CountedDuplicates(models.Model):
    """How many of a fingerprint's deliveries are in the statistics already: each is counted once, whenever we look."""

    fingerprint = models.OneToOneField(
        DedupFingerprint, models.CASCADE, primary_key=True, related_name="counted"
    )
    hits = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.pk}: {self.hits}"


class CounterReading(models.Model):
    """What a counter of the web processes stood at when it was last read."""

    name = models.CharField(max_length=40, unique=True)
    value = models.FloatField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"

    @classmethod
    def advance(cls, name: str, value: float, now: datetime, stale: float) -> float | None:
        """How much `name` grew since the last reading; None when that was never or over `stale` seconds ago."""
        former = cls.objects.filter(name=name).first()
        cls.objects.update_or_create(name=name, defaults={"value": value, "at": now})
        if former is None or (now - former.at).total_seconds() > stale:
            return None
        # A smaller value means that the processes started anew, from zero.
        return value - former.value if value >= former.value else value


class Heartbeat(models.Model):
    """A sign of life: when something that nobody watches did its work last."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, name: str, now: datetime) -> None:
        cls.objects.update_or_create(name=name, defaults={"at": now})

    @classmethod
    def age(cls, name: str, now: datetime) -> float | None:
        """Seconds since the last beat; None when there was none ever."""
        at = cls.objects.filter(name=name).values_list("at", flat=True).first()
        return None if at is None else max(0.0, (now - at).total_seconds())
