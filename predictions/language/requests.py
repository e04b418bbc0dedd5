"""Slots to the input of a system, to the slot still missing, and to the sentence that says it all at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from predictions.language.calendar_days import day_label, solar_day, solar_dict
from predictions.language.castings import CASTING_INTENTS, casting_input
from predictions.language.topics import BY_INTENT
from predictions.language.understanding import BIRTH_INTENTS
from predictions.types import Json

GENDERS = {"male": "男", "female": "女", "unsaid": "性别不说"}
DAY_INTENTS = frozenset({"calendar_convert", "almanac_day"})
PARTS = {"year": "年", "month": "月", "day": "日"}
_SAMPLE_BIRTH: Json = {
    "day": {"calendar": "solar", "year": 1990, "month": 5, "day": 17},
    "time": {"hour": 8},
    "gender": "male",
}
_SAMPLE_DAY: Json = {"day": {"calendar": "solar", "year": 2026, "month": 10, "day": 1}}


def missing(intent: str, slots: Json) -> str:
    """The next slot to ask for (birth, date, hour, gender, place, event), or empty when all is there."""
    return "" if "year" in slots else next(_wanting(intent, slots), "")


def _wanting(intent: str, slots: Json) -> Iterator[str]:
    """What is not there yet, in the order in which it is asked for."""
    day = slots.get("day")
    if intent == "date_selection":
        yield from [] if "event" in slots else ["event"]
    elif intent in CASTING_INTENTS:
        yield from ["hour"] if day and "time" not in slots else []
    else:
        if _is_year_of_eclipses(slots):
            return
        if day is None:
            yield "birth" if intent in BIRTH_INTENTS else "date"
        elif missing_parts(day):
            yield "date"
        yield from _particulars(intent, slots)


def _particulars(intent: str, slots: Json) -> Iterator[str]:
    if intent == "sky" and not slots.keys() & {"place", "sky"}:
        yield "place"
    if intent in BIRTH_INTENTS:
        if "time" not in slots and not slots.get("hour_unknown"):
            yield "hour"
        if "gender" not in slots:
            yield "gender"


def _is_year_of_eclipses(slots: Json) -> bool:
    """2026年有日食吗 is complete with its year."""
    only_year = set(slots.get("day", {})) == {"calendar", "year"}
    return only_year and slots.get("sky", "moon") != "moon"


def missing_parts(day: Json) -> list[str]:
    return [part for part in PARTS if part not in day]


def system_input(intent: str, slots: Json, now: datetime) -> Json:
    """The `input` of the API for complete slots; `now` is when the question was asked."""
    if intent in CASTING_INTENTS:
        return casting_input(intent, slots, now)
    if intent == "date_selection":
        return _selection(slots)
    if intent not in BIRTH_INTENTS:
        return {"date": dict(slots["day"])} | ({"place": slots["place"]} if intent == "sky" else {})
    birth = birth_day(slots) | _clock(slots)
    if "place" in slots:
        birth["place"] = slots["place"]
    gender = slots.get("gender")
    return {"birth": birth} | ({"gender": gender} if gender in {"male", "female"} else {})


def _selection(slots: Json) -> Json:
    people = [{"zodiac": animal} for animal in slots.get("zodiac", [])]
    chosen = {"event": slots["event"][0]["name"], "from": slots["from"], "to": slots["to"]}
    return chosen | ({"people": people} if people else {})


def system_options(intent: str, slots: Json) -> Json:
    """A double hour that was said is the one of the chart: summer time was not on the almanac's clock."""
    if intent in BIRTH_INTENTS and named_hour_in_summer_time(slots):
        return {"dst": "ignore"}
    return {"focus": slots["focus"]} if "focus" in slots else {}


def named_hour_in_summer_time(slots: Json) -> bool:
    """Whether 辰时 was said of a year with summer time in the whole of China (1986-1991)."""
    day = slots["day"]
    return "branch" in (slots.get("time") or {}) and 1986 <= day["year"] <= 1991


def birth_day(slots: Json) -> Json:
    """The civil day of the birth: 晚上12点 of the 17th is 00:00 of the 18th."""
    day: Json = slots["day"]
    if not (slots.get("time") or {}).get("next_day"):
        return dict(day)
    solar = solar_day(day["calendar"], day["year"], day["month"], day["day"], bool(day.get("leap")))
    return solar_dict(solar + timedelta(days=1))


def _clock(slots: Json) -> Json:
    time = slots.get("time") or {}
    return {name: time[name] for name in ("hour", "minute") if name in time}


def sentence(intent: str, slots: Json) -> str:
    """One sentence that the parser reads as these slots; what is missing is filled with an example."""
    topic = BY_INTENT[intent]
    if intent in BIRTH_INTENTS:
        known = _complete_birth(slots)
        place = f" {known['place']}出生" if "place" in known else ""
        words = (day_label(birth_day(known)), _time_words(known), GENDERS[known["gender"]])
        return f"{' '.join(words)}{place} {topic.title.removesuffix('排盘')}"
    if intent not in DAY_INTENTS:
        return topic.example
    day = slots.get("day")
    shown = day_label(day) if day and not missing_parts(day) else day_label(_SAMPLE_DAY["day"])
    if intent == "calendar_convert":
        return f"{shown}是{'公历' if shown.startswith('农历') else '农历'}几号"
    plan = "".join(event["name"] for event in slots.get("event", [])[:1])
    return f"{shown}适合{plan}吗" if plan else f"{shown}黄历"


def _complete_birth(slots: Json) -> Json:
    known = {
        name: slots[name] for name in ("day", "time", "gender", "place", "hour_unknown") if name in slots
    }
    if "day" in known and missing_parts(known["day"]):
        sample: Json = {"year": 1990, "month": 5, "day": 17}
        known["day"] = sample | known["day"]
    if known.get("hour_unknown"):
        known.pop("time", None)
        return _SAMPLE_BIRTH | {"time": None} | known
    return _SAMPLE_BIRTH | known


def _time_words(slots: Json) -> str:
    time = slots.get("time")
    if time is None:
        return "时辰不详"
    if "branch" in time:
        return f"{time['branch']}时"
    hour = time["hour"]
    if "minute" in time:
        return f"{hour:02}:{time['minute']:02}"
    if hour in {0, 12}:
        return f"{'中午' if hour else ''}{hour}点"
    name = "凌晨" if hour < 6 else "早上" if hour < 12 else "下午" if hour < 18 else "晚上"
    return f"{name}{hour - 12 if hour > 12 else hour}点"


def described(intent: str, slots: Json) -> str:
    """What is understood so far, for the echo of a question: 八字排盘，公历1990年5月，男."""
    topic = BY_INTENT.get(intent)
    said = [topic.title if topic else "", _day_words(slots.get("day")), _moment_words(slots)]
    said.append(GENDERS.get(slots.get("gender", ""), ""))
    said.append(slots.get("place", ""))
    said.append(f"{slots['from']}至{slots['to']}" if "from" in slots else "")
    said.append("、".join(event["name"] for event in slots.get("event", [])))
    return "，".join(part for part in said if part)


def _day_words(day: Json | None) -> str:
    if not day:
        return ""
    shown = day_label(day)
    # A year alone is of no calendar yet.
    return shown.removeprefix("公历") if "month" not in day and "day" not in day else shown


def _moment_words(slots: Json) -> str:
    if slots.get("hour_unknown"):
        return "时辰不详"
    if "time" not in slots:
        return ""
    return ("次日" if slots["time"].get("next_day") else "") + _time_words(slots)


def in_words(intent: str, slots: Json) -> str:
    """How to say everything at once, for channels that remember nothing."""
    return f"也可以整句重发，例如：{sentence(intent, slots)}"
