"""The conversation script: read from YAML, sent through the local platform to a real gateway, judged turn by turn."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests import credentials
from tests.platform_server import LocalPlatform
from tests.platform_server.messages import compose
from tests.processes import ROOT, Server
from wechat.incoming import parse

SCRIPT = Path(__file__).with_name("conversation.yaml")
FIXTURES = ROOT / "tests" / "fixtures" / "wechat"
# Runs in `manage.py shell`: what staff would set in the admin.
SETTING = """
import json
from wechat.models import AccountTexts, KeywordRule, OfficialAccount
wanted = json.loads({wanted!r})
account = OfficialAccount.objects.get(slug="default")
texts, rules = wanted.pop("texts", {{}}), wanted.pop("rules", [])
for name, value in wanted.items():
    setattr(account, name, value)
account.save()
for rule in rules:
    KeywordRule.objects.create(account=account, **rule)
if texts:
    AccountTexts.objects.update_or_create(account=account, defaults=texts)
"""
# What a staff member's answer does in the admin, and what a worker does next.
STAFF_ANSWER = """
from wechat import outbox, tasks
from wechat.models import OfficialAccount
from wechat.models.outbound import Purpose
account = OfficialAccount.objects.get(slug="default")
outbox.queue_text(account, {openid!r}, {text!r}, purpose=Purpose.STAFF, by="小王", reason="回答")
tasks.send_queued()
"""
STAFF = "staff"


@dataclass(frozen=True)
class Turn:
    """One message of one person, and what the script knows of the reply."""

    who: str
    kind: str
    values: dict[str, Any]
    expect: tuple[str, ...] = ()
    silent: bool = False
    clock: bool = False

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Turn:
        said = next(({"text": entry[key]} for key in ("say", STAFF) if key in entry), entry.get("with", {}))
        expected = entry.get("expect", ())
        expected = expected if isinstance(expected, list | tuple) else (expected,)
        return cls(
            entry["who"],
            STAFF if STAFF in entry else entry.get("do", "text"),
            said,
            tuple(map(str, expected)),
            entry.get("silent", False),
            entry.get("clock", False),
        )

    @property
    def openid(self) -> str:
        return f"oTranscript_{self.who.encode().hex()}"

    def body(self) -> bytes:
        if "__" not in self.kind:
            return compose(credentials.ORIGINAL_ID, self.openid, self.kind, self.values)
        return _of_fixture(self.kind, self.openid)


@dataclass(frozen=True)
class Scene:
    title: str
    account: dict[str, Any]
    turns: tuple[Turn, ...]


@dataclass
class Said:
    """A turn with what came back."""

    scene: Scene
    turn: Turn
    what: str  # as the transcript shows it
    reply: str
    tries: int
    problems: list[str] = field(default_factory=list)


def scenes() -> list[Scene]:
    entries = yaml.safe_load(SCRIPT.read_text(encoding="utf-8"))["scenes"]
    return [
        Scene(entry["title"], entry.get("account", {}), tuple(map(Turn.of, entry["turns"])))
        for entry in entries
    ]


def run(server: Server, platform: LocalPlatform) -> Iterator[Said]:
    """Send every turn and judge its reply."""
    for scene in scenes():
        if scene.account:
            set_account(server, scene.account)
        if scene.account.get("rate_limit_per_min"):
            wait_for_a_fresh_minute()
        for turn in scene.turns:
            yield send(server, platform, scene, turn)


def send(server: Server, platform: LocalPlatform, scene: Scene, turn: Turn) -> Said:
    if turn.kind == STAFF:
        return answer_by_staff(server, platform, scene, turn)
    body = turn.body()
    exchange = platform.deliver(server.url, body, turn.openid)
    said = Said(scene, turn, in_words(turn, body), exchange.shown, len(exchange.tries))
    said.problems += [f"a try failed: {problem}" for problem in exchange.problems if problem]
    said.problems += [f"{part!r} is missing" for part in turn.expect if part not in exchange.shown]
    if turn.silent == bool(exchange.shown):
        said.problems.append("it should be silent" if turn.silent else "no reply")
    if len(exchange.shown.encode()) > 2048:
        said.problems.append("longer than 2048 bytes")
    return said


def answer_by_staff(server: Server, platform: LocalPlatform, scene: Scene, turn: Turn) -> Said:
    """A customer message, where the account may send one; else it waits for the next message."""
    before = len(platform.sent(turn.openid))
    run_in_shell(server, STAFF_ANSWER.format(openid=turn.openid, text=turn.values["text"]))
    arrived = "\n".join(platform.sent(turn.openid)[before:])
    said = Said(scene, turn, f"〔工作人员回答 {turn.who}〕{turn.values['text']}", arrived, 1)
    if turn.silent == bool(arrived):
        said.problems.append("it arrived" if turn.silent else "it did not arrive")
    return said


def set_account(server: Server, wanted: dict[str, Any]) -> None:
    run_in_shell(server, SETTING.format(wanted=json.dumps(wanted, ensure_ascii=False)))


def run_in_shell(server: Server, code: str) -> None:
    done = server.manage("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr


def wait_for_a_fresh_minute() -> None:
    """The limit counts by the clock's minute; its scene has to fit into one."""
    left = 60 - time.time() % 60
    if left < 10:
        time.sleep(left + 0.1)


def in_words(turn: Turn, body: bytes) -> str:
    """What the person did, for a reader."""
    incoming = parse(body)
    if incoming.msg_type == "text":
        tapped = "（点消息里的选项）" if incoming.fields.get("bizmsgmenuid") else ""
        return f"{tapped}{incoming.content.strip() or '（空白消息）'}"
    if incoming.is_event:
        key = incoming.event_key.strip()
        return f"〔事件 {incoming.event}{'：' + key if key else ''}〕"
    if incoming.msg_type == "voice":
        return f"〔语音〕{incoming.text}" if incoming.text else "〔语音，没有识别结果〕"
    if incoming.msg_type == "location":
        return f"〔位置〕{incoming.value('Label')}"
    return f"〔消息类型 {incoming.msg_type}〕"


def _of_fixture(name: str, openid: str) -> bytes:
    """A captured body, from this person now."""
    text = (FIXTURES / f"{name}.xml").read_text(encoding="utf-8")
    text = re.sub(r"(<ToUserName><!\[CDATA\[)[^\]]*", rf"\g<1>{credentials.ORIGINAL_ID}", text)
    text = re.sub(r"(<FromUserName><!\[CDATA\[)[^\]]*", rf"\g<1>{openid}", text)
    return text.encode()
