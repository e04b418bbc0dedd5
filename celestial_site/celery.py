"""The Celery application; its settings are in settings.py, its schedule here, in code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from django.conf import settings

from celestial_site.logs import message_id, request_id

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celestial_site.settings")


class LoggedTask(Task):  # type: ignore[misc]
    """A task whose log lines name the request that published it, and never the task before it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.request.called_directly:
            request_id.set(self.request.get("request_id") or "")
            message_id.set("")
        return super().__call__(*args, **kwargs)


class LoggedCelery(Celery):  # type: ignore[misc]
    """Sends the request's id along with each task."""

    def send_task(self, name: str, *args: Any, headers: dict[str, Any] | None = None, **options: Any) -> Any:
        headers = {"request_id": request_id.get()} | (headers or {})
        return super().send_task(name, *args, headers=headers, **options)


app = LoggedCelery("celestial", task_cls=LoggedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "finish what a lost worker left": {
        "task": "wechat.tasks.sweep",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "send what waits in the outbox": {
        "task": "wechat.tasks.send_queued",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "wake workers for batches that nobody works on": {
        "task": "predictions.tasks.sweep_batches",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "delete what has outlived its retention": {"task": "wechat.tasks.prune", "schedule": 3600.0},
    "show that a worker lives": {
        "task": "ops_dashboard.tasks.heartbeat",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "count and judge the last minute": {
        "task": "ops_dashboard.tasks.minute",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "send what was put off": {
        "task": "ops_dashboard.tasks.deliver",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "delete old statistics, alerts, predictions and sessions": {
        "task": "ops_dashboard.tasks.prune",
        "schedule": 6 * 3600.0,
    },
}
app.conf.beat_schedule_filename = str(settings.CELESTIAL_VAR / "celerybeat-schedule")

for folder in ("data_folder_in", "control_folder"):
    if folder in settings.CELERY_BROKER_TRANSPORT_OPTIONS:
        Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS[folder]).mkdir(parents=True, exist_ok=True)
