"""The tasks themselves: harmless when what they are for is gone, and looked after every few seconds."""

from __future__ import annotations

import pytest

from celestial_site.celery import app
from wechat import deferred, tasks


@pytest.mark.django_db
def test_a_message_that_is_gone_is_nothing_to_do():
    assert tasks.send_queued(12345) == 0
    assert tasks.compute(12345) is False
    assert tasks.show_typing(12345) is False
    assert tasks.sweep() == 0


@pytest.mark.parametrize("name", ["wechat.tasks.send_queued", "wechat.tasks.sweep"])
def test_the_sweepers_look_every_five_seconds(name):
    entry = next(entry for entry in app.conf.beat_schedule.values() if entry["task"] == name)
    assert (entry["schedule"], entry["options"]) == (5.0, {"expires": 5})


def test_what_is_published_by_name_exists():
    assert {deferred.COMPUTE.task, deferred.SEND.task, deferred.TYPING.task} <= set(app.tasks)


def test_the_slowest_sweep_ends_before_celerys_soft_limit():
    assert app.conf.task_soft_time_limit > tasks.BUDGET + deferred.PATIENCE
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit


def test_tasks_survive_a_lost_worker_and_hold_no_broker_up():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_publish_retry is False
    assert app.conf.task_ignore_result
    assert app.conf.accept_content == ["json"]
