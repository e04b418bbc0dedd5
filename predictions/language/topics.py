"""What a sentence is about: the rows of topics.yaml, scored by what the sentence contains."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from predictions.language.year_facts import YEAR_QUESTION

# What is named outweighs any turn of phrase and any sign.
STRONG, HINT, LEAST = 100, 4, 4


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject; topics.yaml explains the members. An empty `system` is computed by nobody."""

    intent: str
    system: str
    title: str
    named: re.Pattern[str]
    hint: re.Pattern[str]
    example: str
    menu: str
    beats: tuple[str, ...]


def _topic(intent: str, title: str, named: list[str], hint: tuple[str, ...] = (), **more: str) -> Topic:
    example = more.get("example", title)
    return Topic(
        intent,
        more.get("system", ""),
        title,
        re.compile("|".join(named)),
        re.compile("|".join(hint) or r"(?!)"),
        example,
        more.get("menu", example),
        tuple(more.get("beats", ())),
    )


TABLE = yaml.safe_load((Path(__file__).parent / "topics.yaml").read_text("utf-8"))
TOPICS: tuple[Topic, ...] = tuple(_topic(**row) for row in TABLE["topics"])
BY_INTENT = {topic.intent: topic for topic in TOPICS}
BY_SYSTEM = {topic.system: topic for topic in TOPICS if topic.system}

_END = r"[啊呀哦吧呢哈的了。.!~,?？ ]*"
SMALL = {
    intent: re.compile(rf"(?:{'|'.join(words)}){_END}", re.IGNORECASE)
    for intent, words in TABLE["small"].items()
}

# Asked without a day, these mean today; 什么时候 and 哪天 do not.
TODAY_QUESTION = re.compile(r"几月几[号日]|(?<!哪)几[号日]|多少号|(?:星期|周|礼拜)几")
COUNT_QUESTION = re.compile(r"(?:几|多少)天|倒计时|还有多久")
# 星期几, 几号, 哪天… asked of a day that is named.
QUESTION = re.compile(
    r"几月几[号日]|几[号日]|哪[一]?[天日年]|什么时候|何时|(?:星期|周|礼拜)几|什么日子|啥日子|多少号|什么节气|哪个节气|几月初?几|初几|"
    r"什么干支|哪个干支|属什么|什么属相|什么生肖|什么年|是(?:多少|啥)$"
)
_CHOICE = re.compile(r"(?:我?选|第|要)?(?:第)?([0-9]{1,2}|[一二三四五六七八九十])(?:个|项|号|条)?[.,。、)]?")


def small_request(text: str) -> str:
    """The intent of a sentence that is nothing but a small request, or empty."""
    return next((intent for intent, pattern in SMALL.items() if pattern.fullmatch(text)), "")


def chosen_number(text: str) -> str:
    """The numeral of 2, 第2个, 选二, or empty."""
    match = _CHOICE.fullmatch(text)
    return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class Signs:
    """What the sentence contains besides words: it decides between topics that the words leave open."""

    day: bool = False
    stretch: bool = False
    birth_day: bool = False
    old_day: bool = False
    clock: bool = False
    gender: bool = False
    activity: bool = False


def scored(rest: str, signs: Signs) -> dict[str, int]:
    """Points by intent; `rest` is the sentence without the day and the clock."""
    points = {
        topic.intent: STRONG * bool(topic.named.search(rest)) + HINT * bool(topic.hint.search(rest))
        for topic in TOPICS
    }
    words = (QUESTION, COUNT_QUESTION, YEAR_QUESTION) if signs.day else (TODAY_QUESTION,)
    question = any(pattern.search(rest) for pattern in words)
    points["almanac_day"] = _almanac(points["almanac_day"], rest, signs)
    points["calendar_convert"] += 8 * (question and not signs.activity)
    points["bazi"] += _birth(signs)
    if signs.activity and (signs.stretch or QUESTION.search(rest)):
        points["date_selection"] += STRONG
    if signs.day and not signs.stretch and points["date_selection"] and not question:
        points["almanac_day"] += points.pop("date_selection")
    return {intent: found for intent, found in points.items() if found >= LEAST}


def _almanac(points: int, rest: str, signs: Signs) -> int:
    """宜, 适合, 好吗 say something about a day only beside a day or a plan."""
    if points < STRONG and not (signs.day or signs.activity):
        return 0
    if points < STRONG and not signs.activity and not re.search(r"适合|适宜|宜|忌|吉利", rest):
        return 0
    return STRONG + points if points and signs.activity else points + HINT * signs.activity


def _birth(signs: Signs) -> int:
    """A day with a word of birth, a sex or a clock is a birth; so is, weakly, one long past."""
    if not signs.day:
        return 0
    certain = 6 * (signs.birth_day or signs.gender) + 2 * signs.clock
    return certain + (4 if signs.old_day and (signs.clock or certain) else 0)


def best(points: dict[str, int]) -> list[str]:
    """The intents that the sentence is equally about, best first, without those that another beats."""
    if not points:
        return []
    strong = [intent for intent, found in points.items() if found >= STRONG]
    if not strong:
        top = max(points.values())
        return [intent for intent, found in points.items() if found == top]
    beaten = {loser for intent in strong for loser in BY_INTENT[intent].beats}
    left = [intent for intent in strong if intent not in beaten]
    return sorted(left or strong, key=lambda intent: -points[intent])
