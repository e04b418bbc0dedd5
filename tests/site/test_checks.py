"""One test per system check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from celestial_site import checks
from tests import credentials


def ids(found: list[Any]) -> list[str]:
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_w001_generated_keys_beside_a_shared_database(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert ids(checks.keys_are_shared(None)) == ["celestial.W001", "celestial.W001"]
    monkeypatch.setenv("DJANGO_SECRET_KEY", "set")
    monkeypatch.setenv("CELESTIAL_ENCRYPTION_KEYS_FILE", "/run/secrets/keys")
    assert ids(checks.keys_are_shared(None)) == []


def test_w001_sqlite_has_one_host(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert ids(checks.keys_are_shared(None)) == []


@pytest.mark.parametrize(
    ("url", "found"), [("http://a.cn", ["celestial.W002"]), ("https://a.cn", []), ("", [])]
)
def test_w002_a_public_url_without_https(settings: Any, url: str, found: list[str]) -> None:
    settings.CELESTIAL_PUBLIC_URL = url
    assert ids(checks.public_url_is_https(None)) == found


def test_w003_credentials_without_a_token(settings: Any) -> None:
    settings.WECHAT_APPID = credentials.APP_ID
    assert ids(checks.default_account_is_complete(None)) == ["celestial.W003"]
    settings.WECHAT_TOKEN = credentials.TOKEN
    assert ids(checks.default_account_is_complete(None)) == []


def test_w004_a_key_without_its_app_id(settings: Any) -> None:
    settings.WECHAT_ENCODING_AES_KEY = credentials.AES_KEY
    assert ids(checks.encryption_has_its_app_id(None)) == ["celestial.W004"]
    settings.WECHAT_APPID = credentials.APP_ID
    assert ids(checks.encryption_has_its_app_id(None)) == []


@pytest.mark.parametrize(
    ("seconds", "found"), [(0, []), (1, ["celestial.E001"]), (29, ["celestial.E001"]), (30, [])]
)
def test_e001_a_tolerance_that_refuses_retries(settings: Any, seconds: int, found: list[str]) -> None:
    settings.WECHAT_TIMESTAMP_TOLERANCE = seconds
    assert ids(checks.timestamp_tolerance_leaves_room(None)) == found


def test_e002_folders_that_can_not_be_written(settings: Any, tmp_path: Path) -> None:
    settings.CELESTIAL_VAR = tmp_path
    assert ids(checks.folders_are_writable(None)) == []
    settings.CELESTIAL_LOG_DIR = str(tmp_path / "missing")
    assert ids(checks.folders_are_writable(None)) == ["celestial.E002"]


def test_e003_a_metrics_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert ids(checks.workers_share_metrics(None)) == []
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "missing"))
    assert ids(checks.workers_share_metrics(None)) == ["celestial.E003"]
