"""The claim on a message: one upsert decides, across workers, hosts and restarts, who answers it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, connection

from wechat.crypto import Cause, Rejected
from wechat.models import DedupFingerprint, Follower, Message, OfficialAccount
from wechat.models.message import OPEN, Status
from wechat.models.statements import write_transaction

LEASE = timedelta(seconds=5)
POLL = 0.05  # seconds between two looks for the reply of a try that still runs

_FINGERPRINT, _MESSAGE, _ACCOUNT, _FOLLOWER = (
    model._meta.db_table for model in (DedupFingerprint, Message, OfficialAccount, Follower)
)
# One statement for the claim, the duplicate's reply, the account's version and the follower's row. The message of a
# new fingerprint does not exist yet, so its columns come back as NULL. Identical on SQLite and PostgreSQL.
_CLAIM = f"""
INSERT INTO {_FINGERPRINT} AS f
    (account_id, digest, nonce_digest, message_id, hits, first_seen, last_seen, lease_until)
VALUES (%s, %s, %s, %s, 1, %s, %s, %s)
ON CONFLICT (account_id, digest) DO UPDATE SET hits = f.hits + 1, last_seen = excluded.last_seen
RETURNING message_id, hits, lease_until <= %s,
    (SELECT version FROM {_ACCOUNT} AS a WHERE a.id = account_id),
    (SELECT status FROM {_MESSAGE} AS m WHERE m.id = message_id),
    (SELECT reply_xml FROM {_MESSAGE} AS m WHERE m.id = message_id),
    (SELECT reply_wire FROM {_MESSAGE} AS m WHERE m.id = message_id),
    (SELECT reply_seal FROM {_MESSAGE} AS m WHERE m.id = message_id),
    (SELECT id FROM {_FOLLOWER} AS o WHERE o.account_id = %s AND o.openid = %s)
"""  # noqa: S608 - table names of our own models


class StalePolicy(Exception):
    """The account was saved after its policy was cached: nothing was claimed, verify again with the current one."""


@dataclass(slots=True)
class Claim:
    """Whose turn it is: new (answer it) or a duplicate, with what the first try left so far."""

    message_id: int
    hits: int
    lease_expired: bool
    status: str = Status.PENDING
    reply_xml: bytes | None = None
    reply_wire: bytes | None = None
    reply_seal: str = ""
    taken_over: bool = False
    follower_id: int | None = None

    @property
    def is_new(self) -> bool:
        return self.hits == 1

    @property
    def is_open(self) -> bool:
        """Whether there is nothing to answer yet."""
        return self.reply_xml is None and self.status in OPEN


def claim(message: Message, digest: str, nonce_digest: str, account_version: int) -> Claim:
    """Store the message and its fingerprint in one transaction, or count a duplicate.

    Raises Rejected (REPLAYED_NONCE) for another message under a timestamp and nonce that were used, StalePolicy,
    and DatabaseError when nothing could be stored.
    """
    with write_transaction():
        row = _insert_fingerprint(message, digest, nonce_digest)
        if row[3] != account_version:
            raise StalePolicy
        claimed = Claim(
            row[0],
            row[1],
            bool(row[2]),
            row[4] or Status.PENDING,
            _bytes(row[5]),
            _bytes(row[6]),
            row[7] or "",
            follower_id=row[8],
        )
        if claimed.is_new:
            message.insert()
    return claimed


def _insert_fingerprint(message: Message, digest: str, nonce_digest: str) -> tuple:  # type: ignore[type-arg]
    adapt = connection.ops.adapt_datetimefield_value
    now, lease = adapt(message.received_at), adapt(message.received_at + LEASE)
    values: list[Any] = [message.account_id, digest, nonce_digest, message.pk, now, now, lease, now]
    values += [message.account_id, message.openid]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, values)
            row: tuple = cursor.fetchone()  # type: ignore[type-arg]
            return row
    except IntegrityError as error:
        if "nonce" not in str(error):
            raise
        detail = "timestamp and nonce were used by another message"
        raise Rejected(Cause.REPLAYED_NONCE, detail) from error


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def reply_of(message_id: int) -> Claim:
    """What the message's try left so far."""
    fields = ("status", "reply_xml", "reply_wire", "reply_seal")
    status, reply_xml, wire, seal = Message.objects.values_list(*fields).get(pk=message_id)
    return Claim(message_id, 2, False, status, _bytes(reply_xml), _bytes(wire), seal)


def wait_for_reply(
    claimed: Claim, seconds_left: Callable[[], float], take_over: Callable[[int], bool]
) -> Claim:
    """Look until the running try has replied, is found to be gone (then it is taken over), or the deadline comes.

    What was handed to the workers is not taken over here: the sweeper does when a worker is gone.
    """
    while seconds_left() > POLL:
        time.sleep(POLL)
        try:
            claimed = reply_of(claimed.message_id)
            if not claimed.is_open:
                return claimed
            if claimed.status == Status.PENDING and take_over(claimed.message_id):
                claimed.taken_over = True
                return claimed
        except DatabaseError:
            # It is restarted; the next look opens a new connection.
            connection.close()
    return claimed
    return claimed
