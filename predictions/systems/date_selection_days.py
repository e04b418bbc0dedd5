"""One day weighed for an event: the facts of its almanac against the filters of the rule file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import yaml

from predictions import rules
from predictions.cycles import BRANCHES
from predictions.systems import almanac
from predictions.systems.date_selection_people import Person, kill_of, relations
from predictions.types import Json

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# 杨公忌: thirteen days of the lunar year, (month, day) (玉匣记).
YANG_GONG = {
    *((1, 13), (2, 11), (3, 9), (4, 7), (5, 5), (6, 3), (7, 1), (7, 29)),
    *((8, 27), (9, 25), (10, 23), (11, 21), (12, 19)),
}
NOTHING, NOTHING_ELSE = "诸事不宜", "馀事勿取"
_SLOT = re.compile(r"\{([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Filter:
    """A rule of the file: excludes a day or gives points, for some groups of events or for all."""

    id: str
    when: Json
    text: str
    source: str
    exclude: bool = False
    points: int = 0
    groups: tuple[str, ...] = ()
    except_events: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _document() -> Json:
    text = (rules.FOLDER / "date_selection.yaml").read_text(encoding="utf-8")
    document: Json = yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are the safe one
    return document


def events() -> dict[str, Json]:
    """The events by their Chinese names."""
    named: dict[str, Json] = _document()["events"]
    return named


@lru_cache(maxsize=1)
def filters() -> tuple[Filter, ...]:
    """The filters in the order of the file."""
    return tuple(_filter(entry) for entry in _document()["filters"])


def _filter(entry: Json) -> Filter:
    lists = {name: tuple(entry.get(name, ())) for name in ("groups", "except_events")}
    return Filter(**(entry | lists))


class DayFilter:
    """Judges days for one event and its people."""

    def __init__(self, event: str, people: list[Person], options: Json) -> None:
        self._event = event
        self._plan = events()[event]
        self._people = people
        self._source = options["calendar_source"]
        self._listed_only = options["listing"] == "required"
        wanted = [
            rule
            for rule in filters()
            if event not in rule.except_events and (not rule.groups or self._plan["group"] in rule.groups)
        ]
        self._exclusions = [rule for rule in wanted if rule.exclude]
        self._points = [rule for rule in wanted if not rule.exclude]

    @property
    def terms(self) -> list[str]:
        return list(self._plan["terms"])

    @property
    def tradition(self) -> str:
        return almanac.TRADITION

    def judge(self, day: date) -> Json:
        """{"date", "score", "reasons", …} of a day that can be used, {"date", "reasons"} of one that cannot."""
        facts = self._facts(day)
        excluded = _met(self._exclusions, facts)
        if excluded:
            return _identity(facts) | {"reasons": [_reason(rule, facts) for rule in excluded]}
        met = _met(self._points, facts)
        return _identity(facts) | {
            "score": sum(rule.points for rule in met),
            "reasons": [_reason(rule, facts) | {"points": rule.points} for rule in met],
            "hours": self._hours(facts["hours"]),
        }

    def _facts(self, day: date) -> Json:
        """The almanac of the day and what it says to this event and these people."""
        facts = _almanac(day, self._source)
        branch = BRANCHES.index(facts["ganzhi"]["day"][1])
        month = BRANCHES.index(facts["ganzhi"]["month"][1])
        moon, suitable = facts["lunar"], facts["suitable"]
        listed = [term for term in self.terms if term in suitable]
        return (
            facts
            | {
                "event": self._event,
                "terms": self.terms,
                "branch": BRANCHES[branch],
                "listed": listed,
                "unlisted": not listed,
                "avoided": [term for term in self.terms if term in facts["avoid"]],
                "nothing_suits": not listed and NOTHING in [*facts["avoid"], *suitable],
                "nothing_else": NOTHING_ELSE in suitable,
                "listed_required": self._listed_only,
                "officer": self._officer(facts["jianchu"]),
                "month_kill": kill_of(month, branch),
                "yang_gong": (moon["month"], moon["day"]) in YANG_GONG,
            }
            | relations(self._people, branch)
        )

    def _officer(self, name: str) -> str | None:
        if name in self._plan["good"]:
            return "good"
        return "bad" if name in self._plan["bad"] else None

    def _hours(self, hours: list[Json]) -> list[str]:
        """The 黄道 double hours that clash with none of the people: 巳(09-11)."""
        clashing = {BRANCHES[(person.branch + 6) % 12] for person in self._people}
        return [
            f"{hour['branch']}({hour['from'][:2]}-{hour['to'][:2]})"
            for hour in hours
            if hour["luck"] == "吉" and hour["branch"] not in clashing
        ]


def _identity(facts: Json) -> Json:
    return {
        "date": facts["solar"],
        "weekday": facts["weekday"],
        "lunar": facts["lunar"]["text"],
        "ganzhi": facts["ganzhi"]["day"],
        "jianchu": facts["jianchu"],
        "clash": facts["clash"]["text"],
    }


def _reason(rule: Filter, facts: Json) -> Json:
    return {"rule": rule.id, "text": _filled(rule.text, facts), "source": rule.source}


@lru_cache(maxsize=1024)
def _almanac(day: date, source: str) -> Json:
    """The facts of the almanac for a day; shared, and therefore never changed."""
    asked = {"date": {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}}
    return almanac.compute(asked, {"calendar_source": source, "year_boundary": "lichun"}).facts


def _met(wanted: list[Filter], facts: Json) -> list[Filter]:
    return [rule for rule in wanted if rules.evidence(rule.when, facts) is not None]


def _filled(text: str, facts: Json) -> str:
    """The text with its {paths} replaced by the facts there, lists joined."""
    return _SLOT.sub(lambda slot: _shown(facts, slot[1]), text)


def _shown(facts: Json, path: str) -> str:
    value = rules.values(facts, path)[0][1]
    return "、".join(value) if isinstance(value, list) else str(value)
