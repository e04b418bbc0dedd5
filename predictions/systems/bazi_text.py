"""The bazi chart as text for a phone: complete, and under one WeChat message of 2,048 bytes."""

from __future__ import annotations

from predictions.systems.bazi_pillars import PLACE_NAMES, PLACES
from predictions.terms_zh_en import label
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Json, Reading

# One WeChat text message; the reading is cut at a whole statement to stay below it.
MESSAGE_BYTES = 2048
# What the echo in front of the answer may take.
ECHO_BYTES = 300
SHOWN_CYCLES = 8
# What is named among the things that the hour does not change.
SHOWN_SAME = {"year": "年柱", "month": "月柱", "day": "日柱", "strength": "日主", "pattern": ""}


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """Chart, notices, then as many statements as fit, the disclaimer last."""
    disclaimer = DISCLAIMER_EN if lang == "en" else DISCLAIMER
    lines = [*_chart_lines(chart.facts, lang), *_notice_lines(chart, lang)]
    room = MESSAGE_BYTES - ECHO_BYTES - _size([*lines, disclaimer])
    return "\n".join([*lines, *_reading_lines(reading, lang, room), disclaimer])


def _size(lines: list[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)


def _chart_lines(facts: Json, lang: str) -> list[str]:
    master = facts["day_master"]
    lines = [
        f"{label('pillars', lang)}{_by_place(facts['pillars'])}",
        f"{label('ten_gods', lang)}{_by_place(facts['ten_gods'])}",
        f"{label('hidden', lang)}{_by_place(facts['hidden_stems'])}",
        f"{label('nayin', lang)}{_by_place(facts['nayin'])}",
        f"{label('day_master', lang)}{master['yin_yang']}{master['element']}（{master['stem']}） "
        f"{label('void', lang)}{''.join(facts['void']['day'])}",
        _element_line(facts, lang),
        _pattern_line(facts, lang),
        _need_line(facts, lang),
    ]
    lines += [
        line
        for line in (_palace_line(facts, lang), _star_line(facts, lang), _relation_line(facts, lang))
        if line
    ]
    return lines + _luck_lines(facts["luck"], lang) + _sensitivity_lines(facts["sensitivity"], lang)


def _by_place(values: Json) -> str:
    shown = (values[place] for place in PLACES)
    return " ".join("？" if value is None else "".join(value) for value in shown)


def _element_line(facts: Json, lang: str) -> str:
    counts = "".join(f"{name}{count}" for name, count in facts["elements"]["count"].items())
    strength = facts["strength"]
    level = strength["level"]
    shown = f"{level}（生扶{strength['percent']}%，本站计分）" if level else "时辰不详，不判"
    return f"{label('elements', lang)}{counts} {label('strength', lang)}{shown}"


def _pattern_line(facts: Json, lang: str) -> str:
    """格局：印格（子平真诠，月令中气庚透年干）."""
    pattern = facts["pattern"]
    shown = "".join(PLACE_NAMES[place] for place in pattern["shown_at"])
    source = f"{pattern['position']}{pattern['stem']}{f'透{shown}干' if shown else '不透'}"
    hour = "" if pattern["complete"] else "，未计时柱"
    return f"{label('pattern', lang)}{pattern['name']}（{pattern['school']}，月令{source}{hour}）"


def _need_line(facts: Json, lang: str) -> str:
    """用神：扶抑取金水（滴天髓），调候取壬辛庚癸（穷通宝鉴）."""
    balance, climate = facts["needs"]
    elements = "".join(one["element"] for one in balance["favours"])
    stems = "".join(one["stem"] for one in climate["stems"])
    opinions = [f"扶抑取{elements}（滴天髓）"] if elements else []
    return label("needs", lang) + "，".join([*opinions, f"调候取{stems}（穷通宝鉴）"])


def _sensitivity_lines(sensitivity: Json | None, lang: str) -> list[str]:
    """What the unknown hour leaves open: what stays the same all day, and each double hour with what it gives."""
    if sensitivity is None:
        return []
    same = [f"{SHOWN_SAME[name]}{value}" for name, value in sensitivity["same"].items() if name in SHOWN_SAME]
    lines = [f"{label('same_all_day', lang)}{'、'.join(same)}"] if same else []
    changing = [name for name in ("day", "strength", "pattern") if name in sensitivity["different"]]
    shown = (
        f"{one['clock'][:5]}起{one['hour']}时{''.join(f'，{_told(name, one)}' for name in changing)}"
        for one in sensitivity["hours"]
    )
    return [*lines, label("by_hour", lang), *shown]


def _told(name: str, hour: Json) -> str:
    return f"{hour[name]}日" if name == "day" else str(hour[name])


def _palace_line(facts: Json, lang: str) -> str:
    palaces = [f"胎元{facts['fetal_origin']}"]
    if facts["life_palace"]:
        palaces += [f"命宫{facts['life_palace']}", f"身宫{facts['body_palace']}"]
    return label("palaces", lang) + " ".join(palaces)


def _star_line(facts: Json, lang: str) -> str:
    stars: dict[str, list[str]] = {}
    for star in facts["stars"]:
        places = stars.setdefault(star["name"], [])
        places += [PLACE_NAMES[place] for place in star["at"] if PLACE_NAMES[place] not in places]
    shown = "、".join(f"{name}({''.join(places)})" for name, places in stars.items())
    return label("stars", lang) + shown if shown else ""


def _relation_line(facts: Json, lang: str) -> str:
    shown = "、".join(f"{found['characters']}{found['kind']}" for found in facts["relations"])
    return label("relations", lang) + shown if shown else ""


def _luck_lines(luck: Json | None, lang: str) -> list[str]:
    if luck is None:
        return []
    direction = "顺行" if luck["forward"] else "逆行"
    names = luck["cycles"][:SHOWN_CYCLES]
    if luck["start"] is None:
        listed = " ".join(cycle["ganzhi"] for cycle in names)
        return [f"{label('cycles', lang)}{direction} {listed}（起运须知时辰）"]
    start = luck["start"]
    begins = (
        f"{start['years']}年{start['months']}个月{start['days']}天后（{names[0]['start_date']}）{direction}"
    )
    cycles = " ".join(f"{cycle['start_age']}岁{cycle['ganzhi']}" for cycle in names)
    return [f"{label('luck', lang)}{begins}", f"{label('cycles', lang)}{cycles}（周岁）"]


def _notice_lines(chart: Chart, lang: str) -> list[str]:
    if not chart.warnings:
        return []
    return [label("notices", lang), *(f"※{notice.text}" for notice in chart.warnings)]


def _reading_lines(reading: Reading, lang: str, room: int) -> list[str]:
    """Statements in order of the rules, as many as fit; the answer's reading has all."""
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
