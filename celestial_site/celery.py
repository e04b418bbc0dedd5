"""The Celery application; its settings are in settings.py, its schedule here, in code."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celestial_site.settings")

app = Celery("celestial")
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
