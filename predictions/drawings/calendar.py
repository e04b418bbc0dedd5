"""The leaf of a day: both calendars, the sexagenary names in the colours of 五行, the term at hand."""

from __future__ import annotations

from predictions.cycles import BRANCH_ELEMENTS, BRANCHES, ELEMENTS, STEMS
from predictions.drawings.picture import BODY, ELEMENT_CLASSES, LARGE, WIDTH, Picture
from predictions.drawings.widths import shortened
from predictions.types import Chart, Drawing, Json

_HEIGHT = 196
_LEFT = 128
_DAY_SIZE = 64


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The one picture: the day of the month large on the left, the rest beside it."""
    facts = chart.facts
    year, month, day = (int(part) for part in facts["solar"].split("-"))
    picture = Picture("calendar-day", "日历", _HEIGHT)
    picture.rect(0, 0, WIDTH, _HEIGHT, "panel", radius=10)
    picture.rect(0, 0, _LEFT, _HEIGHT, "mark", radius=10)
    picture.text(_LEFT / 2, 34, f"{year}年{month}月", "ink middle", size=16)
    picture.text(_LEFT / 2, 118, day, "accent bold serif middle", size=_DAY_SIZE)
    picture.text(_LEFT / 2, 162, facts["weekday"], "ink middle", size=16)
    for row, (words, kind, size) in enumerate(_lines(facts)):
        if words:
            shown = shortened(words, WIDTH - _LEFT - 28, size)
            picture.text(_LEFT + 16, 36 + row * 27, shown, f"{kind} start", size=size)
    _draw_names(picture, facts["ganzhi"])
    return (picture.finish(description(facts)),)


def _lines(facts: Json) -> list[tuple[str, str, float]]:
    """Beside the number: the lunar day, then what is special about the day; the third row is for the names."""
    lunar = facts["lunar"]
    special = "、".join([*facts["festivals"], *([facts["season"]] if facts["season"] else [])])
    return [
        (f"{lunar['text']}（{'大' if lunar['month_length'] == 30 else '小'}）", "ink bold", LARGE - 2),
        (f"属{facts['zodiac']}", "ink", BODY),
        ("", "ink", BODY),
        (term_words(facts), "accent", BODY),
        (special, "ink", BODY),
        (_holiday(facts), "good", BODY),
    ]


def term_words(facts: Json) -> str:
    """清明 22:00:05 on its day, else how far the next one is."""
    if facts["term"]:
        return f"今日{facts['term']} {facts['term_local'][11:16]}"
    following = facts["next_term"]
    return f"{following['days']}天后{following['name']}"


def _holiday(facts: Json) -> str:
    holiday = facts["legal_holiday"]
    return f"{holiday['name']}{'调休上班' if holiday['work'] else '放假'}" if holiday else ""


def _draw_names(picture: Picture, names: Json) -> None:
    """丙午年 庚寅月 壬戌日, each character in the colour of its element."""
    x = _LEFT + 16.0
    for place, unit in (("year", "年"), ("month", "月"), ("day", "日")):
        stem, branch = names[place]
        for character, kind in ((stem, stem_class(stem)), (branch, branch_class(branch)), (unit, "muted")):
            picture.text(x, 90, character, f"{kind} bold start", size=17)
            x += 18
        x += 8


def stem_class(stem: str) -> str:
    """The class of a stem's element."""
    return ELEMENT_CLASSES[ELEMENTS[STEMS.index(stem) // 2]]


def branch_class(branch: str) -> str:
    """The class of a branch's element."""
    return ELEMENT_CLASSES[ELEMENTS[BRANCH_ELEMENTS[BRANCHES.index(branch)]]]


def description(facts: Json) -> str:
    """What the leaf shows, in words."""
    names, lunar = facts["ganzhi"], facts["lunar"]
    year, month, day = (int(part) for part in facts["solar"].split("-"))
    special = "、".join(filter(None, [*facts["festivals"], facts["season"], _holiday(facts)]))
    return (
        f"公历{year}年{month}月{day}日，{facts['weekday']}；农历{lunar['text']}，属{facts['zodiac']}；"
        f"{names['year']}年{names['month']}月{names['day']}日；{term_words(facts)}"
        + (f"；{special}" if special else "")
        + "。"
    )
