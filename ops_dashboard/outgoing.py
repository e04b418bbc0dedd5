"""Requests to alert channels: to the three official hosts and the configured one, never to a private network."""

from __future__ import annotations

import http.client
import smtplib
import socket
import ssl
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from django.conf import settings

from ops_dashboard.robots import Outgoing

SECONDS = 3.0
ANSWER_BYTES = 65_536
# host and the beginning of the path
OFFICIAL = {
    "wecom": ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send"),
    "dingtalk": ("oapi.dingtalk.com", "/robot/send"),
    "feishu": ("open.feishu.cn", "/open-apis/bot/v2/hook/"),
}


class AddressRefused(Exception):
    """A channel's address is none that we send to. The text never repeats the address: it is a secret."""


def check_address(kind: str, url: str) -> None:
    """Raises AddressRefused unless `url` may be a channel of this kind. Names are not resolved here."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError as error:
        raise AddressRefused("the address can't be read as a URL") from error
    if kind == "email":
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise AddressRefused("must look like smtps://user:password@smtp.example.com")
        return
    if kind in OFFICIAL:
        _check_official(parts, *OFFICIAL[kind])
        return
    if not parts.hostname or parts.username or parts.scheme not in ("http", "https"):
        raise AddressRefused("must look like https://hooks.example.com/path")
    if parts.scheme != "https" and parts.hostname not in settings.CELESTIAL_PRIVATE_HOSTS:
        raise AddressRefused("must begin with https:// (CELESTIAL_PRIVATE_HOSTS names exceptions)")


def _check_official(parts: SplitResult, host: str, path: str) -> None:
    official = parts.scheme == "https" and parts.netloc.lower() == host and parts.path.startswith(path)
    if not official:
        raise AddressRefused(f"must begin with https://{host}{path}")


def post(kind: str, outgoing: Outgoing) -> tuple[int, bytes]:
    """Send and return status and body. No redirect is followed. Raises OSError or AddressRefused."""
    check_address(kind, outgoing.url)
    parts = urlsplit(outgoing.url)
    if kind in OFFICIAL and settings.CELESTIAL_ROBOT_BASE:
        base = urlsplit(settings.CELESTIAL_ROBOT_BASE)
        parts = parts._replace(scheme=base.scheme, netloc=base.netloc)
        address = str(base.hostname)
    else:
        address = _public_address(str(parts.hostname), parts.port or _default_port(parts))
    connection = _connection(parts, address)
    target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    try:
        connection.request("POST", target, body=outgoing.body, headers=outgoing.headers)
        response = connection.getresponse()
        return response.status, response.read(ANSWER_BYTES)
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer ({type(error).__name__})") from error
    finally:
        connection.close()


def _default_port(parts: SplitResult) -> int:
    return 443 if parts.scheme == "https" else 80


def _public_address(host: str, port: int) -> str:
    """An address of `host`, resolved once: what was checked is what is connected to."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    private = [address for address in addresses if not ip_address(address.partition("%")[0]).is_global]
    if private and host not in settings.CELESTIAL_PRIVATE_HOSTS:
        raise AddressRefused("the host has a private address; CELESTIAL_PRIVATE_HOSTS can allow it")
    return addresses[0]


class _PinnedHTTP(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name resolves to by then."""

    def __init__(self, parts: SplitResult, address: str) -> None:
        super().__init__(str(parts.hostname), parts.port or _default_port(parts), timeout=SECONDS)
        self.address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), SECONDS)


class _PinnedHTTPS(_PinnedHTTP):
    """The same over TLS, whose certificate must be the name's."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _connection(parts: SplitResult, address: str) -> http.client.HTTPConnection:
    return (_PinnedHTTPS if parts.scheme == "https" else _PinnedHTTP)(parts, address)


def send_mail(url: str, recipients: list[str], subject: str, text: str) -> None:
    """Through the relay of `url`: smtps:// is TLS from the start, smtp:// becomes TLS where the server offers it.

    A password is never sent in clear. Raises OSError (smtplib's errors are) or AddressRefused.
    """
    check_address("email", url)
    parts = urlsplit(url)
    context = ssl.create_default_context()
    host = str(parts.hostname)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=SECONDS)
    with server:
        server.ehlo()
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif parts.scheme == "smtp" and user:
            raise AddressRefused("the server offers no TLS, so the password was not sent")
        if user:
            server.login(user, password)
        server.send_message(_mail(user if "@" in user else f"celestial@{host}", recipients, subject, text))


def _mail(sender: str, recipients: list[str], subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, ", ".join(recipients), subject
    mail.set_content(text)
    return mail
