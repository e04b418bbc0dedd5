"""What has to be settled before an answer: one issue, with the numbered options that would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from predictions.language.calendar_days import day_label
from predictions.language.clocks import ClockReading, Time
from predictions.types import Json


@dataclass(frozen=True, slots=True)
class Option:
    """A numbered choice: what it says and the slots (or the intent) that it sets."""

    label: str
    slots: Json = field(default_factory=dict)
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """What has to be settled first: `kind` is problem, ambiguous or missing; `slot` is date, hour, gender,
    place, intent or text; `said` are the words that are not understood.
    """

    kind: str
    slot: str
    text: str
    options: tuple[Option, ...] = ()
    said: str = ""


def time_slot(time: Time) -> Json:
    slot: Json = {"hour": time.hour} | ({} if time.minute is None else {"minute": time.minute})
    slot |= {"next_day": True} if time.next_day else {}
    return slot | ({"branch": time.branch} if time.branch else {})


def time_options(clock: ClockReading) -> Iterable[Option]:
    both_days = {time.next_day for time in clock.times} == {True, False}
    labels = clock.labels or tuple(
        f"{'当日' if both_days and not time.next_day else ''}{time.label}" for time in clock.times
    )
    for label, time in zip(labels, clock.times, strict=True):
        yield Option(label, {"time": time_slot(time)})


def day_options(days: Iterable[Json], labels: tuple[str, ...] = ()) -> tuple[Option, ...]:
    """Days as choices, complete or not; nothing at all is no choice."""
    known = [day for day in days if "day" in day or "month" in day]
    return tuple(
        Option(label, {"day": day}) for day, label in zip(known, labels or map(day_label, known), strict=True)
    )
