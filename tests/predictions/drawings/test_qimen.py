"""predictions/drawings/qimen.py: nine palaces, each with what the plate puts there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.qimen import PLACES, draw
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, texts_of, words_of

MOMENT = {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}
moments = st.fixed_dictionaries(
    {
        "calendar": st.just("solar"),
        "year": st.integers(1902, 2098),
        "month": st.integers(1, 12),
        "day": st.integers(1, 28),
        "hour": st.integers(0, 23),
        "minute": st.integers(0, 59),
    }
)


def in_cell(drawing, palace):
    column, row = PLACES[palace]
    left, top = column * 340 / 3, 70 + row * 112
    found = []
    for text in texts_of(drawing):
        x, y = text.middle
        if left < x < left + 340 / 3 and top < y < top + 112:
            assert left <= text.left < text.right <= left + 340 / 3 + 0.1, text
            assert top <= text.top < text.bottom <= top + 112, text
            found.append(text.words)
    return found


def expected(palace):
    words = [palace["spirit"], palace["gate"], palace["heaven"], palace["heaven_guest"], palace["earth"]]
    words += [palace["earth_guest"], "空" if palace["void"] else None, "马" if palace["horse"] else None]
    star = palace["star"] and palace["star"] + (palace["star_guest"] or "")
    numeral = "一二三四五六七八九"[palace["palace"] - 1]
    words += [star, palace["name"] + numeral, palace["direction"]]
    return sorted([word for word in words if word] + ["寄坤二"] * (palace["palace"] == 5))


@settings(max_examples=40, deadline=None)
@given(moments)
def test_any_plate_shows_each_of_its_parts_once_in_its_palace(moment):
    chart = compute("qimen", {"moment": moment})
    (drawing,) = draw(chart)
    check(drawing)
    for palace in chart.facts["palaces"]:
        assert sorted(in_cell(drawing, palace["palace"])) == expected(palace)


def test_the_south_is_above_as_the_luoshu_has_it():
    rows = [[palace for palace, place in PLACES.items() if place[1] == row] for row in range(3)]
    ordered = [sorted(row, key=lambda palace: PLACES[palace]) for row in rows]
    assert ordered == [[4, 9, 2], [3, 5, 7], [8, 1, 6]]


def test_the_chief_star_and_gate_stand_out():
    (drawing,) = draw(compute("qimen", {"moment": MOMENT}))
    fills = {text.words: (text.fill, text.behind) for text in texts_of(drawing)}
    assert fills["天辅"] == ("accent", "mark")
    assert fills["杜门"] == ("paper", "accent")
    assert fills["天心"] == ("ink", "paper")


def test_the_head_and_the_description_name_the_plate():
    (drawing,) = draw(compute("qimen", {"moment": MOMENT}))
    assert {"阴遁八局 小雪中元", "值符天辅 · 值使杜门 · 空亡寅卯 · 马星亥"} <= set(words_of(drawing))
    told = "震三宫（正东）：太阴，天任，杜门（值使），天盘戊，地盘癸，空亡。"
    assert told in drawing.description
    assert "中五宫（中央）：地盘辛，寄坤二宫。" in drawing.description


def test_the_bytes_are_always_the_same():
    chart = compute("qimen", {"moment": MOMENT})
    assert draw(chart) == draw(chart)
