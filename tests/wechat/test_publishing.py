"""Waking a worker: after the commit, without waiting for a broker, and harmless when there is none."""

from __future__ import annotations

import logging
import socket
import threading
import time

import pytest
from celery.app.base import Celery
from django.db import transaction

from celestial_site.celery import app
from wechat import publishing, tasks


@pytest.fixture
def published(monkeypatch) -> list[int]:
    """What reached the broker."""
    found: list[int] = []
    monkeypatch.setattr(publishing.app, "send_task", lambda _task, arguments: found.extend(arguments))
    return found


def wait_for(condition) -> bool:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return bool(condition())


@pytest.mark.django_db(transaction=True)
def test_a_sender_is_woken_after_the_commit(published):
    with transaction.atomic():
        tasks.wake_sender(7)
        time.sleep(0.05)
        assert published == []
    assert wait_for(lambda: published == [7])


@pytest.mark.django_db(transaction=True)
def test_nobody_is_woken_for_what_was_rolled_back(published):
    with transaction.atomic():
        tasks.wake_sender(7)
        transaction.set_rollback(True)
    time.sleep(0.05)
    assert published == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_the_caller_nothing(monkeypatch):
    listener = socket.create_server(("127.0.0.1", 0))
    broker = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
    hung = Celery("hung", broker=broker, set_as_current=False)
    hung.conf.broker_transport_options = {"socket_connect_timeout": 0.5, "socket_timeout": 1}
    monkeypatch.setattr(publishing.app, "send_task", lambda _task, pk: hung.send_task("x", pk, retry=False))
    start = time.monotonic()
    tasks.wake_sender(7)
    assert time.monotonic() - start < 0.1
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("publish")]
    for thread in threads:
        thread.join(10)
    listener.close()


def test_a_broker_that_refuses_is_one_line_in_the_log_and_the_work_is_done_otherwise(monkeypatch, caplog):
    def refuse(*_: object) -> None:
        raise ConnectionRefusedError("no broker")

    monkeypatch.setattr(publishing.app, "send_task", refuse)
    done: list[bool] = []
    with caplog.at_level(logging.WARNING):
        publishing.publish("x", (7,), lambda: done.append(True))
        publishing.publish("x", (7,))
    assert "the rows keep it" in caplog.text
    assert done == [True]


@pytest.mark.django_db
def test_a_message_that_is_gone_is_nothing_to_send():
    assert tasks.send_queued(12345) == 0


def test_the_sweeper_looks_every_five_seconds():
    entry = app.conf.beat_schedule["send what waits in the outbox"]
    assert (entry["task"], entry["schedule"]) == ("wechat.tasks.send_queued", 5.0)
