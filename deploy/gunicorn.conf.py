"""How gunicorn runs Celestial Nexus, in `make run` and in the services of deploy/.

gunicorn -c deploy/gunicorn.conf.py celestial_site.wsgi
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# gunicorn reads this file before it adds the project to the path.
sys.path.insert(0, str(ROOT))

from celestial_site import logs  # noqa: E402
from celestial_site.env import env_int, env_str  # noqa: E402

wsgi_app = "celestial_site.wsgi"
chdir = str(ROOT)
bind = env_str("BIND") or f"127.0.0.1:{env_int('API_PORT', 8000, 1, 65535)}"

# Replies are short and wait little: threads keep the number of database connections down.
worker_class = "gthread"
workers = env_int("WEB_CONCURRENCY", 2, 1, 64)
threads = env_int("WEB_THREADS", 4, 1, 64)
# With gthread `timeout` watches the worker's loop, not a slow request: the 4.5 s deadline is our code's.
timeout = 30
graceful_timeout = 20
# Each recycled worker leaves metrics files that every scrape reads, so recycling is rare.
max_requests = 10_000
max_requests_jitter = 1_000
# Longer than nginx keeps an idle connection, so that nginx never reuses one that is being closed.
keepalive = 15
# The heartbeat file on a disk can block a worker long enough to be killed.
MEMORY = "/dev/shm"  # noqa: S108
worker_tmp_dir = MEMORY if os.access(MEMORY, os.W_OK) else None
# Fork-safe: database connections and metrics files belong to the worker that made them; HUP reloads the code.
preload_app = False
# Otherwise gunicorn opens a socket below HOME, which a service has not.
control_socket_disable = True

# X_Forwarded_For and X-Forwarded-For become the same variable; a request with the former is refused.
header_map = "refuse"
# Longer lines never reach the application, so this is above what it refuses with an answer of its own.
limit_request_line = 4094
limit_request_fields = 60

# nginx keeps the access log; gunicorn's own lines are JSON like everybody else's.
accesslog = None
logging.captureWarnings(True)
logconfig_dict: dict[str, Any] = logs.configuration(env_str("CELESTIAL_LOG_DIR"))
logconfig_dict["loggers"] = {
    "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
    "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
}


def _metrics_folder() -> Path:
    """Where workers share their counters; in the environment before a worker imports the client."""
    port = bind.rpartition(":")[2].rpartition("/")[2]
    var = Path(env_str("CELESTIAL_VAR", str(ROOT / "var")))
    return Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(var / f"prometheus-{port}")))


METRICS_FOLDER = _metrics_folder()


def on_starting(server: Any) -> None:
    """Counters of an earlier run would be added to this one's."""
    METRICS_FOLDER.mkdir(parents=True, exist_ok=True)
    for file in METRICS_FOLDER.glob("*.db"):
        file.unlink()


def child_exit(server: Any, worker: Any) -> None:
    """Drop the dead worker's live gauges; its counters stay, since they count."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)
