"""The sentences that the dialogue says to people; menus and lists come from the registry."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from predictions import registry
from predictions.language.policy import CRISIS
from predictions.language.requests import PARTS, missing_parts, sentence
from predictions.language.topics import BY_INTENT, BY_SYSTEM
from predictions.language.understanding import BIRTH_INTENTS
from predictions.registry import System
from predictions.types import Json

UNDERSTOOD = "我理解为："
# Systems that answer one question about the time to come, by what a person writes in front of it.
_CASTINGS = {"liuyao": "六爻", "xiaoliuren": "小六壬", "meihua": "梅花易数"}
_ASKS_OUTCOME = re.compile(
    "能不能|会不会|要不要|该不该|可不可以|有没有|什么时候能|结果|吗[?？]?$|还爱|合适|(?:怎么|咋)样[?？]?$"
)
_LONGEST_MATTER = 20
FEW = 3  # examples under a refusal: a reader wants a way on, not a list
CONSENT = (
    "继续即表示同意用您的出生信息排这一次盘，不建立个人资料，聊天记录的保存见隐私说明；回复“不同意”可退出。"
)
NOT_KEPT = "您的出生信息只用于本次排盘，不建立个人资料。"
NAMED_HOUR = "按您说的时辰排，没有再扣夏令时；如果只知道当年钟表的时间，请写几点"
WRONG = "如果理解得不对，请换个说法再发一次。"
NOTHING_ASKED = "现在没有等您回答的问题。"
DELETION = "已收到删除您资料的请求，这段对话里未完成的内容已清除。"
HUMAN = "这里是自动回复；要找人工，请在公众号里留言说明问题，工作人员看到后会回复。"

_BIRTH_HELP = (
    "请用一句话写出出生年月日、时间、性别（可加出生地），例如：\n{example}\n"
    "农历请写上“农历”，不知道时辰写“时辰不详”，不想说性别写“性别不说”（不排大运）。"
)
_HOUR_HELP = "请问出生时间是几点？可以写“早上8点”“20:15”或“辰时”，不知道就写“时辰不详”。"
_CASTING_HOUR = "请问是几点起的？可以写“早上8点”“20:15”或“辰时”；不写日期和时间，就按您提问的时刻。"
_GENDER_HELP = "请问性别是男还是女？（用来定大运的顺逆，不想说可以回复“不说”，就不排大运。）"
_ASKED = {
    "gender": _GENDER_HELP,
    "place": "请问在哪里？请写市或县的名称，例如：上海。",
    "event": "请问要办什么事？例如：搬家、结婚、开业、出行。",
}


def enabled(systems: Collection[str]) -> list[System]:
    """The systems that an account has switched on and that this version has, in menu order."""
    return [system for system in registry.all_systems() if system.id in systems]


def menu_text(systems: Collection[str]) -> str:
    """The numbered menu of the enabled systems, each with a sentence to send."""
    lines = [f"{number}. {_menu_line(system)}" for number, system in enumerate(enabled(systems), 1)]
    if not lines:
        return "现在还没有开通可以查询的内容。"
    return "\n".join(["您可以直接发一句话，或回复数字：", *lines, "回复“帮助”看说明。"])


def _menu_line(system: System) -> str:
    topic = BY_SYSTEM.get(system.id)
    return f"{system.title}：{topic.example}" if topic else f"{system.title}：{system.summary}"


def help_text(systems: Collection[str]) -> str:
    """How to ask, with a whole sentence for each enabled system."""
    lines = [_help_line(system) for system in enabled(systems)]
    if not lines:
        return "现在还没有开通可以查询的内容。"
    rules = [
        "日期可写公历、农历、节日、节气或“下周三”，农历请写上“农历”；支持1900–2100年。",
        "每个回答都先写“我理解为…”，不对请换个说法。",
        "回复“菜单”看功能，“删除我的资料”清除资料。",
        "排盘为确定性计算，解读仅供文化参考与娱乐。",
    ]
    return "\n".join(["直接发一句话就可以，例如：", *lines, *rules])


def _help_line(system: System) -> str:
    topic = BY_SYSTEM.get(system.id)
    return f"· {system.title}：{topic.example}" if topic else f"· {system.title}：{system.summary}"


def welcome_text(systems: Collection[str]) -> str:
    """What a new follower reads first."""
    return f"您好，欢迎关注！\n{menu_text(systems)}"


def casting_hint(text: str, systems: Collection[str]) -> str:
    """How to have a question cast, for somebody who asked one and named no system; empty for anything else."""
    casting = next((name for name in _CASTINGS if name in {system.id for system in enabled(systems)}), "")
    if not casting or len(text) > _LONGEST_MATTER or not _ASKS_OUTCOME.search(text):
        return ""
    return f"想占问一件事，请在前面写上“{_CASTINGS[casting]}”，例如：{_CASTINGS[casting]} {text}"


def numbered(choices: list[str]) -> str:
    return "\n".join(f"{number}. {choice}" for number, choice in enumerate(choices, 1))


def unavailable_text(intent: str, systems: Collection[str]) -> str:
    """Honest about a thing that is known: not switched on here, or not offered by this version at all."""
    topic = BY_INTENT[intent]
    built = {system.id for system in registry.all_systems()}
    why = "这个账号没有开通" if topic.system in built else "这里还没有提供"
    return f"“{topic.title}”{why}，所以不能回答。\n{menu_text(systems)}"


def instead_text(systems: Collection[str]) -> str:
    """What can be asked instead of a refused topic."""
    examples = [BY_SYSTEM[system.id].example for system in enabled(systems) if system.id in BY_SYSTEM]
    if not examples:
        return ""
    more = "；回复“菜单”看全部" if len(examples) > FEW else ""
    return "可以问：" + "；".join(f"“{example}”" for example in examples[:FEW]) + f"{more}。"


def question_text(slot: str, intent: str, slots: Json) -> str:
    """The question for a missing slot."""
    if slot == "birth":
        return _BIRTH_HELP.format(example=sentence(intent, slots))
    if slot == "hour":
        return _HOUR_HELP if intent in BIRTH_INTENTS else _CASTING_HOUR
    if slot in _ASKED:
        return _ASKED[slot]
    return _date_question(intent, slots)


def _date_question(intent: str, slots: Json) -> str:
    parts = missing_parts(slots.get("day") or {})
    whose = "出生的" if intent in BIRTH_INTENTS else ""
    if len(parts) == len(PARTS):
        return f"请问{whose}日期是哪一天？"
    return f"还缺{whose}{'、'.join(PARTS[part] for part in parts)}，请问是？"


def counted(day: date, today: date) -> str:
    """How far a day is from today."""
    days = (day - today).days
    return f"距今天还有{days}天" if days > 0 else f"已经过去{-days}天" if days < 0 else "就是今天"


def small_text(intent: str, systems: Collection[str]) -> str:
    """The fixed replies."""
    if intent in {"menu", "help", "greeting"}:
        return {"menu": menu_text, "help": help_text, "greeting": _greeting}[intent](systems)
    plain = _SMALL[intent]
    return f"{plain}\n{menu_text(systems)}" if intent in {"more", "consent_yes"} else plain


def _greeting(systems: Collection[str]) -> str:
    return f"您好！{menu_text(systems)}"


_SMALL = {
    "crisis": CRISIS.reply,
    "thanks": "不客气，随时再问。",
    "more": "没有未完的内容了。",
    "delete_data": DELETION,
    "consent_yes": "好的，不过现在没有等您回答的问题。",
    "consent_no": "好的，已经退出，不会排盘，也不会建立您的资料。",
    "cancel": "好的，已取消。",
    "human": HUMAN,
}
