"""Prometheus pages. Counters come from every worker's file, gauges from the database when scraped.

That way any worker can answer a scrape with the truth of all of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from celestial_site.loopback import may_see_metrics
from ops_dashboard import gauges
from predictions.api import metrics as api_families  # noqa: F401  registers the families of the API
from wechat import metrics as wechat_families  # noqa: F401  registers the families of the callback


@require_safe
def wechat_metrics(request: HttpRequest) -> HttpResponse:
    """The callback's counters, and what the database says of backlog and modes."""
    return _page(request, ("wechat_",), gauges.state(timezone.now()))


@require_safe
def api_metrics(request: HttpRequest) -> HttpResponse:
    """The API's counters and queue, and Django's own counters."""
    return _page(request, ("api_", "django_"), gauges.api_state(timezone.now()))


def _page(request: HttpRequest, prefixes: tuple[str, ...], state: Iterable[Metric]) -> HttpResponse:
    if not may_see_metrics(request):
        raise Http404
    families = [family for family in _counters().collect() if family.name.startswith(prefixes)]
    return HttpResponse(_text([*families, *state]), content_type=CONTENT_TYPE_LATEST)


def _counters() -> CollectorRegistry:
    """What all workers counted; outside gunicorn there is one process with a registry of its own."""
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


class _Families:
    """Families that are complete already, as the registry wants them."""

    def __init__(self, families: list[Metric]) -> None:
        self.families = families

    def collect(self) -> Iterable[Metric]:
        return self.families


def _text(families: list[Metric]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families(families))  # type: ignore[arg-type]
    return generate_latest(registry)
