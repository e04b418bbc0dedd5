"""A follower as the gateway remembers one: what was asked last, and what the person asked us to keep."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField
from predictions.types import Json
from wechat.models.account import OfficialAccount
from wechat.models.message import Message

LIFETIME = timedelta(minutes=30)


class Follower(models.Model):
    """One OpenID of one account. There is a row only while there is something to know of the person.

    `talk` is the unfinished conversation and ends by itself; `profile` is what the person asked us to keep. Both are
    JSON, encrypted. `turn` counts the changes of `talk`: of two messages at once only the first may write its state.
    """

    account = models.ForeignKey(OfficialAccount, models.CASCADE, verbose_name=_("account"))
    openid = models.CharField("OpenID", max_length=128)
    talk_json = EncryptedTextField(blank=True, default="", editable=False)
    talk_until = models.DateTimeField(_("conversation ends"), null=True, editable=False, db_index=True)
    profile_json = EncryptedTextField(blank=True, default="", editable=False)
    turn = models.PositiveBigIntegerField(default=0, editable=False)
    blocked = models.BooleanField(
        _("blocked"), default=False, help_text=_("Messages are stored and not answered.")
    )
    note = models.TextField(_("note"), blank=True, default="", help_text=_("For staff; never sent."))
    handed_over_at = models.DateTimeField(
        _("asked for a person"), null=True, editable=False, help_text=_("The engine is silent since then.")
    )
    handed_over_by = models.CharField(
        _("taken over by"), max_length=150, blank=True, default="", db_default="", editable=False
    )
    answers_waiting = models.BooleanField(
        _("an answer goes with the next reply"), default=False, db_default=False, editable=False
    )
    updated = models.DateTimeField(_("changed"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        ordering = ("-updated", "-id")
        constraints = [models.UniqueConstraint(fields=["account", "openid"], name="follower_once")]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_talk: Json | None = None
        self._read_profile: Json | None = None
        self._talk_before = self._profile_before = "{}"

    def __str__(self) -> str:
        return f"{self.account_id}/{self.pk}"

    @classmethod
    def of(cls, account_id: int, openid: str) -> Self:
        """The row, or an unsaved one for a follower of whom nothing is known."""
        found = cls.objects.filter(account_id=account_id, openid=openid[:128]).first()
        return found or cls(account_id=account_id, openid=openid[:128])

    @classmethod
    def known(cls, pk: int | None, account_id: int, openid: str) -> Self:
        """The row `pk` that the claim found; without one, or when it has just gone, an unsaved one."""
        found = cls.objects.filter(pk=pk).first() if pk is not None else None
        return found or cls(account_id=account_id, openid=openid)

    def open(self, now: datetime) -> Self:
        """Read what is remembered; a conversation that is over is forgotten."""
        over = self.talk_until is None or self.talk_until <= now
        self._read_talk = json.loads(self.talk_json) if self.talk_json and not over else {}
        self._read_profile = json.loads(self.profile_json) if self.profile_json else {}
        self._talk_before, self._profile_before = _dumped(self.talk), _dumped(self.profile)
        return self

    @property
    def talk(self) -> Json:
        """The conversation: `context` of the dialogue, `rest` of a long answer, `birth` of the last chart…"""
        assert self._read_talk is not None, "open() comes first"
        return self._read_talk

    @property
    def profile(self) -> Json:
        """What the person asked us to keep: `birth` (slots of the dialogue), `spot` (a place on the map)."""
        assert self._read_profile is not None, "open() comes first"
        return self._read_profile

    @property
    def changed(self) -> bool:
        """Whether there is anything to write since open()."""
        if not self._read_talk and not self._read_profile and self._before_is_empty:
            return False
        return (_dumped(self.talk), _dumped(self.profile)) != (self._talk_before, self._profile_before)

    @property
    def _before_is_empty(self) -> bool:
        return self._talk_before == self._profile_before == "{}"

    def store(self, now: datetime) -> bool:
        """Write what changed, in one statement; false when another message of the person was faster.

        Then its state holds and this one's is dropped: each answer fits the state that it was given for. What the
        person asked us to keep is never dropped.
        """
        if not self.changed:
            return True
        if self.pk is None:
            return self._insert(now)
        rows = type(self).objects.filter(pk=self.pk)
        if rows.filter(turn=self.turn).update(**self._columns(now), turn=self.turn + 1):
            return True
        if _dumped(self.profile) != self._profile_before:
            rows.update(profile_json=_dumped_or_empty(self.profile), updated=now)
        return False

    def _insert(self, now: datetime) -> bool:
        row = type(self)(account_id=self.account_id, openid=self.openid, **self._columns(now))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if self.profile:
                other = type(self).objects.filter(account_id=self.account_id, openid=self.openid)
                other.update(profile_json=_dumped_or_empty(self.profile), updated=now)
            return False
        return True

    def _columns(self, now: datetime) -> dict[str, Any]:
        return {
            "talk_json": _dumped_or_empty(self.talk),
            "talk_until": now + LIFETIME if self.talk else None,
            "profile_json": _dumped_or_empty(self.profile),
            "updated": now,
        }

    @property
    def last_message_at(self) -> datetime | None:
        """When the person last wrote or tapped, from the messages: writing it here would cost each one a statement."""
        mine = Message.objects.filter(account_id=self.account_id, openid=self.openid)
        last: datetime | None = mine.aggregate(last=Max("received_at"))["last"]
        return last

    @classmethod
    def forget_finished(cls, now: datetime) -> int:
        """Empty the conversations that are over, and delete the rows that hold nothing else."""
        over = cls.objects.filter(talk_until__lte=now)
        if not over.exists():
            return 0
        emptied = over.filter(profile_json="", blocked=False, note="").delete()[0]
        return emptied + over.update(talk_json="", talk_until=None)


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _dumped_or_empty(value: Json) -> str:
    return _dumped(value) if value else ""
