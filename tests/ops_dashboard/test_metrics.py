"""ops_dashboard.metrics: correct over several processes, for few eyes, backlog and modes as they are now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from celestial_site import __version__
from tests.credentials import METRICS_TOKEN
from tests.processes import Server, running_server
from wechat.models import Message


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """(name, label values) -> value of everything on the page."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, tuple(sample.labels.values())] = sample.value
    return found


def total(text: str, name: str) -> float:
    return sum(value for (sample, _labels), value in samples(text).items() if sample == name)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/wechat_metrics", "/api_metrics"])
@pytest.mark.parametrize(
    ("meta", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "203.0.113.5"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_VIA": "1.1 proxy"}, 404),
        ({"REMOTE_ADDR": "203.0.113.5"}, 404),
        ({"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": "Bearer wrong"}, 404),
        ({"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": f"Bearer {METRICS_TOKEN}"}, 200),
    ],
)
def test_the_pages_are_for_this_machine_and_the_token(client, settings, path, meta, status):
    settings.METRICS_TOKEN = METRICS_TOKEN
    response = client.get(path, **meta)
    assert response.status_code == status
    assert (b"# HELP" in response.content) is (status == 200)


@pytest.mark.django_db
def test_each_page_shows_its_own_families(client):
    wechat = client.get("/wechat_metrics").content.decode()
    api = client.get("/api_metrics").content.decode()
    assert "# TYPE wechat_requests_total counter" in wechat
    assert "# TYPE api_requests_total counter" in api
    assert "# TYPE django_http_requests_before_middlewares_total counter" in api
    assert {family.name.split("_")[0] for family in text_string_to_metric_families(wechat)} == {"wechat"}
    assert {family.name.split("_")[0] for family in text_string_to_metric_families(api)} == {"api", "django"}


@pytest.mark.django_db
def test_the_page_is_prometheus_text(client):
    response = client.get("/wechat_metrics")
    assert response["Content-Type"].startswith("text/plain; version=")
    assert client.post("/wechat_metrics").status_code == 405


@pytest.mark.django_db
def test_backlog_and_its_age_come_from_the_database(client, account):
    before = samples(client.get("/wechat_metrics").content.decode())
    assert before["wechat_pending_messages", ()] == 0
    assert before["wechat_oldest_pending_seconds", ()] == 0
    for seconds, status in ((90, "pending"), (30, "pending"), (500, "replied")):
        Message.objects.create(
            account=account,
            openid="o",
            msg_type="text",
            received_at=timezone.now() - timedelta(seconds=seconds),
            raw=b"",
            plaintext=b"",
            status=status,
        )
    after = samples(client.get("/wechat_metrics").content.decode())
    assert after["wechat_pending_messages", ()] == 2
    assert 90 <= after["wechat_oldest_pending_seconds", ()] < 120


@pytest.mark.django_db
def test_modes_and_version_are_shown_as_they_are_now(client, account):
    account.switch("verification", "lenient", by="tests", reason="testing")
    page = samples(client.get("/wechat_metrics").content.decode())
    assert page["wechat_account_mode", ("default", "verification", "lenient")] == 1
    assert page["wechat_account_mode", ("default", "service", "live")] == 1
    assert page["wechat_build_info", (__version__,)] == 1
    assert page["wechat_database_up", ()] == 1
    account.verification_until = timezone.now() - timedelta(seconds=1)
    account.save()
    later = samples(client.get("/wechat_metrics").content.decode())
    assert later["wechat_account_mode", ("default", "verification", "strict")] == 1
    assert ("wechat_account_mode", ("default", "verification", "lenient")) not in later


def scrape_total(server: Server) -> float:
    page = httpx.get(f"{server.url}/wechat_metrics")
    assert page.status_code == 200
    return total(page.text, "wechat_requests_total")


@pytest.mark.processes
def test_nothing_is_lost_over_two_workers_when_one_is_killed(tmp_path: Path):
    """Each scrape tells the whole count, whichever worker answers, and a dead worker's part stays in it."""
    with running_server(tmp_path / "var", workers=2) as server:
        for _ in range(60):
            # A connection each, so that both workers get their share.
            httpx.post(f"{server.url}/wechat?signature=0&timestamp=1&nonce=x", content=b"<xml/>")
        assert {scrape_total(server) for _ in range(10)} == {60}
        server.kill_worker(server.workers()[0])
        assert {scrape_total(server) for _ in range(10)} == {60}
        for _ in range(40):
            httpx.post(f"{server.url}/wechat?signature=0&timestamp=1&nonce=x", content=b"<xml/>")
        assert {scrape_total(server) for _ in range(10)} == {100}


@pytest.mark.processes
def test_a_restart_starts_counting_anew(tmp_path: Path):
    with running_server(tmp_path / "var", workers=2) as server:
        httpx.post(f"{server.url}/wechat?signature=0&timestamp=1&nonce=x", content=b"<xml/>")
        assert scrape_total(server) == 1
        server.stop()
        server.start()
        assert scrape_total(server) == 0
