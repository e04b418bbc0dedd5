"""The chart that x-iztro computes, asked for the lunar date of our own calendar, and its facts.

Every star is placed by the year's stem and branch, the lunar month and day, the double hour and the gender.
x-iztro has a calendar of its own, which differs from the published one around 1925-05-22 and cannot follow
the option ``calendar_source``; where it would read another lunar date, it is asked for ours instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from x_iztro import Astro, Astrolabe, ChartConfig, IztroError

from predictions import lunar
from predictions.cycles import cycle_name, day_cycle, hour_branch, hour_cycle
from predictions.lunar import LunarDate
from predictions.moment import Moment
from predictions.types import Json

SWITCHES = ("year_divide", "horoscope_divide", "age_divide", "day_divide", "algorithm", "astro_type")
LATE_ZI = 12
# Years of the same stem and branch, where a month of 30 days may stand in for one that x-iztro gives 29.
_CYCLES = (-60, 60, -120, 120)


@dataclass(frozen=True, slots=True)
class ZiweiChart:
    """``astrolabe`` is x-iztro's; ``shift`` the years by which its dates differ from the birth's.

    ``time_index`` counts double hours as x-iztro does: 0 is 00:00 to 01:00, 12 is 23:00 to 24:00.
    """

    astrolabe: Astrolabe
    local: datetime
    lunar: LunarDate
    time_index: int
    shift: int
    substitute: str

    def step(self) -> Json:
        values = {
            "local": self.local.isoformat(),
            "lunar": self.lunar.as_dict(),
            "time_index": self.time_index,
            "engine": "x-iztro",
        }
        return {"name": "ziwei", "values": values}


def chart_of(moment: Moment, gender: str, options: Json) -> ZiweiChart:
    """The chart of a birth with an hour."""
    local = moment.local(options["true_solar"])
    if local is None:
        raise ValueError("the hour was not checked")
    time_index = LATE_ZI if local.hour == 23 else (local.hour + 1) // 2
    ours = lunar.to_lunar(local.date(), options["calendar_source"])
    asked = _Asked(time_index, gender, options)
    astrolabe = asked.solar(local)
    if _same(astrolabe, ours):
        return ZiweiChart(astrolabe, local, ours, time_index, 0, "")
    return _substituted(local, ours, asked)


class _Asked:
    """What every question to x-iztro about one birth has in common."""

    def __init__(self, time_index: int, gender: str, options: Json) -> None:
        self.time_index: Any = time_index
        self._gender: Any = gender
        self.fix_leap: bool = options["fix_leap"]
        self._config = ChartConfig(**{name: options[name] for name in SWITCHES})

    def solar(self, day: datetime) -> Astrolabe:
        return Astro().by_solar(
            f"{day.year}-{day.month}-{day.day}",
            self.time_index,
            self._gender,
            fix_leap=self.fix_leap,
            config=self._config,
        )

    def lunar(self, year: int, month: int, day: int, leap: bool) -> Astrolabe | None:
        """None where x-iztro's calendar has no such day; it would answer with another one."""
        try:
            found = Astro().by_lunar(
                f"{year}-{month}-{day}",
                self.time_index,
                self._gender,
                is_leap_month=leap,
                fix_leap=self.fix_leap,
                config=self._config,
            )
        except IztroError:
            return None
        read = found.raw_dates.lunar_date
        exact = (read.lunar_month, read.lunar_day, read.is_leap) == (month, day, leap)
        return found if exact else None


def _same(astrolabe: Astrolabe, ours: LunarDate) -> bool:
    theirs = astrolabe.raw_dates.lunar_date
    read = (theirs.lunar_year, theirs.lunar_month, theirs.lunar_day, theirs.is_leap)
    return read == (ours.year, ours.month, ours.day, ours.leap)


def _substituted(local: datetime, ours: LunarDate, asked: _Asked) -> ZiweiChart:
    """Our lunar date where x-iztro's calendar has it: in the same year, or in one of the same stem and branch.

    In another year a leap month is the month that it counts as.
    """
    counts_as = ours.month + (ours.leap and asked.fix_leap and ours.day > 15)
    wanted = [(0, ours.month, ours.leap), *((years, counts_as, False) for years in _CYCLES)]
    for years, month, leap in wanted:
        found = asked.lunar(ours.year + years, month, ours.day, leap)
        if found is not None:
            text = f"按本站历表为农历{ours.text}，排盘库自带的历表相差一天；已按本站历表排盘。"
            return ZiweiChart(found, local, ours, asked.time_index, years, text)
    raise ValueError(f"no year of x-iztro's calendar has {ours}")


# --- facts
# ----------------------------------------------------------------------------------------------------


def chart_facts(chart: ZiweiChart, moment: Moment, gender: str) -> Json:
    """The facts of DESIGN section 5, in simplified characters."""
    astrolabe = chart.astrolabe.to_dict()
    palaces = [_palace(palace, place) for place, palace in enumerate(astrolabe["palaces"], start=1)]
    named = {palace["name"]: palace for palace in palaces}
    return {
        "gender": gender,
        "solar": moment.civil.day.isoformat(),
        "lunar": chart.lunar.as_dict(),
        "pillars": _pillars(chart),
        "hour": {"name": astrolabe["time"], "range": astrolabe["timeRange"].replace("~", "-")},
        "zodiac": astrolabe["zodiac"],
        "soul_palace": astrolabe["earthlyBranchOfSoulPalace"],
        "body_palace": astrolabe["earthlyBranchOfBodyPalace"],
        "body_palace_name": next(palace["name"] for palace in palaces if palace["body"]),
        "soul_star": astrolabe["soul"],
        "body_star": astrolabe["body"],
        "five_elements_class": astrolabe["fiveElementsClass"],
        "palaces": palaces,
        "majors": {name: [star["name"] for star in palace["major"]] for name, palace in named.items()},
        "minors": {name: [star["name"] for star in palace["minor"]] for name, palace in named.items()},
        "soul_empty": not named["命宫"]["major"],
        "opposite_stars": "、".join(star["name"] for star in named["迁移"]["major"]),
        "mutagens": _mutagens(palaces),
        "patterns": _patterns(chart),
    }


def _pillars(chart: ZiweiChart) -> Json:
    """Year and month by x-iztro's rules; day and hour are the same for every system."""
    theirs = chart.astrolabe.raw_dates.chinese_date
    names = {"year": "".join(theirs.yearly), "month": "".join(theirs.monthly)}
    late = chart.time_index == LATE_ZI
    forward = chart.astrolabe.config.day_divide == "forward"
    today = day_cycle(chart.local.date())
    day = today + (late and forward)
    hour = hour_cycle((today + late) % 10, hour_branch(chart.local.hour))
    return names | {"day": cycle_name(day), "hour": cycle_name(hour)}


def _palace(palace: Json, place: int) -> Json:
    limits = palace["decadal"]
    return {
        "position": place,
        "name": palace["name"],
        "stem": palace["heavenlyStem"],
        "branch": palace["earthlyBranch"],
        "body": palace["isBodyPalace"],
        "origin": palace["isOriginalPalace"],
        "major": [_star(star) for star in palace["majorStars"]],
        "minor": [_star(star) for star in palace["minorStars"]],
        "adjective": [_star(star) for star in palace["adjectiveStars"]],
        "changsheng": palace["changsheng12"],
        "boshi": palace["boshi12"],
        "jiangqian": palace["jiangqian12"],
        "suiqian": palace["suiqian12"],
        "decadal": {
            "from": limits["range"][0],
            "to": limits["range"][1],
            "ganzhi": limits["heavenlyStem"] + limits["earthlyBranch"],
        },
        "ages": palace["ages"],
    }


def _star(star: Json) -> Json:
    """Brightness and transformation are null where the star has none."""
    return {
        "name": star["name"],
        "brightness": star.get("brightness") or None,
        "mutagen": star.get("mutagen") or None,
    }


def _mutagens(palaces: list[Json]) -> list[Json]:
    """化禄, 化权, 化科, 化忌 of the birth year with the star and the palace."""
    found = [
        {"mutagen": star["mutagen"], "star": star["name"], "palace": palace["name"]}
        for palace in palaces
        for star in [*palace["major"], *palace["minor"]]
        if star["mutagen"]
    ]
    return sorted(found, key=lambda entry: "禄权科忌".index(entry["mutagen"]))


def _patterns(chart: ZiweiChart) -> list[Json]:
    """格局 by x-iztro's published rules; ``broken`` where a condition against it holds."""
    return [
        {
            "name": hit.name,
            "palace": hit.palace_name,
            "broken": bool(hit.broken),
            "stars": [star.name for star in hit.stars],
        }
        for hit in chart.astrolabe.patterns()
    ]
