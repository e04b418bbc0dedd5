"""Taking a lost message over: one of those who try at the same moment, on either database."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.wechat.deliveries import plain
from wechat.models import DedupFingerprint, Message, OfficialAccount
from wechat.models.message import Status

LATER = timedelta(seconds=5)


def take(message_id: int) -> bool:
    now = datetime.now(UTC)
    return DedupFingerprint.take_over(message_id, now, now + LATER)


def lost_message(client: Client) -> int:
    plain("菜单").post(client)
    message = Message.objects.get()
    Message.objects.update(status=Status.PENDING)
    DedupFingerprint.objects.update(lease_until=datetime.now(UTC) - LATER)
    return message.pk


@pytest.mark.django_db
def test_an_expired_lease_is_taken_once(account: OfficialAccount, client: Client) -> None:
    message_id = lost_message(client)
    assert [take(message_id), take(message_id)] == [True, False]


@pytest.mark.django_db
def test_a_message_that_was_answered_is_not_taken(account: OfficialAccount, client: Client) -> None:
    message_id = lost_message(client)
    Message.objects.update(status=Status.REPLIED)
    assert not take(message_id)


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_the_other_ones_lock_finds_the_lease_taken(
    account: OfficialAccount, client: Client
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: nobody waits inside an UPDATE")
    message_id, second = lost_message(client), []

    def rival() -> None:
        try:
            second.append(take(message_id))
        finally:
            connection.close()

    thread = threading.Thread(target=rival)
    with transaction.atomic():
        assert take(message_id)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "the rival waits for our lock"
    thread.join(10)
    assert second == [False]
