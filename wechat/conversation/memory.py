"""What a follower may have kept, see, change and use: 记住我的资料, 我的资料, 我的八字, 改出生地, 记住这里."""

from __future__ import annotations

import re
from collections.abc import Callable

from predictions.language.normalise import normalise
from predictions.language.topics import BY_INTENT, small_request
from predictions.language.understanding import understand
from predictions.types import Json
from wechat.conversation import births, places
from wechat.conversation.talk import Talk
from wechat.xml import TextReply

Said = tuple[TextReply, str]

_END = r"[。.!！~ 吧啊了]*"
_SHOW = re.compile(rf"(?:看看|查看|显示|查)?我的?(?:个人)?(?:资料|信息|档案)(?:有哪些|是什么|呢)?{_END}")
_SAVE = re.compile(
    r"(?:请|帮我|麻烦)*(?:记住|记下|保存|存下|记一下)(?:一下)?(?:我|本人)?的?"
    r"(?:个人)?(?:资料|信息|生日|生辰|八字|出生(?:信息|资料|日期|时间)?)(?:是|为|[:,])?(?P<said>.*)"
)
_SAVE_SPOT = re.compile(
    rf"(?:请|帮我)*(?:记住|记下|保存)(?:一下)?(?:这里|这儿|(?:这个|我的)?(?:地点|位置)){_END}"
)
_HERE = re.compile(rf"我?(?:这里|这儿|的位置|的地点|的天象|这里的天象|的天空){_END}")
_MINE = re.compile(r"(?:看看|查|算算|排)?我的(?!生日|名字)")
_WHAT = r"(?P<what>出生地点?|出生时间|时间|时辰|性别|生日|出生日期|日期|地点)"
_CHANGE = re.compile(
    rf"(?:修改|更改|改|换)(?:一下|下)?(?:我|本人)?的?{_WHAT}(?:为|成|到|是|[:,])?(?P<said>.*)"
)
_CHANGE_TO = re.compile(
    rf"(?:请|帮我)*(?:把|将)?(?:我|本人)?的?{_WHAT}(?:修改|更改|改|换)(?:为|成|到|一下)?[:,]?(?P<said>.*)"
)
_CORRECT = re.compile(
    r"(?:不对|不是|错了|[搞说写弄记]错了?)[,。. ]*(?:我|应该|时间|时辰|性别|生日|出生地)*(?:是|为)(?P<said>.{1,30})"
    r"|(?:改成?|换成?|应该是)(?P<sex>[男女])(?:的|性|生|孩)?[。.!！~ 吧啊了]*"
)
_SLOTS = {
    "地": "place",
    "点": "place",
    "间": "hour",
    "辰": "hour",
    "别": "gender",
    "日": "date",
    "期": "date",
}
_SAID_SLOTS = (
    ("gender", re.compile(r"^[男女](?:的|性|生|孩)?[。.!！ ]*$")),
    ("date", re.compile(r"[年月日号]")),
    ("hour", re.compile(r"[点时:]|[早晚上下中]")),
)
_QUESTIONS = {
    "place": "请发出生地，写市或县的名称，例如：杭州。",
    "hour": "请发出生时间，例如“早上8点”“20:15”“辰时”，不知道就写“时辰不详”。",
    "gender": "请回复“男”或“女”，不想说回复“不说”。",
    "date": "请发出生年月日，例如：1990年5月17日，农历请写上“农历”。",
}
NOTHING_KEPT = "没有为您保存资料。想保存请发“记住我的资料”；聊天记录的保存见隐私说明。"
NOT_NEEDED = "这个账号没有要用出生信息的内容，所以不保存。"
NOTHING_TO_CHANGE = (
    "还没有可以改的出生资料。请先发“记住我的资料”，或发完整的一句，例如：1990年5月17日早上8点 男 八字"
)


def reply(talk: Talk, text: str) -> Said | None:
    """The answer to a sentence about what is remembered; None for any other sentence."""
    said = normalise(text).text
    if talk.state.get("rest") and small_request(said) == "more":
        return talk.go_on(), ""
    for pattern, command in _COMMANDS:
        match = pattern.fullmatch(said)
        if match is not None and (answer := command(talk, match)) is not None:
            return answer
    return _chart_of_mine(talk, said) if _MINE.match(said) else None


def _show(talk: Talk, match: re.Match[str]) -> Said:
    profile = talk.follower.profile
    lines = [f"出生：{births.in_words(profile['birth'])}"] if "birth" in profile else []
    lines += [f"地点：{places.in_words(profile['spot'])}"] if "spot" in profile else []
    if not lines:
        return talk.say(NOTHING_KEPT), ""
    use = births.HOW_TO_USE if "birth" in profile else places.HOW_TO_USE
    return talk.say("\n".join(["为您保存的资料：", *lines, use])), ""


def _save(talk: Talk, match: re.Match[str]) -> Said:
    """What was said with it, else the birth of the chart just seen, else it is asked for."""
    intent = births.intent_of(talk.account)
    if not intent:
        return talk.say(NOT_NEEDED), ""
    said = match["said"].strip(" 。.!！")
    if not said and "birth" in talk.state:
        return talk.save_birth(talk.state["birth"]), ""
    context = births.question(intent, {}, "birth", talk.now)
    talk.state["saving"] = True
    if said:
        return talk.dialogue(said, context)
    talk.state["context"] = context
    return talk.say(births.INVITATION), ""


def _change(talk: Talk, match: re.Match[str]) -> Said:
    """A slot of the birth that the talk is about, else of the one that is kept."""
    intent, slots = _subject(talk)
    if not slots:
        return talk.say(NOTHING_TO_CHANGE), ""
    slot = _SLOTS[match["what"][-1]]
    context = births.question(intent, slots, slot, talk.now)
    if slots == talk.follower.profile.get("birth"):
        talk.state["saving"] = True
    if said := match["said"].strip(" 。.!！"):
        return talk.dialogue(said, context)
    talk.state["context"] = context
    return talk.say(_QUESTIONS[slot]), ""


def _correct(talk: Talk, match: re.Match[str]) -> Said | None:
    """错了，是晚上8点: what it corrects is seen from what is said; None where no birth is talked about."""
    intent, slots = _subject(talk)
    said = match["sex"] or match["said"]
    slot = next((slot for slot, pattern in _SAID_SLOTS if pattern.search(said)), "")
    if not slot or "birth" not in talk.state:
        return None
    if slots == talk.follower.profile.get("birth"):
        talk.state["saving"] = True
    return talk.dialogue(said, births.question(intent, slots, slot, talk.now))


def _subject(talk: Talk) -> tuple[str, Json]:
    context = talk.state.get("context") or {}
    if context.get("intent") in births.INTENTS and context.get("slots"):
        return context["intent"], context["slots"]
    slots = talk.state.get("birth") or talk.follower.profile.get("birth") or {}
    return births.intent_of(talk.account), slots if births.intent_of(talk.account) else {}


def _chart_of_mine(talk: Talk, said: str) -> Said | None:
    """我的八字 with the birth that is kept; without one the dialogue asks for it."""
    slots = talk.follower.profile.get("birth")
    if not slots:
        return None
    found = understand(said, talk.now)
    topic = BY_INTENT.get(found.intent)
    if found.intent not in births.INTENTS or "day" in found.slots or topic is None:
        return None
    return talk.dialogue(births.GO_ON, births.question(found.intent, slots, "", talk.now))


def _save_spot(talk: Talk, match: re.Match[str]) -> Said:
    spot = talk.state.pop("spot", None)
    if spot is None:
        return talk.say("请先用微信的“位置”把地点发过来，再回复“记住这里”。"), ""
    talk.follower.profile["spot"] = spot
    return talk.say(f"已记住地点：{places.in_words(spot)}。{places.HOW_TO_USE}"), ""


def _here(talk: Talk, match: re.Match[str]) -> Said | None:
    spot = talk.follower.profile.get("spot") or talk.state.get("spot")
    return (talk.say(*places.sky_tonight(talk.account, spot, talk.now)), "") if spot else None


_COMMANDS: tuple[tuple[re.Pattern[str], Callable[[Talk, re.Match[str]], Said | None]], ...] = (
    (_SHOW, _show),
    (_SAVE_SPOT, _save_spot),
    (_SAVE, _save),
    (_CHANGE, _change),
    (_CHANGE_TO, _change),
    (_CORRECT, _correct),
    (_HERE, _here),
)
