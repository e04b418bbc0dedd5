"""The state between two messages of one person: a plain dict that the caller keeps (or signs) for us."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from predictions.language.calendar_days import FIRST_YEAR, LAST_YEAR
from predictions.language.issues import Option
from predictions.language.topics import BY_INTENT
from predictions.types import Json

VERSION = 1
LIFETIME = timedelta(minutes=30)
SLOTS: dict[str, type] = {
    "day": dict,
    "time": dict,
    "hour_unknown": bool,
    "gender": str,
    "place": str,
    "event": list,
    "to": str,
    "from": str,
    "zodiac": list,
    "lines": list,
    "numbers": list,
    "said": str,
    "year": int,
    "count": bool,
}
_DATE_PARTS = {"year": (FIRST_YEAR, LAST_YEAR + 1), "month": (1, 13), "day": (1, 32)}


@dataclass(frozen=True, slots=True)
class Pending:
    """A question that was asked: about `intent`, with `slots` known, and what 1, 2, 3… of `options` mean."""

    intent: str
    slots: Json
    asked: str
    at: datetime
    options: tuple[Option, ...] = field(default=())
    consented: bool = False
    tries: int = 0
    kind: str = "missing"

    def as_context(self) -> Json:
        return {
            "v": VERSION,
            "at": self.at.isoformat(),
            "intent": self.intent,
            "slots": self.slots,
            "asked": self.asked,
            "options": [
                {"label": option.label, "slots": option.slots, "intent": option.intent}
                for option in self.options
            ],
            "consented": self.consented,
            "tries": self.tries,
            "kind": self.kind,
        }


def load(context: object, now: datetime) -> Pending | None:
    """The pending question of a context; None for one that is missing, too old, or not of this version."""
    if not isinstance(context, dict) or context.get("v") != VERSION:
        return None
    at = _instant(context.get("at"))
    intent, asked, tries = context.get("intent"), context.get("asked"), context.get("tries", 0)
    if at is None or not timedelta(0) <= now - at <= LIFETIME or not isinstance(asked, str):
        return None
    if not isinstance(tries, int) or (intent not in BY_INTENT and intent != "ambiguous"):
        return None
    options = context.get("options")
    choices = [_option(option) for option in options] if isinstance(options, list) else []
    slots = clean(context.get("slots"))
    kind = "ambiguous" if context.get("kind") == "ambiguous" else "missing"
    return Pending(intent, slots, asked, at, tuple(choices), context.get("consented") is True, tries, kind)


def clean(slots: object) -> Json:
    """Only the slots of the right shape: a context from elsewhere never reaches the engine half-checked."""
    if not isinstance(slots, dict):
        return {}
    kept = {name: slots[name] for name, kind in SLOTS.items() if isinstance(slots.get(name), kind)}
    if "day" in kept and not _is_date(kept["day"]):
        del kept["day"]
    if "time" in kept and not _is_time(kept["time"]):
        del kept["time"]
    if "event" in kept and not all(
        isinstance(event, dict) and {"name", "terms"} <= event.keys() for event in kept["event"]
    ):
        del kept["event"]
    return kept


def _is_date(day: Json) -> bool:
    known = {part: day[part] for part in _DATE_PARTS if part in day}
    bounds = ((number, range(*_DATE_PARTS[part])) for part, number in known.items())
    in_bounds = all(type(number) is int and number in allowed for number, allowed in bounds)
    return day.get("calendar") in {"solar", "lunar"} and in_bounds


def _is_time(time: Json) -> bool:
    hour, minute = time.get("hour"), time.get("minute", 0)
    return type(hour) is int and type(minute) is int and 0 <= hour <= 23 and 0 <= minute <= 59


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _option(option: object) -> Option:
    if not isinstance(option, dict):
        return Option("")
    intent, label = option.get("intent"), option.get("label")
    return Option(
        label if isinstance(label, str) else "",
        clean(option.get("slots")),
        intent if isinstance(intent, str) and intent in BY_INTENT else "",
    )
