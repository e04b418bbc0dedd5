"""What the web processes count in memory, read from their own pages: a worker has no other way to learn it."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from ops_dashboard.models import Heartbeat

SECONDS = 3
# How long a page that answered once is missed. A service that moved elsewhere is forgotten after that.
EXPECTED = timedelta(days=7)
# A proxy of the environment must not stand between this process and loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
# page -> {our name: (sample, labels that it must have)}
COUNTERS: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    "/wechat_metrics": {
        "wechat_errors": ("wechat_server_errors_total", {}),
        "waiting": ("wechat_requests_total", {"outcome": "waiting"}),
        "wechat_engine_calls": ("wechat_engine_seconds_count", {}),
        "wechat_engine_seconds": ("wechat_engine_seconds_sum", {}),
    },
    "/api_metrics": {
        "api_errors": ("api_server_errors_total", {}),
        "api_calls": ("api_requests_total", {}),
        "api_engine_calls": ("api_engine_seconds_count", {}),
        "api_engine_seconds": ("api_engine_seconds_sum", {}),
    },
}


@dataclass(frozen=True, slots=True)
class Readings:
    """Counters by our names, and which of COUNTERS' pages answered."""

    counters: dict[str, float]
    pages: frozenset[str]


def read_counters() -> Readings:
    """Ask both pages on this machine, wherever each is served."""
    counters: dict[str, float] = {}
    answered = set()
    for path, wanted in COUNTERS.items():
        text = _page(path)
        if text is not None:
            answered.add(path)
            counters |= _sums(text, wanted)
    return Readings(counters, frozenset(answered))


def web_is_up(readings: Readings, now: datetime) -> bool | None:
    """Whether every page answered that has answered in the last week; None when none has.

    Only what was seen here can be missed: an installation may run one of the two services on another machine, or
    listen on a Unix socket, where this process can't ask.
    """
    expected = {path for path in COUNTERS if _seen(path, now)} | readings.pages
    for path in readings.pages:
        Heartbeat.beat(path, now)
    return readings.pages >= expected if expected else None


def _seen(path: str, now: datetime) -> bool:
    age = Heartbeat.age(path, now)
    return age is not None and age < EXPECTED.total_seconds()


def _page(path: str) -> str | None:
    """One service serves both pages on API_PORT, or each its own: the callback's then listens on WECHAT_PORT."""
    ports = (settings.API_PORT, settings.WECHAT_PORT) if path == "/wechat_metrics" else (settings.API_PORT,)
    for port in ports:
        text = _fetch(f"http://127.0.0.1:{port}{path}")
        # Whoever else listens there (Prometheus' own default is 9090) has no families of ours.
        if text is not None and "# HELP" in text and "_build_info" in text:
            return text
    return None


def _fetch(url: str) -> str | None:
    headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"} if settings.METRICS_TOKEN else {}
    if not {"127.0.0.1", "*"} & set(settings.ALLOWED_HOSTS) and settings.ALLOWED_HOSTS:
        headers["Host"] = settings.ALLOWED_HOSTS[0].lstrip(".")
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310  loopback, spelled out above
        with OPENER.open(request, timeout=SECONDS) as response:
            return str(response.read().decode())
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
        return None


def _sums(text: str, wanted: dict[str, tuple[str, dict[str, str]]]) -> dict[str, float]:
    sums = dict.fromkeys(wanted, 0.0)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name, (sample_name, labels) in wanted.items():
                if sample.name == sample_name and labels.items() <= sample.labels.items():
                    sums[name] += sample.value
    return sums
