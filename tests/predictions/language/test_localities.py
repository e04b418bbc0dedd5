"""Places of birth in a sentence."""

from __future__ import annotations

import pytest

from predictions.language.localities import find_locality
from predictions.language.scan import Scan
from predictions.places import find_place


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("出生地:浙江杭州", "浙江省杭州市"), ("出生在北京", "北京市"), ("生于上海,男", "上海市"),
        ("杭州 男 八字", "浙江省杭州市"),
        ("在成都出生", "四川省成都市"), ("美国纽约八字", "美国纽约"), ("出生地点是香港", "香港特别行政区"),
    ],
)  # fmt: skip
def test_a_place_of_birth_is_found(text, name):
    found = find_locality(Scan(text))
    assert found is not None
    assert found.full_name == name
    assert find_place(name) is not None


@pytest.mark.parametrize("text", ["八字", "帮我看看八字谢谢", "小明男八字", "老师好"])
def test_other_words_are_no_place(text):
    assert find_locality(Scan(text)) is None


def test_a_place_that_is_not_known_is_named_and_not_dropped():
    found = find_locality(Scan("出生在火星村"))
    assert found is not None
    assert (found.text, found.full_name) == ("火星村", "")


def test_a_name_of_several_places_notes_which_one_is_taken():
    found = find_locality(Scan("生于朝阳,男"))
    assert found is not None
    assert "另有" in found.notes[0]
