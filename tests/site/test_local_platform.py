"""WeChat's side as one more process of `make run`: what it is told, and what an account without a secret gets."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from celestial_site.local_platform import platform_service
from tests import credentials
from wechat.models import OfficialAccount

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_api_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is set for the processes that are started next; here it has to go again."""
    monkeypatch.setenv("WECHAT_API_BASE", "https://example.com")


def test_the_process_is_told_the_account_in_its_environment_alone(account: OfficialAccount) -> None:
    service = platform_service(8001, "http://127.0.0.1:8000")
    assert service.name == "platform"
    assert service.command[-4:] == ["--port", "8001", "--gateway", "http://127.0.0.1:8000"]
    assert service.environment["PLATFORM_TOKEN"] == credentials.TOKEN
    assert not set(service.command) & set(service.environment.values())


def test_the_other_processes_speak_to_it(account: OfficialAccount) -> None:
    platform_service(8001, "http://127.0.0.1:8000")
    assert os.environ["WECHAT_API_BASE"] == "http://127.0.0.1:8001"


def test_an_account_without_a_secret_gets_one_once(account: OfficialAccount) -> None:
    assert account.app_secret == ""
    made = platform_service(8001, "http://x").environment["PLATFORM_APP_SECRET"]
    assert len(made) == 32
    assert platform_service(8001, "http://x").environment["PLATFORM_APP_SECRET"] == made
    account.refresh_from_db()
    assert account.app_secret == made


def test_an_installation_without_the_tests_says_what_is_missing(
    account: OfficialAccount, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="needs the source tree"):
        platform_service(8001, "http://x")
