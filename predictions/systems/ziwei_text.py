"""The twelve palaces as text for a phone: complete in one WeChat message, the reading cut to fit."""

from __future__ import annotations

from predictions.terms_zh_en import label
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Json, Reading

# One WeChat text message less the echo in front of it.
ROOM = 2048 - 300
# 命宫 first, then as the palaces are counted.
ORDER = (
    *("命宫", "兄弟", "夫妻", "子女", "财帛", "疾厄"),
    *("迁移", "仆役", "官禄", "田宅", "福德", "父母"),
)


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """Chart, levels, notices, as many statements as fit, the disclaimer."""
    disclaimer = DISCLAIMER_EN if lang == "en" else DISCLAIMER
    lines = [*_chart_lines(chart.facts, lang), *_level_lines(chart.facts["levels"], lang)]
    lines += [f"※{notice.text}" for notice in chart.warnings]
    room = ROOM - _size([*lines, disclaimer])
    return "\n".join([*lines, *_statements(reading, lang, room), disclaimer])


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _chart_lines(facts: Json, lang: str) -> list[str]:
    named = {palace["name"]: palace for palace in facts["palaces"]}
    pillars = " ".join(facts["pillars"].values())
    mutagens = "、".join(
        f"{found['star']}化{found['mutagen']}（{found['palace']}）" for found in facts["mutagens"]
    )
    head = [
        f"{label('lunar', lang)}{facts['lunar']['text']}{facts['hour']['name']} {label('pillars', lang)}{pillars}",
        f"{label('soul', lang)}{facts['soul_palace']}宫 身在{facts['body_palace_name']} "
        f"{facts['five_elements_class']} 命主{facts['soul_star']} 身主{facts['body_star']}",
        f"{label('mutagens', lang)}{mutagens}",
    ]
    return [*head, *(_palace_line(named[name]) for name in ORDER)]


def _palace_line(palace: Json) -> str:
    """夫妻 戊寅 武曲(得)权 天相(庙)｜天马｜23-32."""
    major = " ".join(map(_star, palace["major"])) or "（无主星）"
    minor = " ".join(star["name"] + (star["mutagen"] or "") for star in palace["minor"])
    limits = palace["decadal"]
    parts = [f"{palace['name']} {palace['stem']}{palace['branch']} {major}", minor]
    parts.append(f"{limits['from']}-{limits['to']}")
    return "｜".join(part for part in parts if part)


def _star(star: Json) -> str:
    brightness = f"({star['brightness']})" if star["brightness"] else ""
    return f"{star['name']}{brightness}{star['mutagen'] or ''}"


def _level_lines(levels: Json | None, lang: str) -> list[str]:
    if levels is None:
        return []
    shown = [level for level in (levels["decadal"], levels["small"], levels["yearly"]) if level]
    listed = "；".join(
        f"{level['name']}{level['ganzhi']}在{level['palace']}，{_changes(level)}" for level in shown
    )
    return [f"{label('levels', lang)}{levels['target']} 虚岁{levels['age']}：{listed}"]


def _changes(level: Json) -> str:
    return "".join(f"{found['star']}{found['mutagen']}" for found in level["mutagens"])


def _statements(reading: Reading, lang: str, room: int) -> list[str]:
    """Statements in the order of the rules, as many as fit; the answer's reading has all."""
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
