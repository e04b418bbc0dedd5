"""The hexagrams of 六爻 and 梅花: bars of 阳 and 阴 from the bottom up, and what is said of each line."""

from __future__ import annotations

from predictions.drawings.hexagram_words import (
    SHOWN_MARKS,
    liuyao_description,
    meihua_description,
    notes_of,
    trigram_role,
)
from predictions.drawings.picture import BODY, ELEMENT_CLASSES, LARGE, SMALL, WIDTH, Picture
from predictions.drawings.widths import width_of
from predictions.types import Chart, Drawing, Json

MOVING_MARKS = {"阳": "○", "阴": "×"}
_BAR = 9

# 六爻: the columns of the main hexagram and, to its right, of the changed one.
_ROW, _HEAD, _FOOT = 43, 56, 50
_SPIRIT, _WORDS, _MAIN, _MOVING, _SHI, _MAIN_WIDTH = 4, 34, 112, 171, 197, 185
_MAIN_BAR, _CHANGED, _CHANGED_BAR, _CHANGED_WORDS = 52, 209, 46, 265
# A main hexagram that stands alone is set in the middle.
_ALONE = (WIDTH - _CHANGED) / 2


def draw_liuyao(chart: Chart) -> tuple[Drawing, ...]:
    """The main hexagram and the one it changes into, side by side; without moving lines the main one alone."""
    facts = chart.facts
    picture = Picture("liuyao", "六爻卦象", _HEAD + 6 * _ROW + _FOOT)
    changed = facts["changed"]
    left = 0.0 if changed else _ALONE
    _draw_name(picture, facts["main"], left + _MAIN_WIDTH / 2)
    if changed:
        _draw_name(picture, changed, (_CHANGED + WIDTH) / 2)
        picture.text(_SHI, 25, "→", "muted middle", size=LARGE)
    for line in facts["main"]["lines"]:
        top = _HEAD + (6 - line["position"]) * _ROW
        _draw_main_line(picture, line, facts["focus"], left, top)
        if changed:
            _draw_changed_line(picture, changed["lines"][line["position"] - 1], line["moving"], top)
    _draw_foot(picture, facts, _HEAD + 6 * _ROW)
    return (picture.finish(liuyao_description(facts)),)


def _draw_name(picture: Picture, of: Json, middle: float) -> None:
    picture.text(middle, 25, of["name"], "ink bold serif middle", size=LARGE)
    told = [f"{of['palace']}宫{of['stage']}", *([of["kind"]] if of["kind"] else [])]
    picture.text(middle, 44, " · ".join(told), "muted middle", size=SMALL)


def _draw_main_line(picture: Picture, line: Json, focus: Json | None, left: float, top: float) -> None:
    """A row: 六神, 六亲 with 纳甲, the bar, whether it moves, 世 or 应; below it 用神, 旬空 and 伏神."""
    if line["moving"]:
        picture.rect(left, top + 1, _MAIN_WIDTH, _ROW - 2, "mark", radius=4)
    notes = notes_of(line, focus)
    middle = top + _ROW / 2
    baseline = middle - 4 if notes else middle + 5
    if line["spirit"]:
        picture.text(left + _SPIRIT, baseline, line["spirit"], "muted start", size=SMALL)
    _draw_relative(picture, line, left + _WORDS, baseline)
    if notes:
        _draw_notes(picture, notes, left, middle + 16)
    _draw_bar(picture, line, left + _MAIN, middle, _MAIN_BAR)
    if line["moving"]:
        mark = MOVING_MARKS[line["yin_yang"]]
        picture.text(left + _MOVING + 4, middle + 5, mark, "accent bold middle", size=BODY)
    if line["shi"] or line["ying"]:
        _draw_badge(picture, "世" if line["shi"] else "应", left + _SHI, middle, filled=line["shi"])


def _draw_notes(picture: Picture, notes: list[str], left: float, baseline: float) -> None:
    """Under the words as long as there is room, else from farther left; they may run on under the bar."""
    told = " ".join(notes)
    if width_of(told, SMALL) > _MAIN_WIDTH - _SPIRIT:
        told = "".join(notes)
    x = max(_SPIRIT, min(_WORDS, _MAIN_WIDTH - width_of(told, SMALL)))
    kind = "accent bold start" if "用神" in notes else "muted start"
    picture.text(left + x, baseline, told, kind, size=SMALL)


def _draw_changed_line(picture: Picture, line: Json, moved: bool, top: float) -> None:
    """What a line becomes; those that did not move stand back in grey."""
    if moved:
        picture.rect(_CHANGED, top + 1, WIDTH - _CHANGED, _ROW - 2, "mark", radius=4)
    middle, notes = top + _ROW / 2, " ".join(mark for mark in line["marks"] if mark in SHOWN_MARKS)
    baseline = middle - 4 if notes else middle + 5
    _draw_bar(picture, line, _CHANGED + 5, middle, _CHANGED_BAR, "accent" if moved else "muted")
    _draw_relative(picture, line, _CHANGED_WORDS, baseline)
    if notes:
        x = min(_CHANGED_WORDS, WIDTH - 4 - width_of(notes, SMALL))
        picture.text(x, middle + 16, notes, "muted start", size=SMALL)


def _draw_relative(picture: Picture, line: Json, x: float, baseline: float) -> None:
    """子孙己卯木, the last in the colour of its element."""
    words = f"{line['relative']}{line['stem']}{line['branch']}"
    picture.text(x, baseline, words, "ink start", size=BODY)
    colour = ELEMENT_CLASSES[line["element"]]
    picture.text(x + width_of(words, BODY), baseline, line["element"], f"{colour} bold start", size=BODY)


def _draw_bar(picture: Picture, line: Json, x: float, middle: float, width: float, kind: str = "ink") -> None:
    """One bar for 阳, two for 阴."""
    top = middle - _BAR / 2
    if line["yin_yang"] == "阳":
        picture.rect(x, top, width, _BAR, kind, radius=1)
        return
    half = width * 0.42
    picture.rect(x, top, half, _BAR, kind, radius=1)
    picture.rect(x + width - half, top, half, _BAR, kind, radius=1)


def _draw_badge(picture: Picture, word: str, x: float, middle: float, *, filled: bool) -> None:
    picture.circle(x, middle, 9, "accent" if filled else "line-accent")
    picture.text(x, middle + 4.5, word, f"{'paper' if filled else 'accent'} bold middle", size=SMALL)


def _draw_foot(picture: Picture, facts: Json, top: float) -> None:
    picture.line(0, top + 6, WIDTH, top + 6, "line")
    void = "".join(facts["void"] or [])
    told = (
        f"月建{facts['month']} · 日辰{facts['day']} · 旬空{void}"
        if facts["day"]
        else "未给时刻，不排月日与六神"
    )
    body = f" · 卦身{facts['body']['branch']}" if facts["body"] else ""
    picture.text(WIDTH / 2, top + 25, told + body, "ink middle", size=SMALL)
    key = "○ 老阳动　× 老阴动　右为所变" if facts["moving"] else "六爻安静，没有变卦"
    picture.text(WIDTH / 2, top + 43, key, "muted middle", size=SMALL)


# --- 梅花
# ----------------------------------------------------------------------------------------------------

_STAGES = {"main": "本卦", "mutual": "互卦", "changed": "变卦"}
_PANEL = (WIDTH - 12) / 3
_LINE, _SPLIT, _BARS_TOP = 20, 10, 70
_PLUM_BAR, _PLUM_HEIGHT = 53, 256


def draw_meihua(chart: Chart) -> tuple[Drawing, ...]:
    """Main, mutual and changed hexagram with their trigrams, 体 and 用, and the moving line."""
    facts = chart.facts
    picture = Picture("meihua", "梅花易数卦象", _PLUM_HEIGHT)
    for place, (key, title) in enumerate(_STAGES.items()):
        _draw_panel(picture, facts, key, title, place * (_PANEL + 6))
    relation = facts["body_use"]
    told = f"体{facts['body']}{relation['body_element']}，用{facts['use']}{relation['use_element']}"
    picture.text(WIDTH / 2, 228, f"{told}：{relation['relation']}", "ink bold middle", size=BODY)
    moving = facts["main"]["lines"][facts["moving"] - 1]
    mark = MOVING_MARKS[moving["yin_yang"]]
    picture.text(WIDTH / 2, 248, f"{mark} 动爻：{moving['title']}", "muted middle", size=SMALL)
    return (picture.finish(meihua_description(facts)),)


def _draw_panel(picture: Picture, facts: Json, key: str, title: str, x: float) -> None:
    of = facts[key]
    picture.rect(x, 0, _PANEL, 206, "panel", radius=6)
    picture.text(x + _PANEL / 2, 20, title, "muted middle", size=SMALL)
    picture.text(x + _PANEL / 2, 44, of["name"], "ink bold serif middle", size=LARGE)
    for line in of["lines"]:
        _draw_plum_line(picture, line, x)
    for place in ("upper", "lower"):
        _draw_trigram(picture, facts, key, place, x)


def _line_middle(position: int) -> float:
    """Bars from the bottom up, with room between the trigrams."""
    return _BARS_TOP + (6 - position) * _LINE + (_SPLIT if position < 4 else 0)


def _draw_plum_line(picture: Picture, line: Json, x: float) -> None:
    middle = _line_middle(line["position"])
    if line["moving"]:
        picture.rect(x + 3, middle - 9, _PLUM_BAR + 21, 18, "mark", radius=3)
        mark = MOVING_MARKS[line["yin_yang"]]
        picture.text(x + _PLUM_BAR + 16, middle + 5, mark, "accent bold middle", size=BODY)
    _draw_bar(picture, line, x + 7, middle, _PLUM_BAR)


def _draw_trigram(picture: Picture, facts: Json, key: str, place: str, x: float) -> None:
    """体 or 用 with the trigram and its element, to the right of its three bars."""
    middle = _line_middle(5 if place == "upper" else 2)
    role, element = trigram_role(facts, key, place)
    side = x + _PANEL - 16
    if len(role) == 1:
        _draw_badge(picture, role, side, middle - 17, filled=role == "体")
    else:
        picture.text(side, middle - 12, role, "muted middle", size=SMALL)
    picture.text(side, middle + 10, facts[key][place], "ink middle", size=BODY)
    picture.text(side, middle + 27, element, f"{ELEMENT_CLASSES[element]} bold middle", size=BODY)
