"""What a key used, by day: counted by one upsert a call, so that the numbers hold across workers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from predictions.models.api_key import ApiKey
from predictions.types import Json

# Thirteen months: enough to compare a month with that of the year before
KEPT = timedelta(days=400)
OUTCOMES = ("succeeded", "refused", "failed")


def outcome_of(status: int) -> str:
    """What an HTTP status was to the client: 4xx are its own, 5xx are ours."""
    return OUTCOMES[0] if status < 400 else OUTCOMES[1] if status < 500 else OUTCOMES[2]


class ApiUsage(models.Model):
    """How often a key called an endpoint for a system on a day (of Asia/Shanghai), with which outcome.

    The items of a batch are counted under the endpoint ITEM, when they are computed.
    """

    ITEM = "batch-item"

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="usage", verbose_name=_("API key"))
    day = models.DateField(_("day"))
    endpoint = models.CharField(_("endpoint"), max_length=40)
    system = models.CharField(_("system"), max_length=40, default="")
    outcome = models.CharField(_("outcome"), max_length=10)
    count = models.PositiveBigIntegerField(_("calls"))

    class Meta:
        verbose_name = _("API usage")
        verbose_name_plural = _("API usage")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "day", "endpoint", "system", "outcome"], name="usage_of_a_day"
            )
        ]
        indexes = [models.Index(fields=["day"], name="usage_day")]

    def __str__(self) -> str:
        return f"{self.key_id} {self.day} {self.endpoint} {self.system} {self.outcome}: {self.count}"

    @classmethod
    def add(
        cls, key_id: int, day: date, endpoint: str, status: int, *, system: str = "", count: int = 1
    ) -> None:
        """Count `count` more answers with this status, atomically across workers."""
        table = cls._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (key_id, day, endpoint, system, outcome, count)"  # noqa: S608
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (key_id, day, endpoint, system, outcome)"
                f" DO UPDATE SET count = {table}.count + excluded.count",
                [key_id, day, endpoint, system, outcome_of(status), count],
            )

    @classmethod
    def between(cls, key: ApiKey, first: date, last: date) -> list[ApiUsage]:
        """The key's rows of these days, both included."""
        return list(cls.objects.filter(key=key, day__range=(first, last)).order_by("day", "endpoint"))

    @classmethod
    def prune(cls, today: date) -> int:
        """Delete days past KEPT; how many rows."""
        return cls.objects.filter(day__lt=today - KEPT).delete()[0]


def totals(rows: Iterable[ApiUsage], member: str) -> list[Json]:
    """`rows` added up by one of their members: [{member, calls, succeeded, refused, failed}], by name or date."""
    found: dict[str, Json] = {}
    for row in rows:
        name = str(getattr(row, member))
        sums = found.setdefault(name, {member: name, "calls": 0} | dict.fromkeys(OUTCOMES, 0))
        sums[row.outcome] += row.count
        sums["calls"] += row.count
    return [found[name] for name in sorted(found)]
