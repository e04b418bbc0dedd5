"""What the API counts. Counters and histograms only: they add up over several processes."""

from __future__ import annotations

from django.conf import settings
from prometheus_client import Counter, Histogram

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

requests = Counter("api_requests_total", "API calls answered.", ["route", "method", "status"])
request_seconds = Histogram(
    "api_request_seconds",
    "Seconds from an API call's arrival to its answer.",
    ["route"],
    buckets=settings.PROMETHEUS_LATENCY_BUCKETS,
)
engine_seconds = Histogram(
    "api_engine_seconds",
    "Seconds that a chart, or a sentence (system ask), took.",
    ["system"],
    buckets=settings.PROMETHEUS_LATENCY_BUCKETS,
)

unlimited = Counter("api_rate_limit_unchecked_total", "Calls not limited because Redis did not answer.")


def observe(route: str, method: str | None, status: int, seconds: float) -> None:
    """Count one answer. `route` is a URL pattern's name, so that strangers can't make labels."""
    known = method if method in _METHODS else "other"
    requests.labels(route, known, str(status)).inc()
    request_seconds.labels(route).observe(seconds)
