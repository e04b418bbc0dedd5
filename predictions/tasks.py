"""Background work of the API. Each task may run twice or late without harm: the rows are the queue of record."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from celestial_site.celery import app
from celestial_site.publishing import publish
from predictions.batch_items import answer_chunk, give_up
from predictions.models import Batch, BatchChunk

log = logging.getLogger("predictions")

# Short turns: what WeChat's followers wait for may queue behind one.
TURN = 0.5
TRIES = 3


# One chunk of the slowest system ends within it; the limits of other tasks are for those that a person waits for.
LIMIT = 25 * 30


@app.task(name="predictions.tasks.run_batch", soft_time_limit=LIMIT, time_limit=LIMIT + 30)  # type: ignore[untyped-decorator]
def run_batch(batch_pk: int) -> int:
    """Compute chunks of a batch for one turn, then queue up again; how many were settled."""
    batch = Batch.objects.select_related("key").filter(pk=batch_pk).first()
    if batch is None:
        return 0
    if batch.key.revoked_at is not None:
        batch.cancel(datetime.now(UTC))
        return 0
    settled, until = 0, time.monotonic() + TURN
    while batch.begin(datetime.now(UTC)):
        chunk = BatchChunk.claim(batch, datetime.now(UTC))
        if chunk is None:
            break
        settled += _answer(batch, chunk)
        if time.monotonic() > until:
            publish(run_batch, batch_pk)
            break
    log.info("batch turn", extra={"batch": batch_pk, "settled": settled})
    return settled


@app.task(name="predictions.tasks.sweep_batches")  # type: ignore[untyped-decorator]
def sweep_batches() -> int:
    """Wake a worker for batches that a lost task, broker or worker left; how many."""
    return sum(publish(run_batch, batch.pk) for batch in Batch.sleeping(datetime.now(UTC)))


def _answer(batch: Batch, chunk: BatchChunk) -> bool:
    # What killed its worker again and again must not do so for ever.
    results, predictions = answer_chunk(batch, chunk) if chunk.tries <= TRIES else (give_up(batch, chunk), [])
    return chunk.settle(results, predictions, datetime.now(UTC))
