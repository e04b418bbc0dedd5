"""The people of an event: their zodiac, and how a day's branch stands to it."""

from __future__ import annotations

from dataclasses import dataclass

from predictions import lunar
from predictions.cycles import BRANCHES, ZODIAC, day_cycle
from predictions.moment import resolve_date
from predictions.solar_terms import jie_by_day, solar_year_of
from predictions.types import Json

ZODIAC_NAMES = tuple(ZODIAC)
# 三煞 of a trine begin at the branch after the opposite one's: 申子辰 巳午未, 亥卯未 申酉戌 (协纪辨方书 卷三).
_KILL_NAMES = ("劫煞", "灾煞", "月煞")


@dataclass(frozen=True, slots=True)
class Person:
    """``branch`` is that of the birth year from 正月初一, ``day_branch`` that of the birth day where known."""

    label: str
    branch: int
    day_branch: int | None
    other_zodiac: str | None

    @property
    def zodiac(self) -> str:
        return ZODIAC[self.branch]

    def as_dict(self) -> Json:
        day = None if self.day_branch is None else BRANCHES[self.day_branch]
        return {
            "label": self.label,
            "zodiac": self.zodiac,
            "branch": BRANCHES[self.branch],
            "day_branch": day,
        }


def people_of(given: list[Json], source: str) -> list[Person]:
    """The people of a valid request."""
    return [_person(entry, place, source) for place, entry in enumerate(given, start=1)]


def _person(entry: Json, place: int, source: str) -> Person:
    birth = entry.get("birth") or (entry if "year" in entry else None)
    if birth is None:
        return Person(f"属{entry['zodiac']}者", ZODIAC.index(entry["zodiac"]), None, None)
    civil = resolve_date(birth, source)
    branch = (lunar.to_lunar(civil.day, source).year - 4) % 12
    ordinal, _, _ = jie_by_day(civil.day, source)
    by_term = (solar_year_of(ordinal) - 4) % 12
    other = ZODIAC[by_term] if by_term != branch else None
    return Person(f"第{place}人（属{ZODIAC[branch]}）", branch, day_cycle(civil.day) % 12, other)


def kill_of(of: int, branch: int) -> str | None:
    """劫煞, 灾煞 or 月煞 when ``branch`` is one of the three kills of the trine of ``of``."""
    first = (5 + 3 * (-of % 4)) % 12
    steps = (branch - first) % 12
    return _KILL_NAMES[steps] if steps < 3 else None


def relations(people: list[Person], branch: int) -> dict[str, list[str]]:
    """The labels of the people to whom a day's branch stands in each relation."""
    found: dict[str, list[str]] = {
        "clashing": [person.label for person in people if (branch - person.branch) % 12 == 6],
        "joined": [person.label for person in people if (branch + person.branch) % 12 == 1],
        "trine": [person.label for person in people if (branch - person.branch) % 12 in (4, 8)],
        "harm": [person.label for person in people if (branch + person.branch) % 12 == 7],
        "person_kill": [person.label for person in people if kill_of(person.branch, branch)],
    }
    known = [person for person in people if person.day_branch is not None]
    clashing = [person.label for person in known if (branch - (person.day_branch or 0)) % 12 == 6]
    return found | {"day_clash": clashing}
