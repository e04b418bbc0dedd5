"""A birth as slots of the dialogue: of a chart, as a pending question, in words."""

from __future__ import annotations

from datetime import datetime

from predictions.cycles import BRANCHES, hour_branch
from predictions.language.pending import Pending
from predictions.language.requests import described
from predictions.language.topics import BY_SYSTEM
from predictions.language.understanding import BIRTH_INTENTS
from predictions.language.wording import enabled
from predictions.types import Answer, Json
from wechat.gateway_account import GatewayAccount

INTENTS = BIRTH_INTENTS
# What the dialogue takes for "go on with what you know".
GO_ON = "同意"
HOW_TO_USE = "以后发“我的八字”就按它排盘；“我的资料”查看，“改出生地”等修改，“删除我的资料”删除。"
FROM_PROFILE = "按您保存的资料排盘；“删除我的资料”可删除。"
INVITATION = (
    "好的，记住后发“我的八字”就能排盘。资料加密保存，只用于给您排盘，随时可以“删除我的资料”；不想保存请回复“取消”。\n"
    "请用一句话写出出生年月日、时间、性别（可加出生地），例如：\n1990年5月17日 早上8点 男 杭州\n"
    "农历请写上“农历”，不知道时辰写“时辰不详”，不想说性别写“性别不说”。"
)


def intent_of(account: GatewayAccount) -> str:
    """The first enabled subject that needs a birth, empty where none does: there nothing is worth keeping."""
    topics = (BY_SYSTEM.get(system.id) for system in enabled(account.systems))
    return next((topic.intent for topic in topics if topic and topic.intent in INTENTS), "")


def help_line(account: GatewayAccount) -> str:
    if not intent_of(account):
        return ""
    return "出生信息可以保存：“记住我的资料”“我的资料”“我的八字”“改出生地”。"


def slots_of(answer: Answer) -> Json | None:
    """The slots that give this chart again; None for a chart that is not of one birth."""
    birth = answer.chart.input.get("birth")
    if not isinstance(birth, dict):
        return None
    names = ("calendar", "year", "month", "day", "leap")
    slots: Json = {"day": {name: birth[name] for name in names if name in birth}}
    if "hour" in birth:
        slots["time"] = {name: birth[name] for name in ("hour", "minute") if name in birth}
        if answer.chart.options.get("dst") == "ignore":
            slots["time"]["branch"] = BRANCHES[hour_branch(birth["hour"])]
    else:
        slots["hour_unknown"] = True
    if "place" in birth:
        slots["place"] = birth["place"]
    return slots | {"gender": answer.chart.input.get("gender", "unsaid")}


def question(intent: str, slots: Json, asked: str, now: datetime) -> Json:
    """The context in which the next sentence is the reply to `asked`; the consent was given by asking for it."""
    return Pending(intent, slots, asked, now, consented=True).as_context()


def in_words(slots: Json) -> str:
    return described("", slots)
