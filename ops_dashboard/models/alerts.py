"""Alerts: where each stands now, its append-only history, and silences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ops_dashboard import alert_rules


def rule_choices() -> list[tuple[str, str]]:
    """Every rule by its id; a function, so that a new rule is no migration."""
    return [(rule.id, rule.title_en) for rule in alert_rules.RULES]


class Phase(models.TextChoices):
    OK = "ok", _("ok")
    PENDING = "pending", _("pending")
    FIRING = "firing", _("firing")


class AlertState(models.Model):
    """One rule (and account, where it tells them apart) now. `since` is when the phase began."""

    rule = models.CharField(_("rule"), max_length=40, choices=rule_choices)
    subject = models.CharField(_("account"), max_length=40, blank=True, default="")
    phase = models.CharField(_("state"), max_length=10, choices=Phase.choices, default=Phase.OK)
    since = models.DateTimeField(_("since"))
    value = models.FloatField(_("value"), null=True)
    # Since when the condition no longer holds while the alert still fires: a flapping one is one alert.
    calm_since = models.DateTimeField(null=True)
    notified_at = models.DateTimeField(_("notified"), null=True)
    # Whether people were told that it fires, and not yet that it is over.
    told = models.BooleanField(_("told"), default=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts now")
        ordering = ("rule", "subject")
        constraints = [models.UniqueConstraint(fields=["rule", "subject"], name="alert_state_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject} {self.phase}".replace("  ", " ")


class AlertEvent(models.Model):
    """What happened to an alert: append-only. Those that Alertmanager sent are `by` it, with its text as `detail`."""

    ALERTMANAGER = "alertmanager"

    class Kind(models.TextChoices):
        FIRING = "firing", _("fires")
        REMINDER = "reminder", _("still fires")
        RESOLVED = "resolved", _("resolved")
        SILENCED = "silenced", _("silenced")
        UNSILENCED = "unsilenced", _("silence ended")
        TEST = "test", _("test")

    rule = models.CharField(_("rule"), max_length=40, blank=True, default="")
    subject = models.CharField(_("account"), max_length=40, blank=True, default="")
    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    value = models.FloatField(_("value"), null=True)
    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    by = models.CharField(_("by"), max_length=150, blank=True, default="")
    detail = models.TextField(_("detail"), blank=True, default="")
    silenced = models.BooleanField(_("silenced"), default=False)

    class Meta:
        verbose_name = _("alert event")
        verbose_name_plural = _("alert history")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind} {self.rule}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not kwargs.get("force_insert"):
            raise ValueError("an alert's history is append-only")
        super().save(*args, **kwargs)


class Silence(models.Model):
    """Nobody is notified of a rule (or of any) while it lasts; states and history go on."""

    rule = models.CharField(
        _("rule"), max_length=40, blank=True, choices=rule_choices, help_text=_("Empty: every rule.")
    )
    starts = models.DateTimeField(_("from"), default=timezone.now)
    until = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200)
    by = models.CharField(_("by"), max_length=150, editable=False)

    class Meta:
        verbose_name = _("silence")
        verbose_name_plural = _("silences")
        ordering = ("-until",)

    def __str__(self) -> str:
        return f"{self.rule or '*'} – {timezone.localtime(self.until):%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        if self.until and self.starts and self.until <= self.starts:
            raise ValidationError({"until": _("A silence ends after it begins.")})

    def note(self, by: str) -> AlertEvent:
        """Write into the history that it was set, or ended."""
        return AlertEvent.objects.create(
            kind=AlertEvent.Kind.UNSILENCED if self.until <= timezone.now() else AlertEvent.Kind.SILENCED,
            rule=self.rule,
            by=by[:150],
            detail=f"{self.reason} → {timezone.localtime(self.until):%Y-%m-%d %H:%M %z}",
        )

    @classmethod
    def covers(cls, rule: str, now: datetime) -> bool:
        active = cls.objects.filter(starts__lte=now, until__gt=now)
        return active.filter(Q(rule="") | Q(rule=rule)).exists()
