"""One HTTP exchange with the platform: no redirects, no proxies of the environment, bounded in time and size.

What counts is the moment at which an exchange fails. Before the request is written nothing happened (NotSent); after
that WeChat may have acted on it (Ambiguous). So a connection serves one request: on a kept one, nobody can tell
whether the server closed it before or after reading the request.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from django.conf import settings

from wechat.platform.errors import Ambiguous, NotSent, error_of_status

CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0
ANSWER_BYTES = 1 << 20
_CHUNK = 65536
GATEWAY_TIMEOUT = 504


@dataclass(frozen=True, slots=True)
class Request:
    """One call: `query` without the token, which is added when it is sent; `body` is sent as JSON."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, Any] | None = None

    def encoded(self) -> bytes | None:
        """UTF-8 without \\uXXXX, which WeChat shows as it is or refuses (40033)."""
        if self.body is None:
            return None
        text = json.dumps(self.body, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def exchange(request: Request, token: str = "") -> dict[str, Any]:
    """The JSON object that the platform answers. Raises NotSent, Ambiguous, or Busy for a 5xx."""
    base = urlsplit(settings.WECHAT_API_BASE)
    connection = _connect(base)
    query = {**({"access_token": token} if token else {}), **request.query}
    target = f"{base.path.rstrip('/')}{request.path}" + (f"?{urlencode(query)}" if query else "")
    try:
        status, body = _ask(connection, request, target)
    except TimeoutError as error:
        raise Ambiguous("timeout") from error
    except (OSError, http.client.HTTPException) as error:
        raise Ambiguous(type(error).__name__) from error
    finally:
        connection.close()
    return _object(status, body)


def _connect(base: SplitResult) -> http.client.HTTPConnection:
    """Connected and, for https, with the handshake done: what fails up to here has sent nothing."""
    host, port = str(base.hostname), base.port
    connection: http.client.HTTPConnection
    if base.scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=_tls())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise NotSent(f"{host}: {getattr(error, 'strerror', None) or type(error).__name__}") from error
    return connection


@cache
def _tls() -> ssl.SSLContext:
    """Made once: loading the certificates takes longer than a call."""
    return ssl.create_default_context()


def _ask(connection: http.client.HTTPConnection, request: Request, target: str) -> tuple[int, bytes]:
    connected: socket.socket = connection.sock
    connected.settimeout(READ_SECONDS)
    deadline = time.monotonic() + READ_SECONDS
    headers = {"Accept": "application/json", "Connection": "close"}
    if request.body is not None:
        headers["Content-Type"] = "application/json; charset=utf-8"
    connection.request(request.method, target, body=request.encoded(), headers=headers)
    response = connection.getresponse()
    body = b""
    # A socket's timeout counts from the last byte; an answer that trickles must end too.
    while chunk := response.read1(_CHUNK):
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise http.client.HTTPException("the answer is too large")
        if time.monotonic() > deadline:
            raise TimeoutError
    if response.length:
        raise http.client.IncompleteRead(body, response.length)
    return response.status, body


def _object(status: int, body: bytes) -> dict[str, Any]:
    """The answer as an object. What is none leaves open whether the call was carried out, as does a 504."""
    if status == GATEWAY_TIMEOUT:
        raise Ambiguous("HTTP 504")
    if status >= 500:
        raise error_of_status(status)
    if status != http.HTTPStatus.OK:
        raise Ambiguous(f"HTTP {status}")
    try:
        answer = json.loads(body)
    except ValueError as error:
        raise Ambiguous("no JSON") from error
    if not isinstance(answer, dict):
        raise Ambiguous("no JSON object")
    return answer
