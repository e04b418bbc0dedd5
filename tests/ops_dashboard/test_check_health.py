"""manage.py check_health: what /readyz says, the running service over HTTP, an exit code for monitors."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ops_dashboard.management.commands.check_health import default_url, fetch, paths
from tests.processes import running_server


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("check_health", *arguments, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_a_healthy_installation_is_told_line_by_line(account):
    lines = run("--no-http").splitlines()
    assert [line.split()[:2] for line in lines[:3]] == [
        ["ok", "database:"],
        ["ok", "migrations:"],
        ["ok", "keys:"],
    ]
    assert lines[-1] == "skip HTTP: not asked for (--no-http)"


@pytest.mark.django_db
def test_json_has_the_shape_of_readyz_and_the_pages():
    answer = json.loads(run("--no-http", "--json"))
    assert set(answer) == {"status", "checks", "version", "http", "url"}
    assert (answer["status"], answer["http"], answer["url"]) == ("ok", {}, None)


@pytest.mark.django_db
def test_what_is_required_and_missing_fails_the_command(capsys):
    MigrationRecorder(connection).record_unapplied("wechat", "0001_initial")
    with pytest.raises(CommandError, match="not healthy"):
        run("--no-http")


@pytest.mark.django_db
def test_redis_alone_warns_and_does_not_fail(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert "warn redis: " in run("--no-http")


@pytest.mark.django_db
def test_a_service_that_does_not_answer_fails_the_command(free_port):
    output = StringIO()
    with pytest.raises(CommandError):
        call_command("check_health", "--json", "--url", f"http://127.0.0.1:{free_port}", stdout=output)
    answer = json.loads(output.getvalue())
    assert answer["status"] == "unavailable"
    assert all("no answer" in page["detail"] for page in answer["http"].values())


@pytest.mark.parametrize(
    ("role", "url", "pages"),
    [
        ("all", "http://127.0.0.1:8000", ["/livez", "/wechat_metrics", "/api_metrics"]),
        ("wechat", "http://127.0.0.1:9090", ["/livez", "/wechat_metrics"]),
        ("api", "http://127.0.0.1:8000", ["/livez", "/api_metrics"]),
    ],
)
def test_each_role_is_asked_where_it_listens_and_for_what_it_serves(settings, role, url, pages):
    settings.CELESTIAL_ROLE = role
    settings.SERVES_WECHAT = role in ("all", "wechat")
    settings.SERVES_API = role in ("all", "api")
    assert (default_url(), paths()) == (url, pages)


@pytest.mark.parametrize("url", ["nonsense", "http://", "http://127.0.0.1:1/livez", "file:///etc/passwd-"])
def test_an_address_that_cannot_be_asked_is_a_problem_not_a_traceback(url):
    assert fetch(url)


@pytest.mark.processes
def test_the_command_finds_the_service_of_its_own_environment(tmp_path):
    with running_server(tmp_path / "var", workers=1) as server:
        healthy = server.manage("check_health", "--json")
        assert healthy.returncode == 0, healthy.stderr
        pages = json.loads(healthy.stdout)["http"]
        assert pages == {
            path: {"ok": True, "detail": ""} for path in ("/livez", "/wechat_metrics", "/api_metrics")
        }
        server.stop()
        gone = server.manage("check_health")
        assert gone.returncode == 1
        assert "FAIL" in gone.stdout
