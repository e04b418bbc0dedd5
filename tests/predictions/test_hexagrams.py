"""Trigrams, hexagrams, the text of the 周易, and the counts that give a hexagram."""

from __future__ import annotations

from itertools import pairwise

import pytest

from predictions.systems import hexagrams
from predictions.systems.casting_moment import TimeCounts
from predictions.systems.hexagrams import hexagram
from predictions.systems.hexagrams_cast import by_numbers, by_time
from predictions.systems.hexagrams_oracle import oracle
from predictions.systems.trigrams import TRIGRAMS, by_number, moving_line, season

EVERY = [hexagram(bits) for bits in range(64)]
QIAN, KUN = hexagram(0b111111), hexagram(0)


def named(name: str) -> hexagrams.Hexagram:
    return next(found for found in EVERY if found.name == name)


def test_the_trigrams_are_counted_in_the_earlier_heaven_order():
    assert "".join(trigram.name for trigram in TRIGRAMS) == "乾兑离震巽坎艮坤"
    assert [trigram.number for trigram in TRIGRAMS] == list(range(1, 9))
    assert [by_number(count).name for count in (1, 8, 9, 16)] == ["乾", "坤", "乾", "坤"]
    assert [moving_line(count) for count in (1, 6, 7, 12)] == [1, 6, 1, 6]


def test_elements_have_their_season():
    # 春木旺，木生火火相，水生木水休，金克木金囚，木克土土死.
    assert [season(element, 0) for element in range(5)] == ["旺", "相", "死", "囚", "休"]


def test_the_received_order_pairs_hexagrams_turned_over_or_inverted():
    """非覆即变 (孔颖达): each odd hexagram and the next are upside down, or opposite where that changes nothing."""
    ordered = sorted(EVERY, key=hexagrams.number_of)
    assert [hexagrams.number_of(of) for of in ordered] == list(range(1, 65))
    for first, second in list(pairwise(ordered))[::2]:
        turned = int(f"{first.bits:06b}"[::-1], 2)
        assert second.bits == (turned if turned != first.bits else first.bits ^ 0b111111)


def test_every_hexagram_has_its_judgement_and_six_lines():
    for of in EVERY:
        texts = [hexagrams.judgement(of), *(hexagrams.line_text(of, position) for position in range(1, 7))]
        assert all(text.endswith("。") and len(text) >= 3 for text in texts), of.name
    assert [of.short for of in EVERY if hexagrams.all_lines_text(of)] == ["坤", "乾"]


@pytest.mark.parametrize(
    ("name", "position", "text"),
    [
        ("乾为天", 1, "潜龙勿用。"),
        ("坤为地", 6, "龙战于野，其血玄黄。"),
        ("地天泰", 3, "无平不陂，无往不复。艰贞无咎，勿恤其孚，于食有福。"),
        ("雷山小过", 5, "密云不雨，自我西郊，公弋取彼在穴。"),
        ("火水未济", 6, "有孚于饮酒，无咎。濡其首，有孚失是。"),
    ],
)
def test_lines_carry_the_received_text(name, position, text):
    assert hexagrams.line_text(named(name), position) == text


def test_lines_are_named_by_place_and_form():
    assert [named("水火既济").line_title(position) for position in range(1, 7)] == [
        "初九",
        "六二",
        "九三",
        "六四",
        "九五",
        "上六",
    ]


def test_clashing_and_combining_hexagrams_are_the_eighteen_of_the_books():
    clashing = {of.name for of in EVERY if of.kind == "六冲"}
    assert clashing == {of.name for of in EVERY if of.upper is of.lower} | {"天雷无妄", "雷天大壮"}
    combining = {of.short for of in EVERY if of.kind == "六合"}
    assert combining == set("否困旅豫节贲复泰")


def test_the_mutual_hexagram_takes_the_inner_lines():
    assert hexagrams.mutual(named("地天泰")).name == "雷泽归妹"
    assert hexagrams.mutual(QIAN) is QIAN


def test_the_time_of_the_book_gives_its_hexagram():
    """观梅占: 辰年十二月十七日申时, 泽火革, the first line moves, to 泽山咸 (梅花易数 卷一)."""
    cast = by_time(TimeCounts(5, 12, 17, 9))
    assert (cast.main.name, cast.moving, cast.changed.name) == ("泽火革", 1, "泽山咸")
    assert hexagrams.mutual(cast.main).name == "天风姤"


def test_numbers_are_counted_by_how_many_there_are():
    assert (by_numbers([8, 1], None, False).main.name, by_numbers([8, 1], None, False).moving) == (
        "地天泰",
        3,
    )
    assert by_numbers([8, 1], 4, True).moving == 1
    assert by_numbers([8, 1, 6], None, False).moving == 6
    single = by_numbers([5], 9, False)
    assert (single.main.name, single.moving) == ("风天小畜", 2)
    with pytest.raises(ValueError, match="hour"):
        by_numbers([5], None, False)


@pytest.mark.parametrize(
    ("moving", "titles"),
    [
        ((), ["卦辞"]),
        ((2,), ["九二"]),
        ((1, 5), ["九五", "初九"]),
        ((1, 2, 3), ["卦辞", "卦辞"]),
        ((1, 2, 3, 4), ["九五", "上九"]),
        ((1, 2, 3, 4, 5), ["上九"]),
        ((1, 2, 3, 4, 5, 6), ["用九"]),
    ],
)
def test_the_text_is_chosen_by_the_count_of_moving_lines(moving, titles):
    turned = sum(1 << (position - 1) for position in moving)
    changed = hexagram(QIAN.bits ^ turned) if turned else None
    assert [text["title"] for text in oracle(QIAN, changed, moving)["texts"]] == titles


def test_six_moving_lines_elsewhere_are_read_by_the_other_hexagram():
    tai, pi = named("地天泰"), named("天地否")
    assert oracle(tai, pi, (1, 2, 3, 4, 5, 6))["texts"][0]["text"] == hexagrams.judgement(pi)
