"""create_api_key: the key alone on stdout."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from predictions.models import ApiKey

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("create_api_key", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_key_alone_is_on_stdout() -> None:
    out, err = _run("app")
    assert re.fullmatch(r"cel_live_[0-9A-Za-z]{46}\n", out)
    assert out.strip() not in err
    assert "app" in err
    assert ApiKey.admit(out.strip(), timezone.now()).scopes == ["predict", "ask", "batch"]


def test_scopes_and_an_end_can_be_given() -> None:
    out, _err = _run("app", "--scope", "ask", "--scope", "predict", "--scope", "ask", "--expires-days", "90")
    key = ApiKey.admit(out.strip(), timezone.now())
    assert key.scopes == ["ask", "predict"]
    assert key.expires_at is not None
    assert timedelta(days=89) < key.expires_at - timezone.now() <= timedelta(days=90)


def test_every_run_makes_another_key_so_that_a_client_can_change_over() -> None:
    assert _run("app")[0] != _run("app")[0]
    assert ApiKey.objects.filter(name="app").count() == 2


def test_a_key_for_tests_says_so() -> None:
    text = _run("app", "--test")[0].strip()
    assert text.startswith("cel_test_")
    assert "cel_test_" in str(ApiKey.admit(text, timezone.now()))


def test_a_dry_run_makes_nothing_and_prints_no_key() -> None:
    out, err = _run("app", "--scope", "ask", "--dry-run")
    assert out == ""
    assert err.startswith("Would make the key app (ask)")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("",),
        ("x" * 101,),
        ("x" * 101, "--dry-run"),
        ("app", "--scope", "everything"),
        ("app", "--expires-days", "0"),
        ("app", "--expires-days", "-1"),
        ("app", "--expires-days", "soon"),
        ("app", "--expires-days", "99999999"),
    ],
)
def test_wrong_arguments_fail_and_make_nothing(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        _run(*arguments)
    assert not ApiKey.objects.exists()
