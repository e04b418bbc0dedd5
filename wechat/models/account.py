"""Official accounts, their secrets at rest, and the switches of their modes."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField, secret_print
from predictions.registry import PRESETS
from wechat.crypto import Policy, decode_key

LENIENT_MINUTES = 30
LENIENT_MINUTES_MAX = 24 * 60
SWITCHES = ("verification", "encryption", "service")
SECRETS = ("token", "accept_tokens", "aes_key", "previous_aes_keys", "app_secret")


class Verification(models.TextChoices):
    STRICT = "strict", _("strict: a wrong signature, time or original id is refused")
    LENIENT = "lenient", _("lenient: such messages are answered, marked and counted; ends by itself")


class Encryption(models.TextChoices):
    PLAINTEXT = "plaintext", _("plaintext: nothing is encrypted")
    COMPATIBLE = "compatible", _("compatible: both are accepted, answered in kind")
    SAFE = "safe", _("safe: nothing unencrypted is accepted or sent")


class Kind(models.TextChoices):
    """What WeChat calls the account: it decides what the account may do (protocol reference, section 9)."""

    UNKNOWN = "", _("not said")
    PERSONAL = "personal", _("personal subscription account")
    SUBSCRIPTION = "subscription", _("verified subscription account")
    SERVICE = "service", _("verified service account")
    TEST = "test", _("test account")


class Service(models.TextChoices):
    LIVE = "live", _("live: every follower is answered")
    PILOT = "pilot", _("pilot: some followers are answered, the others get the set text")
    RECORD_ONLY = "record_only", _("record only: messages are stored, nobody is answered")
    MAINTENANCE = "maintenance", _("maintenance: everybody gets the set text")


def default_systems() -> list[str]:
    """What a new account answers: WeChat punishes accounts that ask for birth data unprepared."""
    return list(PRESETS["历法民俗"])


class OfficialAccount(models.Model):
    """One WeChat Official Account. `version` changes with every save, so that cached policies know their age."""

    slug = models.SlugField(
        _("slug"), max_length=40, unique=True, help_text=_("The end of its callback URL.")
    )
    name = models.CharField(_("name"), max_length=80, blank=True)
    original_id = models.CharField(
        _("original id"),
        max_length=64,
        blank=True,
        help_text=_("gh_…; when set, messages to another id are refused."),
    )
    app_id = models.CharField(
        _("AppID"), max_length=64, blank=True, validators=[RegexValidator(r"^[A-Za-z0-9_-]+$")]
    )
    token = EncryptedTextField(_("token"), blank=True, default="")
    accept_tokens = EncryptedTextField(_("older tokens still accepted"), blank=True, default="")
    aes_key = EncryptedTextField(_("EncodingAESKey"), blank=True, default="")
    previous_aes_keys = EncryptedTextField(_("previous EncodingAESKeys"), blank=True, default="")
    app_secret = EncryptedTextField(_("AppSecret"), blank=True, default="")
    encryption = models.CharField(
        _("encryption"), max_length=10, choices=Encryption.choices, default=Encryption.PLAINTEXT
    )
    verification = models.CharField(
        _("verification"), max_length=10, choices=Verification.choices, default=Verification.STRICT
    )
    verification_until = models.DateTimeField(_("lenient until"), null=True, blank=True)
    service = models.CharField(_("service"), max_length=12, choices=Service.choices, default=Service.LIVE)
    pilot_openids = models.TextField(
        _("pilot followers"), blank=True, default="", help_text=_("OpenIDs, one a line.")
    )
    pilot_percent = models.PositiveSmallIntegerField(
        _("pilot percentage"), default=0, validators=[MaxValueValidator(100)]
    )
    pilot_text = models.TextField(
        _("text for followers outside the pilot"), default="功能正在小范围试运行，敬请期待。"
    )
    maintenance_text = models.TextField(_("maintenance text"), default="系统正在维护，请稍后再发一次消息。")
    timestamp_tolerance = models.PositiveIntegerField(
        _("timestamp tolerance"), default=300, help_text=_("Seconds; 0 switches the check off.")
    )
    dedup_window = models.PositiveIntegerField(
        _("dedup window"), default=86400, help_text=_("Seconds that a fingerprint is kept.")
    )
    rate_limit_per_min = models.PositiveIntegerField(
        _("messages per follower and minute"), default=0, help_text=_("0 = no limit.")
    )
    kind = models.CharField(
        _("kind of account"),
        max_length=12,
        choices=Kind.choices,
        blank=True,
        default=Kind.UNKNOWN,
        db_default="",
    )
    can_send_customer_messages = models.BooleanField(_("can send customer messages"), null=True, blank=True)
    can_manage_menu = models.BooleanField(_("can manage its menu"), null=True, blank=True)
    has_customer_service = models.BooleanField(
        _("has a customer service desk"),
        default=False,
        db_default=False,
        help_text=_(
            "人工 hands the conversation over to WeChat's customer service; otherwise to the waiting list here."
        ),
    )
    systems = models.JSONField(_("systems"), default=default_systems)
    environment_fields = models.JSONField(default=list, editable=False)
    environment_modes = models.JSONField(default=dict, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("official account")
        verbose_name_plural = _("official accounts")
        ordering = ("slug",)
        permissions = [
            ("switch_mode", _("Can switch an account's modes")),
            ("manage_menu", _("Can push and delete an account's custom menu")),
        ]

    def __str__(self) -> str:
        return self.name or self.slug

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Every save changes the version, which ends cached policies in all processes."""
        self.version = time.time_ns()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "version"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.encryption != Encryption.PLAINTEXT and not (self.aes_key and self.app_id):
            raise ValidationError(
                {"encryption": _("Compatible and safe need an EncodingAESKey and an AppID.")}
            )

    @classmethod
    def default(cls) -> Self | None:
        """The account that answers at `/wechat`."""
        return cls.objects.filter(slug="default").first()

    @property
    def may_send(self) -> bool:
        """Whether a customer message is worth a try: nothing is known against it, and there are the means."""
        return bool(self.can_send_customer_messages is not False and self.app_id and self.app_secret)

    @property
    def callback_path(self) -> str:
        return "/wechat" if self.slug == "default" else f"/wechat/{self.slug}"

    def tokens(self) -> tuple[str, ...]:
        """The current token first, then the older ones still accepted."""
        return tuple(filter(None, [self.token, *self.accept_tokens.split()]))

    def aes_keys(self) -> tuple[bytes, ...]:
        """32 bytes each, the current one first."""
        return tuple(decode_key(key) for key in filter(None, [self.aes_key, *self.previous_aes_keys.split()]))

    def secret_prints(self) -> dict[str, str]:
        """What may be shown of the secrets: 8 hex digits each, empty when not set."""
        return {name: secret_print(getattr(self, name)) for name in SECRETS}

    def effective_verification(self, now: datetime) -> str:
        """Lenient ends by itself: no task has to run for that."""
        lenient = self.verification == Verification.LENIENT
        if lenient and self.verification_until and self.verification_until > now:
            return Verification.LENIENT.value
        return Verification.STRICT.value

    def policy(self, now: datetime) -> Policy:
        """What `wechat.crypto` needs to know of this account at `now`."""
        return Policy(
            tokens=self.tokens(),
            aes_keys=self.aes_keys(),
            app_id=self.app_id,
            original_id=self.original_id,
            encryption=self.encryption,
            verification=self.effective_verification(now),
            tolerance=self.timestamp_tolerance,
        )

    def rotate_token(self, new: str) -> None:
        """`new` becomes the token; the former one stays accepted until it is removed."""
        former = self.token
        self.token = new
        self.accept_tokens = (
            " ".join([former, *self.accept_tokens.split()][:3]) if former else self.accept_tokens
        )
        self.save(update_fields=["token", "accept_tokens"])

    def rotate_aes_key(self, new: str) -> None:
        """`new` becomes the key; the former one still opens messages (WeChat's switch is not seen here)."""
        decode_key(new)
        self.previous_aes_keys = self.aes_key
        self.aes_key = new
        self.save(update_fields=["aes_key", "previous_aes_keys"])

    def switch(
        self,
        switch: str,
        value: str,
        *,
        by: str,
        reason: str,
        minutes: int | None = None,
        request_id: str = "",
    ) -> ModeChange:
        """Set one of SWITCHES with an audit row; lenient lasts `minutes` (30, at most 24 h). Raises ValueError."""
        self._check_switch(switch, value, reason, minutes)
        until = None
        if value == Verification.LENIENT:
            until = timezone.now() + timedelta(minutes=minutes or LENIENT_MINUTES)
        with transaction.atomic():
            locked = type(self).objects.select_for_update().get(pk=self.pk)
            before = getattr(locked, switch)
            setattr(locked, switch, value)
            fields = [switch]
            if switch == "verification":
                locked.verification_until = until
                fields.append("verification_until")
            locked.save(update_fields=fields)
            change = ModeChange.objects.create(
                account=locked,
                switch=switch,
                before=before,
                after=value,
                by=by[:150],
                reason=reason,
                until=until,
                request_id=request_id,
            )
        self.refresh_from_db()
        return change

    def _check_switch(self, switch: str, value: str, reason: str, minutes: int | None) -> None:
        choices = {"verification": Verification, "encryption": Encryption, "service": Service}
        if switch not in choices:
            raise ValueError(f"unknown switch {switch!r}; there are {', '.join(SWITCHES)}")
        if value not in choices[switch].values:
            raise ValueError(f"{switch} can be {', '.join(choices[switch].values)}, not {value!r}")
        if not reason.strip():
            raise ValueError("a reason is required; it stands in the audit list")
        if minutes is not None and (value != Verification.LENIENT or not 1 <= minutes <= LENIENT_MINUTES_MAX):
            raise ValueError(f"minutes go with verification=lenient, from 1 to {LENIENT_MINUTES_MAX}")
        if switch == "encryption" and value != Encryption.PLAINTEXT and not (self.aes_key and self.app_id):
            raise ValueError(f"encryption {value} needs an EncodingAESKey and an AppID; set them first")


class ModeChange(models.Model):
    """Who switched what, when and why: append-only."""

    account = models.ForeignKey(OfficialAccount, models.CASCADE, verbose_name=_("account"))
    switch = models.CharField(_("switch"), max_length=20)
    before = models.CharField(_("before"), max_length=20)
    after = models.CharField(_("after"), max_length=20)
    by = models.CharField(_("by"), max_length=150)
    reason = models.TextField(_("reason"))
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    until = models.DateTimeField(_("until"), null=True)
    request_id = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("mode change")
        verbose_name_plural = _("mode changes")
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.account}: {self.switch} {self.before} → {self.after}"
