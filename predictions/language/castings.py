"""What a casting is made from: six lines, a few numbers, or a moment that was said."""

from __future__ import annotations

import re
from datetime import datetime

from predictions.language.calendar_days import solar_dict
from predictions.language.scan import Scan
from predictions.solar_terms import CHINA
from predictions.types import Json

CASTING_INTENTS = frozenset({"liuyao", "xiaoliuren", "meihua", "qimen"})

_SEPARATOR = r"[ ,、.-]"
# Six numerals of 6 to 9, the bottom line first, as people copy them from their coins.
_LINES = re.compile(rf"(?<![0-9])[6-9](?:{_SEPARATOR}?[6-9]){{5}}(?![0-9])")
_NUMBER = "[0-9]{1,6}"
_TWO_OR_THREE = re.compile(rf"(?<![0-9]){_NUMBER}(?:{_SEPARATOR}+{_NUMBER}){{1,2}}(?![0-9])")
_THREE = re.compile(rf"(?<![0-9]){_NUMBER}(?:{_SEPARATOR}+{_NUMBER}){{2}}(?![0-9])")
_NUMBERS = {"liuyao": _TWO_OR_THREE, "meihua": _TWO_OR_THREE, "xiaoliuren": _THREE}


def read_casting(intent: str, scan: Scan) -> Json:
    """`lines` for 六爻, `numbers` for the systems that start from numbers; nothing when neither was said."""
    if intent == "liuyao":
        for match in scan.matches(_LINES):
            return {"lines": [int(numeral) for numeral in re.findall("[6-9]", match[0])]}
    if intent in _NUMBERS:
        for match in scan.matches(_NUMBERS[intent]):
            return {"numbers": [int(numeral) for numeral in re.findall("[0-9]+", match[0])]}
    return {}


def casting_input(intent: str, slots: Json, now: datetime) -> Json:
    """The `input` of the API. What the person did not give is taken from the instant of the question: the moment,
    and for 六爻 a seed of its coins, which the chart records, so that it can be cast again.
    """
    moment = _moment(slots, now.astimezone(CHINA))
    if "lines" in slots:
        return {"lines": slots["lines"], "moment": moment}
    if "numbers" in slots:
        return {"numbers": slots["numbers"]} | ({"moment": moment} if intent != "xiaoliuren" else {})
    if intent == "liuyao" and "day" not in slots and "time" not in slots:
        return {"seed": now.astimezone(CHINA).isoformat(timespec="milliseconds"), "moment": moment}
    return {"moment": moment}


def _moment(slots: Json, now: datetime) -> Json:
    day = slots.get("day") or solar_dict(now.date())
    said = slots.get("time")
    if said is None:
        return day | {"hour": now.hour, "minute": now.minute}
    return day | {name: said[name] for name in ("hour", "minute") if name in said}
