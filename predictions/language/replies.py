"""A reply to a question, read in the light of what was asked: 1990 to 哪一年, 8 to 几点, 不说 to 性别."""

from __future__ import annotations

from datetime import datetime, tzinfo

from predictions.language.calendar_days import Impossible, solar_day
from predictions.language.castings import CASTING_INTENTS
from predictions.language.clocks import UNKNOWN_REPLY
from predictions.language.issues import Issue, day_options
from predictions.language.normalise import normalise
from predictions.language.numerals import number
from predictions.language.pending import Pending
from predictions.language.people import UNSAID
from predictions.language.requests import missing_parts
from predictions.language.topics import BY_INTENT, QUESTION
from predictions.language.understanding import BIRTH_INTENTS, Understanding, understand
from predictions.language.years import BIRTH, TARGET
from predictions.types import Json

_UNIT = {"year": "年", "month": "月", "day": "日"}


def starts_anew(before: Pending, found: Understanding) -> bool:
    """Whether the reply is about something else: it names another subject, a plan, or asks a question."""
    topic = BY_INTENT.get(found.intent)
    if topic is None or found.intent == before.intent or before.asked == "event":
        return False
    if topic.named.search(found.text) or "event" in found.slots:
        return True
    return found.intent == "calendar_convert" and QUESTION.search(found.text) is not None


def read_reply(before: Pending, text: str, now: datetime, zone: tzinfo) -> Understanding:
    """The slots of a reply."""
    said = normalise(text).text
    if before.asked == "gender" and UNSAID.fullmatch(said.rstrip("。.!")):
        return Understanding("unknown", {"gender": "unsaid"})
    if before.asked == "hour" and UNKNOWN_REPLY.fullmatch(said):
        return Understanding("unknown", {"hour_unknown": True})
    role = BIRTH if before.intent in BIRTH_INTENTS else TARGET
    # 上海 says where only to somebody who asked; 搬家 says what for.
    wanted = before.asked in {"place", "event"} or before.intent in CASTING_INTENTS
    subject = before.intent if wanted else ""
    return understand(said + _unit(before, said), now, role=role, intent=subject, zone=zone)


def _unit(before: Pending, said: str) -> str:
    """The unit that a bare number lacks, by what was asked."""
    value = number(said) if said else None
    if value is None:
        return ""
    if before.asked == "hour":
        return "点"
    parts = missing_parts(before.slots.get("day") or {})
    if before.asked in {"birth", "date"} and len(parts) == len(_UNIT):
        return "年" if value > 1000 else ""
    return _UNIT[parts[0]] if before.asked == "date" and parts else ""


def merged(known: Json, new: Json) -> tuple[Json, Issue | None]:
    """What was known with what is new on top; a date completed in two steps is checked as a whole."""
    slots = {**known, **{name: value for name, value in new.items() if name != "number"}}
    if "time" in new:
        slots.pop("hour_unknown", None)
    if new.get("hour_unknown"):
        slots.pop("time", None)
    if "day" not in new or "day" not in known or not missing_parts(new["day"]):
        return slots, None
    slots["day"] = day = _completed(known["day"], new["day"])
    if missing_parts(day):
        return slots, None
    try:
        solar_day(day["calendar"], day["year"], day["month"], day["day"], bool(day.get("leap")))
    except Impossible as impossible:
        return known, Issue("problem", "date", impossible.text, day_options(impossible.nearest))
    return slots, None


def _completed(known: Json, new: Json) -> Json:
    """Lunar once either part says so: solar is only what a date is without a word."""
    lunar = "lunar" in {known["calendar"], new["calendar"]}
    return {**known, **new, "calendar": "lunar" if lunar else "solar"}
