"""Where alerts go: channels with secret addresses, and the notices that wait to be sent to them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField, secret_print
from ops_dashboard.models.alerts import AlertEvent

# WeCom and DingTalk allow 20 a minute and punish more with ten silent minutes.
PER_MINUTE = 18
ATTEMPTS = 3


class AlertChannel(models.Model):
    """One robot, mailbox or webhook. Its address is a secret: whoever knows it can write to the group."""

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom robot")
        DINGTALK = "dingtalk", _("DingTalk robot")
        FEISHU = "feishu", _("Feishu robot")
        EMAIL = "email", _("e-mail")
        WEBHOOK = "webhook", _("webhook")

    class Least(models.TextChoices):
        TICKET = "ticket", _("all alerts")
        PAGE = "page", _("urgent alerts only")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    url = EncryptedTextField(_("address"))
    secret = EncryptedTextField(_("signing secret"), blank=True, default="")
    recipients = models.CharField(
        _("recipients"), max_length=400, blank=True, help_text=_("E-mail only: addresses, comma separated.")
    )
    least = models.CharField(_("sends"), max_length=10, choices=Least.choices, default=Least.TICKET)
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "简体中文"), ("en", "English")], default="zh-hans"
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    tokens = models.FloatField(default=PER_MINUTE, editable=False)
    refilled_at = models.DateTimeField(default=timezone.now, editable=False)
    last_error = models.CharField(_("last failure"), max_length=200, blank=True, editable=False)
    last_sent = models.DateTimeField(_("last sent"), null=True, editable=False)

    class Meta:
        verbose_name = _("alert channel")
        verbose_name_plural = _("alert channels")
        ordering = ("name",)
        permissions = [("test_alertchannel", _("Can send a test alert"))]

    def __str__(self) -> str:
        return self.name

    @property
    def url_print(self) -> str:
        """What may be shown of the address: 8 hex digits."""
        return secret_print(self.url)

    def take_token(self, now: datetime) -> bool:
        """Spend one of PER_MINUTE sends; false when they are used up. Safe over several workers."""
        with transaction.atomic():
            row = type(self).objects.select_for_update().get(pk=self.pk)
            minutes = max(0.0, (now - row.refilled_at).total_seconds()) / 60
            available = min(float(PER_MINUTE), row.tokens + minutes * PER_MINUTE)
            if available < 1:
                return False
            type(self).objects.filter(pk=self.pk).update(tokens=available - 1, refilled_at=now)
        return True


class AlertNotice(models.Model):
    """One event for one channel: the queue of record. A notice that a worker dropped is taken up again."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        DIGESTED = "digested", _("sent in a digest")
        FAILED = "failed", _("failed")

    LEASE = timedelta(minutes=2)

    channel = models.ForeignKey(AlertChannel, models.CASCADE, verbose_name=_("channel"))
    event = models.ForeignKey(AlertEvent, models.CASCADE, related_name="notices", verbose_name=_("event"))
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    due = models.DateTimeField(_("due"), default=timezone.now)
    error = models.CharField(_("failure"), max_length=200, blank=True, default="")
    sent_at = models.DateTimeField(_("sent"), null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("id",)
        indexes = [models.Index(fields=["status", "due"], name="notice_due")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.event} ({self.status})"
