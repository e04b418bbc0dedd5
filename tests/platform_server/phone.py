"""The chat page: what a phone shows of an account, what a person can do there, and what can be made to go wrong.

It answers this machine's browser alone: a foreign name in Host (DNS rebinding) or a body that is no JSON (a form of
another site) is refused.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.platform_server import delivery
from tests.platform_server.faults import Fault
from tests.platform_server.messages import KINDS, compose
from wechat.platform.errcodes import MEANINGS

if TYPE_CHECKING:
    from tests.platform_server.platform import LocalPlatform

Json = dict[str, Any]
FOLDER = Path(__file__).with_name("page")
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/chat/chat.css": ("chat.css", "text/css; charset=utf-8"),
    "/chat/chat.js": ("chat.js", "text/javascript; charset=utf-8"),
    "/chat/icon.svg": ("icon.svg", "image/svg+xml"),
}
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
CUSTOM_SEND = "/cgi-bin/message/custom/send"
STYLES = ("plaintext", "compatible", "safe")
# What the page's switches do to the customer messages of the account; `times` is None for "always".
FAULTS: dict[str, Fault] = {
    "45015": Fault(
        name="45015", errcode=45015, errmsg="response out of time limit or subscription is canceled"
    ),
    "45047": Fault(name="45047", errcode=45047, errmsg="out of response count limit"),
    "48001": Fault(name="48001", errcode=48001, errmsg="api unauthorized"),
    "40001": Fault(
        name="40001", errcode=40001, errmsg="invalid credential, access_token is invalid or not latest"
    ),
    "-1": Fault(name="-1", errcode=-1, errmsg="system error"),
    "slow": Fault(name="slow", slow=6.0),
    "lost": Fault(name="lost", lost=True),
    "reset": Fault(name="reset", reset=True),
    "500": Fault(name="500", status=500),
    "garbage": Fault(name="garbage", garbage=True),
}


class BadRequest(Exception):
    """The page asked for something that there is not."""


def is_local(host: str) -> bool:
    return urlsplit(f"//{host}").hostname in ("127.0.0.1", "localhost", "::1")


def belongs(path: str) -> bool:
    """Whether a path is the page's, and not one of WeChat's APIs."""
    return path == "/" or path.startswith("/chat/")


def answer(
    platform: LocalPlatform, method: str, path: str, query: dict[str, str], body: bytes
) -> tuple[int, str, bytes]:
    """Status, type and body of a request for the page."""
    if method == "GET" and path in FILES:
        name, kind = FILES[path]
        return 200, kind, (FOLDER / name).read_bytes()
    try:
        found = _called(platform, method, path, query, body)
    except (BadRequest, KeyError, TypeError, ValueError) as error:
        return 400, "application/json", _written({"error": str(error) or "bad request"})
    if found is None:
        return 404, "application/json", _written({"error": "no such path"})
    return 200, "application/json", _written(found)


def _called(
    platform: LocalPlatform, method: str, path: str, query: dict[str, str], body: bytes
) -> Json | None:
    if method == "GET" and path == "/chat/state":
        return state(platform, query["openid"])
    act = ACTS.get(path) if method == "POST" else None
    return act(platform, json.loads(body)) if act else None


def _written(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


# --- what is seen


def state(platform: LocalPlatform, openid: str) -> Json:
    """Everything that the page shows of one follower."""
    with platform.lock:
        follower = platform.follower(openid)
        tries = {line: exchange for who, line, exchange in platform.exchanges if who == openid}
        lines = [_line(line, tries.get(line.id)) for line in follower.chat]
        return {
            "lines": lines,
            "follows": follower.follows,
            "typing": platform.is_typing(openid),
            "left": _left(follower.allowances),
            "menu": (platform.menu_of(openid) or {}).get("button", []),
            "style": platform.style,
            "drops": platform.drops,
            "faults": _waiting(platform),
            "calls": [_call(call) for call in platform.calls[-8:]],
        }


def _line(line: Any, exchange: delivery.Exchange | None) -> Json:
    shown: Json = {"id": line.id, "way": line.way, "text": line.text, "at": line.at, "kind": line.kind}
    shown["content"] = line.content
    if exchange is not None:
        shown["over"] = exchange.is_over
        shown["tries"] = [
            {"at": one.at, "ms": round(one.seconds * 1000), "status": one.status, "problem": one.problem}
            for one in exchange.tries
        ]
    return shown


def _left(allowances: dict[str, list[float]]) -> Json:
    now = time.time()
    return {name: {"left": left, "ends": ends} for name, (left, ends) in allowances.items() if ends > now}


def _call(call: Any) -> Json:
    return {"at": call.at, "path": call.path, "errcode": call.errcode}


# --- what is done


def send(platform: LocalPlatform, wanted: Json) -> Json:
    """One act of the follower; its tries run on and are seen in the state."""
    kind, openid = str(wanted["kind"]), _openid(wanted)
    if kind not in KINDS:
        raise BadRequest(f"no such kind of message: {kind}")
    message = compose(platform.original_id or "gh_local", openid, kind, dict(wanted.get("values", {})))
    exchange = platform.arrive(platform.gateway, message, platform.callback_path)
    threading.Thread(target=_deliver, args=(platform, openid, exchange), daemon=True).start()
    return {"sent": True}


def _deliver(platform: LocalPlatform, openid: str, exchange: delivery.Exchange) -> None:
    delivery.deliver(platform, exchange, pause=1.0)
    platform.show(openid, exchange)


def choose(platform: LocalPlatform, wanted: Json) -> Json:
    """The style of encryption, and how many answers get lost."""
    if "style" in wanted:
        if wanted["style"] not in STYLES:
            raise BadRequest("no such style")
        platform.style = wanted["style"]
    if "drops" in wanted:
        platform.drops = max(0, min(int(wanted["drops"]), 99))
    return {"style": platform.style, "drops": platform.drops}


def spoil(platform: LocalPlatform, wanted: Json) -> Json:
    """Have the next customer message fail (or all, `always`), or end all faults."""
    name = wanted.get("fault")
    if name is None:
        platform.faults.clear()
        return {"faults": []}
    platform.faults.add(CUSTOM_SEND, FAULTS[str(name)], None if wanted.get("always") else 1)
    return {"faults": _waiting(platform)}


def _waiting(platform: LocalPlatform) -> list[Json]:
    return [{"name": name, "times": times} for name, times in platform.faults.waiting(CUSTOM_SEND)]


def _openid(wanted: Json) -> str:
    openid = str(wanted["openid"])
    if not openid.isascii() or not 1 <= len(openid) <= 64:
        raise BadRequest("an OpenID has 1 to 64 ASCII characters")
    return openid


def meanings(_platform: LocalPlatform, _wanted: Json) -> Json:
    """What the errcodes of the page's faults mean, in both languages."""
    codes = {
        name: MEANINGS[int(name)] for name in FAULTS if name.lstrip("-").isdigit() and int(name) in MEANINGS
    }
    return {name: {"zh": meaning.chinese, "en": meaning.english} for name, meaning in codes.items()}


ACTS: dict[str, Callable[[LocalPlatform, Json], Json]] = {
    "/chat/send": send,
    "/chat/choose": choose,
    "/chat/spoil": spoil,
    "/chat/meanings": meanings,
}
