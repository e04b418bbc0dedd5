"""The items of a batch, each answered as a single call would be."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TypeAlias

from django.db import Error as DatabaseError
from django.utils import translation

from predictions.api.problems import Problem, internal_error, problem_of
from predictions.api.views import compute_prediction, language_of, shown
from predictions.models import Batch, BatchChunk, Prediction
from predictions.types import Answer, InvalidInput, Json

Outcome: TypeAlias = tuple[Prediction, Answer] | Problem

log = logging.getLogger(__name__)


def answer_chunk(batch: Batch, chunk: BatchChunk) -> tuple[list[Json], list[Prediction]]:
    """[{index, status, prediction, problem}] and the predictions to store, of every item of the chunk."""
    with translation.override(batch.language):
        items = [(index, body, _outcome(batch, chunk, index, body)) for index, body in chunk.items()]
        answered = [outcome for _index, _body, outcome in items if not isinstance(outcome, Problem)]
        predictions = [prediction for prediction, _answer in answered]
        Prediction.date_as_stored(predictions)
    return [_result(batch, *item) for item in items], predictions


def give_up(batch: Batch, chunk: BatchChunk) -> list[Json]:
    """Every item as a failure of ours: computing them ended the worker each time."""
    log.error("a chunk of a batch is given up", extra={"batch": batch.public_id, "item": chunk.first})
    return [_result(batch, index, body, internal_error()) for index, body in chunk.items()]


def _outcome(batch: Batch, chunk: BatchChunk, index: int, body: object) -> Outcome:
    chunk.keep(datetime.now(UTC))
    try:
        return compute_prediction(batch.key, body)
    except DatabaseError:
        # Not the item's fault: the chunk is tried again.
        raise
    except (InvalidInput, Problem) as error:
        return problem_of(error)
    except Exception:  # the boundary to the engine: a bug costs its own item, not the other 999
        log.exception("an item of a batch failed", extra={"batch": batch.public_id, "item": index})
        return internal_error()


def _result(batch: Batch, index: int, asked: object, outcome: Outcome) -> Json:
    if isinstance(outcome, Problem):
        with translation.override(language_of(asked) or batch.language):
            # The request id of the call that brought the item: what an administrator finds in the log.
            problem = outcome.body(batch.request_id)
        return {"index": index, "status": outcome.status, "prediction": None, "problem": problem}
    prediction, answer = outcome
    body = shown(batch.key, prediction, answer, prediction.lang)
    return {"index": index, "status": 200, "prediction": body, "problem": None}
