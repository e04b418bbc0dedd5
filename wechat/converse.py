"""Incoming -> Reply: what the account says, by its service mode and the kind of message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from predictions import language
from wechat import erasure
from wechat.conversation import memory, places, taking_over
from wechat.conversation.talk import NOT_UNDERSTOOD, RULE, Talk
from wechat.gateway_account import GatewayAccount
from wechat.models import Follower
from wechat.models.account import Service
from wechat.xml import Incoming, NoReply, Reply, TextReply


@dataclass(frozen=True, slots=True)
class Deferred:
    """No reply yet: the sentence is understood, and the slow `system` that answers it is for a worker to compute."""

    system: str


Spoken = tuple[Reply, str]

# Events in which a person did something and waits for an answer; all others are acknowledged. After a
# location_select comes the location message itself, and that is answered.
_TALKING_EVENTS = frozenset({"click", "scan", "scancode_waitmsg"})
_POLITE = {
    "image": "图片",
    "voice": "语音",
    "video": "视频",
    "shortvideo": "小视频",
    "location": "位置",
    "link": "链接",
    "file": "文件",
}
SCENE_PREFIX = "qrscene_"
SHOWN_SCAN = 100


def converse(
    account: GatewayAccount,
    incoming: Incoming,
    now: datetime,
    follower: Follower,
    *,
    compute_slow: bool = True,
) -> tuple[Reply | Deferred, str]:
    """The reply and, when it is not the plain answer, why (the message's `cause`). `follower` takes the new state.

    Deferred, with a state that is not to be stored, for a slow system where those are not computed. Runs in a thread
    without a database connection: all it may know is in its arguments.
    """
    try:
        return reply_to(Talk(account, follower, now, compute_slow), incoming)
    except language.SlowSystem as slow:
        return Deferred(slow.system), ""


def reply_to(talk: Talk, incoming: Incoming) -> Spoken:
    """What the account's mode, a person who took over, or the conversation says."""
    account = talk.account
    if erasure.asked_for(incoming):
        silent = not expects_answer(incoming) or account.service == Service.RECORD_ONLY
        return (NoReply() if silent else TextReply(erasure.DELETED)), erasure.CAUSE
    heard = account.service != Service.RECORD_ONLY and expects_answer(incoming)
    if heard and (silence := taking_over.meanwhile(talk, incoming)):
        return silence
    if account.service != Service.LIVE:
        set_reply = reply_of_mode(account, incoming)
        if set_reply is not None:
            return set_reply, f"mode_{account.service}"
    return speak(talk, incoming)


def reply_of_mode(account: GatewayAccount, incoming: Incoming) -> Reply | None:
    """What maintenance, record_only and pilot say instead of the answer; None when they let it through."""
    if account.service == Service.RECORD_ONLY:
        return NoReply()
    if account.service == Service.PILOT and account.in_pilot(incoming.from_user):
        return None
    text = account.pilot_text if account.service == Service.PILOT else account.maintenance_text
    return TextReply(account.covered(text)) if expects_answer(incoming) else NoReply()


def expects_answer(incoming: Incoming) -> bool:
    """Whether a person waits for words: for messages always, for events when they followed, tapped or scanned."""
    return not incoming.is_event or incoming.event_name in _TALKING_EVENTS | {"subscribe"}


def speak(talk: Talk, incoming: Incoming) -> Spoken:
    """The answer itself."""
    if incoming.is_event:
        return speak_of_event(talk, incoming)
    if incoming.text:
        return answer_text(talk, incoming)
    if incoming.msg_type == "location" and (spot := places.spot_of(incoming)) is not None:
        return speak_of_place(talk, spot), ""
    if incoming.msg_type in _POLITE or incoming.msg_type == "text":
        return talk.say(polite_sentence(talk.account, incoming)), ""
    return NoReply(), ""


def answer_text(talk: Talk, incoming: Incoming) -> Spoken:
    """What is said to a sentence: the rules of staff, then a person, then what is remembered, then the engine."""
    text = incoming.text
    by_rule = talk.by_rule(text)
    if by_rule is not None:
        return by_rule, RULE
    if taking_over.asks(text):
        return taking_over.hand_over(talk, by_event=incoming.is_event)
    return memory.reply(talk, text) or talk.dialogue(text, talk.state.get("context"))


def speak_of_place(talk: Talk, spot: dict[str, object]) -> Reply:
    """The sky there; the place is kept for half an hour, longer only on request."""
    text, chart = places.sky_tonight(talk.account, spot, talk.now)
    if "sky" not in talk.account.systems or spot == talk.follower.profile.get("spot"):
        return talk.say(text, chart)
    talk.state["spot"] = spot
    return talk.say(f"{text}\n{places.REMEMBER}", chart)


def speak_of_event(talk: Talk, incoming: Incoming) -> Spoken:
    if incoming.event_name == "click" and incoming.text:
        reply, cause = answer_text(talk, incoming)
        if cause == NOT_UNDERSTOOD:
            # The key is the operator's word, not the follower's: nothing to quote.
            reply = talk.say(language.menu_text(talk.account.systems))
        return reply, cause
    if not expects_answer(incoming):
        return NoReply(), ""
    scene = incoming.event_key.strip().removeprefix(SCENE_PREFIX)
    by_rule = talk.by_rule(scene) if scene else None
    if by_rule is not None:
        return by_rule, RULE
    return talk.say(_words_of_event(talk.account, incoming)), ""


def _words_of_event(account: GatewayAccount, incoming: Incoming) -> str:
    menu = language.menu_text(account.systems)
    if incoming.event_name == "subscribe":
        welcome = account.texts.welcome
        return f"{welcome}\n{menu}" if welcome else language.welcome_text(account.systems)
    scanned = incoming.value("ScanCodeInfo", "ScanResult").strip()[:SHOWN_SCAN]
    if incoming.event_name == "scancode_waitmsg" and scanned:
        return f"扫到的内容：{scanned}\n这里不处理扫码的内容。\n{menu}"
    return menu


def polite_sentence(account: GatewayAccount, incoming: Incoming) -> str:
    kind = _POLITE.get(incoming.msg_type)
    opening = f"收到您的{kind}了，不过我目前只看得懂文字。" if kind else "这条消息里没有文字。"
    return f"{opening}\n\n{language.menu_text(account.systems)}"
