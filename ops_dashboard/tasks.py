"""What runs by itself: a heartbeat, the statistics and alerts of each minute, the notices. Twice is harmless."""

from __future__ import annotations

from datetime import UTC, datetime

from celestial_site.celery import app
from ops_dashboard import aggregation, certificate, delivery, evaluator, retention
from ops_dashboard.models import Heartbeat
from ops_dashboard.scraping import read_counters


@app.task(name="ops_dashboard.tasks.heartbeat")  # type: ignore[untyped-decorator]
def heartbeat() -> None:
    """Beat publishes it, a worker runs it: the row is young only while both live."""
    Heartbeat.beat("worker", datetime.now(UTC))


@app.task(name="ops_dashboard.tasks.minute")  # type: ignore[untyped-decorator]
def minute() -> dict[str, int]:
    """Count the last minutes, then judge them: in one task, so that alerts never see half a count."""
    readings = read_counters()
    certificate.look(datetime.now(UTC))
    now = datetime.now(UTC)
    counted = aggregation.aggregate(now, readings)
    events = evaluator.evaluate(now)
    return {"minutes": counted, "events": len(events), "sent": delivery.deliver(now)}


@app.task(name="ops_dashboard.tasks.deliver")  # type: ignore[untyped-decorator]
def deliver() -> int:
    """Notices that a former try or the token bucket put off."""
    return delivery.deliver(datetime.now(UTC))


@app.task(name="ops_dashboard.tasks.prune")  # type: ignore[untyped-decorator]
def prune() -> dict[str, int]:
    """Delete what has outlived its retention."""
    return retention.prune(datetime.now(UTC))
