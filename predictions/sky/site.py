"""A place on the ground with its civil days, and times between our datetimes and astronomy-engine's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

import astronomy

from predictions.zones import MAINLAND, find_zone, read_clock

_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_DAY = timedelta(days=1)
# A frame around China in degrees: west, east, south, north.
_CHINA = (73.0, 135.5, 18.0, 54.0)


def to_time(instant: datetime) -> astronomy.Time:
    """An aware instant as astronomy-engine's time."""
    return astronomy.Time((instant - _J2000) / _DAY)


def to_instant(when: astronomy.Time) -> datetime:
    """UTC to the second."""
    return whole(_J2000 + when.ut * _DAY)


def whole(instant: datetime) -> datetime:
    """Rounded to the second."""
    return (instant + timedelta(microseconds=500_000)).replace(microsecond=0)


def zone_of(latitude: float, longitude: float) -> str:
    """The zone of coordinates that come without one: Asia/Shanghai around China, else by the longitude."""
    west, east, south, north = _CHINA
    if west <= longitude <= east and south <= latitude <= north:
        return MAINLAND
    hours = round(longitude / 15)
    return f"{'-' if hours < 0 else '+'}{abs(hours):02d}:00"


@dataclass(frozen=True, slots=True)
class Site:
    """Degrees, north and east positive; sea level; ``zone`` an IANA name or an offset such as +08:00."""

    latitude: float
    longitude: float
    zone: str

    @property
    def observer(self) -> astronomy.Observer:
        return astronomy.Observer(self.latitude, self.longitude, 0.0)

    def at(self, day: date, clock: time) -> datetime:
        """The instant at which clocks here showed ``clock`` on a day."""
        return read_clock(datetime.combine(day, clock), self.zone, "auto", "first").instant

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """The instants at which the civil day begins and ends; 23 to 25 hours."""
        return self.at(day, time()), self.at(day + _DAY, time())

    def local(self, instant: datetime) -> datetime:
        """An instant by the clocks here, with its offset."""
        return instant.astimezone(self._offset(instant))

    def _offset(self, instant: datetime) -> tzinfo:
        """As the rest of the engine reads clocks: Shanghai's own summer times are not the mainland's."""
        zone = find_zone(self.zone)
        if zone is None:
            raise ValueError(f"unknown zone {self.zone}")
        shown = instant.astimezone(zone)
        reading = read_clock(
            shown.replace(tzinfo=None), self.zone, "auto", "second" if shown.fold else "first"
        )
        if reading.instant == instant:
            return timezone(reading.offset)
        return timezone(read_clock(instant.replace(tzinfo=None), self.zone, "auto", "first").offset)

    def text(self, instant: datetime) -> str:
        """RFC 3339 with the offset, to the second."""
        return self.local(instant).isoformat(timespec="seconds")
