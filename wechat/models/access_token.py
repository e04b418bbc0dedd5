"""The access token of an account: one row that every process and host shares, refreshed by one of them at a time.

No transaction is open while WeChat is asked. The right to ask is a lease, taken by an UPDATE that changes one row or
none, so the same code holds on SQLite and PostgreSQL.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField, secret_print
from wechat.models.account import OfficialAccount

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Longer than the slowest fetch (two calls of 1 s + 3 s), so that only a dead holder loses it.
LEASE = timedelta(seconds=12)
# WeChat hands out a new token 5 minutes before the old one ends; both work until then.
RENEW_BEFORE = timedelta(minutes=5)
FORCED_PER_DAY = 20
FORCED_APART = timedelta(seconds=31)
# How long nobody asks after a refusal: for a wrong secret or address longer each time, for a hiccup briefly.
CIRCUIT_FIRST, CIRCUIT_LONGEST = timedelta(seconds=60), timedelta(hours=1)
HICCUP = timedelta(seconds=5)


class AccessToken(models.Model):
    """`generation` grows with every token, so that "is mine still the latest?" needs no comparison of secrets."""

    account = models.OneToOneField(OfficialAccount, models.CASCADE, verbose_name=_("account"))
    token = EncryptedTextField(_("access token"), blank=True, default="")
    generation = models.PositiveBigIntegerField(default=0)
    credentials_print = models.CharField(max_length=8, blank=True, default="")
    obtained_at = models.DateTimeField(_("obtained"), null=True)
    renew_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(_("expires"), null=True)
    lease_owner = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    forced_at = models.DateTimeField(null=True)
    forced_today = models.PositiveSmallIntegerField(default=0)
    # The circuit: until then nobody asks WeChat for a token; the error says why.
    closed_until = models.DateTimeField(_("not asked again before"), null=True)
    errcode = models.IntegerField(_("errcode"), null=True)
    errmsg = models.CharField(_("WeChat's text"), max_length=200, blank=True, default="")
    failures = models.PositiveSmallIntegerField(default=0)
    # Customer messages wait until then: the day's calls are used up (45009).
    sending_paused_until = models.DateTimeField(_("sending waits until"), null=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.account_id}: {self.generation}"

    @classmethod
    def of(cls, account: OfficialAccount) -> Self:
        """The account's row, as it is now; made at the first use."""
        return cls.objects.get_or_create(account_id=account.pk)[0]

    @staticmethod
    def print_of(account: OfficialAccount) -> str:
        """Changes with AppID and AppSecret: a token and a refusal belong to the pair they were made with."""
        return secret_print(f"{account.app_id}\n{account.app_secret}")

    def is_usable(self, account: OfficialAccount, now: datetime) -> bool:
        return bool(
            self.token
            and self.expires_at
            and now < self.expires_at
            and self.credentials_print == self.print_of(account)
        )

    def is_fresh(self, now: datetime) -> bool:
        return self.renew_at is not None and now < self.renew_at

    def circuit_is_open(self, account: OfficialAccount, now: datetime) -> bool:
        """Whether WeChat refused lately; new credentials are tried at once."""
        open_still = self.closed_until is not None and now < self.closed_until
        return open_still and self.credentials_print == self.print_of(account)

    def take_lease(self, now: datetime) -> str:
        """The right to ask for the token after this generation: the lease's name, or empty when another one has it."""
        owner = secrets.token_hex(16)
        mine = type(self).objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), pk=self.pk)
        unchanged = mine.filter(generation=self.generation, closed_until=self.closed_until)
        return owner if unchanged.update(lease_owner=owner, lease_until=now + LEASE) else ""

    def store(self, owner: str, account: OfficialAccount, token: str, seconds: int) -> bool:
        """Keep a new token and give the lease back; false when the lease was lost meanwhile."""
        now = datetime.now(UTC)
        lifetime = timedelta(seconds=seconds)
        renew = now + max(lifetime - RENEW_BEFORE, lifetime / 2)
        return self._finish(
            owner,
            token=token,
            generation=self.generation + 1,
            credentials_print=self.print_of(account),
            obtained_at=now,
            renew_at=renew,
            expires_at=now + lifetime,
            closed_until=None,
            errcode=None,
            errmsg="",
            failures=0,
        )

    def open_circuit(
        self, owner: str, account: OfficialAccount, errcode: int | None, errmsg: str, *, lasting: bool
    ) -> bool:
        """Keep a refusal and give the lease back: nobody asks again for a while, longer after each lasting one."""
        failures = self.failures + 1 if lasting else self.failures
        pause = min(CIRCUIT_FIRST * 2 ** min(failures - 1, 10), CIRCUIT_LONGEST) if lasting else HICCUP
        same = self.credentials_print == self.print_of(account)
        # A token of former credentials must not seem to belong to the new ones.
        kept = {} if same else {"token": "", "credentials_print": self.print_of(account)}
        until = datetime.now(UTC) + pause
        return self._finish(
            owner, closed_until=until, errcode=errcode, errmsg=errmsg[:200], failures=failures, **kept
        )

    def drop(self, generation: int, why: str) -> bool:
        """Forget a token that WeChat refused although it was the latest; the next one is asked for in a minute."""
        rows = type(self).objects.filter(pk=self.pk, generation=generation)
        until = datetime.now(UTC) + CIRCUIT_FIRST
        return bool(
            rows.update(
                token="",
                generation=F("generation") + 1,
                closed_until=until,
                errcode=None,
                errmsg=why[:200],
            )
        )

    def may_force(self, now: datetime) -> bool:
        """WeChat allows 20 forced refreshes a day, at least 30 s apart."""
        if self._is_first_today(now) or self.forced_at is None:
            return True
        return self.forced_today < FORCED_PER_DAY and now - self.forced_at >= FORCED_APART

    def count_forced(self, owner: str, now: datetime) -> bool:
        """Count before asking: a forced refresh whose answer is lost counts for WeChat too."""
        count = 1 if self._is_first_today(now) else self.forced_today + 1
        rows = type(self).objects.filter(pk=self.pk, lease_owner=owner)
        return bool(rows.update(forced_at=now, forced_today=count))

    def _is_first_today(self, now: datetime) -> bool:
        """WeChat's day is Shanghai's."""
        return (
            self.forced_at is None
            or self.forced_at.astimezone(SHANGHAI).date() < now.astimezone(SHANGHAI).date()
        )

    def pause_sending(self, until: datetime) -> None:
        type(self).objects.filter(pk=self.pk).update(sending_paused_until=until)

    def _finish(self, owner: str, **values: object) -> bool:
        rows = type(self).objects.filter(pk=self.pk, lease_owner=owner)
        return bool(rows.update(lease_owner="", lease_until=None, **values))
