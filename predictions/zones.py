"""Time zones: which one, what the clocks there showed, and what the person should be told about it.

China's rules are written here and not left to tzdata alone: its Asia/Shanghai holds the summer times that
only the city kept in 1919 and 1940-1949, next to the national ones of 1986-1991.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from predictions.types import Notice

MAINLAND = "Asia/Shanghai"
_MAINLAND_NAMES = {"Asia/Shanghai", "PRC", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin"}
_NATIONAL_SUMMER_TIME = range(1986, 1992)
_LAST_YEAR_OF_LOCAL_TIME = 1900
_BEIJING = timedelta(hours=8)
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")
_CHINESE_NAMES = {
    "Asia/Shanghai": "北京时间",
    "Asia/Hong_Kong": "香港时间",
    "Asia/Macau": "澳门时间",
    "Asia/Taipei": "台北时间",
}
_ENGLISH_NAMES = {
    "Asia/Shanghai": "Beijing time",
    "Asia/Hong_Kong": "Hong Kong time",
    "Asia/Macau": "Macau time",
    "Asia/Taipei": "Taipei time",
}
# Members of the zoneinfo folder that depend on the machine or name no zone.
_NOT_ZONES = {"localtime", "Factory", "posixrules"}


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock reading resolved: the instant, its offset, and how much of that was summer time."""

    instant: datetime
    offset: timedelta
    summer: timedelta
    notices: tuple[Notice, ...]

    @property
    def standard(self) -> datetime:
        """The local standard time (naive), which the pillars of day and hour go by."""
        return (self.instant + self.offset - self.summer).replace(tzinfo=None)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_ZONES)


@lru_cache(maxsize=512)
def find_zone(name: str) -> tzinfo | None:
    """The zone of an IANA name or an offset such as +08:00, None for anything else."""
    offset = _OFFSET.fullmatch(name)
    if offset:
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    return ZoneInfo(name) if name in zone_names() else None


def near_zones(name: str) -> list[str]:
    return get_close_matches(name, sorted(zone_names()), n=3, cutoff=0.5)


def zone_title(name: str, lang: str = "zh-Hans") -> str:
    """北京时间 for Asia/Shanghai, otherwise 当地时间 with the zone."""
    if lang == "en":
        return _ENGLISH_NAMES.get(name, f"{name} time")
    return _CHINESE_NAMES.get(name, f"{name} 时间")


def read_clock(civil: datetime, zone_name: str, summer_time: str, repeated: str) -> Clock:
    """What a clock showing ``civil`` (naive) meant.

    ``summer_time`` "ignore" takes the clock for standard time; ``repeated`` says which of two equal readings
    is meant at the end of summer time. A reading that the clocks skipped counts from before the jump, and
    the notice says so.
    """
    zone = find_zone(zone_name)
    if zone is None:
        raise ValueError(f"unknown zone {zone_name}")
    aware = civil.replace(tzinfo=zone, fold=1 if repeated == "second" else 0)
    summer = _summer(aware)
    offset = aware.utcoffset() or timedelta()
    if zone_name in _MAINLAND_NAMES and _local_rules_only(civil):
        notices = _occupation_notices(offset)
        return _clock(civil, _BEIJING, timedelta(), notices)
    if summer_time == "ignore" and summer:
        return _clock(civil, offset - summer, timedelta(), [_ignored(civil, summer)])
    return _clock(civil, offset, summer, _notices(civil, aware, zone_name, summer))


def _clock(civil: datetime, offset: timedelta, summer: timedelta, notices: Iterable[Notice]) -> Clock:
    return Clock((civil - offset).replace(tzinfo=UTC), offset, summer, tuple(notices))


def _summer(aware: datetime) -> timedelta:
    """Ireland's winter time is a negative summer time in tzdata; it is that zone's standard time."""
    return max(aware.dst() or timedelta(), timedelta())


def _local_rules_only(civil: datetime) -> bool:
    return civil.year > _LAST_YEAR_OF_LOCAL_TIME and civil.year not in _NATIONAL_SUMMER_TIME


def _occupation_notices(offset: timedelta) -> list[Notice]:
    if offset == _BEIJING:
        return []
    text = (
        "1919 年及 1940-1949 年上海等地曾拨快钟表，全国并不统一；这里未作调整，按东八区标准时计算。"
        f"若当时钟表已拨快，请指定时区 {offset_text(offset)}。"
    )
    return [Notice("local_summer_time", text, {"input": {"tz": offset_text(offset)}})]


def _ignored(civil: datetime, summer: timedelta) -> Notice:
    text = f"当时当地实行夏令时，已按您的选择不作换算；换算后的标准时为 {civil - summer:%H:%M}。"
    return Notice("dst_ignored", text, {"options": {"dst": "auto"}})


def _notices(civil: datetime, aware: datetime, zone_name: str, summer: timedelta) -> list[Notice]:
    notices = []
    if zone_name in _MAINLAND_NAMES and civil.year <= _LAST_YEAR_OF_LOCAL_TIME:
        text = "1901 年以前各地用地方平时，这里按上海地方平时（比东八区快 5 分 43 秒）换算。"
        notices.append(Notice("local_mean_time", text))
    back = aware.astimezone(UTC).astimezone(aware.tzinfo).replace(tzinfo=None)
    if back != civil:
        text = f"夏令时开始时钟表拨快，{civil:%H:%M} 这一刻并不存在；已按 {back:%H:%M} 理解。"
        notices.append(Notice("nonexistent_time", text))
    elif aware.utcoffset() != aware.replace(fold=1 - aware.fold).utcoffset():
        notices.append(_repeated(civil, aware))
    if summer:
        text = f"出生时当地实行夏令时：钟表 {civil:%H:%M}，标准时 {civil - summer:%H:%M}，排盘用标准时。"
        notices.append(Notice("dst_applied", text, {"options": {"dst": "ignore"}}))
    return notices


def _repeated(civil: datetime, aware: datetime) -> Notice:
    taken, other = ("前", "second") if aware.fold == 0 else ("后", "first")
    text = f"夏令时结束时钟表拨慢，{civil:%H:%M} 出现过两次；这里取{taken}一次。"
    return Notice("ambiguous_time", text, {"options": {"ambiguous_time": other}})


def offset_text(offset: timedelta) -> str:
    """+08:00, with seconds where local mean time has them."""
    seconds = int(offset.total_seconds())
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    text = f"{sign}{hours:02d}:{rest // 60:02d}"
    return text + (f":{rest % 60:02d}" if rest % 60 else "")
