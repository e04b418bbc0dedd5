"""A follower as the gateway remembers one: what was asked last, and what the person asked us to keep."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import IntegrityError, models, transaction
from django.db.models import F, Max, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField
from predictions.types import Json
from wechat.models.account import OfficialAccount
from wechat.models.message import Message

LIFETIME = timedelta(minutes=30)
# How long somebody who asked for a person is left without automatic answers while no staff do anything.
PATIENCE = timedelta(hours=24)
# What a row may hold besides a conversation; without any of it the row goes when the conversation is over.
NOTHING_KNOWN = models.Q(
    profile_json="", blocked=False, note="", answers_waiting=False, handed_over_at=None, handed_over_by=""
)


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
        indexes = [
            models.Index(
                fields=["handed_over_at"],
                name="follower_handed_over",
                condition=models.Q(handed_over_at__isnull=False),
            )
        ]
        permissions = [("talk_to_followers", _("Can take over conversations, answer and hand back"))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._read_talk: Json | None = None
        self._read_profile: Json | None = None
        self._talk_before = self._profile_before = "{}"
        self._handed = False

    def __str__(self) -> str:
        return f"{self.account_id}/{self.pk}"

    @property
    def page_holder(self) -> str:
        """Whose reading pages this person's are; empty for nobody in particular."""
        return page_holder(self.account_id, self.openid) if self.openid else ""

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
        """Read what is remembered; a conversation that is over is forgotten, nor does anybody wait for ever."""
        self._handed = False
        over = self.talk_until is None or self.talk_until <= now
        self._read_talk = json.loads(self.talk_json) if self.talk_json and not over else {}
        self._read_profile = json.loads(self.profile_json) if self.profile_json else {}
        self._talk_before, self._profile_before = _dumped(self.talk), _dumped(self.profile)
        if self.handed_over_at is not None and not self.is_handed_over(now):
            self.hand_back()
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
        if self._handed:
            return True
        if not self._read_talk and not self._read_profile and self._before_is_empty:
            return False
        return (_dumped(self.talk), _dumped(self.profile)) != (self._talk_before, self._profile_before)

    @property
    def _before_is_empty(self) -> bool:
        return self._talk_before == self._profile_before == "{}"

    def store(self, now: datetime) -> bool:
        """Write what changed, in one statement; false when another message of the person was faster.

        Then its state holds and this one's is dropped: each answer fits the state that it was given for. What the
        person asked us to keep, and that they asked for a person, is never dropped.
        """
        if not self.changed:
            return True
        if self.pk is None:
            return self._insert(now)
        rows = type(self).objects.filter(pk=self.pk)
        if rows.filter(turn=self.turn).update(**self._columns(now), turn=self.turn + 1):
            return True
        self._store_what_was_asked(rows, now)
        return False

    def _store_what_was_asked(self, rows: models.QuerySet[Self], now: datetime) -> None:
        """What outlives a lost race; of two who hand over at once, staff's taking over holds."""
        if _dumped(self.profile) != self._profile_before:
            rows.update(profile_json=_dumped_or_empty(self.profile), updated=now)
        if self._handed:
            hands = rows if self.handed_over_at is None else rows.filter(handed_over_at=None)
            hands.update(**self._hands(now), updated=now)

    def _insert(self, now: datetime) -> bool:
        row = type(self)(account_id=self.account_id, openid=self.openid, **self._columns(now))
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            self._store_what_was_asked(
                type(self).objects.filter(account_id=self.account_id, openid=self.openid), now
            )
            return False
        return True

    def _columns(self, now: datetime) -> dict[str, Any]:
        return {
            "talk_json": _dumped_or_empty(self.talk),
            "talk_until": now + LIFETIME if self.talk else None,
            "profile_json": _dumped_or_empty(self.profile),
            "updated": now,
        } | (self._hands(now) if self._handed else {})

    def _hands(self, now: datetime) -> dict[str, Any]:
        """The columns of who talks; a row that may hold nothing any more gets an end, by which the sweeper finds it."""
        ends = {} if self.handed_over_at or self.talk else {"talk_until": now}
        return {"handed_over_at": self.handed_over_at, "handed_over_by": self.handed_over_by} | ends

    def is_handed_over(self, now: datetime) -> bool:
        """Whether a person is waited for or talks. It ends by itself when nobody does anything for a day."""
        return self.handed_over_at is not None and now < self.updated + PATIENCE

    def hand_over(self, now: datetime) -> None:
        """The follower asked for a person; `store` writes it. What was being asked is forgotten."""
        self.talk.clear()
        self.handed_over_at, self.handed_over_by, self._handed = now, "", True

    def hand_back(self) -> None:
        """The follower wants the automatic answers again; `store` writes it."""
        self.handed_over_at, self.handed_over_by, self._handed = None, "", True

    @classmethod
    def handed_over(cls, now: datetime) -> models.QuerySet[Self]:
        """Who waits for a person or talks with one, the longest first."""
        rows = cls.objects.filter(handed_over_at__isnull=False, updated__gt=now - PATIENCE, blocked=False)
        return rows.order_by("handed_over_at", "id")

    @classmethod
    def unanswered(cls, now: datetime) -> int:
        """How many wait whom nobody took over; counted up to a hundred, for every page of the console shows it."""
        return cls.handed_over(now).filter(handed_over_by="").order_by()[:100].count()

    def take(self, by: str, now: datetime, holder: str = "") -> bool:
        """Make the conversation `by`'s, in one guarded UPDATE; false when it is no longer `holder`'s (empty: nobody's).

        `turn` moves on, so that an answer of the engine that is being computed does not write its state over this.
        """
        rows = type(self).objects.filter(pk=self.pk, handed_over_by__in=[holder, by], blocked=False)
        taken = rows.update(
            handed_over_at=Coalesce("handed_over_at", Value(now)),
            handed_over_by=by[:150],
            talk_json="",
            talk_until=None,
            updated=now,
            turn=F("turn") + 1,
        )
        return self._read_again(taken)

    def touch(self, by: str, now: datetime) -> bool:
        """Staff did something: the day of patience begins anew; false when the conversation is not `by`'s."""
        return self._read_again(
            type(self).objects.filter(pk=self.pk, handed_over_by=by[:150]).update(updated=now)
        )

    def give_back(self, now: datetime) -> bool:
        """Staff end it: the automatic answers come again; false when they did already."""
        rows = type(self).objects.filter(pk=self.pk, handed_over_at__isnull=False)
        return self._read_again(rows.update(**_nobody_talks(now), updated=now, turn=F("turn") + 1))

    def block(self, now: datetime, *, blocked: bool) -> bool:
        """Whom nobody answers waits for nobody either; false when it was so already."""
        rows = type(self).objects.filter(pk=self.pk, blocked=not blocked)
        return self._read_again(rows.update(blocked=blocked, updated=now, **_nobody_talks(now)))

    def _read_again(self, changed: int) -> bool:
        self.refresh_from_db()
        return bool(changed)

    @classmethod
    def lock(cls, account_id: int, openid: str) -> None:
        """Have whoever else locks or changes the row wait for the end of this transaction."""
        rows = cls.objects.select_for_update().filter(account_id=account_id, openid=openid[:128])
        list(rows.values_list("pk"))

    @classmethod
    def note_waiting(cls, account_id: int, openid: str) -> None:
        """Something goes with the reply to the person's next message: the claim's read of the row shows it."""
        row: Follower = cls(account_id=account_id, openid=openid[:128], answers_waiting=True)
        Follower.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["account", "openid"],
            update_fields=["answers_waiting"],
        )

    def nothing_waits(self) -> None:
        """Everything that waited was delivered; a row that knows nothing else goes."""
        rows = type(self).objects.filter(account_id=self.account_id, openid=self.openid)
        rows.update(answers_waiting=False)
        rows.filter(NOTHING_KNOWN, talk_until=None).delete()

    @property
    def last_message_at(self) -> datetime | None:
        """When the person last wrote or tapped, from the messages: writing it here would cost each one a statement."""
        mine = Message.objects.filter(account_id=self.account_id, openid=self.openid)
        last: datetime | None = mine.aggregate(last=Max("received_at"))["last"]
        return last

    @classmethod
    def forget_finished(cls, now: datetime) -> int:
        """Empty the conversations that are over, and delete the rows that hold nothing else."""
        forgotten = cls.objects.filter(handed_over_at__isnull=False, updated__lte=now - PATIENCE)
        if forgotten.exists():
            forgotten.update(**_nobody_talks(now))
        over = cls.objects.filter(talk_until__lte=now)
        if not over.exists():
            return 0
        emptied = over.filter(NOTHING_KNOWN).delete()[0]
        return emptied + over.update(talk_json="", talk_until=None)


def _nobody_talks(now: datetime) -> dict[str, Any]:
    """The row may hold nothing any more; its end is what the sweeper finds it by."""
    return {"handed_over_at": None, "handed_over_by": "", "talk_until": Coalesce("talk_until", Value(now))}


def page_holder(account_id: int, openid: str) -> str:
    """The name under which a follower's reading pages are given and revoked; only its keyed print is ever kept."""
    return f"wechat:{account_id}:{openid}"


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _dumped_or_empty(value: Json) -> str:
    return _dumped(value) if value else ""
