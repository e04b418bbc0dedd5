"""What stays and what changes over the hours of a day, for a birth whose hour nobody knows.

The day is cut where a pillar can change: at the double hours and midnight of the time that the pillars go by (standard
or solar, so summer time and longitude shift the cuts on the clock) and at a 节. The middle of each stretch is computed
as if it had been stated, by the functions of a chart with an hour, so the view can't disagree with that chart.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from predictions.moment import Moment, moment_errors, resolve_moment
from predictions.systems.bazi_luck import luck_of
from predictions.systems.bazi_pattern import pattern_facts
from predictions.systems.bazi_pillars import Pillars, pillar_facts, pillars_of
from predictions.systems.bazi_strength import strength_facts
from predictions.types import Json

DAY = 24 * 60
# Midnight and the odd hours, in minutes of the local time.
_CUTS = (0, *range(60, DAY, 120))
# Clocks at which the shift between clock and local time is read: it differs only where summer time begins or ends.
_PROBES = (0, 12, 23)
COMPARED = ("year", "month", "day", "life_palace", "body_palace", "pattern", "strength", "luck_start")


def sensitivity(data: Json, options: Json) -> Json:
    """{hours, same, different} of a birth without an hour.

    ``hours``: one object for each stretch of the clock, ``{clock: "01:00-02:59", hour: pillar, ten_god, …}`` with the
    values of COMPARED; ``luck_start`` is that of the stretch's middle, null without a gender. ``same`` maps what
    is equal all day to its value, ``different`` names the rest.
    """
    gender = data.get("gender")
    hours: list[Json] = []
    for first, end in pairwise(_cuts(data["birth"], options)):
        moment = _moment(data["birth"], (first + end) // 2, options)
        if moment is not None:
            _add(hours, first, end, _values(moment, gender, options))
    same = {name: hours[0][name] for name in COMPARED if all(one[name] == hours[0][name] for one in hours)}
    return {"hours": hours, "same": same, "different": [name for name in COMPARED if name not in same]}


def _moment(birth: Json, minute: int, options: Json) -> Moment | None:
    """The birth at a minute of its clock's day; None for a time that summer time skipped."""
    stated = birth | {"hour": minute // 60, "minute": minute % 60}
    return None if moment_errors(stated, "", options) else resolve_moment(stated, options)


def _cuts(birth: Json, options: Json) -> list[int]:
    """Minutes of the clock's day where a pillar may change, 0 and 1440 included."""
    probes = (_moment(birth, hour * 60 + 30, options) for hour in _PROBES)
    found = {cut for probe in probes if probe is not None for cut in _cuts_near(probe, options)}
    return sorted({0, DAY, *found})


def _cuts_near(probe: Moment, options: Json) -> set[int]:
    clock, local = _clock_of(probe), probe.local(options["true_solar"])
    if local is None or probe.instant is None:
        raise ValueError("a probe has an hour")
    shift = round((clock - local) / timedelta(minutes=1))
    midnight = datetime.combine(probe.civil.day, time())
    pillars = pillars_of(probe, options)
    ahead = clock - probe.instant.astimezone(UTC).replace(tzinfo=None)
    terms = (term.instant.astimezone(UTC).replace(tzinfo=None) for term in (pillars.before, pillars.after))
    minutes = (-((midnight - ahead - term) // timedelta(minutes=1)) for term in terms)
    return {(cut + shift) % DAY for cut in _CUTS} | {minute for minute in minutes if 0 < minute < DAY}


def _clock_of(moment: Moment) -> datetime:
    if moment.clock is None:
        raise ValueError("a probe has a clock")
    return datetime.combine(moment.civil.day, moment.clock)


def _values(moment: Moment, gender: str | None, options: Json) -> Json:
    pillars = pillars_of(moment, options)
    facts = pillar_facts(pillars)
    luck = luck_of(moment, pillars, gender, options)
    start = luck["start"] if luck else None
    return {
        "hour": facts["pillars"]["hour"],
        "ten_god": facts["ten_gods"]["hour"],
        **{place: facts["pillars"][place] for place in ("year", "month", "day")},
        "life_palace": facts["life_palace"],
        "body_palace": facts["body_palace"],
        **_opinions(pillars),
        "luck_start": {name: start[name] for name in ("years", "months", "days")} if start else None,
    }


def _opinions(pillars: Pillars) -> Json:
    return {"pattern": pattern_facts(pillars)["name"], "strength": strength_facts(pillars)["level"]}


def _add(hours: list[Json], first: int, end: int, values: Json) -> None:
    """A stretch more; one that only another shift of the clock cut from its neighbour joins it."""
    before = hours[-1] if hours else None
    pillars = ("year", "month", "day", "hour")
    if before and all(before[place] == values[place] for place in pillars):
        before["clock"] = f"{before['clock'][:5]}-{_clock(end - 1)}"
    else:
        hours.append({"clock": f"{_clock(first)}-{_clock(end - 1)}"} | values)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
