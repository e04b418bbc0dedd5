"""ops_dashboard.scraping: the worker asks the web processes' own pages, where they are and only there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ops_dashboard import scraping
from ops_dashboard.tasks import heartbeat, minute
from tests.processes import running_server
from tests.services import free_port


@pytest.mark.processes
@pytest.mark.django_db
def test_counters_of_running_workers_are_read_and_counted(tmp_path, settings, account):
    from ops_dashboard.models import Heartbeat, SystemMinute

    with running_server(tmp_path / "var", workers=2) as server:
        settings.API_PORT, settings.WECHAT_PORT = server.port, free_port()
        readings = scraping.read_counters()
        assert readings.pages == set(scraping.COUNTERS)
        assert readings.counters["wechat_errors"] == 0
        assert set(readings.counters) == {name for page in scraping.COUNTERS.values() for name in page}
        heartbeat()
        assert minute()["minutes"] >= 1
    assert SystemMinute.newest().web_up is True
    assert Heartbeat.objects.filter(name="worker").exists()
    assert scraping.read_counters().pages == set()


@pytest.mark.processes
def test_the_callback_s_page_is_found_on_its_own_port(tmp_path, settings):
    """Two services: the one on API_PORT does not serve the callback's page."""
    port = free_port()
    role = {"CELESTIAL_ROLE": "wechat", "BIND": f"127.0.0.1:{port}"}
    with running_server(tmp_path / "var", workers=1, environment=role):
        settings.API_PORT, settings.WECHAT_PORT = free_port(), port
        readings = scraping.read_counters()
    assert "waiting" in readings.counters
    assert "api_calls" not in readings.counters


def test_somebody_else_s_page_on_that_port_is_not_ours(robot, settings):
    settings.API_PORT = settings.WECHAT_PORT = robot.port
    assert scraping.read_counters() == scraping.Readings({}, frozenset())


def readings(*pages: str) -> scraping.Readings:
    return scraping.Readings({}, frozenset(pages))


@pytest.mark.django_db
@pytest.mark.parametrize("page", scraping.COUNTERS)
def test_one_service_alone_is_up_and_its_end_is_noticed(page, now):
    assert scraping.web_is_up(readings(), now) is None, "nothing has ever answered here"
    assert scraping.web_is_up(readings(page), now) is True
    assert scraping.web_is_up(readings(), now + timedelta(minutes=1)) is False
    assert scraping.web_is_up(readings(page), now + timedelta(days=6)) is True
    assert scraping.web_is_up(readings(), now + timedelta(days=12)) is False, "an outage of days is one"
    assert scraping.web_is_up(readings(), now + timedelta(days=13, hours=1)) is None, "it moved elsewhere"


@pytest.mark.django_db
def test_of_two_services_the_missing_one_counts(now):
    assert scraping.web_is_up(readings(*scraping.COUNTERS), now) is True
    assert scraping.web_is_up(readings("/api_metrics"), now) is False
