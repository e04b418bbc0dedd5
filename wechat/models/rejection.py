"""Refused requests: counted per minute and cause, with a ring of samples, so that nobody can fill the disk."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from wechat.models.account import OfficialAccount

SAMPLES = 200
SAMPLES_PER_MINUTE = 20
SAMPLE_BODY = 4096


class RejectionMinute(models.Model):
    """How many requests were refused in a minute for one cause."""

    account = models.ForeignKey(OfficialAccount, models.CASCADE, verbose_name=_("account"))
    minute = models.DateTimeField(_("minute"))
    cause = models.CharField(_("cause"), max_length=40)
    count = models.PositiveIntegerField(_("count"), default=1)

    class Meta:
        verbose_name = _("rejections per minute")
        verbose_name_plural = _("rejections per minute")
        ordering = ("-minute", "cause")
        constraints = [
            models.UniqueConstraint(fields=["account", "minute", "cause"], name="rejection_minute_once")
        ]

    def __str__(self) -> str:
        return f"{self.minute:%Y-%m-%d %H:%M} {self.cause}: {self.count}"

    @classmethod
    def add(cls, account_id: int, cause: str, now: datetime) -> int:
        """Count one more, atomically across workers; the minute's count so far."""
        table = cls._meta.db_table
        minute = connection.ops.adapt_datetimefield_value(now.replace(second=0, microsecond=0))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (account_id, minute, cause, count) VALUES (%s, %s, %s, 1)"  # noqa: S608
                f" ON CONFLICT (account_id, minute, cause) DO UPDATE SET count = {table}.count + 1 RETURNING count",
                [account_id, minute, cause],
            )
            return int(cursor.fetchone()[0])


class RejectionSample(models.Model):
    """One of the last 200 refused requests, for staff who look for the cause."""

    account = models.ForeignKey(OfficialAccount, models.CASCADE, verbose_name=_("account"))
    at = models.DateTimeField(_("at"))
    cause = models.CharField(_("cause"), max_length=40)
    code = models.IntegerField(_("official code"), null=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"))
    detail = models.TextField(_("detail"))
    address = models.CharField(_("address"), max_length=64, blank=True, default="")
    method = models.CharField(_("method"), max_length=10)
    query = models.TextField(_("query"), blank=True, default="")
    body = models.BinaryField(_("body"))
    request_id = models.CharField(_("request id"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("rejected request")
        verbose_name_plural = _("rejected requests")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.cause}"

    def save_in_ring(self) -> None:
        """Keep this sample and drop the oldest beyond SAMPLES."""
        self.body = bytes(self.body)[:SAMPLE_BODY]
        self.query = self.query[:2048]
        self.save(force_insert=True)
        newest = type(self).objects.order_by("-id").values_list("id", flat=True)
        oldest_kept = newest[SAMPLES - 1 : SAMPLES].first()
        if oldest_kept is not None:
            type(self).objects.filter(id__lt=oldest_kept).delete()
