"""Messages as they arrived, what was answered, and the fingerprints that make WeChat's retries harmless."""

from __future__ import annotations

import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from predictions.engine import ENGINE_VERSION
from wechat.models.account import OfficialAccount
from wechat.models.statements import insert_sql, update_sql, write_transaction

RANDOM_BITS = 22


def time_ordered_id() -> int:
    """63 bits: milliseconds, then 22 random ones. Known before the INSERT, so that a fingerprint can name its message
    in the statement that claims it; no two hosts have to agree on it."""
    return time.time_ns() // 1_000_000 << RANDOM_BITS | secrets.randbits(RANDOM_BITS)


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    REPLIED = "replied", _("replied")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    DEFERRED = "deferred", _("deferred")
    FAILED = "failed", _("failed")


# What somebody still computes, or has to.
OPEN = (Status.PENDING, Status.DEFERRED)
# Who takes a message over for the third time apologises: it may be the message that ends the processes.
LAST_TAKEOVER = 3


class Message(models.Model):
    """One message or event: raw bytes and query as received, committed before the handler runs.

    Append-only but for its outcome.
    """

    id = models.BigIntegerField(primary_key=True, default=time_ordered_id, editable=False)
    # Every index costs each message time, so there are those that a query of the console or sweeper needs.
    account = models.ForeignKey(OfficialAccount, models.CASCADE, db_index=False, verbose_name=_("account"))
    openid = models.CharField("OpenID", max_length=128)
    msg_type = models.CharField(_("type"), max_length=32)
    event = models.CharField(_("event"), max_length=64, blank=True, default="")
    msg_id = models.CharField("MsgId", max_length=64, blank=True, default="")
    content = models.TextField(_("text"), blank=True, default="")
    received_at = models.DateTimeField(_("received"))
    raw = models.BinaryField(_("raw body"))
    plaintext = models.BinaryField(_("decrypted XML"))
    query = models.TextField(_("query"), blank=True, default="")
    encrypted = models.BooleanField(_("encrypted"), default=False)
    request_id = models.CharField(_("request id"), max_length=64, blank=True, default="")
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.PENDING)
    cause = models.CharField(_("cause"), max_length=40, blank=True, default="")
    marks = models.JSONField(_("marks"), default=list, blank=True)
    reply_xml = models.BinaryField(_("reply"), null=True)
    reply_wire = models.BinaryField(_("reply as sent"), null=True)
    reply_seal = models.CharField(max_length=32, blank=True, default="")
    milliseconds = models.FloatField(_("milliseconds"), null=True)
    redacted_at = models.DateTimeField(_("redacted"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-received_at", "-id")
        indexes = [
            models.Index(fields=["received_at", "id"], name="message_received"),
            models.Index(fields=["account", "received_at"], name="message_account"),
            # One follower's messages in order. With the account in it SQLite takes it, not that of the account's times.
            models.Index(fields=["openid", "account", "received_at"], name="message_follower"),
            models.Index(fields=["msg_id"], name="message_msg_id"),
            models.Index(
                fields=["received_at"], name="message_pending", condition=models.Q(status="pending")
            ),
            models.Index(
                fields=["received_at"], name="message_deferred", condition=models.Q(status="deferred")
            ),
            models.Index(
                fields=["received_at"],
                name="message_erasing",
                condition=models.Q(cause="erasure", redacted_at__isnull=True),
            ),
            models.Index(
                fields=["account", "received_at"],
                name="message_unknown",
                condition=models.Q(cause="not_understood"),
            ),
        ]
        permissions = [
            ("replay_message", _("Can replay messages (dry run)")),
            ("resend_message", _("Can send an answer again")),
            ("view_plaintext", _("Can see personal data unmasked")),
        ]

    def __str__(self) -> str:
        return f"{self.msg_type} {self.id}"

    def insert(self) -> None:
        """Store a new message by the constant statement: all columns as they are, times and JSON as the database's."""
        row = vars(self).copy()
        row["received_at"] = connection.ops.adapt_datetimefield_value(self.received_at)
        row["marks"] = json.dumps(self.marks)
        with connection.cursor() as cursor:
            cursor.execute(_INSERT_MESSAGE, [row[column] for column in _MESSAGE_COLUMNS])

    def record(self, outcome: Outcome, *, trigger: str, actor: str = "") -> None:
        """Store a try's outcome and its Attempt row. An earlier try's reply is never replaced."""
        values = (outcome.status, outcome.cause, outcome.reply_xml, outcome.wire, outcome.seal)
        with write_transaction(), connection.cursor() as cursor:
            cursor.execute(_UPDATE_OUTCOME, [*values, outcome.milliseconds, self.id])
            outcome.is_stored = cursor.rowcount == 1
            cursor.execute(_INSERT_ATTEMPT, Attempt.row(self.id, outcome, trigger, actor))

    def conclude(self, outcome: Outcome, *, passive: bool) -> bool:
        """Record a late outcome; false when it was not open any more.

        `passive`: as the reply, while no try was answered. Otherwise the reply stays what that try was answered.
        """
        mine = Message.objects.filter(pk=self.pk, status__in=OPEN, redacted_at=None)
        values: dict[str, Any] = {"status": outcome.status, "cause": outcome.cause}
        if passive:
            values |= {"reply_xml": outcome.reply_xml, "milliseconds": outcome.milliseconds}
            return bool(mine.filter(reply_xml=None).update(**values))
        return bool(mine.filter(reply_xml__isnull=False).update(**values))

    @classmethod
    def lock(cls, **which: Any) -> None:
        """Have whoever else locks or changes these rows wait for the end of this transaction."""
        list(cls.objects.select_for_update().filter(**which).order_by("pk").values_list("pk"))

    @classmethod
    def defer(cls, message_id: int, outcome: Outcome) -> bool:
        """Record what a try is answered while the answer is being computed; false when there is a reply already."""
        rows = cls.objects.filter(pk=message_id, status__in=OPEN, reply_xml=None)
        with write_transaction():
            deferred = rows.update(
                status=Status.DEFERRED,
                reply_xml=outcome.reply_xml,
                reply_wire=outcome.wire,
                reply_seal=outcome.seal,
                milliseconds=outcome.milliseconds,
            )
            if deferred:
                Attempt.record(message_id, outcome, trigger=Attempt.Trigger.WECHAT)
        return bool(deferred)

    def redact(self, now: datetime) -> None:
        """Delete the personal data of this message; the row, its times and its outcome stay."""
        pseudonym = erased_name(self.account_id, self.openid)
        redact_messages(Message.objects.filter(pk=self.pk), pseudonym, now)
        self.refresh_from_db()


def erased_name(account_id: int, openid: str) -> str:
    """What stands for an OpenID that was deleted: the same for all its messages, and no way back."""
    return (
        "erased:"
        + salted_hmac("wechat.erased", f"{account_id}:{openid}", algorithm="sha256").hexdigest()[:32]
    )


def redact_messages(rows: models.QuerySet[Message], pseudonym: str, now: datetime) -> int:
    """`Message.redact` for many: their number. What an attempt replied goes with what was asked."""
    Attempt.objects.filter(message__in=rows.values("pk")).update(reply_xml=None)
    emptied: dict[str, Any] = {"raw": b"", "plaintext": b"", "content": "", "query": ""}
    emptied |= {"reply_xml": None, "reply_wire": None, "reply_seal": ""}
    return rows.update(openid=pseudonym, redacted_at=now, **emptied)


class Outcome:
    """What a try came to: status, cause, reply as XML and as sent, milliseconds per step.

    `text` is what the follower reads of it, None where the reply is no text; `is_stored` whether it became the
    message's reply, which an earlier one prevents.
    """

    __slots__ = ("cause", "is_stored", "reply_xml", "seal", "status", "steps", "text", "wire")

    def __init__(
        self,
        status: str,
        cause: str = "",
        reply_xml: bytes | None = None,
        wire: bytes | None = None,
        seal: str = "",
        steps: dict[str, float] | None = None,
        text: str | None = None,
    ) -> None:
        self.text, self.is_stored = text, False
        self.status, self.cause, self.reply_xml, self.wire, self.seal = status, cause, reply_xml, wire, seal
        self.steps = steps or {}

    @property
    def milliseconds(self) -> float:
        return round(sum(self.steps.values()), 3)


class Attempt(models.Model):
    """One run of the handler over a message: append-only."""

    class Trigger(models.TextChoices):
        WECHAT = "wechat", _("WeChat")
        TAKEOVER = "takeover", _("take-over of a lost try")
        DEFERRED = "deferred", _("computed later")
        REPLAY = "replay", _("replay (dry run)")
        RESEND = "resend", _("sent again")

    message = models.ForeignKey(Message, models.CASCADE, related_name="attempts", verbose_name=_("message"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    trigger = models.CharField(_("trigger"), max_length=10, choices=Trigger.choices)
    actor = models.CharField(_("by"), max_length=150, blank=True, default="")
    engine_version = models.CharField(_("engine version"), max_length=20)
    outcome = models.CharField(_("outcome"), max_length=12)
    cause = models.CharField(_("cause"), max_length=40, blank=True, default="")
    steps = models.JSONField(_("steps in ms"), default=dict)
    reply_xml = models.BinaryField(_("reply"), null=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.trigger} {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def record(cls, message_id: int, outcome: Outcome, *, trigger: str, actor: str = "") -> Attempt:
        return cls.objects.create(
            message_id=message_id,
            trigger=trigger,
            actor=actor[:150],
            engine_version=ENGINE_VERSION,
            outcome=outcome.status,
            cause=outcome.cause,
            steps=outcome.steps,
            reply_xml=outcome.reply_xml,
        )

    @staticmethod
    def row(message_id: int, outcome: Outcome, trigger: str, actor: str) -> list[Any]:
        """What the constant statement stores, in the order of _ATTEMPT_COLUMNS."""
        at = connection.ops.adapt_datetimefield_value(datetime.now(UTC))
        what = (outcome.status, outcome.cause, json.dumps(outcome.steps), outcome.reply_xml)
        return [message_id, at, trigger, actor[:150], ENGINE_VERSION, *what]


class DedupFingerprint(models.Model):
    """The claim on a message: unique per account, decided by the database, leased to the try that computes the answer.

    `hits` counts deliveries, the first one included. `nonce_digest` is unique too: WeChat repeats timestamp and nonce
    with the same message only, so another message under a used pair violates it: the attack that it looks like.
    """

    account = models.ForeignKey(OfficialAccount, models.CASCADE, db_index=False, verbose_name=_("account"))
    digest = models.CharField(_("digest"), max_length=64)
    nonce_digest = models.CharField(max_length=64)
    message = models.ForeignKey(
        Message, models.CASCADE, related_name="fingerprints", verbose_name=_("message")
    )
    hits = models.PositiveIntegerField(_("deliveries"), default=1)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"), db_index=True)
    lease_until = models.DateTimeField(_("lease until"))
    takeovers = models.PositiveSmallIntegerField(_("taken over"), default=0, db_default=0)

    class Meta:
        verbose_name = _("dedup fingerprint")
        verbose_name_plural = _("dedup fingerprints")
        ordering = ("-last_seen",)
        constraints = [
            models.UniqueConstraint(fields=["account", "digest"], name="fingerprint_once"),
            models.UniqueConstraint(fields=["account", "nonce_digest"], name="nonce_once"),
        ]

    def __str__(self) -> str:
        return self.digest[:12]

    @classmethod
    def take_over(
        cls,
        message_id: int,
        now: datetime,
        lease_until: datetime,
        statuses: tuple[str, ...] = (Status.PENDING,),
    ) -> bool:
        """Lease the message of a try that is gone; false when another one was faster or the lease still runs.

        The status is asked for in a subquery: with a join the lease would be tested there too, and PostgreSQL tests
        again, after waiting for the one who was faster, only what is asked of the row itself.
        """
        open_ones = Message.objects.filter(pk=message_id, status__in=statuses).values("pk")
        expired = cls.objects.filter(message_id=message_id, lease_until__lte=now, message_id__in=open_ones)
        return expired.update(lease_until=lease_until, takeovers=models.F("takeovers") + 1) == 1

    @classmethod
    def keeps_failing(cls, message_id: int) -> bool:
        """Whether so many processes ended over a message that it is not computed once more."""
        return cls.objects.filter(message_id=message_id, takeovers__gte=LAST_TAKEOVER).exists()

    @classmethod
    def release(cls, message_id: int, now: datetime) -> None:
        """Let another one compute the message."""
        cls.objects.filter(message_id=message_id).update(lease_until=now)


_MESSAGE_COLUMNS = tuple(field.attname for field in Message._meta.concrete_fields)
_INSERT_MESSAGE = insert_sql(Message, _MESSAGE_COLUMNS)
_OUTCOME_COLUMNS = ("status", "cause", "reply_xml", "reply_wire", "reply_seal", "milliseconds")
_UPDATE_OUTCOME = update_sql(Message, _OUTCOME_COLUMNS, f"id = %s AND status = '{Status.PENDING}'")
_ATTEMPT_COLUMNS = (
    "message_id",
    "at",
    "trigger",
    "actor",
    "engine_version",
    "outcome",
    "cause",
    "steps",
    "reply_xml",
)
_INSERT_ATTEMPT = insert_sql(Attempt, _ATTEMPT_COLUMNS)
