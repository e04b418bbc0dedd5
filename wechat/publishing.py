"""Waking a worker: by a thread in the background that nobody waits for, since a broker may be down or hang."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import connections, transaction
from kombu.exceptions import OperationalError

from celestial_site.celery import app

log = logging.getLogger("wechat")


def publish_soon(task: str, *arguments: object, otherwise: Callable[[], object] | None = None) -> None:
    """Have a worker run `task` soon, after the commit. The rows are the queue, so a lost task costs only time.

    `otherwise` runs in the background thread when the broker takes nothing.
    """
    thread = threading.Thread(
        target=publish, args=(task, arguments, otherwise), name=f"publish {task}", daemon=True
    )
    transaction.on_commit(thread.start)


def publish(task: str, arguments: tuple[object, ...], otherwise: Callable[[], object] | None = None) -> None:
    """In the background thread: hand the task to the broker."""
    try:
        app.send_task(task, arguments)
    except (OperationalError, OSError) as error:
        log.warning("the broker took no task; the rows keep it", extra={"error": type(error).__name__})
        if otherwise is not None:
            otherwise()
    finally:
        connections.close_all()
