"""Waking a worker: after the commit, without waiting for a broker, and harmless when there is none."""

from __future__ import annotations

import logging
import socket
import threading
import time

import pytest
from celery.app.base import Celery
from django.db import transaction

from celestial_site import publishing


class Task:
    """A task that notes what it was published with, or has no broker."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.published = error, []

    def apply_async(self, args: tuple[object, ...], expires: int) -> None:
        if self.error:
            raise self.error
        self.published.append(args)


def wait_for(condition) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


@pytest.mark.django_db(transaction=True)
def test_a_worker_is_woken_after_the_commit():
    task = Task()
    with transaction.atomic():
        publishing.publish_after_commit(task, 7)
        time.sleep(0.05)
        assert task.published == []
    assert wait_for(lambda: task.published == [(7,)])


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_for_what_was_rolled_back():
    task = Task()
    with transaction.atomic():
        publishing.publish_after_commit(task, 7)
        transaction.set_rollback(True)
    time.sleep(0.05)
    assert task.published == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_the_caller_nothing():
    listener = socket.create_server(("127.0.0.1", 0))
    broker = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
    hung = Celery("hung", broker=broker, set_as_current=False)
    hung.conf.broker_transport_options = {"socket_connect_timeout": 0.5, "socket_timeout": 1}
    hung.conf.task_publish_retry = False
    start = time.monotonic()
    publishing.publish_after_commit(hung.signature("x"), 7)
    assert time.monotonic() - start < 0.1
    for thread in threading.enumerate():
        if thread.name == "publisher":
            thread.join(10)
    listener.close()


def test_a_broker_that_refuses_is_one_line_in_the_log_and_the_work_is_done_otherwise(caplog):
    refusing = Task(ConnectionRefusedError("no broker"))
    done: list[bool] = []
    with caplog.at_level(logging.WARNING):
        assert publishing.publish(refusing, 7, otherwise=lambda: done.append(True)) is False
        assert publishing.publish(refusing, 7) is False
    assert "the broker took no task" in caplog.text
    assert done == [True]
