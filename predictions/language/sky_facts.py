"""What of the sky is the same everywhere and needs no place: the moon's phase, and when eclipses come."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from predictions.language.calendar_days import day_label, solar_label
from predictions.sky.eclipses import Eclipse, between, following
from predictions.sky.phases import Phase, illuminated, phase_name, phases_between
from predictions.types import Json
from predictions.zones import MAINLAND

_MOON = re.compile(r"月相|满月|新月|上弦|下弦|超级月亮|月亮?圆")
_SOLAR, _LUNAR = re.compile(r"日[食蚀]"), re.compile(r"月[食蚀]|血月")
# Words after which the horizon matters, so a place is needed all the same.
_LOCAL = re.compile(r"日出|日落|月出|月落|行星|[金木水火土]星|几点天[亮黑]|天象")
_BEIJING = ZoneInfo(MAINLAND)
_EVENING = time(20)
_SHOWN = 4
_WITH_A_PLACE = "加上城市可看当地情况，例如“上海天象”。"
_PHASES = {"new": "新月", "first_quarter": "上弦", "full": "满月", "last_quarter": "下弦"}
# By the question: its title, the kinds of eclipses it asks for.
_TITLES = {"moon": "月相", "solar": "日食", "lunar": "月食", "eclipses": "日月食"}
_KINDS = {"solar": ("solar",), "lunar": ("lunar",), "eclipses": ("solar", "lunar")}


def placeless_question(text: str) -> str:
    """moon, solar, lunar or eclipses (both) when the sentence asks for what needs no place; else empty."""
    if _LOCAL.search(text):
        return ""
    solar, lunar = _SOLAR.search(text), _LUNAR.search(text)
    if solar or lunar:
        return "eclipses" if solar and lunar else "solar" if solar else "lunar"
    return "moon" if _MOON.search(text) else ""


def sky_title(question: str, day: Json) -> str:
    """月相，公历2026年11月24日; or 日食，2026年: what was understood."""
    shown = day_label(day) if "day" in day else f"{day['year']}年"
    return f"{_TITLES[question]}，{shown}"


def sky_sentence(question: str, day: date) -> str:
    """The answer from a civil day of China on."""
    return _moon(day) if question == "moon" else _coming_eclipses(question, day)


def eclipses_of_year(question: str, year: int) -> str:
    """The eclipses whose peak falls into a year of China's civil calendar."""
    found = between(_start(date(year, 1, 1)), _start(date(year + 1, 1, 1)))
    shown = [_eclipse(one) for one in found if one.kind in _KINDS[question]]
    lines = shown or [f"这一年没有{_TITLES[question]}。"]
    return "\n".join([f"{year}年的{_TITLES[question]}（食甚，北京时间）：", *lines, _WITH_A_PLACE])


def _moon(day: date) -> str:
    start = _start(day)
    evening = datetime.combine(day, _EVENING, _BEIJING).astimezone(UTC)
    name = phase_name(start, start + timedelta(days=1), evening)
    ahead = "；".join(map(_phase, phases_between(start, start + timedelta(days=31))[:_SHOWN]))
    lit = f"{solar_label(day)}晚8点（北京时间）：{name}，亮面约{illuminated(evening) * 100:.0f}%。"
    return f"{lit}\n接下来：{ahead}。\n月相各地相同；月出月落与地点有关，{_WITH_A_PLACE}"


def _coming_eclipses(question: str, day: date) -> str:
    kinds = _KINDS[question]
    coming = [one for kind in kinds for one in following(_start(day), kind, _SHOWN // len(kinds))]
    shown = [_eclipse(one) for one in sorted(coming, key=lambda one: one.peak)]
    lines = shown or ["2100年之内没有了。"]
    title = f"接下来的{_TITLES[question]}（食甚，北京时间）："
    return "\n".join([title, *lines, f"能否看到与地点有关，{_WITH_A_PLACE}"])


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), _BEIJING).astimezone(UTC)


def _local(instant: datetime) -> str:
    """To the minute, rounded as almanacs print it."""
    return f"{instant.astimezone(_BEIJING) + timedelta(seconds=30):%Y-%m-%d %H:%M}"


def _phase(found: Phase) -> str:
    return f"{_PHASES[found.phase]} {_local(found.instant)[5:]}"


def _eclipse(found: Eclipse) -> str:
    return f"·{_local(found.peak)} {found.name}"
