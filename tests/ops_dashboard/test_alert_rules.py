"""ops_dashboard.alert_rules and what is made from it: Prometheus' files, the runbook, the built-in measures."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from ops_dashboard import prometheus_files
from ops_dashboard.alert_rules import BY_ID, RULES, records
from ops_dashboard.measures import GUARDS, MEASURES
from ops_dashboard.runbooks import anchors
from tests.site.test_imports import ROOT

PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="promtool is not installed (Debian: apt-get install prometheus; .ci/run does)"
)


def promtool(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(PROMTOOL), *arguments], check=False, cwd=folder, capture_output=True, text=True, timeout=120
    )


def test_the_launch_report_s_baselines_are_these():
    baselines = {
        "signature-failures": (">", 10, 0),
        "slow-callback": (">", 1.5, 10),
        "duplicate-rate": (">", 0.3, 0),
        "server-errors": (">", 3, 0),
    }
    found = {rule.id: (rule.op, rule.threshold, rule.for_minutes) for rule in RULES if rule.id in baselines}
    assert found == baselines
    assert BY_ID["duplicate-rate"].guard[1] == 50
    assert "[5m]" in BY_ID["signature-failures"].record.expr
    assert "[10m]" in BY_ID["duplicate-rate"].record.expr
    assert "[5m]" in BY_ID["server-errors"].record.expr


def test_ids_and_names_are_unique_and_every_rule_can_be_measured_without_prometheus():
    assert len(BY_ID) == len({rule.alert for rule in RULES}) == len(RULES)
    assert set(MEASURES) == set(BY_ID)
    assert set(GUARDS) == {rule.guard[0].name for rule in RULES if rule.guard}


def test_every_alert_has_its_section_in_the_runbooks_and_no_section_is_left_over():
    text = (ROOT / "docs" / "RUNBOOKS.md").read_text(encoding="utf-8")
    assert sorted(anchors(text)) == sorted(BY_ID)
    assert all(f"## {rule.title} · " in text for rule in RULES)


def test_a_value_on_the_threshold_is_no_alarm():
    assert not BY_ID["server-errors"].broken_by(3)
    assert BY_ID["server-errors"].broken_by(4)
    assert not BY_ID["disk-space"].broken_by(0.15)
    assert BY_ID["disk-space"].broken_by(0.149)


def test_the_files_in_deploy_are_what_the_definitions_give():
    output = StringIO()
    call_command("alert_rules", "--check", stdout=output)
    assert output.getvalue() == "up to date\n"


def test_check_names_the_file_that_differs_and_write_mends_it(tmp_path):
    call_command("alert_rules", "--write", "--folder", str(tmp_path), stdout=StringIO())
    (tmp_path / prometheus_files.RULES_FILE).write_text("groups: []")
    with pytest.raises(CommandError, match=r"celestial_rules\.yml;"):
        call_command("alert_rules", "--check", "--folder", str(tmp_path), stdout=StringIO())


def test_without_options_the_command_lists_every_rule():
    output = StringIO()
    call_command("alert_rules", stdout=output)
    assert [line.split()[1] for line in output.getvalue().splitlines()] == [rule.id for rule in RULES]


def test_every_alert_says_severity_summary_and_runbook():
    groups = yaml.safe_load(prometheus_files.files()[prometheus_files.RULES_FILE])["groups"]
    for alert in groups[1]["rules"]:
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert alert["annotations"]["runbook_url"] == f"docs/RUNBOOKS.md#{alert['labels']['rule']}"
        assert alert["annotations"]["summary"]
    assert [rule["record"] for rule in groups[0]["rules"]] == [record.name for record in records()]


@needs_promtool
def test_promtool_accepts_the_rules_and_both_examples():
    for command in (
        ("check", "rules", "prometheus/celestial_rules.yml"),
        ("check", "config", "prometheus_scrape_example.yml"),
    ):
        result = promtool(*command, folder=ROOT / "deploy")
        assert result.returncode == 0, result.stdout + result.stderr


@needs_promtool
def test_each_alert_fires_and_stays_quiet_in_promtool():
    result = promtool("test", "rules", prometheus_files.TESTS_FILE, folder=ROOT / "deploy" / "prometheus")
    assert result.returncode == 0, result.stdout + result.stderr
    tests = yaml.safe_load(prometheus_files.files()[prometheus_files.TESTS_FILE])["tests"]
    assert len(tests) == 2 * len(RULES)


@needs_promtool
@pytest.mark.parametrize("change", ["deaf", "nervous"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_promtool_s_test_of_an_alert_notices_a_wrong_threshold(rule, change, tmp_path, monkeypatch):
    """Each alert's own test is proved to test it: it fails with a threshold that never, or always, is crossed."""
    never = 1e12 if rule.op == ">" else -1.0
    wrong = replace(rule, threshold=never if change == "deaf" else -never, guard=None)
    monkeypatch.setattr(prometheus_files, "RULES", (wrong,))
    for name, text in prometheus_files.files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert promtool("test", "rules", prometheus_files.TESTS_FILE, folder=tmp_path).returncode != 0


def test_the_callback_s_port_is_not_prometheus_own_in_the_example():
    text = (ROOT / "deploy" / "prometheus_scrape_example.yml").read_text(encoding="utf-8")
    example = yaml.safe_load(text)
    targets = {
        job["job_name"]: (job["metrics_path"], job["static_configs"][0]["targets"])
        for job in example["scrape_configs"]
    }
    assert targets == {
        "celestial_wechat": ("/wechat_metrics", ["127.0.0.1:9090"]),
        "celestial_api": ("/api_metrics", ["127.0.0.1:8000"]),
    }
    assert "--web.listen-address=127.0.0.1:9091" in text
