"""A local server in the robots' place: it checks signatures as they do and keeps what it was told.

It computes signatures by itself, from the robots' documentation and not with the product's functions.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SECabc123"


@dataclass
class RobotServer:
    """What arrived, and how to answer: `status` and `fail` are for tests of failures."""

    received: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    status: int = 200
    fail: int = 0
    location: str = ""
    port: int = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def titles(self) -> list[str]:
        return [title_of(kind, body) for kind, body in self.received]

    def judge(self, path: str, body: bytes, headers: Any) -> dict[str, Any]:
        parts = urlsplit(path)
        document = json.loads(body)
        if parts.path == "/cgi-bin/webhook/send":
            kind, problem = "wecom", "" if parse_qs(parts.query) == {"key": ["K"]} else "key"
        elif parts.path == "/robot/send":
            kind, problem = "dingtalk", dingtalk_problem(parse_qs(parts.query))
        elif parts.path.startswith("/open-apis/bot/v2/hook/"):
            kind, problem = "feishu", feishu_problem(document)
        else:
            kind, problem = "webhook", webhook_problem(headers.get("X-Celestial-Signature", ""), body)
        if problem:
            self.problems.append(f"{kind}: {problem}")
        else:
            self.received.append((kind, document))
        code = 19021 if problem else 0
        return {"code": code, "msg": problem} if kind == "feishu" else {"errcode": code, "errmsg": problem}


def mac(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def dingtalk_problem(query: dict[str, list[str]]) -> str:
    if query.get("access_token") != ["T"]:
        return "token"
    stamp = query["timestamp"][0]
    return "" if query["sign"] == [mac(SECRET, f"{stamp}\n{SECRET}")] and len(stamp) == 13 else "sign"


def feishu_problem(document: dict[str, Any]) -> str:
    stamp = document.get("timestamp", "")
    return "" if document.get("sign") == mac(f"{stamp}\n{SECRET}", "") and len(stamp) == 10 else "sign"


def webhook_problem(header: str, body: bytes) -> str:
    stamp, _, given = header.removeprefix("t=").partition(",v1=")
    expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return "" if given == expected else "signature"


def title_of(kind: str, body: dict[str, Any]) -> str:
    if kind == "wecom":
        return body["markdown"]["content"].splitlines()[0].strip("*")
    if kind == "dingtalk":
        return body["markdown"]["title"]
    return body["content"]["text"].splitlines()[0] if kind == "feishu" else body["title"]


@contextmanager
def robot_server() -> Iterator[RobotServer]:
    """The running server."""
    state = RobotServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if state.fail:
                state.fail -= 1
                self._answer(500, b"{}")
            elif state.location:
                self._answer(302, b"")
            else:
                answer = json.dumps(state.judge(self.path, body, self.headers)).encode()
                self._answer(state.status, answer)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            if state.location:
                self.send_header("Location", state.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
