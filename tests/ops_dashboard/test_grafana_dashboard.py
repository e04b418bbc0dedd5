"""deploy/grafana_dashboard_wechat_api.json: every metric and label that it, or a rule, uses is exported."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from ops_dashboard.alert_rules import records
from tests.site.test_imports import ROOT
from wechat import metrics as wechat_metrics

FILE = ROOT / "deploy" / "grafana_dashboard_wechat_api.json"
_FUNCTIONS = {
    *("sum", "min", "max", "count", "rate", "increase", "histogram_quantile", "vector"),
    *("by", "or", "and"),
}
# Prometheus' own.
_BUILT_IN = {"ALERTS": {"alertname", "alertstate", "severity", "rule", "account"}, "up": {"job", "instance"}}


@pytest.fixture
def exported(client, account, now, var) -> dict[str, set[str]]:
    """Sample name -> label names of everything on both pages, once each family has a sample."""
    from ops_dashboard.measures import BACKUP_MARK
    from ops_dashboard.models import CounterReading, Heartbeat, SystemMinute
    from predictions.api import metrics as api_metrics

    (var / BACKUP_MARK).touch()
    Heartbeat.beat("worker", now)
    SystemMinute.objects.create(minute=now, silence_ratio=1)
    CounterReading.objects.create(name="certificate_not_after", value=2e9, at=timezone.now())
    api_metrics.observe("systems", "GET", 200, 0.01)
    api_metrics.engine_seconds.labels("bazi").observe(0.01)
    wechat_metrics.engine_seconds.labels("bazi").observe(0.01)
    wechat_metrics.seconds.labels("POST").observe(0.01)
    client.get("/livez")
    names: dict[str, set[str]] = {}
    for page in ("/wechat_metrics", "/api_metrics"):
        for family in text_string_to_metric_families(client.get(page).content.decode()):
            for sample in family.samples:
                names.setdefault(sample.name, set()).update(sample.labels)
    return names


def dashboard() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))


def targets() -> list[tuple[str, str]]:
    return [
        (target["expr"], target["legendFormat"])
        for panel in dashboard()["panels"]
        for target in panel["targets"]
    ]


def used(expression: str) -> tuple[set[str], set[str]]:
    """Names of series, and of labels, in a PromQL expression."""
    labels = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", expression))
    for group in re.findall(r"by \(([^)]*)\)", expression):
        labels |= {label.strip() for label in group.split(",")}
    bare = re.sub(r"by \([^)]*\)|\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", expression)
    names = set(re.findall(r"[A-Za-z_:][\w:]*", bare))
    return names - _FUNCTIONS, labels


@pytest.mark.django_db
def test_every_metric_and_label_of_the_dashboard_and_of_the_rules_exists(exported):
    recorded = {record.name: record.expr for record in records()}
    expressions = [*(expression for expression, _legend in targets()), *recorded.values()]
    assert len(expressions) > 40
    for expression in expressions:
        names, labels = used(expression)
        assert names, expression
        unknown = names - set(exported) - set(recorded) - set(_BUILT_IN)
        assert not unknown, f"{expression} uses {unknown}"
        known = set().union(*(exported.get(n, set()) | _BUILT_IN.get(n, set()) for n in names))
        assert labels - {"le"} <= known | labels_of(names, recorded), expression


def labels_of(names: set[str], recorded: dict[str, str]) -> set[str]:
    return set().union(set(), *(used(recorded[name])[1] for name in names if name in recorded))


def test_legends_name_labels_that_their_query_keeps():
    for expression, legend in targets():
        shown = set(re.findall(r"\{\{\s*(\w+)\s*\}\}", legend))
        kept = used(expression)[1] | ({"version"} if expression == "wechat_build_info" else set())
        assert shown <= kept, expression


def test_the_dashboard_can_be_provisioned_and_imported():
    found = dashboard()
    assert (found["id"], found["uid"]) == (None, "celestial-wechat-api")
    assert found["time"] == {"from": "now-6h", "to": "now"}
    ids = [panel["id"] for panel in found["panels"]]
    assert len(ids) == len(set(ids)) >= 20
    for panel in found["panels"]:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
        assert panel["fieldConfig"]["defaults"]["unit"]
    assert found["templating"]["list"][0]["name"] == "DS_PROMETHEUS"


def test_panels_do_not_overlap():
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        grid = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert not cells & taken, panel["title"]
        assert grid["x"] + grid["w"] <= 24
        taken |= cells


def test_the_latency_panel_draws_the_alert_s_line_and_wechat_s_five_seconds():
    panel = next(panel for panel in dashboard()["panels"] if "Callback latency" in panel["title"])
    steps = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
    assert steps == [None, 1.5, 5]
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "line"}
