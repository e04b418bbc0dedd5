"""How often a follower wrote in a minute: one upsert per message, and only for accounts that set a limit."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import connection, models

from wechat.models.account import OfficialAccount


class FollowerMinute(models.Model):
    """Messages of one follower in one minute; the OpenID is hashed, so that the table holds no personal data."""

    account = models.ForeignKey(OfficialAccount, models.CASCADE)
    follower = models.CharField(max_length=32)
    minute = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "follower", "minute"], name="follower_minute_once")
        ]

    def __str__(self) -> str:
        return f"{self.follower} {self.minute:%H:%M}: {self.count}"

    @classmethod
    def add(cls, account_id: int, openid: str, now: datetime) -> int:
        """Count one more message, atomically across workers; the minute's count so far."""
        table = cls._meta.db_table
        follower = hashlib.sha256(f"{account_id}:{openid}".encode()).hexdigest()[:32]
        minute = connection.ops.adapt_datetimefield_value(now.replace(second=0, microsecond=0))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (account_id, follower, minute, count) VALUES (%s, %s, %s, 1)"  # noqa: S608
                f" ON CONFLICT (account_id, follower, minute) DO UPDATE SET count = {table}.count + 1"
                " RETURNING count",
                [account_id, follower, minute],
            )
            return int(cursor.fetchone()[0])
