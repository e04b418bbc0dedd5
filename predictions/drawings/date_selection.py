"""The days that suit an event as ranked bars, with their reasons and the excluded days as tables."""

from __future__ import annotations

from predictions.drawings.picture import BODY, SMALL, Picture
from predictions.types import Cell, Chart, Drawing, Json, Table

MOST = 15
_ROW, _LEFT, _ROOM = 38, 118, 170


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The best days, the highest score on top; no picture where no day is left."""
    days = chart.facts["days"][:MOST]
    if not days:
        return ()
    most = max(1, *(abs(day["score"]) for day in days))
    picture = Picture("ranked-days", "合用日子的高下", len(days) * _ROW + 10)
    for row, day in enumerate(days):
        _draw_day(picture, day, row * _ROW + 6, most)
    return (picture.finish(description(chart.facts, days)),)


def _draw_day(picture: Picture, day: Json, y: float, most: int) -> None:
    """A bar to the right for a good score; one in red, as long, for a score below nothing."""
    score = day["score"]
    length = max(_ROOM * abs(score) / most, 2)
    picture.text(0, y + 14, f"{_short(day['date'])} {day['weekday'][2]}", "ink bold start", size=BODY)
    picture.text(0, y + 30, f"{_lunar(day)} {day['jianchu']}日", "muted start", size=SMALL)
    picture.rect(_LEFT, y + 4, _ROOM, 22, "panel", radius=4)
    picture.rect(_LEFT, y + 4, length, 22, "good" if score >= 0 else "bad", radius=4)
    picture.text(_LEFT + _ROOM + 8, y + 20, f"{score}分", "ink start", size=BODY)


def _short(day: str) -> str:
    """12月24日 of 2026-12-24; the year stands in the table."""
    _, month, number = day.split("-")
    return f"{int(month)}月{int(number)}日"


def _lunar(day: Json) -> str:
    """冬月十六 of 丙午年冬月十六."""
    return str(day["lunar"].partition("年")[2])


def description(facts: Json, days: list[Json]) -> str:
    """The ranking in words."""
    each = "；".join(f"{day['date']}{day['weekday']}，{_lunar(day)}，{day['score']}分" for day in days)
    rest = facts["count"] - len(days)
    return f"{facts['event']}合用的日子，分数高的在前：{each}" + (f"；另有{rest}天" if rest else "") + "。"


def tables(chart: Chart) -> tuple[Table, ...]:
    """Every day with its reasons, and why the others are excluded."""
    days = tuple(_day_row(day) for day in chart.facts["days"])
    excluded = tuple(_reason_row(*found) for found in _by_reason(chart.facts["excluded"]).items())
    found = [Table("合用的日子", ("日期与分数", "理由与吉时"), days)] if days else []
    return (*found, Table("排除的日子", ("理由", "日期"), excluded)) if excluded else tuple(found)


def _day_row(day: Json) -> tuple[Cell, ...]:
    reasons = [f"{reason['points']:+d} {reason['text']}〔{reason['source']}〕" for reason in day["reasons"]]
    hours = f"吉时：{' '.join(day['hours']) or '无'}"
    return (
        Cell(f"{day['date']}\n{day['weekday']} {_lunar(day)}\n{day['ganzhi']}日 {day['score']}分", "strong"),
        Cell("\n".join([*reasons, day["clash"], hours]), "left"),
    )


def _by_reason(excluded: list[Json]) -> dict[str, list[str]]:
    """The excluded dates under each reason; a day with two reasons stands under both."""
    found: dict[str, list[str]] = {}
    for day in excluded:
        for reason in day["reasons"]:
            found.setdefault(f"{reason['text']}〔{reason['source']}〕", []).append(day["date"])
    return dict(sorted(found.items(), key=lambda pair: -len(pair[1])))


def _reason_row(reason: str, dates: list[str]) -> tuple[Cell, ...]:
    return Cell(f"{reason}\n{len(dates)}天", "left strong"), Cell("、".join(dates), "left")
