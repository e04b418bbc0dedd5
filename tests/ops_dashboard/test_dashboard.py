"""/admin/ops/: charts' data, sentences, tables, alerts and runbooks, under the strict policy and in both languages."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ops_dashboard.models import AlertState, MinuteStat, SystemMinute
from ops_dashboard.models.minutes import no_counts
from ops_dashboard.runbooks import render
from ops_dashboard.series import RANGES, series
from wechat.metrics import BUCKETS
from wechat.models import OfficialAccount

STATIC = Path(__file__).resolve().parents[2] / "ops_dashboard" / "static" / "ops"
VENDORED = {
    "uplot-1.6.32.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uplot-1.6.32.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uplot-1.6.32.LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}
PANELS = ["messages", "latency", "rejections", "retries", "calls", "backlog"]


@pytest.fixture
def traffic(account):
    """Half an hour with ten answers a minute, of which one is slow, up to now."""
    latency = no_counts()
    latency[BUCKETS.index(0.1)], latency[BUCKETS.index(3)] = 9, 1
    end = timezone.now().replace(second=0, microsecond=0)
    for back in range(1, 31):
        minute = end - timedelta(minutes=back)
        MinuteStat.objects.create(
            account=account,
            minute=minute,
            replied=9,
            failed=1,
            duplicates=2,
            latency=latency,
            refusals={"bad_signature": 1},
        )
        SystemMinute.objects.create(
            minute=minute, pending=1, oldest_pending=back, api_calls=3, server_errors=0
        )
    return end


@pytest.mark.parametrize(("name", "digest"), VENDORED.items())
def test_the_vendored_files_are_uplot_s_own(name, digest):
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest


def test_own_styles_use_the_admin_s_variables_for_surfaces():
    text = (STATIC / "dashboard.css").read_text(encoding="utf-8")
    rules = [line for line in text.splitlines() if "--ops-" not in line]
    assert not re.findall(r"#[0-9a-f]{3,6}\b", "\n".join(rules).replace("#ops", ""))


@pytest.mark.django_db
def test_the_page_shows_six_charts_with_sentence_and_table(viewer_client, traffic):
    page = viewer_client.get("/admin/ops/?range=1h").content.decode()
    assert re.findall(r'class="chart" data-panel="(\w+)"', page) == PANELS
    assert page.count("<details>") == 6
    assert "共 300 条消息，90.0 % 已回答，30 条失败。" in page
    assert "360 次投递中有 60 次是重复（16.7 %）。" in page
    assert "高于告警线" in page
    assert "没有告警" in page


@pytest.mark.django_db
def test_the_page_speaks_english_too(viewer_client, traffic):
    page = viewer_client.get("/admin/ops/?range=1h", headers={"accept-language": "en"}).content.decode()
    assert "300 messages; 90.0 % answered, 30 failed." in page


@pytest.mark.django_db
def test_nothing_on_the_page_is_inline_and_nothing_comes_from_elsewhere(viewer_client, traffic):
    response = viewer_client.get("/admin/ops/")
    page = response.content.decode()
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page.replace('type="application/json"', "src="))
    assert not re.findall(r"\sstyle=|\son\w+=|<style", page)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


@pytest.mark.django_db
@pytest.mark.parametrize("name", RANGES)
def test_the_data_has_one_value_a_step_for_every_series(viewer_client, traffic, name):
    response = viewer_client.get(f"/admin/ops/series.json?range={name}")
    data = response.json()
    back, minutes = RANGES[name]
    assert (data["range"], data["minutes"], len(data["x"])) == (name, minutes, back // minutes)
    assert list(data["panels"]) == PANELS
    lengths = {len(values) for panel in data["panels"].values() for values in panel.values()}
    assert lengths == {len(data["x"])}
    assert {key for panel in data["panels"].values() for key in panel} <= set(data["labels"])
    assert response["Cache-Control"] == "private, max-age=15"


@pytest.mark.django_db
def test_steps_add_up_minutes_and_leave_gaps_where_nothing_was_measured(traffic):
    found = series("24h", traffic + timedelta(minutes=10))
    assert found.total("replied") == 270
    calls = found.panels()["calls"]["api_calls"]
    assert sum(filter(None, calls)) == 90
    assert calls[0] is None
    assert max(filter(None, found.panels()["backlog"]["oldest_pending"])) == 30


@pytest.mark.django_db
def test_one_account_can_be_looked_at_alone(viewer_client, traffic):
    OfficialAccount.objects.create(slug="other")
    data = viewer_client.get("/admin/ops/series.json?range=1h&account=other").json()
    assert sum(data["panels"]["messages"]["replied"]) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["range=bad", "range=1h&account=%00", "account=nobody", "range[]=1h"])
def test_unknown_parameters_mean_the_default(viewer_client, account, query):
    assert viewer_client.get(f"/admin/ops/series.json?{query}").status_code == 200


@pytest.mark.django_db
def test_what_fires_stands_on_top_with_the_way_to_its_runbook(viewer_client, account):
    AlertState.objects.create(rule="slow-callback", phase="firing", since=timezone.now(), value=1.72)
    page = viewer_client.get("/admin/ops/").content.decode()
    assert "回调 P95 延迟过高" in page
    assert "1.72 s" in page
    assert 'href="/admin/ops/runbooks/#slow-callback"' in page


@pytest.mark.django_db
def test_the_runbooks_are_a_page_with_every_anchor(viewer_client):
    page = viewer_client.get("/admin/ops/runbooks/").content.decode()
    assert '<h2 id="slow-callback">' in page
    assert "<code>manage.py check_health</code>" in page


def test_a_runbook_is_escaped_before_it_is_marked_up():
    html = render('<a id="x"></a>\n\n## A <b>\n\n- `<i>` and **bold**\n\n```\n<pre>\n\n# no heading\n```\n')
    assert '<h2 id="x">A &lt;b&gt;</h2>' in html
    assert "<li><code>&lt;i&gt;</code> and <strong>bold</strong></li>" in html
    assert "&lt;pre&gt;" in html
    assert "<h1>" not in html


@pytest.mark.django_db
def test_the_console_s_first_page_leads_here(viewer_client, stranger_client):
    assert 'href="/admin/ops/"' in viewer_client.get("/admin/").content.decode()
    assert 'href="/admin/ops/"' not in stranger_client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_an_empty_installation_has_a_page_too(viewer_client):
    page = viewer_client.get("/admin/ops/").content.decode()
    assert "还没有统计" in page
    assert "这段时间没有消息" in page
