"""Batches: up to 1,000 requests computed in the background. The rows are the queue, a task only wakes a worker.

A batch's items lie in chunks. A worker takes a chunk by one UPDATE that leases it, computes, and settles it by another
one that holds only while the lease is its own: a task that runs twice or a worker that dies loses and repeats nothing.
"""

from __future__ import annotations

import json
import re
import secrets
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from celestial_site.encryption import EncryptedTextField
from predictions.models.api_key import ApiKey, AskedAgain, Prediction
from predictions.models.revoked_pages import revoke_requests
from predictions.models.usage import ApiUsage
from predictions.types import Json, canonical_json

ITEMS = 1000
OPEN_BATCHES = 10
# Birth data waits here only as long as a client may need to fetch it.
KEPT = timedelta(days=7)
IDEMPOTENCY = timedelta(hours=24)
CHUNK = 25
# Renewed from item to item; one that ends is a dead worker's.
LEASE = timedelta(seconds=20)
RENEWED = timedelta(seconds=5)
# After this long without progress the sweeper wakes a worker again.
WAKE = timedelta(seconds=10)


class BatchStatus(models.TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    FINISHED = "finished", _("complete")
    CANCELLED = "cancelled", _("cancelled")


OPEN = (BatchStatus.QUEUED, BatchStatus.RUNNING)


class TooManyBatches(Exception):
    """The key has OPEN_BATCHES batches that are not over."""


class KeyReused(Exception):
    """The Idempotency-Key belongs to a batch with another body."""


class Batch(models.Model):
    """What a client posted, how far it is, and when; the items are in its chunks, encrypted."""

    ID: ClassVar = re.compile(r"ba_[0-9a-f]{32}")

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="batches", verbose_name=_("API key"))
    public_id = models.CharField(_("id"), max_length=35, unique=True)
    status = models.CharField(
        _("status"), max_length=10, choices=BatchStatus.choices, default=BatchStatus.QUEUED
    )
    total = models.PositiveIntegerField(_("items"))
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    # Of the client's sentences in problems, as Accept-Language chose them
    language = models.CharField(max_length=10)
    request_id = models.CharField(_("request id"), max_length=64)
    idempotency_key = models.CharField(max_length=255, null=True)  # noqa: DJ001 - NULLs are not equal
    body_mac = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # When the sweeper looks after it; None once it is over
    wake_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        constraints = [
            models.UniqueConstraint(fields=["key", "idempotency_key"], name="batch_idempotency_key")
        ]
        indexes = [models.Index(fields=["created_at"], name="batch_created")]

    def __str__(self) -> str:
        return f"{self.public_id[:11]}… ({self.done}/{self.total})"

    @property
    def over(self) -> bool:
        return self.status not in OPEN

    @classmethod
    def submit(
        cls,
        key: ApiKey,
        items: Sequence[Json],
        now: datetime,
        *,
        idempotency_key: str | None = None,
        language: str = "",
        request_id: str = "",
    ) -> tuple[Batch, bool]:
        """The batch of these items, and whether it is new. Raises KeyReused and TooManyBatches."""
        # A MAC, so that birth data can't be tried out against it
        mac = salted_hmac("predictions.Batch.body", canonical_json(items), algorithm="sha256").hexdigest()
        with transaction.atomic():
            # Calls of one key wait here for each other, so that what follows is exact.
            ApiKey.objects.select_for_update().get(pk=key.pk)
            if idempotency_key is not None and (known := cls._known(key, idempotency_key, now)):
                if known.body_mac != mac:
                    raise KeyReused
                return known, False
            if cls.objects.filter(key=key, status__in=OPEN).count() >= OPEN_BATCHES:
                raise TooManyBatches
            batch = cls.objects.create(
                key=key,
                public_id=f"ba_{secrets.token_hex(16)}",
                total=len(items),
                language=language,
                request_id=request_id[:64],
                idempotency_key=idempotency_key,
                body_mac=mac,
                created_at=now,
                wake_at=now + WAKE,
            )
            BatchChunk.objects.bulk_create(BatchChunk.cut(batch, items))
        return batch, True

    @classmethod
    def _known(cls, key: ApiKey, idempotency_key: str, now: datetime) -> Batch | None:
        """The key's batch of this Idempotency-Key, which is free again after a day."""
        same = cls.objects.filter(key=key, idempotency_key=idempotency_key)
        same.filter(created_at__lte=now - IDEMPOTENCY).update(idempotency_key=None)
        return same.first()

    @classmethod
    def find(cls, key: ApiKey, public_id: str) -> Batch | None:
        """The key's own batch; None for another key's, as for an id that never was."""
        # A URL may carry characters that PostgreSQL refuses.
        if not cls.ID.fullmatch(public_id):
            return None
        return cls.objects.filter(key=key, public_id=public_id).first()

    @classmethod
    def sleeping(cls, now: datetime) -> Iterator[Batch]:
        """Batches that nobody works on; each is told once in WAKE, whoever asks."""
        for batch in cls.objects.filter(wake_at__lte=now, status__in=OPEN).order_by("wake_at")[:100]:
            if cls.objects.filter(pk=batch.pk, wake_at=batch.wake_at).update(wake_at=now + WAKE):
                yield batch

    @classmethod
    def prune(cls, now: datetime) -> int:
        """Delete what clients have had time to fetch; how many."""
        old = list(cls.objects.filter(created_at__lt=now - KEPT))
        # One at a time: a batch has many rows, and writers must not wait for all of them.
        for batch in old:
            with transaction.atomic():
                AskedAgain.hand_over(batch.pk, batch.key_id)
                batch.delete()
        return len(old)

    def begin(self, now: datetime) -> bool:
        """Note that a worker is at it; False when there is nothing left to do."""
        mine = Batch.objects.filter(pk=self.pk)
        mine.filter(status=BatchStatus.QUEUED).update(status=BatchStatus.RUNNING, started_at=now)
        return bool(mine.filter(status=BatchStatus.RUNNING).update(wake_at=now + WAKE))

    def cancel(self, now: datetime) -> None:
        """Compute no more; what was computed stays, the other input is deleted. Again changes nothing."""
        with transaction.atomic():
            mine = Batch.objects.filter(pk=self.pk, status__in=OPEN)
            if mine.update(status=BatchStatus.CANCELLED, finished_at=now, wake_at=None):
                self.chunks.filter(settled=False).delete()
        self.refresh_from_db()

    def withdraw(self, now: datetime) -> None:
        """Delete everything, and the reading pages of what was asked here alone."""
        # First, so that no worker begins another chunk while the rows go.
        self.cancel(now)
        with transaction.atomic():
            AskedAgain.hand_over(self.pk, self.key_id)
            asked = Prediction.objects.filter(batch=self).iterator(ITEMS)
            revoke_requests(
                ((one.system, one.asked()) for one in asked), holder=self.key.page_holder, now=now
            )
            self.delete()

    def results(self, first: int, limit: int) -> list[Json]:
        """Up to `limit` results from item `first` on, in order. While the batch runs, up to the first gap."""
        found: list[Json] = []
        chunks = self.chunks.filter(settled=True, number__gte=first // CHUNK).order_by("number")
        expected = first // CHUNK
        for chunk in chunks[: limit // CHUNK + 2]:
            if chunk.number != expected and not self.over:
                break
            found += [result for result in chunk.answers() if result["index"] >= first]
            expected = chunk.number + 1
        return found[:limit]

    def has_more(self, first: int) -> bool:
        """Whether item `first` or a later one has a result, or will have one."""
        if not self.over:
            return first < self.total
        return self.chunks.filter(settled=True, last__gte=first).exists()


class BatchChunk(models.Model):
    """Consecutive items of a batch: their requests until they are computed, then their results."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    requests = EncryptedTextField()
    packed_results = EncryptedTextField(default="")
    settled = models.BooleanField(default=False)
    lease = models.CharField(max_length=32, default="")
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="batch_chunk_number")]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.first}-{self.last}"

    @classmethod
    def cut(cls, batch: Batch, items: Sequence[Json]) -> Iterator[BatchChunk]:
        for number, first in enumerate(range(0, len(items), CHUNK)):
            part = items[first : first + CHUNK]
            yield cls(
                batch=batch,
                number=number,
                first=first,
                last=first + len(part) - 1,
                requests=canonical_json(part),
            )

    @classmethod
    def claim(cls, batch: Batch, now: datetime) -> BatchChunk | None:
        """A chunk that is this worker's for LEASE; None when all are settled or taken."""
        free = cls.objects.filter(batch=batch, settled=False).filter(
            Q(lease_until=None) | Q(lease_until__lte=now)
        )
        lease = secrets.token_hex(16)
        while (pk := free.order_by("number").values_list("pk", flat=True).first()) is not None:
            if free.filter(pk=pk).update(lease=lease, lease_until=now + LEASE, tries=F("tries") + 1):
                chunk = cls.objects.filter(pk=pk, lease=lease).first()
                if chunk is not None:
                    chunk.batch = batch
                return chunk
        return None

    def items(self) -> Iterator[tuple[int, Any]]:
        """Each item's index in the batch and its request."""
        return enumerate(json.loads(self.requests), start=self.first)

    def keep(self, now: datetime) -> None:
        """Renew the lease when a part of it is over: items of slow systems may take seconds each."""
        if self.lease_until is not None and self.lease_until - now < LEASE - RENEWED:
            mine = BatchChunk.objects.filter(pk=self.pk, lease=self.lease, settled=False)
            mine.update(lease_until=now + LEASE)
            Batch.objects.filter(pk=self.batch_id, status=BatchStatus.RUNNING).update(wake_at=now + WAKE)
            self.lease_until = now + LEASE

    def settle(self, results: Sequence[Json], predictions: Iterable[Prediction], now: datetime) -> bool:
        """Keep the results and count them; False when the batch is over or the chunk another worker's."""
        failed = sum(result["problem"] is not None for result in results)
        packed = _pack(results)
        with transaction.atomic():
            # The batch's row first, as `cancel` does: two orders would be a deadlock.
            counted = Batch.objects.filter(pk=self.batch_id, status=BatchStatus.RUNNING).update(
                done=F("done") + len(results), failed=F("failed") + failed, wake_at=now + WAKE
            )
            mine = BatchChunk.objects.filter(pk=self.pk, lease=self.lease, settled=False)
            if not counted or not mine.update(settled=True, requests="", packed_results=packed):
                transaction.set_rollback(True)
                return False
            Prediction.store_of_batch(predictions, self.batch_id)
            self._count_use(results, now)
            Batch.objects.filter(pk=self.batch_id, done__gte=F("total")).update(
                status=BatchStatus.FINISHED, finished_at=now, wake_at=None
            )
        return True

    def _count_use(self, results: Sequence[Json], now: datetime) -> None:
        counts = Counter(
            ((result["prediction"] or {"chart": {"system": ""}})["chart"]["system"], result["status"])
            for result in results
        )
        for (system, status), count in sorted(counts.items()):
            day = timezone.localdate(now)
            ApiUsage.add(self.batch.key_id, day, ApiUsage.ITEM, status, system=system, count=count)

    def answers(self) -> list[Json]:
        """The results of a settled chunk."""
        return _unpack(self.packed_results)


def _pack(results: Sequence[Json]) -> str:
    """Compressed before it is encrypted, since nothing compresses afterwards: a third of the size."""
    return b64encode(zlib.compress(canonical_json(results).encode())).decode()


def _unpack(packed: str) -> list[Json]:
    results: list[Json] = json.loads(zlib.decompress(b64decode(packed)))
    return results
