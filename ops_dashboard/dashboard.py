"""/admin/ops/: six charts with a sentence and a table each, their data, and the runbook that alerts link to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from ops_dashboard import summaries
from ops_dashboard.admin.evidence import amount, rule_words
from ops_dashboard.alert_rules import BY_ID, NORMAL
from ops_dashboard.models import AlertState, SystemMinute
from ops_dashboard.models.alerts import Phase
from ops_dashboard.runbooks import render
from ops_dashboard.series import DEFAULT, RANGES, Series, as_json, series
from wechat.models import OfficialAccount


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart as the template shows it."""

    id: str
    title: str
    unit: str
    summary: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]


def _may_look(request: HttpRequest) -> None:
    if not request.user.has_perm("ops_dashboard.view_minutestat"):
        raise PermissionDenied


def _asked(request: HttpRequest) -> tuple[str, str]:
    """Range and account of the address; anything unknown is the default."""
    name, account = request.GET.get("range", ""), request.GET.get("account", "")
    slugs = OfficialAccount.objects.values_list("slug", flat=True)
    return (name if name in RANGES else DEFAULT), (account if account in slugs else "")


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    _may_look(request)
    name, account = _asked(request)
    now = timezone.now()
    found = series(name, now, account)
    newest = SystemMinute.newest()
    context = {
        **admin.site.each_context(request),
        "title": _t("Operations"),
        "range": name,
        "ranges": list(RANGES),
        "account": account,
        "accounts": OfficialAccount.objects.order_by("slug"),
        "panels": list(panels(found, name)),
        "alerts": firing(),
        "counted_until": newest.minute if newest else None,
        "lines": {"p95": BY_ID["slow-callback"].threshold, "limit": NORMAL["wechat_limit"]},
    }
    return TemplateResponse(request, "admin/ops/dashboard.html", context)


@require_safe
def series_json(request: HttpRequest) -> HttpResponse:
    """The charts' data; the labels are the page's."""
    _may_look(request)
    name, account = _asked(request)
    found = series(name, timezone.now(), account)
    data = as_json(found) | {"range": name, "labels": summaries.labels(found)}
    response = JsonResponse(data)
    response["Cache-Control"] = "private, max-age=15"
    return response


@require_safe
def runbooks(request: HttpRequest) -> HttpResponse:
    """docs/RUNBOOKS.md as a page: the link in an alert opens on a phone."""
    _may_look(request)
    text = (Path(settings.BASE_DIR) / "docs" / "RUNBOOKS.md").read_text(encoding="utf-8")
    context = {**admin.site.each_context(request), "title": _t("Runbooks"), "body": render(text)}
    return TemplateResponse(request, "admin/ops/runbooks.html", context)


def firing() -> list[dict[str, Any]]:
    """What fires now, as the page says it."""
    states = AlertState.objects.filter(phase=Phase.FIRING).order_by("since")
    return [
        {
            "title": rule_words(state.rule),
            "account": state.subject,
            "value": amount(state.rule, state.value),
            "since": state.since,
            "anchor": state.rule,
        }
        for state in states
    ]


def panels(found: Series, name: str) -> Iterator[Panel]:
    labels, pattern = summaries.labels(found), "%m-%d %H:%M" if RANGES[name][0] > 1440 else "%H:%M"
    times = [timezone.localtime(step.start).strftime(pattern) for step in found.steps]
    for panel, lines in found.panels().items():
        columns = list(zip(*lines.values(), strict=True))
        rows = [
            (time, [_cell(value) for value in values])
            for time, values in zip(times, columns, strict=False)
            if any(value for value in values)
        ]
        yield Panel(
            panel,
            summaries.title(panel),
            summaries.unit(panel),
            summaries.summary(panel, found),
            [labels.get(key, key) for key in lines],
            rows,
        )


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
