"""The 六爻 chart as text for a phone: lines from the top down, as charts are drawn."""

from __future__ import annotations

from predictions.systems.casting_text import cast_text
from predictions.terms_zh_en import label
from predictions.types import Chart, Json, Reading

_FORMS = {"阳": "━━━", "阴": "━　━"}
_PLACES = ("初", "二", "三", "四", "五", "上")


def render(chart: Chart, reading: Reading, lang: str) -> str:
    return cast_text(_chart_lines(chart.facts, lang), chart, reading, lang)


def _chart_lines(facts: Json, lang: str) -> list[str]:
    main, changed = facts["main"], facts["changed"]
    lines = [f"{label('hexagram', lang)}{_named(main)}"]
    if changed:
        lines.append(f"{label('changed_hexagram', lang)}{_named(changed)}")
    if facts["void"]:
        void = f"{label('void', lang)}{''.join(facts['void'])}"
        lines.append(f"{label('month_day', lang)}{facts['month']}月 {facts['day']}日 {void}")
    lines += [_line(facts, place) for place in range(5, -1, -1)]
    hidden = [
        f"{_PLACES[line['position'] - 1]}爻下伏{_spirit_of(line['hidden'])}"
        for line in main["lines"]
        if line["hidden"]
    ]
    if hidden:
        lines.append(f"{label('hidden_lines', lang)}{'、'.join(hidden)}")
    if facts["focus"]:
        lines.append(f"{label('focus', lang)}{_focus(facts['focus'])}")
    if facts["body"]:
        lines.append(f"{label('body_of_hexagram', lang)}{facts['body']['branch']}")
    return lines


def _named(of: Json) -> str:
    extra = "".join(f"·{of[name]}" for name in ("stage", "kind") if of[name] and of[name] != of["palace"])
    return f"{of['symbol']}{of['name']}（{of['palace']}宫{extra}）"


def _focus(focus: Json) -> str:
    places = "、".join(
        f"{_PLACES[line['position'] - 1]}爻{line['branch']}{line['element']}" for line in focus["lines"]
    )
    if places:
        return f"{focus['relative']}（{places}）"
    hidden = focus["hidden"]
    return f"{focus['relative']}（伏于{_PLACES[hidden['position'] - 1]}爻{hidden['under']}之下）"


def _spirit_of(line: Json) -> str:
    return f"{line['relative']}{line['branch']}{line['element']}"


def _line(facts: Json, place: int) -> str:
    line = facts["main"]["lines"][place]
    mark = "世" if line["shi"] else "应" if line["ying"] else ""
    parts = [_PLACES[place], line["spirit"] or "", _spirit_of(line), _FORMS[line["yin_yang"]], mark]
    if line["moving"]:
        sign = "○" if line["yin_yang"] == "阳" else "×"
        parts.append(f"{sign}→{_spirit_of(facts['changed']['lines'][place])}")
    parts += line["marks"]
    return " ".join(part for part in parts if part)
