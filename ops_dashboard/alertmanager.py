"""/ops/alertmanager: what Alertmanager's webhook says becomes notices of our channels.

Robots do not take Alertmanager's JSON. Its format: version 4, prometheus.io/docs/alerting/latest/configuration,
webhook_config. A delivery that is tried again, or a group that is sent anew because another alert joined it, tells
nobody twice.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from celestial_site.loopback import may_see_metrics
from ops_dashboard import delivery
from ops_dashboard.evaluator import queue
from ops_dashboard.models import AlertEvent, Silence

Kind = AlertEvent.Kind
MOST = 500
# An alert that goes on is told again when Alertmanager repeats it (repeat_interval), not when its group changes.
REMIND = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of a delivery; `rule` is ours where our rules file set that label, else the alert's name."""

    firing: bool
    rule: str
    subject: str
    severity: str
    text: str


@csrf_exempt
@require_POST
@never_cache
def receive(request: HttpRequest) -> HttpResponse:
    """Take one delivery and send at once: the worker that sends otherwise may be what has stopped.

    From this machine, or with METRICS_TOKEN. Only as JSON, which no form of a strange page can send.
    """
    if not may_see_metrics(request):
        raise Http404
    if request.content_type != "application/json":
        return JsonResponse({"error": "send application/json"}, status=415)
    try:
        alerts = read(request.body)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    now = timezone.now()
    events = [event for alert in alerts if (event := take(alert, now))]
    return JsonResponse({"alerts": len(alerts), "events": len(events), "sent": delivery.deliver(now)})


def read(body: bytes) -> list[Alert]:
    """The alerts of a delivery. Raises ValueError for anything that Alertmanager does not send."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise ValueError("the body is no JSON") from error
    alerts = document.get("alerts") if isinstance(document, dict) else None
    if not isinstance(alerts, list) or len(alerts) > MOST:
        raise ValueError(f"alerts must be a list of at most {MOST}")
    return [_alert(alert) for alert in alerts]


def _alert(alert: Any) -> Alert:
    if not isinstance(alert, dict) or alert.get("status") not in ("firing", "resolved"):
        raise ValueError("each alert needs the status firing or resolved")
    labels, annotations = _texts(alert, "labels"), _texts(alert, "annotations")
    name = labels.get("alertname", "")
    if not name:
        raise ValueError("each alert needs the label alertname")
    lines = [
        annotations.get("summary", name),
        annotations.get("description", ""),
        annotations.get("runbook_url", ""),
    ]
    return Alert(
        firing=alert["status"] == "firing",
        rule=labels.get("rule", name)[:40],
        subject=labels.get("account", labels.get("instance", ""))[:40],
        severity=labels.get("severity", ""),
        text="\n".join(filter(None, lines))[:4000],
    )


def _texts(alert: dict[str, Any], member: str) -> dict[str, str]:
    found = alert.get(member) or {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError(f"{member} must be an object of texts")
    return found


def take(alert: Alert, now: datetime) -> AlertEvent | None:
    """The event that an alert makes, with its notices; None when everybody knows already."""
    known = AlertEvent.objects.filter(by=AlertEvent.ALERTMANAGER, rule=alert.rule, subject=alert.subject)
    last, silenced = known.first(), Silence.covers(alert.rule, now)
    kind = _kind(alert, last, silenced, now)
    if kind is None:
        return None
    event = AlertEvent.objects.create(
        rule=alert.rule,
        subject=alert.subject,
        kind=kind,
        at=now,
        by=AlertEvent.ALERTMANAGER,
        detail=alert.text,
        silenced=silenced,
    )
    never_told = kind == Kind.RESOLVED and last is not None and last.silenced
    if not (silenced or never_told):
        queue(event, now, alert.severity)
    return event


def _kind(alert: Alert, last: AlertEvent | None, silenced: bool, now: datetime) -> AlertEvent.Kind | None:
    over = last is None or last.kind == Kind.RESOLVED
    if not alert.firing:
        return None if over else Kind.RESOLVED
    if last is None or over:
        return Kind.FIRING
    due = now - last.at >= REMIND or (last.silenced and not silenced)
    return Kind.REMINDER if due else None
