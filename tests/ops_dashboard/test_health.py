"""ops_dashboard.health: alive without I/O, ready only with what the callback needs, details for few."""

from __future__ import annotations

import time

import httpx
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from celestial_site import __version__
from tests import services
from tests.credentials import METRICS_TOKEN
from tests.processes import running_server

# An address of loopback where nothing listens.
NOBODY = "redis://127.0.0.1:1/0"


def ready(client, **meta):
    response = client.get("/readyz", **meta)
    return response, response.json()


def test_livez_answers_without_any_database(client):
    """pytest-django refuses every query of a test that has not asked for a database."""
    response = client.get("/livez")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_only_reading_is_allowed(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_a_working_installation_is_ready(client, account):
    response, body = ready(client)
    assert response.status_code == 200
    assert (body["status"], body["version"]) == ("ok", __version__)
    assert list(body["checks"]) == ["database", "migrations", "keys", "redis", "broker", "worker"]
    assert all(check["ok"] and check["ms"] >= 0 for check in body["checks"].values())
    assert body["checks"]["keys"]["detail"] == "1 accounts opened"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("meta", "detailed"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False),
        ({"REMOTE_ADDR": "203.0.113.5"}, False),
        ({"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": f"Bearer {METRICS_TOKEN}"}, True),
        ({"REMOTE_ADDR": "203.0.113.5", "HTTP_AUTHORIZATION": "Bearer wrong"}, False),
    ],
)
def test_details_are_for_this_machine_and_the_token(client, settings, meta, detailed):
    settings.METRICS_TOKEN = METRICS_TOKEN
    _response, body = ready(client, **meta)
    assert any("detail" in check for check in body["checks"].values()) is detailed


@pytest.mark.django_db
def test_a_migration_that_is_missing_makes_it_unready_and_is_named(client):
    MigrationRecorder(connection).record_unapplied("wechat", "0001_initial")
    response, body = ready(client)
    assert response.status_code == 503
    assert body["status"] == "unavailable"
    assert "wechat.0001_initial" in body["checks"]["migrations"]["detail"]


@pytest.mark.django_db
def test_an_encryption_key_that_opens_nothing_makes_it_unready(client, settings, account):
    settings.CELESTIAL_ENCRYPTION_KEYS = [bytes(32)]
    response, body = ready(client)
    assert response.status_code == 503
    assert "CELESTIAL_ENCRYPTION_KEYS" in body["checks"]["keys"]["detail"]
    assert body["checks"]["database"]["ok"]


@pytest.mark.django_db
def test_a_damaged_secret_makes_it_unready(client, account):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wechat_officialaccount SET token = 'gcm1:not base64!'")
    response, body = ready(client)
    assert response.status_code == 503
    assert "damaged" in body["checks"]["keys"]["detail"]


@pytest.mark.django_db
@pytest.mark.parametrize(("setting", "check"), [("REDIS_URL", "redis"), ("CELERY_BROKER_URL", "broker")])
def test_redis_or_broker_that_is_gone_is_reported_and_not_required(client, settings, account, setting, check):
    setattr(settings, setting, NOBODY)
    response, body = ready(client)
    assert response.status_code == 200
    assert body["status"] == "degraded"
    assert body["checks"][check]["ok"] is False
    assert body["checks"][check]["required"] is False


@pytest.mark.django_db
def test_redis_that_hangs_costs_a_second_at_most(client, settings):
    with services.redis_server() as server:
        settings.REDIS_URL = server.url
        assert ready(client)[1]["checks"]["redis"]["detail"] == "answers"
        server.hang()
        started = time.monotonic()
        response, body = ready(client)
        assert time.monotonic() - started < 2
        assert (response.status_code, body["status"]) == (200, "degraded")
        server.resume()


@pytest.mark.django_db
def test_a_broker_folder_that_is_missing_is_reported(client, settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    _response, body = ready(client)
    assert body["checks"]["broker"]["ok"] is False


@pytest.mark.processes
def test_without_its_database_a_process_lives_is_unready_and_recovers(tmp_path):
    with (
        services.postgresql() as postgresql,
        services.database(postgresql.url) as url,
        running_server(tmp_path / "var", workers=1, database_url=url) as server,
    ):
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        postgresql.stop("immediate")
        down = httpx.get(f"{server.url}/readyz", headers={"X-Forwarded-For": "203.0.113.5"}, timeout=10)
        assert down.status_code == 503
        assert down.json()["checks"]["database"]["ok"] is False
        assert str(postgresql.port) not in down.text
        assert httpx.get(f"{server.url}/livez").status_code == 200
        assert "wechat_database_up 0.0" in httpx.get(f"{server.url}/wechat_metrics", timeout=10).text
        postgresql.start()
        assert httpx.get(f"{server.url}/readyz", timeout=10).json()["status"] == "ok"
