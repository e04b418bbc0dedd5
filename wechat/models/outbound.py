"""What the account sends by itself: messages with their state, and who sends to a follower at the moment.

Rows are append-only but for their state, which the methods here change. Each change is one guarded UPDATE, so that
of two workers, or of a task that is delivered twice, one goes on.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from wechat.models.account import OfficialAccount
from wechat.models.message import Message, time_ordered_id

# Why WeChat takes no message now and yet the follower should have it: it goes with the reply to their next one.
KEEPING_CAUSES = frozenset(
    {"no_right", "window_closed", "quota_used"} | {"45015", "45047", "48001", "48004", "50002", "61007"}
)
# Longer than the slowest send: a token (8 s), the call (4 s), one more token and call.
SEND_LEASE = timedelta(seconds=45)


class Purpose(models.TextChoices):
    ANSWER = "answer", _("a late answer")
    REST = "rest", _("the rest of a long answer")
    STAFF = "staff", _("written by staff")
    RESEND = "resend", _("sent again by staff")


class State(models.TextChoices):
    QUEUED = "queued", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    UNKNOWN = "unknown", _("unknown: it may have arrived")
    KEPT = "kept", _("kept for the follower's next message")
    DELIVERED = "delivered", _("delivered with a reply")


RESENDABLE = (State.UNKNOWN, State.FAILED, State.REFUSED, State.KEPT)


class OutboundMessage(models.Model):
    """One customer message: a part of at most 2048 bytes. Parts of one answer share `group` and keep their order."""

    id = models.BigIntegerField(primary_key=True, default=time_ordered_id, editable=False)
    account = models.ForeignKey(OfficialAccount, models.CASCADE, db_index=False, verbose_name=_("account"))
    openid = models.CharField("OpenID", max_length=128)
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, related_name="outbound", verbose_name=_("answers")
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose.choices)
    group = models.BigIntegerField(_("answer"))
    part = models.PositiveSmallIntegerField(_("part"), default=1)
    parts = models.PositiveSmallIntegerField(_("parts"), default=1)
    msg_type = models.CharField(_("type"), max_length=20, default="text")
    payload = models.JSONField(_("content"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    cause = models.CharField(_("cause"), max_length=40, blank=True, default="")
    errcode = models.IntegerField(_("errcode"), null=True)
    errmsg = models.CharField(_("WeChat's text"), max_length=200, blank=True, default="")
    rid = models.CharField("rid", max_length=64, blank=True, default="")
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    history = models.JSONField(_("history"), default=list)
    created_at = models.DateTimeField(_("created"))
    next_try_at = models.DateTimeField(_("next try"))
    lease_until = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    by = models.CharField(_("by"), max_length=150, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    resend_of = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="resends", verbose_name=_("sends again")
    )
    redacted_at = models.DateTimeField(_("redacted"), null=True)

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["account", "openid", "id"], name="outbound_follower"),
            models.Index(
                fields=["next_try_at"],
                name="outbound_open",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["state", "id"], name="outbound_state"),
        ]
        constraints = [models.UniqueConstraint(fields=["group", "part"], name="outbound_part_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    @classmethod
    def queue(
        cls,
        account: OfficialAccount,
        openid: str,
        payloads: Sequence[dict[str, Any]],
        purpose: str,
        *,
        msg_type: str = "text",
        not_before: datetime | None = None,
        **columns: Any,
    ) -> list[Self]:
        """One row for each payload, in order, or none at all. Nothing is sent before `not_before`."""
        now = datetime.now(UTC)
        # Parts made in the same millisecond would have no order of their own.
        first = time_ordered_id()
        rows = [
            cls(
                id=first + number,
                account=account,
                openid=openid,
                purpose=purpose,
                group=first,
                part=number + 1,
                parts=len(payloads),
                msg_type=msg_type,
                payload=payload,
                created_at=now,
                next_try_at=max(now, not_before or now),
                **columns,
            )
            for number, payload in enumerate(payloads)
        ]
        return cls.objects.bulk_create(rows)

    @classmethod
    def waiting_for(cls, account_id: int, openid: str) -> models.QuerySet[Self]:
        """What a follower still has to get, in order; ids of the same millisecond have none."""
        rows = cls.objects.filter(account_id=account_id, openid=openid, state=State.QUEUED)
        return rows.order_by("created_at", "id")

    @classmethod
    def kept_for(cls, account_id: int, openid: str) -> models.QuerySet[Self]:
        """What goes with the reply to the follower's next message, in order."""
        rows = cls.objects.filter(account_id=account_id, openid=openid, state=State.KEPT)
        return rows.order_by("created_at", "id")

    @classmethod
    def deliver_by_reply(cls, message_id: int) -> int:
        """The answer to `message_id` went out as the reply to one of WeChat's tries: it is not sent again."""
        rows = cls.objects.filter(
            message_id=message_id, purpose=Purpose.ANSWER, state__in=(State.QUEUED, State.KEPT)
        )
        return sum(row.settle(State.DELIVERED) for row in rows)

    @classmethod
    def expire_kept(cls, before: datetime) -> int:
        """What was kept so long that nobody wants to read it any more."""
        return sum(
            row.settle(State.REFUSED, "kept_too_long")
            for row in cls.objects.filter(state=State.KEPT, created_at__lt=before)[:1000]
        )

    @classmethod
    def sent_since(cls, account_id: int, openid: str, since: datetime) -> int:
        """How many of the follower's allowance were used: also those of which nobody knows whether they arrived."""
        used = (State.SENDING, State.SENT, State.UNKNOWN)
        return cls.objects.filter(
            account_id=account_id, openid=openid, state__in=used, claimed_at__gte=since
        ).count()

    def claim(self, now: datetime) -> bool:
        """Make the sending of this message ours, committed before WeChat is asked; false when it is not our turn."""
        rows = type(self).objects.filter(pk=self.pk, state=State.QUEUED, tries=self.tries)
        claimed = rows.update(
            state=State.SENDING, tries=self.tries + 1, claimed_at=now, lease_until=now + SEND_LEASE
        )
        if claimed:
            self.state, self.tries, self.claimed_at = State.SENDING, self.tries + 1, now
        return bool(claimed)

    def settle(self, state: str, cause: str = "", **columns: Any) -> bool:
        """Its end, kept with the try's own line in `history`; false when another one ended it before."""
        return self._leave(state, cause, finished_at=datetime.now(UTC), **columns)

    def put_off(self, until: datetime, cause: str, *, counts: bool = False, **columns: Any) -> bool:
        """Back into the queue, with the reason that staff see; `counts` as one of the tries that are allowed."""
        return self._leave(State.QUEUED, cause, counts=counts, next_try_at=until, **columns)

    def hold_followers_rest(self) -> None:
        """What comes after a message that waits waits as long; else the sweeper would look at it every time first."""
        rest = type(self).waiting_for(self.account_id, self.openid).exclude(pk=self.pk)
        rest.filter(next_try_at__lt=self.next_try_at).update(next_try_at=self.next_try_at)

    @property
    def counted_tries(self) -> int:
        """Tries that failed for a passing reason; waiting for an operator or for midnight is none."""
        return sum(1 for line in self.history if line.get("counts"))

    def _leave(self, state: str, cause: str, *, counts: bool = False, **columns: Any) -> bool:
        errcode = columns.setdefault("errcode", None)
        columns["errmsg"], columns["rid"] = columns.get("errmsg", "")[:200], columns.get("rid", "")[:64]
        line: dict[str, Any] = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "state": str(state),
            "cause": cause,
        }
        line |= {"counts": True} if counts else {}
        line |= {"errcode": errcode} if errcode is not None else {}
        line |= {"rid": columns["rid"]} if columns["rid"] else {}
        values = {"state": state, "cause": cause[:40], "history": [*self.history, line], "lease_until": None}
        rows = type(self).objects.filter(pk=self.pk, state=self.state, tries=self.tries)
        if not rows.update(**values, **columns):
            return False
        for name, value in (values | columns).items():
            setattr(self, name, value)
        return True

    def give_up_rest(self) -> int:
        """The parts after one that will never arrive: a half without its beginning helps nobody."""
        return sum(part.settle(State.REFUSED, "part_before") for part in self._rest())

    def keep(self, cause: str, **columns: Any) -> bool:
        """Not sent; it goes with the reply to the follower's next message, and the parts after it too."""
        kept = self.settle(State.KEPT, cause, **columns)
        for part in self._rest():
            part.settle(State.KEPT, cause)
        return kept

    def _rest(self) -> models.QuerySet[Self]:
        rows = type(self).objects.filter(group=self.group, part__gt=self.part, state=State.QUEUED)
        return rows.order_by("part")

    @classmethod
    def settle_lost(cls, now: datetime) -> int:
        """Sends whose worker died: WeChat may have them, so they are unknown and never repeated by themselves."""
        lost = cls.objects.filter(state=State.SENDING, lease_until__lte=now)
        return sum(row.settle(State.UNKNOWN, "worker_lost") for row in lost)

    def resend(self, *, by: str, reason: str) -> Self:
        """A copy that is sent once more; this row stays as it is. Raises ValueError when that makes no sense."""
        if not reason.strip():
            raise ValueError(str(_("A reason is required; it stands with the message.")))
        with transaction.atomic():
            original = type(self).objects.select_for_update().get(pk=self.pk)
            if original.state not in RESENDABLE or original.redacted_at:
                raise ValueError(
                    str(_("Only a message that was refused, failed or is unknown is sent again."))
                )
            going = (State.QUEUED, State.SENDING, State.SENT, State.KEPT, State.DELIVERED)
            if original.resends.filter(state__in=going).exists():
                raise ValueError(str(_("This message was sent again already.")))
            if original.state == State.KEPT:
                original.settle(State.REFUSED, original.cause)
            columns: dict[str, Any] = {"message_id": original.message_id, "by": by[:150], "reason": reason}
            again = type(self).queue(
                original.account,
                original.openid,
                [original.payload],
                Purpose.RESEND,
                msg_type=original.msg_type,
                resend_of=original,
                **columns,
            )
        return again[0]

    @classmethod
    def forget(cls, account_id: int, openid: str, pseudonym: str) -> int:
        """Delete a follower's personal data: what waits is never sent, what was sent keeps its times and outcome."""
        now = datetime.now(UTC)
        rows = cls.objects.filter(account_id=account_id, openid=openid)
        rows.filter(state__in=(State.QUEUED, State.KEPT)).update(
            state=State.REFUSED, cause="forgotten", finished_at=now
        )
        return rows.update(openid=pseudonym, payload={}, errmsg="", reason="", redacted_at=now)


class FollowerWindow(models.Model):
    """One sender at a time for each follower, and what WeChat last said about writing to them.

    The 48 hours and the number used are read from the messages themselves (`wechat.sending_window`), so nothing here
    can drift from them. The OpenID is hashed, so that the table holds no personal data.
    """

    account = models.ForeignKey(OfficialAccount, models.CASCADE)
    follower = models.CharField(max_length=32)
    lease_owner = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField()
    refused_at = models.DateTimeField(null=True)
    refused_code = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "follower"], name="follower_window_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.follower}"

    @classmethod
    def unused_since(cls, edge: datetime) -> models.QuerySet[Self]:
        """Rows that nobody sends with, and in which WeChat refused nothing, since `edge`."""
        idle = cls.objects.filter(lease_until__lt=edge)
        return idle.filter(models.Q(refused_at=None) | models.Q(refused_at__lt=edge))

    @staticmethod
    def print_of(account_id: int, openid: str) -> str:
        return hashlib.sha256(f"{account_id}:{openid}".encode()).hexdigest()[:32]

    @classmethod
    def take(cls, account_id: int, openid: str, now: datetime) -> Self | None:
        """The right to send to a follower; None while another worker has it."""
        table, owner = cls._meta.db_table, secrets.token_hex(16)
        adapt = connection.ops.adapt_datetimefield_value
        follower = cls.print_of(account_id, openid)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} AS w (account_id, follower, lease_owner, lease_until)"  # noqa: S608
                " VALUES (%s, %s, %s, %s) ON CONFLICT (account_id, follower) DO UPDATE SET"
                " lease_owner = excluded.lease_owner, lease_until = excluded.lease_until"
                " WHERE w.lease_until <= %s RETURNING id",
                [account_id, follower, owner, adapt(now + SEND_LEASE), adapt(now)],
            )
            row = cursor.fetchone()
        return cls.objects.filter(pk=row[0], lease_owner=owner).first() if row else None

    @classmethod
    def of(cls, account_id: int, openid: str) -> Self | None:
        """For looking only."""
        return cls.objects.filter(account_id=account_id, follower=cls.print_of(account_id, openid)).first()

    def keep(self, now: datetime) -> bool:
        """Lengthen the lease before the next message; false when it was lost."""
        return self._update(lease_until=now + SEND_LEASE)

    def release(self, now: datetime) -> None:
        self._update(lease_owner="", lease_until=now)

    def note_refusal(self, errcode: int, now: datetime) -> None:
        """WeChat knows better than our count: nothing more until the follower does something."""
        self.refused_at, self.refused_code = now, errcode
        self._update(refused_at=now, refused_code=errcode)

    def _update(self, **values: object) -> bool:
        rows = type(self).objects.filter(pk=self.pk, lease_owner=self.lease_owner)
        return bool(rows.update(**values))
