"""Fixtures of the tests of operations: minutes with traffic, channels, a robot server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops_dashboard.models import AlertChannel, MinuteStat, SystemMinute
from tests.ops_dashboard.robot_server import SECRET, RobotServer, robot_server

URLS = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token=T",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/ID",
}


@pytest.fixture
def now() -> datetime:
    """Ten seconds after a full minute, so that the minutes before it are complete."""
    return datetime(2026, 11, 20, 8, 30, 10, tzinfo=UTC)


@pytest.fixture
def minutes(account, now) -> Callable[..., None]:
    """Counted minutes up to `now`: `minutes(5, replied=10)` are the last five, each with ten answers."""

    def count(
        number: int, *, until: datetime | None = None, system: dict | None = None, **values: Any
    ) -> None:
        end = (until or now).replace(second=0)
        for back in range(number, 0, -1):
            minute = end - timedelta(minutes=back)
            MinuteStat.objects.update_or_create(account=account, minute=minute, defaults=values)
            SystemMinute.objects.update_or_create(minute=minute, defaults=system or {})

    return count


@pytest.fixture
def robot(settings) -> Iterator[RobotServer]:
    """A server that stands for every robot and for the webhook's host."""
    with robot_server() as server:
        settings.CELESTIAL_ROBOT_BASE = server.base
        settings.CELESTIAL_PRIVATE_HOSTS = ["127.0.0.1"]
        yield server


@pytest.fixture
def channel(db) -> Callable[..., AlertChannel]:
    """`channel("feishu")` makes one with the secret that the robot server knows."""

    def make(kind: str, url: str = "", **values: Any) -> AlertChannel:
        values = {"secret": SECRET, "name": kind} | values
        return AlertChannel.objects.create(kind=kind, url=url or URLS[kind], **values)

    return make
