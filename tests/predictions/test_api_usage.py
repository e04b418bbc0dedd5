"""api_usage: the numbers of the console's page on stdout."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from predictions.models import ApiKey, ApiUsage


@pytest.fixture
def key(db: None) -> ApiKey:
    key = ApiKey.issue("app")[0]
    today = timezone.localdate()
    ApiUsage.add(key.pk, today, "predictions", 200, system="bazi", count=7)
    ApiUsage.add(key.pk, today - timedelta(days=40), "ask", 500)
    ApiKey.issue("unused")
    return key


def _run(*arguments: str) -> str:
    out = StringIO()
    call_command("api_usage", *arguments, stdout=out)
    return out.getvalue()


def test_every_key_is_listed_by_day_system_and_endpoint(key: ApiKey) -> None:
    lines = _run().splitlines()
    assert lines[0] == f"app ({key.public_id})"
    numbers = "calls 7  succeeded 7  refused 0  failed 0"
    assert [line.split(maxsplit=1)[1].strip() for line in lines[1:4]] == [numbers] * 3
    assert lines[-1] == "  no call"


@pytest.mark.parametrize("member", ["name", "public_id"])
def test_one_key_can_be_named(key: ApiKey, member: str) -> None:
    report = json.loads(_run(str(getattr(key, member)), "--days", "41", "--json"))
    assert [one["name"] for one in report["keys"]] == ["app"]
    assert [day["calls"] for day in report["keys"][0]["days"]] == [1, 7]


@pytest.mark.parametrize("arguments", [("nobody",), ("--days", "0"), ("--days", "401"), ("--days", "x")])
def test_wrong_arguments_fail(key: ApiKey, arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        _run(*arguments)
