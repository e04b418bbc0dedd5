"""The straight line of the callback: stored before it is answered, answered once, the same bytes to every try."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from predictions import language
from tests import credentials
from tests.wechat.deliveries import content_of, message, plain, sealed
from wechat import computations
from wechat.gateway_account import GatewayAccount
from wechat.models import Attempt, DedupFingerprint, Message, OfficialAccount
from wechat.models.message import Outcome
from wechat.tasks import sweep

pytestmark = pytest.mark.django_db
FIXTURES = sorted((Path(__file__).parent.parent / "fixtures" / "wechat").glob("*.xml"))
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def statements(context: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in context.captured_queries if not q["sql"].startswith(TRANSACTION_CONTROL)]


def test_a_plain_message_gets_a_plain_answer_and_is_stored_raw(
    account: OfficialAccount, client: Client
) -> None:
    delivery = plain("今天黄历")
    response = delivery.post(client)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert "黄历" in content_of(response.content) or "宜" in content_of(response.content)
    stored = Message.objects.get()
    assert bytes(stored.raw) == delivery.body == bytes(stored.plaintext)
    assert stored.query == delivery.url.split("?")[1]
    assert (stored.status, stored.cause, stored.encrypted) == ("replied", "", False)
    assert stored.reply_wire is not None
    assert bytes(stored.reply_wire) == response.content


@pytest.mark.parametrize("style", ["safe", "compatible"])
def test_an_encrypted_message_gets_an_encrypted_answer(
    account: OfficialAccount, client: Client, style: str
) -> None:
    response = sealed("今天黄历", style=style).post(client)
    assert b"<Encrypt>" in response.content
    assert "宜" in content_of(response.content)
    stored = Message.objects.get()
    assert stored.encrypted
    assert "今天黄历" in bytes(stored.plaintext).decode()
    assert "今天黄历".encode() not in bytes(stored.raw) or style == "compatible"


def test_four_tries_are_one_message_with_four_deliveries_and_the_same_bytes(
    account: OfficialAccount, client: Client
) -> None:
    delivery = sealed("今天黄历")
    answers = {delivery.post(client).content for _ in range(4)}
    assert len(answers) == 1
    assert Message.objects.count() == 1
    assert Attempt.objects.count() == 1
    assert DedupFingerprint.objects.get().hits == 4


def test_a_retry_under_a_fresh_ciphertext_is_still_a_retry(account: OfficialAccount, client: Client) -> None:
    body = message("今天黄历")
    first, second = sealed(body).post(client), sealed(body).post(client)
    assert content_of(first.content) == content_of(second.content)
    assert Message.objects.count() == 1


def test_a_used_nonce_with_another_body_is_refused(account: OfficialAccount, client: Client) -> None:
    first = plain("今天黄历")
    first.post(client)
    forged = first.with_body(message("明天黄历"))
    response = forged.post(client)
    assert response.status_code == 403
    assert Message.objects.count() == 1
    assert account.rejectionsample_set.get().cause == "replayed_nonce"


def test_a_new_message_takes_four_statements_and_a_duplicate_two(
    account: OfficialAccount, client: Client
) -> None:
    plain("菜单").post(client)
    delivery = sealed("今天黄历")
    with CaptureQueriesContext(connection) as new:
        delivery.post(client)
    with CaptureQueriesContext(connection) as duplicate:
        delivery.post(client)
    assert len(statements(new)) <= 4, statements(new)
    assert len(statements(duplicate)) <= 2, statements(duplicate)


def test_a_switch_counts_from_the_next_request_on(account: OfficialAccount, client: Client) -> None:
    assert plain("菜单").post(client).status_code == 200
    account.switch("encryption", "safe", by="test", reason="test")
    assert plain("菜单").post(client).status_code == 403
    account.switch("encryption", "compatible", by="test", reason="test")
    assert plain("菜单").post(client).status_code == 200


def test_a_handler_that_raises_costs_an_apology_and_no_5xx(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a bug in the engine")

    monkeypatch.setattr(language, "ask", broken)
    response = plain("今天黄历").post(client)
    assert response.status_code == 200
    assert "抱歉" in content_of(response.content)
    assert "ZeroDivision" not in response.content.decode()
    stored = Message.objects.get()
    assert (stored.status, stored.cause) == ("failed", "engine_error")


def test_the_message_is_committed_before_its_handler_runs(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def spy(work: Callable[[], Outcome]) -> computations.Computation | None:
        seen.append(Message.objects.get().status)
        return original(work)

    original = computations.start
    monkeypatch.setattr(computations, "start", spy)
    plain("菜单").post(client)
    assert seen == ["pending"]


def lose_the_worker(monkeypatch: pytest.MonkeyPatch, client: Client, delivery: object) -> Message:
    """A try that stored its message and was killed before it could answer."""
    with monkeypatch.context() as patch:
        patch.setattr("wechat.receive.run_handler", lambda *args, **kwargs: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            delivery.post(client)  # type: ignore[attr-defined]
    return Message.objects.get()


def test_a_try_after_the_worker_of_the_first_died_takes_the_message_over(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = sealed("今天黄历")
    lost = lose_the_worker(monkeypatch, client, delivery)
    assert lost.status == "pending"
    DedupFingerprint.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second, third = delivery.post(client), delivery.post(client)
    assert "宜" in content_of(second.content)
    assert second.content == third.content
    assert [attempt.trigger for attempt in Attempt.objects.all()] == ["takeover"]


def test_the_sweeper_finishes_what_nobody_asks_for_again(
    account: OfficialAccount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = sealed("今天黄历")
    lose_the_worker(monkeypatch, client, delivery)
    assert sweep() == 0, "the lease still runs"
    DedupFingerprint.objects.update(lease_until=timezone.now() - timedelta(seconds=10))
    assert sweep() == 1
    late, later = delivery.post(client), delivery.post(client)
    assert "宜" in content_of(late.content)
    assert late.content == later.content


def test_a_retry_after_the_key_was_rotated_is_sealed_anew_with_the_key_it_used(
    account: OfficialAccount, client: Client
) -> None:
    body = message("今天黄历")
    first = sealed(body, key=credentials.AES_KEY).post(client)
    account.rotate_aes_key(credentials.FORMER_AES_KEY)
    retry = sealed(body, key=credentials.FORMER_AES_KEY).post(client)
    assert first.content != retry.content
    assert content_of(first.content) == content_of(retry.content, key=credentials.FORMER_AES_KEY)


def test_both_tokens_and_both_keys_are_accepted_during_a_rotation(
    account: OfficialAccount, client: Client
) -> None:
    account.rotate_token(credentials.FORMER_TOKEN)
    account.rotate_aes_key(credentials.FORMER_AES_KEY)
    for token in (credentials.TOKEN, credentials.FORMER_TOKEN):
        for key in (credentials.AES_KEY, credentials.FORMER_AES_KEY):
            response = sealed("今天黄历", token=token, key=key).post(client)
            assert "宜" in content_of(response.content, token=token, key=key)


def test_a_follower_over_the_limit_is_stored_and_acknowledged(
    account: OfficialAccount, client: Client
) -> None:
    account.rate_limit_per_min = 2
    account.save()
    answers = [plain("菜单").post(client).content for _ in range(3)]
    assert answers[2] == b"success"
    assert b"success" not in answers[:2]
    assert Message.objects.filter(status="acknowledged", cause="rate_limited").count() == 1
    assert plain(message("菜单", openid="another")).post(client).content != b"success"


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_every_message_and_event_type_is_stored_and_answered(
    account: OfficialAccount, client: Client, fixture: Path
) -> None:
    response = sealed(fixture.read_bytes()).post(client)
    assert response.status_code == 200
    stored = Message.objects.get()
    assert stored.status in ("replied", "acknowledged")
    assert bytes(stored.plaintext) == fixture.read_bytes()


def test_the_cache_forgets_an_account_that_is_gone(account: OfficialAccount, client: Client) -> None:
    plain("菜单").post(client)
    account.delete()
    assert GatewayAccount.cached("default") is not None
    assert plain("菜单").post(client).status_code == 404
    assert GatewayAccount.cached("default") is None
