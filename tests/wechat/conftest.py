"""A local platform, and an account that speaks to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from predictions import registry
from tests import credentials
from tests.platform_server import LocalPlatform, running_platform
from wechat.models import OfficialAccount


@pytest.fixture
def platform(settings: pytest.FixtureRequest) -> Iterator[LocalPlatform]:
    """WeChat's side, which this process's client speaks to."""
    with running_platform() as served:
        settings.WECHAT_API_BASE = served.url  # type: ignore[attr-defined]
        yield served


@pytest.fixture
def sender(account: OfficialAccount, platform: LocalPlatform) -> OfficialAccount:
    """The default account with its AppSecret, ready to call the platform."""
    account.app_secret = credentials.APP_SECRET
    account.save()
    return account


@pytest.fixture
def slow_almanac() -> Iterator[None]:
    """`almanac` says that it is slow, and is not."""
    quick = registry.substitute(replace(registry.get("almanac"), slow=True))
    yield
    registry.substitute(quick)
