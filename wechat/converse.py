"""Incoming -> Reply: what the account says, by its service mode and the kind of message."""

from __future__ import annotations

import time
from datetime import datetime

from predictions import language
from wechat import metrics
from wechat.gateway_account import GatewayAccount
from wechat.models.account import Service
from wechat.xml import Incoming, NoReply, Reply, TextReply

# Events in which a person did something and waits for an answer; all others are acknowledged.
_TALKING_EVENTS = frozenset({"click", "scan", "scancode_waitmsg", "location_select"})
_POLITE = {
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "shortvideo": "小视频",
    "location": "位置",
    "link": "链接",
    "file": "文件",
}


def converse(account: GatewayAccount, incoming: Incoming, now: datetime) -> tuple[Reply, str]:
    """The reply and, when it is not the plain answer, why (the message's `cause`)."""
    if account.service != Service.LIVE:
        set_reply = reply_of_mode(account, incoming)
        if set_reply is not None:
            return set_reply, f"mode_{account.service}"
    return speak(account, incoming, now), ""


def reply_of_mode(account: GatewayAccount, incoming: Incoming) -> Reply | None:
    """What maintenance, record_only and pilot say instead of the answer; None when they let it through."""
    if account.service == Service.RECORD_ONLY:
        return NoReply()
    if account.service == Service.PILOT and account.in_pilot(incoming.from_user):
        return None
    text = account.pilot_text if account.service == Service.PILOT else account.maintenance_text
    return TextReply(text) if expects_answer(incoming) else NoReply()


def expects_answer(incoming: Incoming) -> bool:
    """Whether a person waits for words: for messages always, for events when they followed, tapped or scanned."""
    return not incoming.is_event or incoming.event_name in _TALKING_EVENTS | {"subscribe"}


def speak(account: GatewayAccount, incoming: Incoming, now: datetime) -> Reply:
    """The answer itself."""
    if incoming.is_event:
        return speak_of_event(account, incoming, now)
    if incoming.text:
        return TextReply(answer_text(account, incoming.text, now))
    if incoming.msg_type in _POLITE or incoming.msg_type == "text":
        return TextReply(polite_sentence(account, incoming))
    return NoReply()


def answer_text(account: GatewayAccount, text: str, now: datetime) -> str:
    """What the engine says to a text, with its time counted under the system that it asked for."""
    started = time.perf_counter()
    result = language.ask(text, now=now, systems=account.systems)
    system = result.answer.chart.system if result.answer else "none"
    metrics.engine_seconds.labels(system).observe(time.perf_counter() - started)
    return result.text


def speak_of_event(account: GatewayAccount, incoming: Incoming, now: datetime) -> Reply:
    if incoming.event_name == "subscribe":
        return TextReply(language.welcome_text(account.systems))
    if incoming.event_name == "click" and incoming.text:
        return TextReply(answer_text(account, incoming.text, now))
    if incoming.event_name in _TALKING_EVENTS:
        return TextReply(language.menu_text(account.systems))
    return NoReply()


def polite_sentence(account: GatewayAccount, incoming: Incoming) -> str:
    kind = _POLITE.get(incoming.msg_type)
    opening = f"收到您的{kind}了，不过我目前只看得懂文字。" if kind else "这条消息里没有文字。"
    return f"{opening}\n\n{language.menu_text(account.systems)}"
