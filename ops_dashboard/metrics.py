"""Prometheus pages. Counters come from every worker's file, gauges from the database when scraped.

That way any worker can answer a scrape with the truth of all of them.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from celestial_site import __version__
from celestial_site.loopback import may_see_metrics
from wechat import metrics as wechat_families  # noqa: F401  registers the families of the callback
from wechat.models import Message, OfficialAccount
from wechat.models.account import SWITCHES

log = logging.getLogger(__name__)


@require_safe
def wechat_metrics(request: HttpRequest) -> HttpResponse:
    """The callback's counters, and what the database says of backlog and modes."""
    return _page(request, ("wechat_",), _state(timezone.now()))


@require_safe
def api_metrics(request: HttpRequest) -> HttpResponse:
    """The API's counters and Django's own."""
    return _page(request, ("api_", "django_"), ())


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


def _state(now: datetime) -> Iterator[Metric]:
    """Gauges from the database; a database that is down is a value here, not an error page."""
    build = GaugeMetricFamily("wechat_build_info", "The version that runs.", labels=["version"])
    build.add_metric([__version__], 1)
    yield build
    up = GaugeMetricFamily("wechat_database_up", "Whether the database answered this scrape.")
    try:
        gauges = [*_backlog(now), _modes(now)]
    except DatabaseError:
        log.exception("the database did not answer a scrape")
        gauges = []
    up.add_metric([], 1 if gauges else 0)
    yield up
    yield from gauges


def _backlog(now: datetime) -> Iterator[Metric]:
    pending = Message.objects.filter(status="pending").aggregate(count=Count("id"), oldest=Min("received_at"))
    yield GaugeMetricFamily(
        "wechat_pending_messages", "Messages stored and not yet answered.", value=pending["count"]
    )
    oldest = pending["oldest"]
    age = (now - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily("wechat_oldest_pending_seconds", "Age of the oldest of them.", value=max(age, 0))


def _modes(now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "wechat_account_mode",
        "1 for the value that each switch of an account has now.",
        labels=["account", "switch", "value"],
    )
    fields = ("slug", "verification_until", *SWITCHES)
    for account in OfficialAccount.objects.only(*fields):
        values = {switch: getattr(account, switch) for switch in SWITCHES}
        values["verification"] = account.effective_verification(now)
        for switch, value in values.items():
            family.add_metric([account.slug, switch, value], 1)
    return family
