"""The handler's outcome: a text, silence, an apology, or nothing yet."""

from __future__ import annotations

import pytest
from django.utils import timezone

from predictions import language
from tests.wechat.deliveries import message
from wechat import xml
from wechat.gateway_account import GatewayAccount
from wechat.handling import Job, run_handler
from wechat.models import Follower, Message, OfficialAccount
from wechat.models.message import Outcome
from wechat.policy import Rejected

pytestmark = pytest.mark.django_db


def outcome_of(account: OfficialAccount, text: str, **options: bool) -> Outcome:
    follower = Follower(account=account, openid="oFollower")
    return run_handler(
        GatewayAccount.of(account), xml.parse(message(text)), timezone.now(), follower, **options
    )


def test_an_answer_has_its_text_beside_the_xml(account: OfficialAccount) -> None:
    outcome = outcome_of(account, "今天黄历")
    assert outcome.status == "replied"
    assert (outcome.text or "").startswith("我理解为")
    assert outcome.text in xml.parse(outcome.reply_xml or b"").content


def test_a_slow_system_is_understood_and_not_computed(account: OfficialAccount, slow_almanac: None) -> None:
    outcome = outcome_of(account, "今天黄历", compute_slow=False)
    assert (outcome.status, outcome.cause, outcome.reply_xml) == ("deferred", "slow_system", None)
    assert outcome_of(account, "今天黄历", compute_slow=True).status == "replied"
    assert outcome_of(account, "今天农历几号", compute_slow=False).status == "replied"


def test_what_can_not_be_answered_is_asked_for_at_once(account: OfficialAccount, slow_almanac: None) -> None:
    assert outcome_of(account, "2026年2月31日黄历", compute_slow=False).status == "replied"


def test_a_handler_that_raises_leaves_the_follower_as_before(
    account: OfficialAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(language, "ask", broken)
    outcome = outcome_of(account, "今天黄历")
    assert (outcome.status, outcome.cause) == ("failed", "engine_error")
    assert "抱歉" in (outcome.text or "")


def test_a_redacted_message_is_no_job(account: OfficialAccount) -> None:
    row = Message(account=account, openid="x", received_at=timezone.now(), plaintext=b"")
    with pytest.raises(Rejected):
        Job.of(row)
