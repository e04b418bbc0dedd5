"""deploy/prometheus/: rules and their promtool tests, written from `alert_rules` and from nothing else."""

from __future__ import annotations

from typing import Any

import yaml

from ops_dashboard.alert_definition import AlertRule, Scenario, Unit
from ops_dashboard.alert_rules import RULES, records

RECORDS, ALERTS = "celestial_records", "celestial_alerts"
RULES_FILE, TESTS_FILE = "celestial_rules.yml", "celestial_rules_test.yml"
_HEAD = "# Written by `manage.py alert_rules --write` from ops_dashboard/alert_rules.py; edit that instead.\n"
_VALUES: dict[Unit, str] = {
    "count": "{{ $value | humanize }}",
    "seconds": "{{ $value | humanizeDuration }}",
    "ratio": "{{ $value | humanizePercentage }}",
    "gaps": "{{ $value | humanize }}",
}


def files() -> dict[str, str]:
    """File name -> content."""
    return {RULES_FILE: _dump(_rules()), TESTS_FILE: _dump(_tests())}


def _dump(document: Any) -> str:
    return _HEAD + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)


def _rules() -> dict[str, Any]:
    recording = [{"record": record.name, "expr": record.expr} for record in records()]
    return {
        "groups": [
            {"name": RECORDS, "interval": "30s", "rules": recording},
            {"name": ALERTS, "interval": "30s", "rules": [_alert(rule) for rule in RULES]},
        ]
    }


def _alert(rule: AlertRule) -> dict[str, Any]:
    entry: dict[str, Any] = {"alert": rule.alert, "expr": rule.expr}
    if rule.for_minutes:
        entry["for"] = f"{rule.for_minutes}m"
    entry["keep_firing_for"] = f"{rule.calm_minutes}m"
    entry["labels"] = _labels(rule)
    entry["annotations"] = _annotations(rule, _VALUES[rule.unit])
    return entry


def _labels(rule: AlertRule) -> dict[str, str]:
    return {"severity": rule.severity, "rule": rule.id}


def _annotations(rule: AlertRule, value: str) -> dict[str, str]:
    return {
        "summary": f"{rule.title}：{value}",
        "description": f"{rule.title_en}: {value} (threshold {rule.op} {rule.threshold:g} {rule.unit})",
        "runbook_url": rule.runbook,
    }


def _tests() -> dict[str, Any]:
    tests = []
    for rule in RULES:
        tests += [_test(rule, rule.firing, fires=True), _test(rule, rule.quiet, fires=False)]
    return {
        "rule_files": [RULES_FILE],
        # Otherwise promtool takes the groups in any order, and an alert sees its record a minute late.
        "group_eval_order": [RECORDS, ALERTS],
        "evaluation_interval": "1m",
        "tests": tests,
    }


def _test(rule: AlertRule, scenario: Scenario, *, fires: bool) -> dict[str, Any]:
    # What the alert says of its value is Prometheus' rendering; that it fires, with its labels, is ours to test.
    expression = (
        f'sum by (alertname, alertstate, severity, rule, account) (ALERTS{{alertname="{rule.alert}"}})'
    )
    labels = {"alertname": rule.alert, "alertstate": "firing", **_labels(rule), **dict(scenario.labels)}
    sample = "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"
    return {
        "name": f"{rule.id} {'fires' if fires else 'stays quiet'}",
        "interval": "1m",
        "input_series": [{"series": series, "values": values} for series, values in scenario.series],
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": f"{scenario.at}m",
                "exp_samples": [{"labels": sample, "value": 1}] if fires else [],
            }
        ],
    }
