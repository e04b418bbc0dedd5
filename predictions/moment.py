"""The one pipeline from a date or birth object to an instant; nothing downstream parses a date again.

civil text -> calendar -> clock -> place -> zone and summer time -> UTC instant -> true solar time. Each step
is kept in the trace. ``date_errors`` and ``moment_errors`` refuse what a JSON schema cannot: 30 February, a
leap month that a year does not have, an unknown place.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from predictions import lunar
from predictions.cycles import cycle_name
from predictions.lunar import LunarDate, LunarYear
from predictions.places import Place, find_place, find_places, lies_in, suggest
from predictions.schemas import FIRST_YEAR, LAST_YEAR, child
from predictions.solar_terms import utc_text
from predictions.solar_time import apparent_solar_time, mean_solar_time
from predictions.types import FieldError, Json, Notice
from predictions.zones import MAINLAND, Clock, find_zone, near_zones, offset_text, read_clock, zone_title

# A clock that differs by more from the sun at its longitude is probably a longitude or a zone mistyped.
_PLAUSIBLE_HOURS = 3.5


@dataclass(frozen=True, slots=True)
class CivilDate:
    """A day in both calendars, with the steps that led to it."""

    day: date
    lunar: LunarDate
    calendar: str
    trace: list[Json]
    notices: list[Notice]

    def text(self, lang: str = "zh-Hans") -> str:
        """How the echo names the day: 公历1990-05-17, or 农历庚午年四月廿三（公历1990-05-17）."""
        if lang == "en":
            lunar_text = f"lunar {self.lunar.text} of {self.lunar.year}, "
            return (lunar_text if self.calendar == "lunar" else "") + self.day.isoformat()
        if self.calendar == "solar":
            return f"公历{self.day.isoformat()}"
        return f"农历{cycle_name(self.lunar.year - 4)}年{self.lunar.text}（公历{self.day.isoformat()}）"


@dataclass(frozen=True, slots=True)
class Moment:
    """A resolved moment. ``instant`` is aware UTC, the other times are naive local ones; all are None
    without an hour.

    ``standard`` is local standard time (summer time taken off); ``mean_solar`` and ``apparent_solar`` need a
    longitude; ``precision`` is how far the stated time may be from the true one: a minute, an hour, or a day
    without an hour.
    """

    civil: CivilDate
    clock: time | None
    zone: str
    place: Place | None
    longitude: float | None
    latitude: float | None
    instant: datetime | None
    standard: datetime | None
    summer: timedelta
    mean_solar: datetime | None
    apparent_solar: datetime | None
    precision: timedelta
    trace: list[Json]
    notices: list[Notice]

    def local(self, true_solar: str) -> datetime | None:
        """The local time for the pillars of day and hour; ``true_solar`` is off, mean or apparent."""
        chosen = {"off": self.standard, "mean": self.mean_solar, "apparent": self.apparent_solar}
        return chosen[true_solar]


# --- refusing
# ---------------------------------------------------------------------------------------------------


def date_errors(data: object, pointer: str, source: str = "hko") -> list[FieldError]:
    """What is wrong with the calendar part of a date or birth object; silent where a member is missing or
    ill-typed.
    """
    if not isinstance(data, dict) or not _well_formed(data):
        return []
    leap = data.get("leap", False)
    if data["calendar"] == "solar":
        return _solar_errors(data["year"], data["month"], data["day"], leap, pointer)
    return _lunar_errors(lunar.lunar_year(data["year"], source), data["month"], data["day"], leap, pointer)


def _well_formed(data: Json) -> bool:
    bounds = {"year": (FIRST_YEAR, LAST_YEAR), "month": (1, 12), "day": (1, 31)}
    numbers = (
        _is_integer(data.get(name)) and low <= data[name] <= high for name, (low, high) in bounds.items()
    )
    return (
        all(numbers)
        and data.get("calendar") in ("solar", "lunar")
        and isinstance(data.get("leap", False), bool)
    )


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _solar_errors(year: int, month: int, day: int, leap: bool, pointer: str) -> list[FieldError]:
    errors = []
    if leap:
        detail = "公历没有闰月；若是农历闰月，请把 calendar 写成 lunar。"
        suggestion = {"choices": [{"leap": False}, {"calendar": "lunar"}]}
        errors.append(FieldError(child(pointer, "leap"), "no_such_leap_month", detail, suggestion))
    last = monthrange(year, month)[1]
    if day > last:
        detail = f"公历 {year} 年 {month} 月只有 {last} 天，没有 {day} 日；最近的是 {month} 月 {last} 日。"
        nearest = {"year": year, "month": month, "day": last}
        errors.append(FieldError(child(pointer, "day"), "impossible_date", detail, nearest))
    return errors


def _lunar_errors(year: LunarYear, month: int, day: int, leap: bool, pointer: str) -> list[FieldError]:
    found = year.find(month, leap)
    if found is None:
        return [_no_such_leap_month(year, month, pointer)]
    if day > found.length:
        name = f"农历{cycle_name(year.year - 4)}年（{year.year}）{found.name}"
        missing = lunar.day_name(day) if day <= 30 else f"{day}日"
        detail = f"{name}只有 {found.length} 天，没有{missing}；最近的是{lunar.day_name(found.length)}。"
        nearest = {"year": year.year, "month": month, "day": found.length, "leap": leap}
        return [FieldError(child(pointer, "day"), "impossible_date", detail, nearest)]
    return []


def _no_such_leap_month(year: LunarYear, month: int, pointer: str) -> FieldError:
    plain: Json = {"year": year.year, "month": month, "leap": False}
    choices = [plain]
    if year.leap_month:
        choices.append({"year": year.year, "month": year.leap_month, "leap": True})
        there = f"这一年闰的是{lunar.MONTH_NAMES[year.leap_month - 1]}"
    else:
        there = "这一年没有闰月"
    detail = f"农历 {year.year} 年没有闰{lunar.MONTH_NAMES[month - 1]}，{there}。"
    return FieldError(child(pointer, "leap"), "no_such_leap_month", detail, plain | {"choices": choices})


def moment_errors(data: object, pointer: str, options: Json) -> list[FieldError]:
    """What is wrong with a birth or moment object beyond its schema."""
    if not isinstance(data, dict):
        return []
    errors = date_errors(data, pointer, options.get("calendar_source", "hko"))
    errors += _place_errors(data, pointer) + _zone_errors(data, pointer)
    if options.get("true_solar", "off") != "off" and "place" not in data and "longitude" not in data:
        detail = "用真太阳时需要出生地或经度（longitude 或 place）。"
        errors.append(
            FieldError(
                child(pointer, "longitude"), "missing_field", detail, {"choices": ["longitude", "place"]}
            )
        )
    return errors


def _place_errors(data: Json, pointer: str) -> list[FieldError]:
    name = data.get("place")
    if not isinstance(name, str) or not 0 < len(name) <= 60 or find_place(name):
        return []
    near = [place.full_name for place in suggest(name, 5)]
    hint = f"是否指：{'、'.join(near)}？" if near else "请写市或县的名称，或直接给经纬度与时区。"
    suggestion = {"choices": near} if near else {"members": ["longitude", "latitude", "tz"]}
    return [FieldError(child(pointer, "place"), "unknown_place", f"没有找到地点“{name}”。{hint}", suggestion)]


def _zone_errors(data: Json, pointer: str) -> list[FieldError]:
    name = data.get("tz")
    if not isinstance(name, str) or not 0 < len(name) <= 64 or find_zone(name):
        return []
    near = near_zones(name)
    hint = f"是否指 {near[0]}？" if near else "请写 IANA 名称（如 Asia/Shanghai）或 +08:00。"
    suggestion = {"choices": near or [MAINLAND, "+08:00"]}
    return [FieldError(child(pointer, "tz"), "out_of_range", f"没有时区 {name}。{hint}", suggestion)]


# --- resolving
# --------------------------------------------------------------------------------------------------


def resolve_date(data: Json, source: str = "hko", member: str = "date") -> CivilDate:
    """The day of a valid date object, in both calendars."""
    leap = bool(data.get("leap", False))
    if data["calendar"] == "solar":
        day = date(data["year"], data["month"], data["day"])
    else:
        day = _lunar_day(data, leap, source)
    both = lunar.to_lunar(day, source)
    trace = [
        {
            "name": "input",
            "values": {key: data[key] for key in ("calendar", "year", "month", "day")} | {"leap": leap},
        },
        {"name": "calendar", "values": {"source": source, "solar": day.isoformat(), "lunar": both.as_dict()}},
    ]
    return CivilDate(day, both, data["calendar"], trace, _date_notices(data, both, source, member))


def _lunar_day(data: Json, leap: bool, source: str) -> date:
    month = lunar.lunar_year(data["year"], source).find(data["month"], leap)
    if month is None:
        raise ValueError("the leap month was not checked")
    return lunar.to_solar(month, data["day"])


def _date_notices(data: Json, both: LunarDate, source: str, member: str) -> list[Notice]:
    notices = []
    if both.uncertain:
        text = f"{both.year} 年{lunar.MONTH_NAMES[both.month - 1]}的朔极近午夜，历书与推算可能相差一天。"
        notices.append(
            Notice("uncertain_month", text, {"options": {"calendar_source": _other_source(source)}})
        )
    year = lunar.lunar_year(both.year, source)
    if data["calendar"] == "lunar" and year.leap_month == both.month:
        twin = year.find(both.month, not both.leap)
        name = lunar.MONTH_NAMES[both.month - 1]
        taken, other = (f"闰{name}", name) if both.leap else (name, f"闰{name}")
        text = f"{both.year} 年有{name}和闰{name}，这里按{taken}理解。"
        exists = twin is not None and both.day <= twin.length
        alternative: Json | None = {"input": {member: {"leap": not both.leap}}} if exists else None
        notices.append(
            Notice("leap_month", text + (f"如为{other}，日期不同。" if exists else ""), alternative)
        )
    return notices


def _other_source(source: str) -> str:
    return "astronomical" if source == "hko" else "hko"


def resolve_moment(data: Json, options: Json, member: str = "birth") -> Moment:
    """The instant of a valid birth or moment object.

    ``options`` may hold calendar_source, dst and ambiguous_time; ``member`` is the object's name in the
    input, which the alternatives of notices repeat.
    """
    civil = resolve_date(data, options.get("calendar_source", "hko"), member)
    place = find_place(data["place"]) if "place" in data else None
    longitude = data.get("longitude", place.longitude if place else None)
    latitude = data.get("latitude", place.latitude if place else None)
    zone = data.get("tz") or (place.tz if place else MAINLAND)
    clock = time(data["hour"], data.get("minute", 0)) if "hour" in data else None
    trace = [*civil.trace, _clock_step(data), _place_step(data, place, longitude, latitude)]
    trace.append({"name": "zone", "values": {"tz": zone, "from": _zone_origin(data, place)}})
    notices = [*civil.notices, *_place_notices(data, place)]
    values: dict[str, Any] = {"civil": civil, "clock": clock, "zone": zone, "place": place}
    values |= {"longitude": longitude, "latitude": latitude}
    if clock is None:
        return Moment(**values, **_without_clock(trace, notices))
    reading = read_clock(
        datetime.combine(civil.day, clock),
        zone,
        options.get("dst", "auto"),
        options.get("ambiguous_time", "first"),
    )
    notices += [_inside_member(notice, member) for notice in reading.notices]
    notices += _longitude_notices(longitude, reading)
    return Moment(**values, **_with_clock(reading, longitude, "minute" in data, trace, notices))


def _without_clock(trace: list[Json], notices: list[Notice]) -> Json:
    return {
        "instant": None,
        "standard": None,
        "summer": timedelta(),
        "mean_solar": None,
        "apparent_solar": None,
        "precision": timedelta(days=1),
        "trace": trace,
        "notices": notices,
    }


def _with_clock(
    reading: Clock, longitude: float | None, has_minute: bool, trace: list[Json], notices: list[Notice]
) -> Json:
    mean = apparent = None
    if longitude is not None:
        mean = mean_solar_time(reading.instant, longitude)
        apparent = apparent_solar_time(reading.instant, longitude)
    steps = [_summer_step(reading), {"name": "utc", "values": {"instant": utc_text(reading.instant)}}]
    if mean and apparent:
        values = {"mean": mean.isoformat(), "apparent": apparent.isoformat(), "longitude": longitude}
        steps.append({"name": "solar_time", "values": values})
    return {
        "instant": reading.instant,
        "standard": reading.standard,
        "summer": reading.summer,
        "mean_solar": mean,
        "apparent_solar": apparent,
        "precision": timedelta(minutes=1) if has_minute else timedelta(hours=1),
        "trace": trace + steps,
        "notices": notices,
    }


def _clock_step(data: Json) -> Json:
    known = "hour" in data
    precision = "minute" if "minute" in data else "hour" if known else "day"
    text = f"{data['hour']:02d}:{data.get('minute', 0):02d}" if known else None
    return {"name": "clock", "values": {"clock": text, "precision": precision}}


def _place_step(data: Json, place: Place | None, longitude: float | None, latitude: float | None) -> Json:
    values: Json = {"place": place.full_name if place else None, "longitude": longitude, "latitude": latitude}
    return {
        "name": "place",
        "values": values | {"coordinates_from": "input" if "longitude" in data else "table"},
    }


def _zone_origin(data: Json, place: Place | None) -> str:
    return "input" if data.get("tz") else "place" if place else "default"


def _summer_step(reading: Clock) -> Json:
    values = {
        "offset": offset_text(reading.offset),
        "summer_minutes": int(reading.summer.total_seconds() // 60),
        "standard": reading.standard.isoformat(timespec="minutes"),
    }
    return {"name": "summer_time", "values": values}


def _inside_member(notice: Notice, member: str) -> Notice:
    """Alternatives of the clock name members of the birth object; the request has them one level deeper."""
    alternative = notice.alternative
    if alternative and "input" in alternative:
        alternative = alternative | {"input": {member: alternative["input"]}}
    return Notice(notice.code, notice.text, alternative)


def _place_notices(data: Json, place: Place | None) -> list[Notice]:
    same_name = find_places(data["place"]) if place else []
    others = [other for other in same_name if place and other != place and not lies_in(other, place)]
    if not place or not others or "longitude" in data:
        return []
    listed = "、".join(other.full_name for other in others[:4])
    return [Notice("place_ambiguous", f"“{data['place']}”按{place.full_name}理解；同名的还有{listed}。")]


def _longitude_notices(longitude: float | None, reading: Clock) -> list[Notice]:
    if longitude is None:
        return []
    standard = (reading.offset - reading.summer).total_seconds() / 3600
    gap = abs((longitude / 15 - standard + 12) % 24 - 12)
    if gap <= _PLAUSIBLE_HOURS:
        return []
    text = (
        f"经度 {longitude:g}° 与所用时区 UTC{offset_text(reading.offset)} 相差 {gap:.1f} 小时，请核对时区。"
    )
    return [Notice("longitude_zone_mismatch", text)]


# --- echo
# -------------------------------------------------------------------------------------------------------


def describe_moment(moment: Moment, true_solar: str = "off", lang: str = "zh-Hans") -> str:
    """The echo of a moment: 公历1990-05-17 08:00（北京时间，当年夏令时，标准时07:00）."""
    day = moment.civil.text(lang)
    if moment.clock is None:
        return f"{day}, hour unknown" if lang == "en" else f"{day} 时辰不详"
    notes = [zone_title(moment.zone, lang), *_time_notes(moment, true_solar, lang)]
    if lang == "en":
        return f"{day} {moment.clock:%H:%M} ({', '.join(notes)})"
    return f"{day} {moment.clock:%H:%M}（{'，'.join(notes)}）"


def _time_notes(moment: Moment, true_solar: str, lang: str) -> list[str]:
    notes = []
    if moment.summer and moment.standard:
        shown = f"{moment.standard:%H:%M}"
        notes += [f"daylight saving, standard {shown}"] if lang == "en" else ["当年夏令时", f"标准时{shown}"]
    local = moment.local(true_solar)
    if true_solar != "off" and local:
        title = {"mean": "平太阳时", "apparent": "真太阳时"}[true_solar]
        notes.append(f"{true_solar} solar time {local:%H:%M}" if lang == "en" else f"{title}{local:%H:%M}")
    return notes
