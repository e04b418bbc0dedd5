"""The 奇门 chart as text for a phone: the ju, the leaders, one line for each palace."""

from __future__ import annotations

from predictions.systems.casting_text import cast_text
from predictions.terms_zh_en import label
from predictions.types import Chart, Json, Reading

# As the plate is drawn, south at the top.
_DRAWN = (4, 9, 2, 3, 5, 7, 8, 1, 6)
_NUMERALS = "一二三四五六七八九"
SHOWN_PATTERNS = 8


def render(chart: Chart, reading: Reading, lang: str) -> str:
    return cast_text(_chart_lines(chart.facts, lang), chart, reading, lang)


def _chart_lines(facts: Json, lang: str) -> list[str]:
    pillars = " ".join(facts["pillars"].values())
    star = f"{facts['chief_star']}落{_place(facts['chief_star_palace'])}"
    gate = f"{facts['chief_gate']}落{_place(facts['chief_gate_palace'])}"
    palaces = {palace["palace"]: palace for palace in facts["palaces"]}
    lines = [
        f"{label('plate', lang)}{facts['title']}",
        f"{label('pillars', lang)}{pillars} {label('void', lang)}{''.join(facts['void'])}",
        f"{label('chiefs', lang)}{facts['head']}{facts['leader_stem']} {star} {gate}",
        *(_palace_line(palaces[number]) for number in _DRAWN),
    ]
    names = [_pattern(found) for found in facts["patterns"]]
    if names:
        rest = f"等{len(names)}项" if len(names) > SHOWN_PATTERNS else ""
        lines.append(f"{label('patterns', lang)}{'、'.join(names[:SHOWN_PATTERNS])}{rest}")
    return lines


def _place(palace: int) -> str:
    return "坎坤震巽中乾兑艮离"[palace - 1] + _NUMERALS[palace - 1]


def _pattern(found: Json) -> str:
    place = f"({_place(found['palace'])})" if found["palace"] else ""
    return f"{found['name']}{place}"


def _palace_line(palace: Json) -> str:
    earth = palace["earth"] + (palace["earth_guest"] or "")
    if palace["heaven"] is None:
        return f"{_place(palace['palace'])} 地{earth}（寄坤二）"
    star = palace["star"] + ("禽" if palace["star_guest"] else "")
    heaven = palace["heaven"] + (palace["heaven_guest"] or "")
    parts = [_place(palace["palace"]), palace["spirit"], star, palace["gate"], f"天{heaven}地{earth}"]
    parts += ["空"] * palace["void"] + ["马"] * palace["horse"]
    return " ".join(parts)
