"""起卦 by counts, as the 梅花易数 does: numbers or a time give both trigrams and one moving line."""

from __future__ import annotations

from dataclasses import dataclass

from predictions.schemas import choice
from predictions.systems.casting_moment import TimeCounts
from predictions.systems.hexagrams import Hexagram, hexagram, of_trigrams
from predictions.systems.trigrams import by_number, moving_line
from predictions.types import FieldError, Json

LARGEST_NUMBER = 999_999_999
NUMBERS: Json = {
    "type": "array",
    "title": "数",
    "items": {"type": "integer", "title": "数", "minimum": 1, "maximum": LARGEST_NUMBER},
    "minItems": 1,
    "maxItems": 3,
    "description": "一个数：作上卦，时辰数作下卦（须给 moment）；两个数：上卦、下卦；三个数：上卦、下卦、动爻",
}

WITH_HOUR = choice("加时数", ["off", "on"], "off", "两个数起卦时，动爻是否再加时辰数（须给 moment 的时）")


@dataclass(frozen=True, slots=True)
class CountedCast:
    """The three sums and what they come to."""

    upper: int
    lower: int
    moving_sum: int

    @property
    def main(self) -> Hexagram:
        return of_trigrams(by_number(self.upper), by_number(self.lower))

    @property
    def moving(self) -> int:
        return moving_line(self.moving_sum)

    @property
    def changed(self) -> Hexagram:
        return hexagram(self.main.bits ^ 1 << (self.moving - 1))

    def step(self) -> Json:
        """The trace of the count."""
        values = {
            "upper": f"{self.upper}÷8→{by_number(self.upper).name}",
            "lower": f"{self.lower}÷8→{by_number(self.lower).name}",
            "moving": f"{self.moving_sum}÷6→{self.moving}",
        }
        return {"name": "count", "values": values}


def by_time(counts: TimeCounts) -> CountedCast:
    """年月日数为上卦，加时数为下卦，总数除六取动爻 (梅花易数 卷一·年月日时起例)."""
    above = counts.year + counts.month + counts.day
    return CountedCast(above, above + counts.hour, above + counts.hour)


def by_numbers(numbers: list[int], hour: int | None, with_hour: bool) -> CountedCast:
    """One, two or three numbers; ``hour`` (子 1) is needed for one number, and for two when ``with_hour``."""
    if len(numbers) == 3:
        return CountedCast(*numbers)
    if len(numbers) == 2:
        return CountedCast(numbers[0], numbers[1], sum(numbers) + ((hour or 0) if with_hour else 0))
    if hour is None:
        raise ValueError("one number needs the hour")
    return CountedCast(numbers[0], hour, numbers[0] + hour)


def number_errors(data: Json, options: Json) -> list[FieldError]:
    """One number, or two with the hour's, cannot be counted without the hour."""
    numbers, moment = data.get("numbers"), data.get("moment")
    if not isinstance(numbers, list) or (isinstance(moment, dict) and "hour" in moment):
        return []
    if len(numbers) == 1 or (len(numbers) == 2 and options["with_hour"] == "on"):
        where = "/input/moment/hour" if isinstance(moment, dict) else "/input/moment"
        detail = "这样起卦要用时辰数，请给出起卦时刻（含几点）。"
        return [FieldError(where, "missing_field", detail, {"minimum": 0, "maximum": 23})]
    return []
