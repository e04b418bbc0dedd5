"""ops_dashboard.robots: signatures and bodies to the byte."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from ops_dashboard.robots import (
    BUILDERS,
    WECOM_BYTES,
    Message,
    RobotRefused,
    check_answer,
    cut,
    dingtalk_sign,
    feishu_sign,
    webhook_sign,
)

SECRET, SECONDS = "SECabc123", 1_700_000_000
MESSAGE = Message("签名失败", ("数值 12", "https://example.com/#x"), {"rule": "signature-failures"})


# The three vectors were made with openssl dgst, not with this code.
def test_dingtalk_s_signature_is_openssl_s():
    assert dingtalk_sign(SECRET, SECONDS * 1000) == "N5P09a4+p1AMJIJWnIvQd2Yxw9+fu/oEBnPrjCcsLXk="


def test_feishu_s_signature_swaps_key_and_message():
    assert feishu_sign(SECRET, SECONDS) == "UqhI0v4zAkSwI4hNYBuHQvnrAqshA0UaeBGHCUMPX70="


def test_the_webhook_s_signature_covers_time_and_body():
    expected = "13a8c047204b69b5a06bf033eb3d5080a50d01dd7e96d5619f0c1641ddbccdbc"
    assert webhook_sign(SECRET, SECONDS, b'{"a":1}') == expected
    assert webhook_sign(SECRET, SECONDS + 1, b'{"a":1}') != expected


def test_wecom_s_request_is_this():
    request = BUILDERS["wecom"](
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K", "", MESSAGE, SECONDS
    )
    assert request.url == "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"
    expected = '{"msgtype":"markdown","markdown":{"content":"**签名失败**\\n\\n数值 12\\n\\nhttps://example.com/#x"}}'
    assert request.body == expected.encode()
    assert request.headers == {"Content-Type": "application/json; charset=utf-8"}


def test_dingtalk_s_address_carries_milliseconds_and_the_encoded_signature():
    url = "https://oapi.dingtalk.com/robot/send?access_token=T&sign=stale"
    request = BUILDERS["dingtalk"](url, SECRET, MESSAGE, SECONDS)
    query = parse_qs(urlsplit(request.url).query)
    signature = dingtalk_sign(SECRET, SECONDS * 1000)
    assert query == {"access_token": ["T"], "timestamp": ["1700000000000"], "sign": [signature]}
    assert "+" not in urlsplit(request.url).query.replace("%2B", "")
    assert json.loads(request.body)["markdown"]["title"] == "签名失败"


def test_dingtalk_without_a_secret_signs_nothing():
    url = "https://oapi.dingtalk.com/robot/send?access_token=T"
    assert BUILDERS["dingtalk"](url, "", MESSAGE, SECONDS).url == url


def test_feishu_s_body_carries_seconds_as_text():
    body = json.loads(BUILDERS["feishu"]("https://x", SECRET, MESSAGE, SECONDS + 0.9).body)
    assert (body["timestamp"], body["sign"]) == ("1700000000", feishu_sign(SECRET, SECONDS))
    assert body["content"]["text"] == "签名失败\n数值 12\nhttps://example.com/#x"


def test_the_webhook_gets_the_data_and_a_signature_of_exactly_those_bytes():
    request = BUILDERS["webhook"]("https://x", SECRET, MESSAGE, SECONDS)
    assert json.loads(request.body)["rule"] == "signature-failures"
    assert request.headers["X-Celestial-Signature"] == (
        f"t={SECONDS},v1={webhook_sign(SECRET, SECONDS, request.body)}"
    )


@pytest.mark.parametrize("limit", range(3, 40))
def test_a_cut_never_breaks_a_character_and_never_exceeds_its_limit(limit):
    text = "告警a😀" * 5
    assert len(cut(text, limit).encode()) <= limit


def test_wecom_s_limit_is_kept():
    long = Message("告" * 3000, ())
    body = json.loads(BUILDERS["wecom"]("https://x", "", long, 0).body)
    assert len(body["markdown"]["content"].encode()) <= WECOM_BYTES


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("wecom", 200, b'{"errcode":93000,"errmsg":"invalid webhook url"}'),
        ("dingtalk", 200, b'{"errcode":310000,"errmsg":"sign not match"}'),
        ("feishu", 200, b'{"code":19021,"msg":"sign match fail"}'),
        ("feishu", 200, b'{"code":false}'),
        ("feishu", 502, b"<html>"),
        ("wecom", 200, b"[]"),
        ("webhook", 302, b""),
        ("webhook", 500, b""),
    ],
)
def test_an_answer_that_is_no_success_is_refused(kind, status, body):
    with pytest.raises(RobotRefused):
        check_answer(kind, status, body)


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [("wecom", 200, b'{"errcode":0,"errmsg":"ok"}'), ("feishu", 200, b'{"code":0}'), ("webhook", 204, b"")],
)
def test_an_accepted_message_is_no_error(kind, status, body):
    check_answer(kind, status, body)
