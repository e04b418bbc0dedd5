"""大限, 小限 and 流年 of a day in a person's life."""

from __future__ import annotations

from calendar import isleap
from datetime import date
from typing import Any

from predictions.systems.ziwei_chart import ZiweiChart
from predictions.types import Json

# Noon of the day: the levels shown here do not depend on the hour.
_NOON = 6


def level_facts(chart: ZiweiChart, day: date, *, yearly: bool) -> Json:
    """The levels of ``day``: the decade and the 小限, and the year when asked; ages are 虚岁.

    A day before the first decade has ``decadal`` in childhood (童限) as x-iztro has it.
    """
    found = chart.astrolabe.horoscope(_moved(day, chart.shift), _NOON)
    natal = [palace.name for palace in chart.astrolabe.palaces]
    levels: Json = {
        "target": day.isoformat(),
        "age": found.age.nominal_age,
        "decadal": _level(found.decadal, natal),
        "small": _level(found.age, natal),
        "yearly": _level(found.yearly, natal) if yearly else None,
    }
    return levels


def _moved(day: date, years: int) -> str:
    """The day in the year of x-iztro's substitute chart; 29 February falls back to the 28th."""
    year = day.year + years
    last = 28 if (day.month, day.day) == (2, 29) and not isleap(year) else day.day
    return f"{year}-{day.month}-{last}"


def _level(item: Any, natal: list[str]) -> Json:
    """Where the level's own 命宫 stands, its four transformations, and its names of the twelve palaces."""
    return {
        "name": item.name,
        "ganzhi": item.heavenly_stem + item.earthly_branch,
        "palace": natal[item.index],
        "position": item.index + 1,
        "mutagens": [
            {"mutagen": mutagen, "star": star} for mutagen, star in zip("禄权科忌", item.mutagen, strict=True)
        ],
        "palaces": list(item.palace_names),
        "stars": [[star.name for star in stars] for stars in item.stars or []],
    }
