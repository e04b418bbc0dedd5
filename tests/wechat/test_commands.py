"""The commands of `manage.py`: what they print, what they change, how they fail."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests import credentials
from tests.wechat.deliveries import plain
from wechat.management.commands.simulate_encrypted_message import own_address
from wechat.models import Attempt, DedupFingerprint, Message, ModeChange, OfficialAccount, OutboundMessage
from wechat.tasks import prune

pytestmark = pytest.mark.django_db
FIXTURES = Path(__file__).parent.parent / "fixtures" / "wechat"


def run(name: str, *arguments: str, **options: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(name, *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_wechat_account_makes_an_account_and_never_shows_its_secrets() -> None:
    out, err = run(
        "wechat_account",
        "--slug=second",
        f"--token={credentials.TOKEN}",
        f"--aes-key={credentials.AES_KEY}",
        f"--app-id={credentials.APP_ID}",
        "--encryption=safe",
    )
    account = OfficialAccount.objects.get(slug="second")
    assert (account.encryption, account.token) == ("safe", credentials.TOKEN)
    assert credentials.TOKEN not in out + err
    assert credentials.AES_KEY not in out + err
    assert "/wechat/second" in out


def test_wechat_account_is_idempotent_and_updates_only_what_is_named(account: OfficialAccount) -> None:
    for _ in range(2):
        run("wechat_account", f"--original-id={credentials.ORIGINAL_ID}", "--systems=calendar,almanac")
    changed = OfficialAccount.objects.get()
    assert changed.original_id == credentials.ORIGINAL_ID
    assert changed.systems == ["calendar", "almanac"]
    assert changed.token == credentials.TOKEN
    assert not ModeChange.objects.exists()


def test_wechat_account_dry_run_changes_nothing(account: OfficialAccount) -> None:
    out, _ = run("wechat_account", "--app-id=wxother", "--dry-run")
    assert out.startswith("Would save")
    assert OfficialAccount.objects.get().app_id == credentials.APP_ID


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--slug=new"], "needs --token"),
        (["--slug=new", "--token=abc", "--aes-key=short"], "43 characters"),
        (["--slug=new", "--token=abc", "--encryption=safe"], "EncodingAESKey"),
        (["--slug=new", "--token=abc", "--systems=tarot"], "unknown systems tarot"),
        (["--slug=no/slug", "--token=abc"], "slug"),
        (["--from-env"], "WECHAT_TOKEN is not set"),
    ],
)
def test_wechat_account_says_what_is_wrong(db: None, arguments: list[str], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        run("wechat_account", *arguments)
    assert not OfficialAccount.objects.exists()


def test_wechat_account_leaves_the_environments_fields_alone(account: OfficialAccount) -> None:
    account.environment_fields = ["token"]
    account.save()
    with pytest.raises(CommandError, match="set by the environment"):
        run("wechat_account", "--token=another")


def test_set_mode_switches_with_an_audit_row(account: OfficialAccount) -> None:
    out, _ = run("set_mode", "default", "service=maintenance", "--reason=upgrade")
    assert "live -> maintenance" in out
    assert OfficialAccount.objects.get().service == "maintenance"
    assert ModeChange.objects.get().reason == "upgrade"


def test_set_mode_dry_run_changes_nothing(account: OfficialAccount) -> None:
    out, _ = run("set_mode", "default", "verification=lenient", "--reason=x", "--minutes=5", "--dry-run")
    assert out.startswith("Would switch")
    assert OfficialAccount.objects.get().verification == "strict"
    assert not ModeChange.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nobody", "service=live"], "no account 'nobody'"),
        (["default", "service"], "can be"),
        (["default", "service=party"], "can be live"),
        (["default", "colour=red"], "unknown switch"),
    ],
)
def test_set_mode_says_what_is_wrong(account: OfficialAccount, arguments: list[str], problem: str) -> None:
    with pytest.raises(CommandError, match=problem):
        run("set_mode", *arguments, "--reason=x")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mode", ["plaintext", "compatible", "safe"])
def test_simulate_encrypted_message_prints_the_decrypted_content_alone(
    account: OfficialAccount, live_server, mode: str
) -> None:
    account.switch("encryption", mode, by="test", reason="test")
    plain_option = ["--plaintext"] if mode == "plaintext" else []
    out, err = run("simulate_encrypted_message", "今天黄历", f"--url={live_server.url}", *plain_option)
    assert "宜" in out
    assert "HTTP 200" in err
    assert "HTTP" not in out
    assert Message.objects.get().encrypted is (mode != "plaintext")


@pytest.mark.django_db(transaction=True)
def test_simulate_encrypted_message_repeats_the_same_bytes(account: OfficialAccount, live_server) -> None:
    run("simulate_encrypted_message", "今天黄历", f"--url={live_server.url}", "--repeat=4")
    assert Message.objects.count() == 1
    assert DedupFingerprint.objects.get().hits == 4


@pytest.mark.django_db(transaction=True)
def test_simulate_encrypted_message_sends_a_fixture(account: OfficialAccount, live_server) -> None:
    fixture = next(FIXTURES.glob("subscribe__*.xml"), None) or next(FIXTURES.glob("*subscribe*.xml"))
    out, _ = run("simulate_encrypted_message", f"--fixture={fixture}", f"--url={live_server.url}/wechat")
    assert out.strip()
    assert Message.objects.get().msg_type == "event"


@pytest.mark.django_db(transaction=True)
def test_simulate_encrypted_message_fails_when_it_is_refused(account: OfficialAccount, live_server) -> None:
    account.switch("encryption", "safe", by="test", reason="test")
    with pytest.raises(CommandError, match="HTTP 403"):
        run("simulate_encrypted_message", "菜单", f"--url={live_server.url}", "--plaintext")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["菜单", "--account=nobody"], "no account 'nobody'"),
        ([], "TEXT or a --fixture"),
        (["菜单", "--url=localhost"], "is not a URL"),
        (["菜单", "--url=http://127.0.0.1:1"], "127.0.0.1:1"),
    ],
)
def test_simulate_encrypted_message_says_what_is_wrong(
    account: OfficialAccount, arguments: list[str], problem: str
) -> None:
    with pytest.raises(CommandError, match=problem):
        run("simulate_encrypted_message", *arguments)


@pytest.mark.parametrize(("role", "port"), [("all", 8000), ("api", 8000), ("wechat", 9090)])
def test_simulate_encrypted_message_asks_the_port_of_its_role(settings: Any, role: str, port: int) -> None:
    settings.CELESTIAL_ROLE = role
    assert own_address() == f"http://127.0.0.1:{port}"


@pytest.mark.django_db(transaction=True)
def test_verify_wechat_endpoint_passes_for_base_and_callback_url(
    account: OfficialAccount, live_server
) -> None:
    for url in (live_server.url, f"{live_server.url}/", f"{live_server.url}/wechat"):
        out, _ = run("verify_wechat_endpoint", url)
        assert out.startswith("[PASS]")
    out, _ = run("verify_wechat_endpoint", live_server.url, "--token", credentials.TOKEN)
    assert out.startswith("[PASS]")


@pytest.mark.django_db(transaction=True)
def test_verify_wechat_endpoint_fails_and_says_why(account: OfficialAccount, live_server) -> None:
    with pytest.raises(CommandError, match=r"\[FAIL\] 403.*token"):
        run("verify_wechat_endpoint", live_server.url, "--token", "another")
    with pytest.raises(CommandError, match=r"\[FAIL\].*404"):
        run("verify_wechat_endpoint", f"{live_server.url}/wechat/nobody")
    with pytest.raises(CommandError, match=r"\[FAIL\] http://127.0.0.1:1"):
        run("verify_wechat_endpoint", "http://127.0.0.1:1")
    with pytest.raises(CommandError, match=r"\[FAIL\] 'nonsense' is not a URL"):
        run("verify_wechat_endpoint", "nonsense")
    account.switch("verification", "lenient", by="test", reason="test")
    with pytest.raises(CommandError, match=r"\[FAIL\].*lenient"):
        run("verify_wechat_endpoint", live_server.url)


def test_replay_messages_shows_what_would_be_answered_now(account: OfficialAccount, client: Client) -> None:
    plain("菜单").post(client)
    stored = Message.objects.get()
    account.systems = ["calendar"]
    account.save()
    out, _ = run("replay_messages", str(stored.pk))
    assert "1 changed, 0 unchanged, 0 failed" in out
    assert "--- then" in out
    assert Attempt.objects.filter(trigger="replay").count() == 1
    assert Message.objects.values().get() == Message.objects.filter(pk=stored.pk).values().get()
    assert Message.objects.get().reply_wire == stored.reply_wire


def test_a_replay_does_not_use_up_the_followers_allowance(account: OfficialAccount, client: Client) -> None:
    account.rate_limit_per_min = 2
    account.save()
    plain("菜单").post(client)
    for _ in range(3):
        out, _err = run("replay_messages", str(Message.objects.get().pk))
        assert "1 unchanged" in out
    assert plain("菜单").post(client).content != b"success"


def test_replay_messages_resends_with_a_reason(account: OfficialAccount, client: Client) -> None:
    plain("菜单").post(client)
    stored = Message.objects.get()
    out, _ = run("replay_messages", str(stored.pk), "--resend", "--reason=the first answer was wrong")
    assert "1 unchanged, 0 failed" in out
    queued = OutboundMessage.objects.get()
    assert (queued.openid, queued.purpose, queued.reason) == (
        stored.openid,
        "resend",
        "the first answer was wrong",
    )
    assert queued.payload["content"].startswith("您可以直接发一句话")
    assert list(Attempt.objects.values_list("trigger", flat=True)) == ["wechat", "resend"]


def test_replay_messages_sends_nothing_where_there_is_no_text(
    account: OfficialAccount, client: Client
) -> None:
    account.switch("service", "record_only", by="test", reason="test")
    plain("菜单").post(client)
    with pytest.raises(CommandError, match="1 messages failed"):
        run("replay_messages", str(Message.objects.get().pk), "--resend", "--reason=x")
    assert not OutboundMessage.objects.exists()


@pytest.mark.parametrize("options", [["--resend"], ["--reason=x"], ["--resend", "--reason= "]])
def test_replay_messages_wants_a_reason_to_resend(account: OfficialAccount, options: list[str]) -> None:
    with pytest.raises(CommandError, match="--resend needs --reason"):
        run("replay_messages", "1", *options)


def test_replay_messages_narrows_by_time_and_status(account: OfficialAccount, client: Client) -> None:
    plain("菜单").post(client)
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    out, _ = run("replay_messages", f"--since={since}", "--status=replied")
    assert "0 changed, 1 unchanged, 0 failed" in out
    out, _ = run("replay_messages", f"--until={since}")
    assert "0 changed, 0 unchanged, 0 failed" in out


def test_replay_messages_wants_to_know_which(account: OfficialAccount) -> None:
    with pytest.raises(CommandError, match="name messages by ID"):
        run("replay_messages")
    with pytest.raises(CommandError, match="no such messages: 5"):
        run("replay_messages", "5")


def test_prune_messages_deletes_old_messages_and_expired_fingerprints(
    account: OfficialAccount, client: Client
) -> None:
    for _ in range(2):
        plain("菜单").post(client)
    old = Message.objects.all()[0]
    Message.objects.filter(pk=old.pk).update(received_at=timezone.now() - timedelta(days=200))
    out, _ = run("prune_messages", "--dry-run")
    assert "Would delete 1 messages" in out
    assert Message.objects.count() == 2
    out, _ = run("prune_messages")
    assert out.startswith("Deleted 1 messages")
    assert Message.objects.count() == 1
    DedupFingerprint.objects.update(last_seen=timezone.now() - timedelta(days=2))
    run("prune_messages")
    assert not DedupFingerprint.objects.exists()
    assert Message.objects.count() == 1


def test_what_has_outlived_its_days_is_deleted_by_the_hourly_task(
    account: OfficialAccount, client: Client, settings: Any
) -> None:
    for _ in range(2):
        plain("菜单").post(client)
    Message.objects.filter(pk=Message.objects.all()[0].pk).update(
        received_at=timezone.now() - timedelta(days=91)
    )
    settings.CELESTIAL_MESSAGE_DAYS = 0
    assert prune()["messages"] == 0
    settings.CELESTIAL_MESSAGE_DAYS = 90
    assert prune()["messages"] == 1
    assert Message.objects.count() == 1


def test_prune_messages_refuses_zero_days(db: None) -> None:
    with pytest.raises(CommandError, match="1 or more"):
        run("prune_messages", "--older-than-days=0")
