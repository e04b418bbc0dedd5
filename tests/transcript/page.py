"""docs/transcript.md: the conversation as a chat; written by `python -m tests.transcript`, compared by its test."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from tests import credentials
from tests.platform_server import LocalPlatform, running_platform
from tests.processes import ROOT, Server, running_server
from tests.transcript.script import STAFF, Said, run

PAGE = ROOT / "docs" / "transcript.md"
INTRODUCTION = """# 对话实录

{count} 条消息，由本地的微信平台（`tests/platform_server`）按真实协议（签名、安全模式 AES、5 秒时限）
通过 HTTP 发给真实运行的网关，逐条记下手机上看到的回复。
脚本是 [conversation.yaml](../tests/transcript/conversation.yaml)；
重新生成：`.venv/bin/python -m tests.transcript`。

标有 🕒 的回复取决于发送的时刻（“今天”“明天”）或起卦的随机数：这里保留一次的结果，测试只核对其中必有的文字。
其余回复逐字核对（“距今天还有…天”“已经过去…天”除外）。〔 〕里是微信发来的事件和非文字消息；没有回复的写“（不回复）”。
"""
_FROM_TODAY = re.compile(r"距今天还有\d+天|已经过去\d+天|就是今天")
_TURN = re.compile(r"^\*\*(?P<number>\d+)\. ", re.MULTILINE)


@contextmanager
def gateway(folder: Path) -> Iterator[tuple[Server, LocalPlatform]]:
    """A real gateway in safe mode, and the platform that talks to it."""
    with running_platform(style="safe") as platform:
        secrets = {"WECHAT_ENCRYPTION": "safe", "WECHAT_APPSECRET": credentials.APP_SECRET}
        environment = secrets | {"WECHAT_API_BASE": platform.url}
        with running_server(folder, workers=2, environment=environment) as server:
            yield server, platform


def converse() -> list[Said]:
    """The whole script, once."""
    with tempfile.TemporaryDirectory() as folder, gateway(Path(folder)) as (server, platform):
        return list(run(server, platform))


def written(conversation: list[Said]) -> str:
    """The page."""
    parts = [INTRODUCTION.format(count=len(conversation))]
    number = 0
    for scene, turns in groupby(conversation, key=lambda said: said.scene.title):
        parts.append(f"\n## {scene}\n")
        for said in turns:
            number += 1
            parts.append(_turn(number, said))
    return "".join(parts)


def _turn(number: int, said: Said) -> str:
    mark = " 🕒" if said.turn.clock else ""
    reply = said.reply or "（不回复）"
    if said.turn.kind == STAFF:
        reply = f"（客服消息）{said.reply}" if said.reply else "（没有权限发客服消息，留到下一次）"
    quoted = "\n".join(f"> {_plain(line)}  " if line else ">" for line in reply.splitlines())
    who = "公众号" if said.turn.kind == STAFF else said.turn.who
    return f"\n**{number}. {who}**{mark}：{_plain(said.what)}\n\n{quoted}\n"


def _plain(text: str) -> str:
    """Markdown shows it as it is."""
    return re.sub(r"([\\`*_<>#\[\]|])", r"\\\1", text.strip("\n")).replace("\n", " ")


def differences(committed: str, conversation: list[Said]) -> list[str]:
    """What of the committed page is no longer so; turns that depend on the clock have only to be there."""
    old, new = _turns(committed), _turns(written(conversation))
    found = [] if old.keys() == new.keys() else [f"{len(old)} turns on the page, {len(new)} in the script"]
    for number in old.keys() & new.keys():
        depends = conversation[number - 1].turn.clock
        before, now = (_comparable(text, depends) for text in (old[number], new[number]))
        if before != now:
            found.append(f"{number}: the page has\n{before}\nand now it is\n{now}")
    return found


def _turns(page: str) -> dict[int, str]:
    starts = [(match.start(), int(match["number"])) for match in _TURN.finditer(page)]
    ends = [start for start, _number in starts[1:]] + [len(page)]
    texts = ((number, page[start:end]) for (start, number), end in zip(starts, ends, strict=True))
    return {number: text.partition("\n## ")[0].strip() for number, text in texts}


def _comparable(text: str, depends_on_clock: bool) -> str:
    if depends_on_clock:
        return text.splitlines()[0]
    return _FROM_TODAY.sub("…", text)
