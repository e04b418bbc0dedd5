"""Times of the facts as the pictures of the sky show them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

_DAY = timedelta(days=1)


def clock(text: str | None, day: str) -> str:
    """HH:MM of a local time, rounded as almanacs print it; 前日, 次日 or the date where it is another day."""
    if text is None:
        return "—"
    shown = datetime.fromisoformat(text) + timedelta(seconds=30)
    apart = shown.date() - date.fromisoformat(day)
    near = {timedelta(0): "", -_DAY: "前日", _DAY: "次日"}.get(apart)
    return f"{near if near is not None else f'{shown:%m-%d} '}{shown:%H:%M}"


def hour_of(text: str, day: str) -> float:
    """Hours of the clock since the day began: -0.5 is 23:30 of the day before."""
    shown = datetime.fromisoformat(text)
    days = (shown.date() - date.fromisoformat(day)).days
    return days * 24 + shown.hour + shown.minute / 60 + shown.second / 3600
