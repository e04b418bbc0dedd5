"""The chosen days as text for a phone: the best ones with their reasons, and why the others fell out."""

from __future__ import annotations

from collections import Counter

from predictions.terms_zh_en import label, weekday_en
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Json, Reading

# One WeChat text message less the echo in front of it.
ROOM = 2048 - 300
SHOWN_DAYS = 6
SHOWN_HOURS = 6


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """The best days while there is room, the excluded ones counted by reason, the reading, the disclaimer."""
    facts = chart.facts
    disclaimer = DISCLAIMER_EN if lang == "en" else DISCLAIMER
    head = [
        f"{label('event', lang)}{facts['event']}（{'、'.join(facts['terms'])}）{facts['from']}～{facts['to']}"
    ]
    tail = [
        f"{label('excluded_days', lang)}{_excluded(facts['excluded'])}",
        *(f"※{notice.text}" for notice in chart.warnings),
        *(f"·{statement.text}〔{statement.source}〕" for statement in reading.statements),
        f"{label('tradition', lang)}{facts['tradition']}",
        disclaimer,
    ]
    room = ROOM - _size([*head, *tail])
    return "\n".join([*head, *_days(facts["days"], lang, room), *tail])


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _days(days: list[Json], lang: str, room: int) -> list[str]:
    lines: list[str] = []
    for day in days[:SHOWN_DAYS]:
        line = _day(day, lang)
        room -= _size([line])
        if room < 0:
            break
        lines.append(line)
    more = len(days) - len(lines)
    left = f"…… {more} more" if lang == "en" else f"……另有{more}天"
    return [*lines, left] if more else lines


def _day(day: Json, lang: str) -> str:
    week = weekday_en(day["weekday"]) if lang == "en" else day["weekday"]
    good = "；".join(reason["text"] for reason in day["reasons"] if reason["points"] > 0)
    bad = "；".join(reason["text"] for reason in day["reasons"] if reason["points"] < 0)
    hours = " ".join(day["hours"][:SHOWN_HOURS])
    told = f"＋{good}" + (f" －{bad}" if bad else "")
    return f"{day['date']} {week} {day['lunar'][3:]} {day['ganzhi']} {day['score']}分 {told} 吉时{hours}"


def _excluded(days: list[Json]) -> str:
    """按原因计数: the first reason of each day, most frequent first."""
    if not days:
        return "无"
    counted = Counter(_kind(day["reasons"][0]) for day in days)
    listed = "，".join(f"{name}{count}天" for name, count in counted.most_common())
    return f"{len(days)}天（{listed}）"


_KINDS = {
    "nothing_suits": "诸事不宜",
    "avoided": "当日忌此事",
    "month_break": "破日",
    "year_break": "岁破",
    "separation": "四离",
    "ending": "四绝",
    "clash": "冲相关之人",
    "three_kills": "三煞",
    "not_listed": "宜事未列",
    "nothing_else": "馀事勿取",
}


def _kind(reason: Json) -> str:
    return _KINDS[reason["rule"].rpartition(".")[2]]
