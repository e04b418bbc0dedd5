"""predictions/drawings/hexagrams.py: lines from the bottom up, what moves, 世 and 应, 体 and 用."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.hexagrams import draw_liuyao, draw_meihua
from predictions.engine import compute
from tests.predictions.drawings.boxes import SVG, check, root_of, texts_of, words_of

MOMENT = {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 10, "minute": 30}
lines_cast = st.lists(st.sampled_from([6, 7, 8, 9]), min_size=6, max_size=6)


def liuyao(lines, moment=MOMENT):
    return compute("liuyao", {"lines": lines} | ({"moment": moment} if moment else {}))


def bars_of(drawing, left, right):
    """阳 or 阴 of each row of bars between two x, from the bottom up."""
    rects = [
        rect
        for rect in root_of(drawing)
        if rect.tag.endswith("rect") and rect.get("height") == "9" and left <= float(rect.get("x")) < right
    ]
    rows = Counter(float(rect.get("y")) for rect in rects)
    return ["阴" if rows[y] == 2 else "阳" for y in sorted(rows, reverse=True)]


def yin_yang(hexagram):
    return [line["yin_yang"] for line in hexagram["lines"]]


@settings(max_examples=40, deadline=None)
@given(lines_cast, st.booleans())
def test_any_cast_is_drawn_without_collisions_and_with_its_bars(lines, timed):
    chart = liuyao(lines, MOMENT if timed else None)
    (drawing,) = draw_liuyao(chart)
    check(drawing)
    main, changed = chart.facts["main"], chart.facts["changed"]
    assert bars_of(drawing, 0, 209 if changed else 340) == yin_yang(main)
    assert bars_of(drawing, 209, 340) == yin_yang(changed) if changed else True


@settings(max_examples=40, deadline=None)
@given(lines_cast)
def test_every_line_names_its_relative_stem_branch_and_spirit_once(lines):
    chart = liuyao(lines)
    words = Counter(words_of(draw_liuyao(chart)[0]))
    rows = [*chart.facts["main"]["lines"], *(chart.facts["changed"] or {"lines": []})["lines"]]
    expected = Counter(f"{line['relative']}{line['stem']}{line['branch']}" for line in rows)
    assert {word: words[word] for word in expected} == dict(expected)
    assert all(words[line["spirit"]] == 1 for line in chart.facts["main"]["lines"])
    assert words["世"] == words["应"] == 1


@settings(max_examples=40, deadline=None)
@given(lines_cast, st.sampled_from(["none", "wealth", "self"]), st.integers(1, 28))
def test_hidden_lines_states_and_focus_are_noted_clear_of_the_bars(lines, focus, day):
    chart = compute("liuyao", {"lines": lines, "moment": MOMENT | {"day": day}}, {"focus": focus})
    (drawing,) = draw_liuyao(chart)
    check(drawing)
    assert on_bars(drawing) == []
    facts, words = chart.facts, words_of(drawing)
    for line in [line["hidden"] for line in facts["main"]["lines"] if line["hidden"]]:
        noted = f"伏{line['relative']}{line['stem']}{line['branch']}{line['element']}"
        assert sum(noted in word for word in words) == 1
    rows = [*facts["main"]["lines"], *(facts["changed"] or {"lines": []})["lines"]]
    for mark in ("旬空", "月破", "日破", "暗动"):
        expected = sum(mark in line["marks"] for line in rows)
        assert sum(mark in word for word in words if "月建" not in word) == expected
    expected = len(facts["focus"]["lines"]) + bool(facts["focus"]["hidden"]) if facts["focus"] else 0
    assert sum(word.startswith("用神") for word in words) == expected


def on_bars(drawing):
    """The texts that touch a bar."""
    rects = [rect for rect in root_of(drawing).iter(f"{SVG}rect") if rect.get("height") == "9"]
    bars = [(float(rect.get("x")), float(rect.get("y")), float(rect.get("width"))) for rect in rects]
    return [
        text.words
        for text in texts_of(drawing)
        if any(
            text.left < x + width and text.right > x and text.top < y + 8.8 and text.bottom > y
            for x, y, width in bars
        )
    ]


@pytest.mark.parametrize(
    ("lines", "marks"), [([9, 6, 7, 8, 9, 6], "○○××"), ([6] * 6, "×" * 6), ([7] * 6, "")]
)
def test_moving_lines_bear_a_ring_or_a_cross(lines, marks):
    words = words_of(draw_liuyao(liuyao(lines))[0])
    assert sorted(word for word in words if word in "○×") == sorted(marks, reverse=False)


def test_a_cast_at_rest_says_so_and_stands_in_the_middle():
    (drawing,) = draw_liuyao(liuyao([7] * 6))
    assert "六爻安静，没有变卦" in words_of(drawing)
    title = next(text for text in texts_of(drawing) if text.words == "乾为天")
    assert 140 < title.middle[0] < 180


def test_the_description_tells_the_lines_from_the_bottom():
    (drawing,) = draw_liuyao(liuyao([9, 6, 7, 8, 9, 6]))
    assert "本卦水火既济（坎宫三世），变卦山风蛊（巽宫归魂）。" in drawing.description
    assert "月建亥，日辰壬寅，旬空辰、巳" in drawing.description
    assert "自下而上：初爻子孙己卯木，阳爻，临玄武，发动变为阴爻官鬼辛丑土；" in drawing.description
    assert "三爻兄弟己亥水，阳爻，世，临朱雀，伏神妻财戊午火，不动" in drawing.description


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 999), min_size=2, max_size=3))
def test_any_plum_blossom_shows_three_hexagrams_and_its_moving_line(numbers):
    chart = compute("meihua", {"numbers": numbers})
    (drawing,) = draw_meihua(chart)
    check(drawing)
    facts = chart.facts
    for place, key in enumerate(("main", "mutual", "changed")):
        left = place * 115.33
        assert bars_of(drawing, left, left + 110) == yin_yang(facts[key])
    words = words_of(drawing)
    assert sum(word in "○×" for word in words) == 1
    assert {facts[key]["name"] for key in ("main", "mutual", "changed")} <= set(words)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 999), min_size=2, max_size=3))
def test_body_and_use_stand_by_their_trigrams(numbers):
    chart = compute("meihua", {"numbers": numbers})
    facts = chart.facts
    (drawing,) = draw_meihua(chart)
    main = [text for text in texts_of(drawing) if text.right < 112]
    (body,) = [text for text in main if text.words == "体"]
    (use,) = [text for text in main if text.words == "用"]
    assert (body.top < use.top) == (facts["moving"] <= 3)
    mark = next(text for text in main if text.words in "○×")
    assert (mark.middle[1] > 125) == (facts["moving"] <= 3)


def test_the_plum_blossom_says_its_trigrams_in_words():
    (drawing,) = draw_meihua(compute("meihua", {"numbers": [3, 5, 7]}))
    assert "本卦火风鼎，上卦离火为体，下卦巽木为用，六爻自下而上阴阳阳阳阴阳。" in drawing.description
    assert "互卦泽天夬，上卦兑金为体互，下卦乾金为用互" in drawing.description
    assert "变卦火天大有，上卦离火为体，下卦乾金为变" in drawing.description
    assert drawing.description.endswith("动爻为初六，阴爻动。体卦离火，用卦巽木，用生体。")


def test_the_bytes_are_always_the_same():
    chart = liuyao([9, 6, 7, 8, 9, 6])
    assert draw_liuyao(chart) == draw_liuyao(chart)
