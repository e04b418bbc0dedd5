"""A stretch of time in which days are looked for: 下个月, 未来30天, 明年上半年, 12月1日到15日."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from predictions.language.days import DayText
from predictions.language.numerals import number
from predictions.language.resolution import read_day
from predictions.language.years import TARGET
from predictions.lunar import lunar_year
from predictions.types import Json

DEFAULT_DAYS = 30
LONGEST = timedelta(days=365)
ZODIAC = re.compile(r"属(?:相)?(?:是|为)?([鼠牛虎兔龙蛇马羊猴鸡狗猪])")

_SHIFTS = {"上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2}
_MONTH = re.compile(r"(?P<shift>下下|[上这本当下])个?月|月(?=[初中底])")
_WEEK = re.compile(r"(?P<shift>下下|[上这本下])个?(?:周|星期|礼拜)")
_AHEAD = re.compile(
    r"(?:未来|最近|近|接下来)(?P<n>[0-9一二两三四五六七八九十百]+)个?(?P<grain>天|日|周|星期|月|年)"
)
_YEAR = re.compile(r"(?P<year>今|明|后|去)年")
_PART = re.compile(r"(?P<half>[上下])半年|月的?(?P<third>[初中底])|(?P<decade>[上中下])旬|年(?P<end>[初底])")
_GRAINS = {"天": 1, "日": 1, "周": 7, "星期": 7, "月": 30, "年": 365}


def read_stretch(days: list[DayText], today: date) -> tuple[Json, str]:
    """{"from", "to"} as ISO dates and, when nothing was said, the note of what is taken instead."""
    found = _named_days(days, today) or next(filter(None, (_stretch(day, today) for day in days)), None)
    if found is None:
        last = today + timedelta(days=DEFAULT_DAYS)
        return {"from": today.isoformat(), "to": last.isoformat()}, f"没有写范围，按今后{DEFAULT_DAYS}天"
    first, last = found
    if first <= today <= last:
        first = today  # days gone by can't be chosen
    return {"from": first.isoformat(), "to": min(last, first + LONGEST).isoformat()}, ""


def _named_days(days: list[DayText], today: date) -> tuple[date, date] | None:
    """Two whole days are the ends of the stretch."""
    solar = [reading.solar for day in days if (reading := read_day(day, today, TARGET)).solar is not None]
    whole = sorted(day for day in solar if day is not None)
    return (whole[0], whole[-1]) if len(whole) > 1 else None


def _stretch(day: DayText, today: date) -> tuple[date, date] | None:
    if day.kind == "range":
        return _said(day.text, today)
    if day.kind != "civil" or day.day is not None:
        return None
    known = read_day(day, today, TARGET).day
    if "month" not in known:
        return (date(known["year"], 1, 1), date(known["year"], 12, 31)) if "year" in known else None
    if known.get("calendar") == "lunar":
        return _lunar_month(known) if "year" in known else None
    # 12月 without a year is the next one to come, this month included.
    year = known.get("year") or today.year + (known["month"] < today.month)
    return _month(year, known["month"])


def _lunar_month(known: Json) -> tuple[date, date] | None:
    month = lunar_year(known["year"]).find(known["month"], bool(known.get("leap")))
    return (month.first, month.first + timedelta(days=month.length - 1)) if month else None


def _said(text: str, today: date) -> tuple[date, date] | None:
    if ahead := _AHEAD.search(text):
        days = (number(ahead["n"]) or 1) * _GRAINS[ahead["grain"]]
        return today, today + timedelta(days=days)
    if week := _WEEK.search(text):
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_SHIFTS[week["shift"]])
        return monday, monday + timedelta(days=6)
    if month := _MONTH.search(text):
        shift = _SHIFTS[month["shift"] or "本"]
        year, index = divmod(today.year * 12 + today.month - 1 + shift, 12)
        return _third(text, year, index + 1)
    return _of_year(text, today)


def _of_year(text: str, today: date) -> tuple[date, date] | None:
    said = _YEAR.search(text)
    year = today.year + ({"今": 0, "明": 1, "后": 2, "去": -1}[said["year"]] if said else 0)
    part = _PART.search(text)
    if part and part["half"]:
        return (
            (date(year, 1, 1), date(year, 6, 30))
            if part["half"] == "上"
            else (date(year, 7, 1), date(year, 12, 31))
        )
    if part and part["end"]:
        return _month(year, 1) if part["end"] == "初" else _month(year, 12)
    return _third(text, today.year, today.month) if part else None


def _third(text: str, year: int, month: int) -> tuple[date, date]:
    """月初, 月中 and 月底, 上旬, 中旬 and 下旬 are thirds of the month."""
    first, last = _month(year, month)
    part = _PART.search(text)
    name = (part["third"] or part["decade"]) if part else None
    if name in {"初", "上"}:
        return first, date(year, month, 10)
    if name == "中":
        return date(year, month, 11), date(year, month, 20)
    return (date(year, month, 21), last) if name in {"底", "下"} else (first, last)


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
