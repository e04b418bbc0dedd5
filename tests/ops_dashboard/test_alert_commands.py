"""manage.py test_alert and silence_alerts: what the console's buttons do, from the shell."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from ops_dashboard.models import AlertEvent, Silence

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    output = StringIO()
    call_command(*words, stdout=output, stderr=output)
    return output.getvalue()


def test_a_test_alert_goes_to_every_enabled_channel(channel, robot):
    channel("wecom")
    channel("feishu")
    channel("dingtalk", enabled=False)
    assert run("test_alert") == "[PASS] feishu\n[PASS] wecom\n"
    assert set(robot.titles()) == {"【测试】Celestial Nexus"}
    assert AlertEvent.objects.filter(kind="test").count() == 2
    assert "manage.py" in AlertEvent.objects.first().by


def test_a_channel_that_is_named_is_tried_even_while_it_is_off(channel, robot):
    channel("wecom")
    channel("dingtalk", enabled=False)
    assert run("test_alert", "dingtalk") == "[PASS] dingtalk\n"
    assert [kind for kind, _body in robot.received] == ["dingtalk"]


def test_a_dry_run_sends_nothing(channel, robot):
    channel("wecom")
    assert run("test_alert", "--dry-run") == "Would send to wecom (wecom)\n"
    assert not robot.received
    assert not AlertEvent.objects.exists()


def test_a_channel_that_does_not_take_it_fails_the_command_and_the_others_are_tried(channel, robot):
    channel("dingtalk", secret="wrong")
    channel("wecom")
    output = StringIO()
    with pytest.raises(CommandError, match="1 of the channels"):
        call_command("test_alert", stdout=output, stderr=output)
    assert "[FAIL] dingtalk: errcode 19021" in output.getvalue()
    assert "[PASS] wecom" in output.getvalue()


@pytest.mark.parametrize(
    ("words", "problem"), [((), "no channel is enabled"), (("x",), "no channel 'x'; .*: none")]
)
def test_no_channel_and_an_unknown_one_are_told(words, problem):
    with pytest.raises(CommandError, match=problem):
        run("test_alert", *words)


def test_a_silence_is_added_listed_and_ended(operator_client):
    added = run("silence_alerts", "add", "slow-callback", "--minutes", "30", "--reason", "升级")
    silence = Silence.objects.get()
    assert added.startswith(f"Added: {silence.pk}: slow-callback from ")
    assert Silence.covers("slow-callback", timezone.now())
    assert not Silence.covers("web-down", timezone.now())
    assert run("silence_alerts", "list") == added.removeprefix("Added: ")
    assert "升级" in operator_client.get("/admin/ops_dashboard/silence/").content.decode()
    assert run("silence_alerts", "end", str(silence.pk)).startswith("Ended: ")
    assert not Silence.covers("slow-callback", timezone.now())
    assert run("silence_alerts", "list") == ""
    assert run("silence_alerts", "list", "--all").startswith(f"{silence.pk}: slow-callback")
    assert run("silence_alerts", "end", str(silence.pk)).startswith("Over already")
    kinds = AlertEvent.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["silenced", "unsilenced"]


def test_all_silences_every_rule():
    run("silence_alerts", "add", "all", "--minutes", "1", "--reason", "x")
    assert Silence.covers("web-down", timezone.now())


def test_dry_runs_change_nothing():
    assert run("silence_alerts", "add", "all", "--minutes", "1", "--reason", "x", "--dry-run").startswith(
        "Would add"
    )
    assert not Silence.objects.exists()
    later = timezone.now() + timedelta(hours=1)
    silence = Silence.objects.create(until=later, reason="x", by="x")
    assert run("silence_alerts", "end", str(silence.pk), "--dry-run").startswith("Would end")
    assert Silence.covers("web-down", timezone.now())
    assert not AlertEvent.objects.exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("add", "no-such-rule", "--minutes", "5", "--reason", "x"), "invalid choice"),
        (("add", "all", "--minutes", "0", "--reason", "x"), "--minutes must be"),
        (("add", "all", "--minutes", "99999", "--reason", "x"), "--minutes must be"),
        (("add", "all", "--minutes", "5", "--reason", " "), "--reason must have"),
        (("add", "all", "--minutes", "5"), "--reason"),
        (("end", "77"), "no silence 77"),
        ((), "action"),
    ],
)
def test_what_can_t_be_is_refused(words, problem):
    with pytest.raises(CommandError, match=problem):
        run("silence_alerts", *words)
    assert not Silence.objects.exists()
