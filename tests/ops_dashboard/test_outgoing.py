"""ops_dashboard.outgoing: which hosts are talked to, and that nobody can lead us elsewhere."""

from __future__ import annotations

import threading
from email import message_from_bytes, policy

import pytest

from ops_dashboard import outgoing
from ops_dashboard.outgoing import AddressRefused, check_address, post, send_mail
from ops_dashboard.robots import Outgoing
from tests.ops_dashboard.smtp_server import smtp_server

GOOD = [
    ("wecom", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"),
    ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=T"),
    ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/ID"),
    ("webhook", "https://hooks.example.com/x"),
    ("email", "smtps://user:password@smtp.example.com"),
    ("email", "smtp://127.0.0.1:2525"),
]
BAD = [
    ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K"),
    ("wecom", "https://qyapi.weixin.qq.com.evil.com/cgi-bin/webhook/send"),
    ("wecom", "https://user@qyapi.weixin.qq.com/cgi-bin/webhook/send"),
    ("wecom", "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send"),
    ("wecom", "https://qyapi.weixin.qq.com/other"),
    ("wecom", "https://evil.com/?https://qyapi.weixin.qq.com/cgi-bin/webhook/send"),
    ("dingtalk", "https://open.feishu.cn/open-apis/bot/v2/hook/ID"),
    ("feishu", "https://open.feishu.cn@evil.com/open-apis/bot/v2/hook/ID"),
    ("webhook", "http://hooks.example.com/x"),
    ("webhook", "ftp://hooks.example.com/x"),
    ("webhook", "file:///etc/passwd"),
    ("webhook", "https://user:password@hooks.example.com/"),
    ("webhook", "https://"),
    ("webhook", "https://[::1/"),
    ("webhook", "https://example.com:port/"),
    ("email", "https://smtp.example.com"),
    ("email", "smtp:"),
]


@pytest.mark.parametrize(("kind", "url"), GOOD)
def test_the_official_hosts_and_the_configured_one_are_addresses(kind, url):
    check_address(kind, url)


@pytest.mark.parametrize(("kind", "url"), BAD)
def test_anything_else_is_refused_without_repeating_it(kind, url):
    with pytest.raises(AddressRefused) as refused:
        check_address(kind, url)
    assert len(url) < 10 or url not in str(refused.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fd00::1]", "localhost", "0.0.0.0"],
)
def test_a_webhook_never_reaches_a_private_address(host):
    with pytest.raises(AddressRefused, match="private"):
        post("webhook", Outgoing(f"https://{host}/", b"{}", {}))


def test_a_private_host_can_be_allowed_by_name(robot, settings):
    settings.CELESTIAL_PRIVATE_HOSTS = []
    request = Outgoing(f"{robot.base}/hook", b"{}", {})
    with pytest.raises(AddressRefused):
        post("webhook", request)
    settings.CELESTIAL_PRIVATE_HOSTS = ["127.0.0.1"]
    assert post("webhook", request)[0] == 200


def test_a_redirect_is_not_followed(robot):
    robot.location = f"{robot.base}/cgi-bin/webhook/send?key=K"
    assert post("webhook", Outgoing(f"{robot.base}/hook", b"{}", {}))[0] == 302
    assert robot.received == []


def test_the_checked_address_is_the_one_connected_to(robot, settings, monkeypatch):
    """A name that resolves to something else the second time changes nothing: it is asked once."""
    asked = []

    def resolve(host, port, *options, **named):
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", resolve)
    settings.CELESTIAL_PRIVATE_HOSTS = ["hooks.internal"]
    post("webhook", Outgoing(f"http://hooks.internal:{robot.port}/hook", b"{}", {}))
    assert asked[0] == "hooks.internal"
    assert "hooks.internal" not in asked[1:]


def test_a_server_that_says_nothing_costs_three_seconds_at_most(settings):
    import socket
    import time

    settings.CELESTIAL_PRIVATE_HOSTS = ["127.0.0.1"]
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        started = time.monotonic()
        with pytest.raises(OSError, match="timed out"):
            post("webhook", Outgoing(f"http://127.0.0.1:{port}/", b"{}", {}))
        assert time.monotonic() - started < 4


def test_mail_arrives_with_chinese_subject_and_text():
    with smtp_server() as server:
        send_mail(
            f"smtp://127.0.0.1:{server.port}", ["a@example.com", "b@example.com"], "签名失败", "数值 12"
        )
    mail = message_from_bytes(server.mails[0], policy=policy.default)
    assert (mail["Subject"], mail["To"]) == ("签名失败", "a@example.com, b@example.com")
    assert mail.get_content().strip() == "数值 12"


def test_a_password_is_never_sent_in_clear():
    with smtp_server() as server, pytest.raises(AddressRefused, match="no TLS"):
        send_mail(f"smtp://user:secret@127.0.0.1:{server.port}", ["a@example.com"], "x", "x")
    assert b"secret" not in server.seen
    assert threading.active_count() >= 1
