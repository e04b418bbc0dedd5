"""人工: handing a follower over to a person, the silence meanwhile, and the way back (issue 5, "Taking over").

The order in `converse`: erasure and record_only come first, then the silence of those who were handed over, then the
service mode, the rules of staff, and only then a request for a person: staff may answer 人工 by a rule of their own
(opening hours, a telephone number). While a person is waited for or talks, no rule and no menu key is answered either:
two voices at once would confuse, and the message is stored for staff to read.
"""

from __future__ import annotations

import re

from wechat.conversation.talk import Talk
from wechat.keywords import plain
from wechat.models.account import Service
from wechat.replies import NoReply, Reply, TransferReply
from wechat.xml import Incoming

ASKED, WAITING, ENDED, TRANSFERRED = "asked_for_person", "handed_over", "handed_back", "transferred"
HANDED_OVER = (
    "已为您转人工，请把要说的写在这里，工作人员看到后会回复。等待期间暂停自动回答，"
    "超过 24 小时没有人工回复会自动恢复。"
)
THE_WAY_BACK = "想回到自动回答，请发“返回”。"
HANDED_BACK = "已恢复自动回答，发“菜单”看可以问什么，再发“人工”可以重新找人工。"
WRITE_IT = "请直接发送“人工”两个字，马上为您转接客服。"

# Longer sentences say something else that deserves an answer of its own; and they need not be looked at.
LONGEST = 40
_HINTS = frozenset("人客返退自机機hHaAbBsS")
_PERSON = (
    r"(?:人工(?:客服|服务|坐席|座席|回复|回答|咨询|解答|处理|帮助)?|真人(?:客服|服务|回复|回答)?|活人|"
    r"(?:在线|官方|线上)?客服(?:人员|小姐姐|小哥|mm|电话)?|工作人员|管理员)"
)
_VERB = (
    r"(?:转接?|转到|接入?|找一?下?|叫|换(?:成|个)?|联系一?下?|呼叫|切换?到?|进入|请求|咨询|连接?|跟|和|与|有)"
)
# Possessive (*+): what one part took no other tries again, so a hostile sentence costs no more than a friendly one.
_ASKS = re.compile(
    r"(?:你好|您好|在吗|请问?|麻烦|帮我|帮忙|我|需?要|想|给我|能不能|能|可不可以|可以|快|直接|[,.!? ])*+"
    rf"{_VERB}?(?:一?[个位下])?{_PERSON}(?:说话|聊天?|沟通|谈|对话|来|在不在|在)*+"
    r"(?:谢谢|吗|吧|呢|啊|呀|了|一下|[,.!?~ ])*+"
    r"|[转接](?:人|真人)|有(?:没有)?真?人(?:在|值班)?(?:吗|么|啊)?"
    r"|(?:talk to |speak to |i want |i need )?(?:an? |the )?"
    r"(?:human|real person|live agent|agent|customer service|staff)(?: please)?",
)
_LEAVES = re.compile(
    r"(?:返回|退出|back|bot|机器人|自动(?:回复|回答|应答)?|(?:返回|回到|恢复|继续|转|切换?到?|用)(?:自动|机器人)"
    r"(?:回复|回答|应答)?|(?:结束|退出|取消|关闭|停止|不用|不要|不需要)(?:人工|客服)(?:客服|服务)?)(?:了|吧|谢谢)?"
)


def asks(text: str) -> bool:
    """Whether a sentence asks for a person and for nothing else (人工智能 does not)."""
    return _may_be_one(text) and _ASKS.fullmatch(plain(text)) is not None


def leaves(text: str) -> bool:
    """Whether a sentence asks for the automatic answers again."""
    return _may_be_one(text) and _LEAVES.fullmatch(plain(text)) is not None


def _may_be_one(text: str) -> bool:
    """Spares nearly all sentences the expressions."""
    return len(text) <= LONGEST and not _HINTS.isdisjoint(text)


def hand_over(talk: Talk, *, by_event: bool) -> tuple[Reply, str]:
    """To WeChat's customer service where the account has it, else onto the waiting list.

    WeChat takes a transfer as the answer to a message only, so a tap on a menu button is told what to write.
    """
    if not talk.account.has_customer_service:
        talk.follower.hand_over(talk.now)
        return talk.say(words_of(talk)), ASKED
    return (talk.say(WRITE_IT), ASKED) if by_event else (TransferReply(), TRANSFERRED)


def words_of(talk: Talk) -> str:
    """What a follower is told who now waits: staff's text or the built-in one, and always the way back."""
    text = talk.account.texts.handed_over.strip() or HANDED_OVER
    return text if "返回" in text else f"{text}\n{THE_WAY_BACK}"


def meanwhile(talk: Talk, incoming: Incoming) -> tuple[Reply, str] | None:
    """What is said to somebody who was handed over: nothing, but for the way back and another 人工.

    None for everybody else, for somebody who follows the account anew, and in a mode whose set text comes instead.
    """
    if not talk.follower.is_handed_over(talk.now) or incoming.event_name == "subscribe":
        return None
    if leaves(incoming.text):
        talk.follower.hand_back()
        return (talk.say(HANDED_BACK), ENDED) if talk.account.service != Service.MAINTENANCE else None
    if asks(incoming.text) and not talk.follower.handed_over_by:
        return talk.say(words_of(talk)), WAITING
    return NoReply(), WAITING
