"""The text of a cast for a phone: the chart's own lines, notices, then as many statements as fit."""

from __future__ import annotations

from predictions.terms_zh_en import label
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Reading

# One WeChat text message, less what the echo in front of the answer may take.
MESSAGE_BYTES = 2048
ECHO_BYTES = 340


def cast_text(chart_lines: list[str], chart: Chart, reading: Reading, lang: str) -> str:
    """Lines, notices, statements in order of the rules, the disclaimer last; under one message."""
    disclaimer = DISCLAIMER_EN if lang == "en" else DISCLAIMER
    lines = list(chart_lines)
    if chart.warnings:
        lines += [label("notices", lang), *(f"※{notice.text}" for notice in chart.warnings)]
    room = MESSAGE_BYTES - ECHO_BYTES - _size([*lines, disclaimer])
    return "\n".join([*lines, *_reading_lines(reading, lang, room), disclaimer])


def _size(lines: list[str]) -> int:
    return sum(len(line.encode("utf-8", "surrogatepass")) + 1 for line in lines)


def _reading_lines(reading: Reading, lang: str, room: int) -> list[str]:
    """As many statements as fit, whole; the answer's reading has all."""
    if not reading.statements:
        return []
    lines = [label("reading", lang)]
    more = f"{label('more', lang)}{len(reading.statements)}" + ("" if lang == "en" else "条。")
    room -= _size(lines) + _size([more])
    for statement in reading.statements:
        line = f"·{statement.text}〔{statement.source}〕"
        room -= _size([line])
        if room < 0:
            return [*lines, more]
        lines.append(line)
    return lines
