"""An HTTP client for our own callback: no redirects, no proxies of the environment, WeChat's 5 seconds."""

from __future__ import annotations

import urllib.error
import urllib.request
from http.client import HTTPResponse
from typing import IO, Any
from urllib.parse import urlencode, urlsplit, urlunsplit

TIMEOUT = 5.0


class Unreachable(Exception):
    """No HTTP answer was had; the message says why in one line."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: Any, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def endpoint(url: str, path: str) -> str:
    """`url` with the callback's `path` when it has none of its own. ValueError for what is no HTTP URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{url!r} is not a URL such as https://example.com or https://example.com/wechat")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or path, "", ""))


def fetch(url: str, query: list[tuple[str, str]], body: bytes | None = None) -> tuple[int, bytes]:
    """Status and body; POST when there is a body. Raises Unreachable."""
    headers = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0", "Accept": "*/*"}
    request = urllib.request.Request(f"{url}?{urlencode(query)}", data=body, headers=headers)  # noqa: S310
    try:
        response: HTTPResponse = _opener.open(request, timeout=TIMEOUT)
        with response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
    except OSError as error:
        raise Unreachable(f"{url}: {getattr(error, 'reason', error)}") from error
