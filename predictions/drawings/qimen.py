"""The nine palaces of 奇门遁甲 by 洛书 with the south above: spirit, star, gate, the stems of heaven and earth."""

from __future__ import annotations

from predictions.cycles import ELEMENTS, STEMS
from predictions.drawings.picture import BODY, ELEMENT_CLASSES, LARGE, SMALL, WIDTH, Picture
from predictions.types import Chart, Drawing, Json

# 巽四 离九 坤二 above, 艮八 坎一 乾六 below: (column, row).
PLACES = {4: (0, 0), 9: (1, 0), 2: (2, 0), 3: (0, 1), 5: (1, 1), 7: (2, 1), 8: (0, 2), 1: (1, 2), 6: (2, 2)}
_NUMERALS = "一二三四五六七八九"
_STEM_SIZE = 16
_TOP, _CELL, _ROW = 70, WIDTH / 3, 112
_HEIGHT = _TOP + 3 * _ROW + 26
_PILLARS = ("year", "month", "day", "hour")


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The one picture of a plate."""
    facts = chart.facts
    picture = Picture("qimen", "奇门遁甲九宫", _HEIGHT)
    picture.text(WIDTH / 2, 20, facts["title"], "ink bold serif middle", size=LARGE)
    pillars = " ".join(facts["pillars"][name] for name in _PILLARS)
    picture.text(WIDTH / 2, 40, f"{pillars} · 旬首{facts['head']}", "ink middle", size=SMALL)
    picture.text(WIDTH / 2, 58, chiefs(facts), "ink middle", size=SMALL)
    for palace in facts["palaces"]:
        column, row = PLACES[palace["palace"]]
        _draw_palace(picture, facts, palace, column * _CELL, _TOP + row * _ROW)
    picture.rect(0.5, _TOP, WIDTH - 1, 3 * _ROW, "line-muted")
    key = "上南下北 · 右列天盘干在上、地盘干在下"
    picture.text(WIDTH / 2, _HEIGHT - 7, key, "muted middle", size=SMALL)
    return (picture.finish(description(facts)),)


def chiefs(facts: Json) -> str:
    """值符天禽 · 值使死门 · 空亡申酉 · 马星亥."""
    return (
        f"值符{facts['chief_star']} · 值使{facts['chief_gate']} · "
        f"空亡{''.join(facts['void'])} · 马星{facts['horse']['branch']}"
    )


def _draw_palace(picture: Picture, facts: Json, palace: Json, x: float, y: float) -> None:
    chief = palace["palace"] == facts["chief_star_palace"]
    picture.rect(x, y, _CELL, _ROW, "mark" if chief else "paper")
    picture.rect(x, y, _CELL, _ROW, "line")
    if palace["palace"] == 5:
        _draw_centre(picture, palace, x, y)
        return
    gate_leads = palace["palace"] == facts["chief_gate_palace"]
    picture.text(x + 8, y + 24, palace["spirit"], "accent bold start" if chief else "ink start", size=BODY)
    star = palace["star"] + (palace["star_guest"] or "")
    picture.text(x + 8, y + 50, star, "accent bold start" if chief else "ink start", size=BODY)
    if gate_leads:
        picture.rect(x + 5, y + 62, 34, 19, "accent", radius=3)
    picture.text(x + 8, y + 76, palace["gate"], "paper bold start" if gate_leads else "ink start", size=BODY)
    _draw_stems(picture, [palace["heaven"], palace["heaven_guest"]], x + _CELL - 8, y + 51)
    _draw_stems(picture, [palace["earth"], palace["earth_guest"]], x + _CELL - 8, y + 77)
    _draw_marks(picture, palace, x + _CELL - 8, y + 23)
    _draw_place(picture, palace, x, y)


def _draw_centre(picture: Picture, palace: Json, x: float, y: float) -> None:
    """The middle has its stem of the earth alone; it lodges in 坤二."""
    picture.text(x + 8, y + 50, "寄坤二", "muted start", size=SMALL)
    _draw_stems(picture, [palace["earth"]], x + _CELL - 8, y + 77)
    _draw_place(picture, palace, x, y)


def _draw_stems(picture: Picture, stems: list[str | None], right: float, baseline: float) -> None:
    """The stems of a plate from the right, a guest to the left of its host; each in the colour of its element."""
    for place, stem in enumerate(stem for stem in stems if stem):
        colour = ELEMENT_CLASSES[ELEMENTS[STEMS.index(stem) // 2]]
        picture.text(right - place * _STEM_SIZE, baseline, stem, f"{colour} bold end", size=_STEM_SIZE)


def _draw_marks(picture: Picture, palace: Json, right: float, baseline: float) -> None:
    """空 and 马 in rings."""
    for word in [*(["马"] if palace["horse"] else []), *(["空"] if palace["void"] else [])]:
        picture.circle(right - 8, baseline - 4.5, 9, "line-muted")
        picture.text(right - 8, baseline, word, "ink middle", size=SMALL)
        right -= 22


def _draw_place(picture: Picture, palace: Json, x: float, y: float) -> None:
    number = _NUMERALS[palace["palace"] - 1]
    picture.text(x + 8, y + _ROW - 9, f"{palace['name']}{number}", "muted start", size=SMALL)
    picture.text(x + _CELL - 8, y + _ROW - 9, palace["direction"], "muted end", size=SMALL)


def description(facts: Json) -> str:
    """All that the picture shows."""
    pillars = "、".join(facts["pillars"][name] for name in _PILLARS)
    told = (
        f"{facts['title']}，四柱{pillars}，旬首{facts['head']}，值符{facts['chief_star']}，"
        f"值使{facts['chief_gate']}，空亡{'、'.join(facts['void'])}，马星{facts['horse']['branch']}。"
    )
    return told + "".join(_palace(palace, facts) for palace in facts["palaces"])


def _palace(palace: Json, facts: Json) -> str:
    """离九宫（正南）：九天，天英，景门，天盘丙，地盘戊，空亡。"""
    place = f"{palace['name']}{_NUMERALS[palace['palace'] - 1]}宫（{palace['direction']}）："
    if palace["palace"] == 5:
        return f"{place}地盘{palace['earth']}，寄坤二宫。"
    gate = palace["gate"] + ("（值使）" if palace["palace"] == facts["chief_gate_palace"] else "")
    marks = [*(["空亡"] if palace["void"] else []), *(["马星"] if palace["horse"] else [])]
    stems = [f"天盘{palace['heaven']}{palace['heaven_guest'] or ''}"]
    stems.append(f"地盘{palace['earth']}{palace['earth_guest'] or ''}")
    star = palace["star"] + (palace["star_guest"] or "")
    return place + "，".join([palace["spirit"], star, gate, *stems, *marks]) + "。"
