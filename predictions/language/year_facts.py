"""Questions about a whole year: its name and animal, its leap month, its first day."""

from __future__ import annotations

import re

from predictions.cycles import ZODIAC, cycle_name
from predictions.language.calendar_days import MONTH_NAMES, solar_label
from predictions.lunar import lunar_year

YEAR_QUESTION = re.compile(
    r"属(?:什么|啥|相)|生肖|什么年|啥年|闰(?:几|哪|什么)|闰月|有没有闰|干支|(?:几|多少)个月|两头春|双春"
)


def year_sentence(year: int) -> str:
    """What the lunar calendar of a year (1900-2100) says, in two lines."""
    months = lunar_year(year)
    first, last = months.months[0].first, months.months[-1]
    leap = f"闰{MONTH_NAMES[months.leap_month - 1]}月，共13个月" if months.leap_month else "没有闰月"
    eve = last.first.toordinal() + last.length - 1
    return (
        f"农历{year}年是{cycle_name(year - 4)}年，生肖{ZODIAC[(year - 4) % 12]}，{leap}。\n"
        f"正月初一是公历{solar_label(first)}，除夕是公历{solar_label(first.fromordinal(eve))}（生肖按正月初一换）。"
    )
