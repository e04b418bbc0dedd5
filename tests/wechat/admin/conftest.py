"""A conversation in the database, as the callback would have left it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import credentials
from wechat.models import Attempt, DedupFingerprint, Message, OfficialAccount

MakeMessage = Callable[..., Message]


def xml_of(text: str, openid: str = credentials.OPENID) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>24000000000000001</MsgId></xml>"
    ).encode()


def reply_of(text: str, openid: str = credentials.OPENID) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{openid}]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName>"
        f"<CreateTime>1700000001</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content></xml>"
    ).encode()


@pytest.fixture
def make_message(account: OfficialAccount) -> MakeMessage:
    """A stored and answered text message with its fingerprint and one attempt; keywords replace columns."""

    def make(
        text: str = "今天黄历", *, hits: int = 1, reply: str = "一条旧的回复", **columns: object
    ) -> Message:
        openid = str(columns.pop("openid", credentials.OPENID))
        number = Message.objects.count()
        received = columns.pop("received_at", timezone.now() - timedelta(minutes=5))
        values = {
            "account": account,
            "openid": openid,
            "msg_type": "text",
            "msg_id": f"2400000000000{number:04d}",
            "content": text,
            "received_at": received,
            "raw": xml_of(text, openid),
            "plaintext": xml_of(text, openid),
            "query": f"signature=abc123&timestamp=1700000000&nonce=n{number}&openid={openid}",
            "request_id": f"request-{number:08d}",
            "status": "replied",
            "reply_xml": reply_of(reply, openid),
            "reply_wire": reply_of(reply, openid),
            "milliseconds": 12.5,
        }
        message = Message.objects.create(**(values | columns))
        DedupFingerprint.objects.create(
            account=account,
            digest=f"{number:08x}" + "ab" * 28,
            nonce_digest=f"{number:064x}",
            message=message,
            hits=hits,
            first_seen=received,
            last_seen=received,
            lease_until=received,
        )
        steps = {"open": 0.5, "parse": 0.2, "claim": 1.5, "converse": 9.8, "seal": 0.5}
        Attempt.objects.create(
            message=message,
            trigger="wechat",
            engine_version="1.0",
            outcome=message.status,
            cause=message.cause,
            steps=steps,
            reply_xml=message.reply_xml,
        )
        return message

    return make


@pytest.fixture
def message(make_message: MakeMessage) -> Message:
    return make_message()
