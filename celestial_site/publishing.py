"""Waking a worker after a commit. Nobody waits for the broker: the rows are the queue, a sweeper finds them anyway."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger("celestial.publishing")
# A task that nobody took in this time is useless: a sweeper has published it again.
EXPIRES = 60


def publish_after_commit(task: Any, *arguments: Any, otherwise: Callable[[], object] | None = None) -> None:
    """Publish a Celery task, or the signature of one, in a thread of its own, once the transaction is committed.

    The thread has the request's context: its id goes along with the task. `otherwise` runs in it when the broker
    takes nothing.
    """
    work = partial(publish, task, *arguments, otherwise=otherwise)
    thread = threading.Thread(target=copy_context().run, args=(work,), name="publisher", daemon=True)
    transaction.on_commit(thread.start)


def publish(task: Any, *arguments: Any, otherwise: Callable[[], object] | None = None) -> bool:
    """Publish now; False, and a line in the log, when the broker took nothing."""
    try:
        task.apply_async(args=arguments, expires=EXPIRES)
    except (OperationalError, OSError) as error:
        log.warning("the broker took no task; the sweeper will", extra={"error": type(error).__name__})
        if otherwise is not None:
            otherwise()
        return False
    return True
