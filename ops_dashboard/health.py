"""/livez and /readyz, and the report behind them that `check_health` prints too."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from celestial_site import __version__
from celestial_site.encryption import DecryptionError, decrypt, encrypt
from celestial_site.loopback import may_see_metrics
from ops_dashboard.alert_rules import BY_ID
from ops_dashboard.models import Heartbeat
from wechat.models import OfficialAccount

log = logging.getLogger(__name__)

# What a probe waits for at most, per service that is not required.
CONNECT_SECONDS, ANSWER_SECONDS = 0.3, 0.5


class Unhealthy(Exception):
    """A check found what it must not find; the text is for the administrator."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check: whether it holds, how long it took, and what to know about it."""

    ok: bool
    required: bool
    ms: float
    detail: str

    def as_dict(self, *, detailed: bool) -> dict[str, Any]:
        public = {"ok": self.ok, "required": self.required, "ms": self.ms}
        return public | {"detail": self.detail} if detailed and self.detail else public


@dataclass(frozen=True, slots=True)
class Report:
    """Every check's result. Ready as long as what is required holds."""

    checks: dict[str, CheckResult]

    @property
    def ready(self) -> bool:
        return all(check.ok for check in self.checks.values() if check.required)

    @property
    def status(self) -> str:
        if not self.ready:
            return "unavailable"
        return "ok" if all(check.ok for check in self.checks.values()) else "degraded"

    def as_dict(self, *, detailed: bool) -> dict[str, Any]:
        checks = {name: check.as_dict(detailed=detailed) for name, check in self.checks.items()}
        return {"status": self.status, "checks": checks, "version": __version__}


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. No I/O: a slow database must not get a working process restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether messages can be answered here: 200 or 503. Details name hosts, so few may see them."""
    found = report()
    detailed = may_see_metrics(request)
    return JsonResponse(found.as_dict(detailed=detailed), status=200 if found.ready else 503)


def report() -> Report:
    """Run every check. Redis and the broker are reported only: the callback answers without them."""
    checks = {
        "database": _run(_database, required=True),
        "migrations": _run(_migrations, required=True),
        "keys": _run(_keys, required=True),
        "redis": _run(_redis, required=False),
        "broker": _run(_broker, required=False),
        "worker": _run(_worker, required=False),
    }
    return Report(checks)


def _run(check: Callable[[], str], *, required: bool) -> CheckResult:
    started = time.perf_counter()
    try:
        ok, detail = True, check()
    except (Unhealthy, DatabaseFailure, redis.RedisError, OSError) as error:
        ok, detail = False, f"{type(error).__name__}: {error}".strip()
        log.warning("health check %s failed: %s", check.__name__.strip("_"), type(error).__name__)
    return CheckResult(ok, required, round((time.perf_counter() - started) * 1000, 1), detail)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return str(connection.vendor)


@cache
def _migrations_on_disk() -> frozenset[tuple[str, str]]:
    # Reading the files takes far longer than asking the database, and a running process keeps its own.
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _migrations() -> str:
    missing = sorted(_migrations_on_disk() - set(MigrationRecorder(connection).applied_migrations()))
    if missing:
        names = ", ".join(".".join(key) for key in missing[:5])
        raise Unhealthy(f"{len(missing)} not applied ({names}); run manage.py migrate")
    return f"{len(_migrations_on_disk())} applied"


def _keys() -> str:
    """Every account's secrets open, and what is stored now could be opened later."""
    try:
        count = len(OfficialAccount.objects.all())
        opened = decrypt(encrypt("health", "ops_dashboard.health"), "ops_dashboard.health")
    except DecryptionError as error:
        raise Unhealthy(str(error)) from error
    except ValueError as error:
        raise Unhealthy("a stored secret is damaged and can't be decrypted") from error
    if opened != "health":
        raise Unhealthy("encrypting and decrypting did not give the same text back")
    return f"{count} accounts opened"


def _redis() -> str:
    if not settings.REDIS_URL:
        return "not configured"
    _ping(settings.REDIS_URL)
    return "answers"


def _broker() -> str:
    if not settings.CELERY_BROKER_URL.startswith("filesystem"):
        _ping(settings.CELERY_BROKER_URL)
        return "answers"
    folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unhealthy(f"{folder} is missing or can't be written")
    return "filesystem"


def _worker() -> str:
    """Seen from here, since a worker that has stopped tells nobody. A new installation has none yet."""
    age = Heartbeat.age("worker", timezone.now())
    if age is None:
        return "no heartbeat yet"
    if age > BY_ID["worker-heartbeat"].threshold:
        raise Unhealthy(f"no heartbeat for {age:.0f} s; is a Celery worker running, and beat?")
    return f"heartbeat {age:.0f} s ago"


def _ping(url: str) -> None:
    client = redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS)
    try:
        client.ping()
    finally:
        client.close()
