"""The local platform: its state, and the HTTP server in front of it."""

from __future__ import annotations

import itertools
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests import credentials
from tests.platform_server import apis, delivery, phone
from tests.platform_server.faults import Fault, Faults
from tests.platform_server.followers import EVENTS, Follower, Line
from tests.platform_server.tokens import Tokens
from wechat import xml

TYPING_SECONDS = 15
_rids = itertools.count(1)


@dataclass
class Call:
    """One request of the gateway; `errcode` is what it got (None: no answer that says one)."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    at: float
    errcode: int | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def openid(self) -> str:
        """Whom a message is for."""
        found = re.search(rb'"touser": ?"([^"]*)"', self.body)
        return found[1].decode(errors="replace") if found else ""


@dataclass
class LocalPlatform:
    """One account on the platform. Everything may be looked at and changed while it serves."""

    url: str = ""
    app_id: str = credentials.APP_ID
    app_secret: str = credentials.APP_SECRET
    original_id: str = credentials.ORIGINAL_ID
    callback_token: str = credentials.TOKEN
    aes_key: str = credentials.AES_KEY
    style: str = "safe"
    callback_url: str = ""
    may_send: bool = True
    may_manage_menu: bool = True
    credential_errcode: int = 0  # what the token calls answer instead of a token
    credential_errmsg: str = ""
    tokens: Tokens = field(default_factory=Tokens)
    faults: Faults = field(default_factory=Faults)
    followers: dict[str, Follower] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    typing: list[tuple[str, str]] = field(default_factory=list)
    typing_since: dict[str, float] = field(default_factory=dict)
    menu: dict[str, Any] | None = None
    daily_limits: dict[str, int] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    rids: dict[str, dict[str, Any]] = field(default_factory=dict)
    resets: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    gateway: str = ""  # where the chat page's messages go
    callback_path: str = "/wechat"
    conditional: dict[str, dict[str, Any]] = field(default_factory=dict)
    drops: int = 0  # so many of the gateway's next answers are lost on the way
    exchanges: list[tuple[str, str, delivery.Exchange]] = field(default_factory=list)

    def follower(self, openid: str = credentials.OPENID, *did: str) -> Follower:
        """The follower, who just did what `did` names ("message", "menu", "follow", "scan")."""
        follower = self.followers.setdefault(openid, Follower(openid))
        for trigger in did:
            follower.act(trigger)
        return follower

    def chat(self, openid: str = credentials.OPENID) -> list[Line]:
        return self.follower(openid).chat

    def sent(self, openid: str = credentials.OPENID) -> list[str]:
        """The customer messages that reached the phone, in order."""
        return [line.text for line in self.chat(openid) if line.way == "customer"]

    def asked(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def fail(self, path: str, times: int | None = 1, **fault: Any) -> None:
        """Have the next `times` calls of `path` (None: all) fail as `Fault(**fault)` says."""
        self.faults.add(path, Fault(**fault), times)

    def count(self, path: str) -> None:
        """One more call of an API; raises Refused when the day's are used up."""
        self.used[path] = self.used.get(path, 0) + 1
        if self.used[path] > self.daily_limits.get(path, 10**9):
            raise apis.Refused(45009, "reach max api daily quota limit")

    def deliver(
        self, base: str, message: bytes | str, openid: str = credentials.OPENID, **rules: Any
    ) -> delivery.Exchange:
        """Deliver a text or a whole XML body to the gateway at `base`, with WeChat's retries."""
        if isinstance(message, str):
            message = delivery.text_xml(self.original_id, openid, message)
        exchange = self.arrive(base, message, rules.pop("path", "/wechat"), rules.pop("style", ""))
        delivery.deliver(self, exchange, **rules)
        self.show(xml.parse(message).from_user, exchange)
        return exchange

    def arrive(self, base: str, message: bytes, path: str = "/wechat", style: str = "") -> delivery.Exchange:
        """What the follower's act changes on the platform, and its request, which is not sent yet."""
        incoming = xml.parse(message)
        follower = self.follower(incoming.from_user)
        trigger = EVENTS.get(incoming.event_name, "") if incoming.is_event else "message"
        if trigger == "message" and incoming.fields.get("bizmsgmenuid"):
            trigger = "menu"
        if trigger:
            follower.act(trigger)
        follower.follows = incoming.event_name != "unsubscribe"
        said = incoming.text or incoming.event or incoming.msg_type
        did = incoming.event_name if incoming.is_event else incoming.msg_type
        follower.chat.append(Line("follower", said, kind=did))
        exchange = delivery.prepare(self, base, message, path, style)
        with self.lock:
            self.exchanges.append((incoming.from_user, follower.chat[-1].id, exchange))
        return exchange

    def show(self, openid: str, exchange: delivery.Exchange) -> None:
        """Put the reply into the follower's chat."""
        if exchange.shown:
            way = "notice" if exchange.is_notice else "passive"
            kind = str(exchange.reply.get("MsgType", "text"))
            self.chat(openid).append(Line(way, exchange.shown, kind=kind, content=dict(exchange.reply)))

    def menu_of(self, openid: str) -> dict[str, Any] | None:
        """The menu that a follower's phone shows: the newest that is for this person, else the default one."""
        follower = self.follower(openid)
        for menu in reversed(self.conditional.values()):
            if follower.fits(menu["matchrule"]):
                return menu
        return self.menu

    def is_typing(self, openid: str) -> bool:
        """正在输入 lasts 15 s, or until it is called off or a message arrives."""
        since = self.typing_since.get(openid, 0.0)
        if time.time() - since > TYPING_SECONDS:
            return False
        return not any(line.way == "customer" and line.at > since for line in self.chat(openid))

    def take_drop(self) -> bool:
        """Whether this answer is lost; one less of them is left."""
        with self.lock:
            self.drops, dropped = max(self.drops - 1, 0), self.drops > 0
        return dropped

    def respond(self, call: Call, fault: Fault | None) -> tuple[int, bytes]:
        """Status and body; the state changes under one lock, as a database would."""
        with self.lock:
            self.calls.append(call)
            if fault and fault.status:
                return fault.status, b"<html>error</html>"
            if fault and fault.garbage:
                return 200, b"<html>\xff not json"
            try:
                if fault and fault.errcode is not None:
                    raise apis.Refused(fault.errcode, fault.errmsg)
                body = apis.answer(self, call)
            except apis.Refused as refusal:
                body = {"errcode": refusal.errcode, "errmsg": f"{refusal.errmsg} rid: {self._rid(call)}"}
            call.errcode = int(body.get("errcode", 0))
        return 200, json.dumps(body, ensure_ascii=False).encode()

    def _rid(self, call: Call) -> str:
        rid = f"6743{next(_rids):04x}-1a2b3c4d-5e6f7a8b"
        self.rids[rid] = {"invoke_time": int(call.at), "request_url": call.path, "client_ip": "127.0.0.1"}
        return rid


class _Handler(BaseHTTPRequestHandler):
    platform: LocalPlatform

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if phone.belongs(parts.path):
            self._page(parts.path, dict(parse_qsl(parts.query)), body)
            return
        call = Call(self.command, parts.path, dict(parse_qsl(parts.query)), body, time.time())
        fault = self.platform.faults.take(parts.path, call.openid)
        if fault and fault.reset:
            self._reset()
            return
        status, answer = self.platform.respond(call, fault)
        if fault and fault.lost:
            self._reset()
            return
        if fault and fault.slow:
            time.sleep(fault.slow)
        self._answer(status, answer)

    do_POST = do_GET

    def _page(self, path: str, query: dict[str, str], body: bytes) -> None:
        """The chat page, for this machine's own browser and no other site's scripts."""
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        if not phone.is_local(self.headers.get("Host", "")) or (self.command == "POST" and not is_json):
            self._answer(403, b"{}")
            return
        status, kind, answer = phone.answer(self.platform, self.command, path, query, body)
        self._answer(status, answer, {"Content-Type": kind, **phone.HEADERS})

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            self.send_response(status)
            for name, value in (headers or {"Content-Type": "application/json; encoding=utf-8"}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _reset(self) -> None:
        """RST instead of FIN: an impatient firewall, a restarted server."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that was reset on purpose can't be flushed any more."""
        return


def server_of(platform: LocalPlatform, port: int = 0) -> _Server:
    """The HTTP server in front of it, on loopback alone; it does not serve yet."""
    handler = type("Handler", (_Handler,), {"platform": platform})
    server = _Server(("127.0.0.1", port), handler)
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    return server


@contextmanager
def running_platform(**state: Any) -> Iterator[LocalPlatform]:
    """A platform that serves on a free port of loopback."""
    platform = LocalPlatform(**state)
    server = server_of(platform)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
