"""Chunks under several workers: each is computed by one, counted once, and never lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from predictions import tasks
from predictions.models import ApiKey, ApiUsage, AskedAgain, Batch, BatchChunk, Prediction
from predictions.models.batch import CHUNK, LEASE, OPEN_BATCHES, WAKE, TooManyBatches

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = {"calendar": "solar", "year": 2026, "month": 2, "day": 17}
ITEM = {"system": "calendar", "input": {"date": DAY}}


@pytest.fixture
def key(db: None) -> ApiKey:
    return ApiKey.issue("app")[0]


def submit(key: ApiKey, items: int = 3 * CHUNK, **options: Any) -> Batch:
    return Batch.submit(key, [ITEM] * items, NOON, **options)[0]


@pytest.fixture
def running(key: ApiKey) -> Batch:
    batch = submit(key)
    batch.begin(NOON)
    return batch


def in_threads(work: Any, count: int) -> list[Any]:
    def one(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_a_chunk_belongs_to_one_worker_until_its_lease_ends(running: Batch) -> None:
    claimed = [BatchChunk.claim(running, NOON) for _ in range(4)]
    assert [chunk.number for chunk in claimed if chunk] == [0, 1, 2]
    assert BatchChunk.claim(running, NOON + LEASE - timedelta(seconds=1)) is None
    again = BatchChunk.claim(running, NOON + LEASE)
    assert again
    assert (again.number, again.tries) == (0, 2)


def test_a_worker_that_is_slow_keeps_its_chunk(running: Batch) -> None:
    chunk = BatchChunk.claim(running, NOON)
    assert chunk
    for second in range(0, 60, 10):
        chunk.keep(NOON + timedelta(seconds=second))
    other = BatchChunk.claim(running, NOON + timedelta(seconds=60))
    assert other
    assert other.number == 1
    running.refresh_from_db()
    assert running.wake_at == NOON + timedelta(seconds=50) + WAKE


def test_a_worker_that_comes_back_after_its_lease_changes_nothing(running: Batch) -> None:
    late = BatchChunk.claim(running, NOON)
    taken = BatchChunk.claim(running, NOON + LEASE)
    assert late
    assert taken
    assert late.pk == taken.pk
    assert not tasks._answer(running, late)
    assert tasks._answer(running, taken)
    assert not tasks._answer(running, taken)
    running.refresh_from_db()
    assert running.done == CHUNK
    assert ApiUsage.objects.get().count == CHUNK


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_share_the_chunks(key: ApiKey) -> None:
    batch = submit(key, 8 * CHUNK)

    def work(_number: int) -> None:
        # Turn after turn, as the broker would have it: on a busy machine one turn ends before the chunks do.
        while tasks.run_batch(batch.pk):
            continue

    in_threads(work, 4)
    batch.refresh_from_db()
    assert (batch.status, batch.done, batch.failed) == ("finished", 8 * CHUNK, 0)
    assert [result["index"] for result in batch.results(0, 200)] == list(range(8 * CHUNK))
    assert ApiUsage.objects.get().count == 8 * CHUNK
    assert set(batch.chunks.values_list("tries", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_the_same_idempotency_key_at_the_same_moment_is_one_batch(key: ApiKey) -> None:
    made = in_threads(lambda _number: Batch.submit(key, [ITEM], NOON, idempotency_key="a"), 6)
    assert len({batch.pk for batch, _new in made}) == 1
    assert sum(new for _batch, new in made) == 1


@pytest.mark.django_db(transaction=True)
def test_the_limit_of_open_batches_holds_at_the_same_moment(key: ApiKey) -> None:
    def attempt(_number: int) -> bool:
        try:
            return bool(submit(key, 1))
        except TooManyBatches:
            return False

    assert sum(in_threads(attempt, OPEN_BATCHES + 4)) == OPEN_BATCHES
    assert Batch.objects.count() == OPEN_BATCHES


@pytest.mark.django_db(transaction=True)
def test_a_batch_cancelled_while_workers_settle_counts_what_it_keeps(key: ApiKey) -> None:
    batch = submit(key, 8 * CHUNK)

    def work(number: int) -> None:
        if number == 0:
            Batch.objects.get(pk=batch.pk).cancel(datetime.now(UTC))
        else:
            tasks.run_batch(batch.pk)

    in_threads(work, 4)
    batch.refresh_from_db()
    assert batch.over
    assert batch.done == len(batch.results(0, 8 * CHUNK)) == CHUNK * batch.chunks.count()


def days(key: ApiKey) -> Batch:
    """A batch of CHUNK different questions, the same each time."""
    items = [{"system": "calendar", "input": {"date": DAY | {"year": 1950 + year}}} for year in range(CHUNK)]
    return Batch.submit(key, items, NOON)[0]


@pytest.mark.django_db(transaction=True)
def test_what_a_batch_asks_while_another_one_goes_stays(key: ApiKey) -> None:
    old, new = days(key), days(key)
    tasks.run_batch(old.pk)
    actions = [lambda: old.withdraw(datetime.now(UTC)), lambda: tasks.run_batch(new.pk)]
    in_threads(lambda number: actions[number](), 2)
    assert set(Prediction.objects.values_list("batch", flat=True)) == {new.pk}
    assert Prediction.objects.count() == CHUNK


@pytest.mark.django_db(transaction=True)
def test_batches_that_go_at_the_same_moment_leave_nothing(key: ApiKey) -> None:
    batches = [days(key) for _ in range(4)]
    for batch in batches:
        tasks.run_batch(batch.pk)
    in_threads(lambda number: batches[number].withdraw(datetime.now(UTC)), 4)
    assert not Batch.objects.exists()
    assert not Prediction.objects.exists()
    assert not AskedAgain.objects.exists()


def test_a_chunk_that_ends_its_worker_again_and_again_is_given_up(
    running: Batch, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(tasks.TRIES):
        BatchChunk.claim(running, NOON + number * LEASE)
    poisoned = BatchChunk.claim(running, NOON + tasks.TRIES * LEASE)
    assert poisoned
    assert (poisoned.number, poisoned.tries) == (0, tasks.TRIES + 1)
    assert tasks._answer(running, poisoned)
    assert {result["problem"]["code"] for result in poisoned_results(running)} == {"internal_error"}
    assert "given up" in caplog.text


def poisoned_results(batch: Batch) -> Iterator[Any]:
    for chunk in batch.chunks.filter(settled=True):
        yield from chunk.answers()


def test_the_sweeper_wakes_a_batch_that_nobody_works_on_once(key: ApiKey) -> None:
    batch = submit(key)
    assert list(Batch.sleeping(NOON + WAKE - timedelta(seconds=1))) == []
    assert list(Batch.sleeping(NOON + WAKE)) == [batch]
    assert list(Batch.sleeping(NOON + WAKE)) == []
    assert list(Batch.sleeping(NOON + 2 * WAKE)) == [batch]


def test_a_batch_that_is_over_sleeps_for_ever(key: ApiKey) -> None:
    finished, cancelled = submit(key, 1), submit(key, 1)
    tasks.run_batch(finished.pk)
    cancelled.cancel(NOON)
    assert list(Batch.sleeping(datetime.now(UTC) + timedelta(days=1))) == []


def test_deleting_a_key_deletes_its_batches(running: Batch) -> None:
    running.key.delete()
    assert not BatchChunk.objects.exists()
