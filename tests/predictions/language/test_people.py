"""Man, woman, neither, both."""

from __future__ import annotations

import pytest

from predictions.language.people import UNSAID, find_gender
from predictions.language.scan import Scan


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("男", "male"), ("男命", "male"), ("乾造", "male"), ("我儿子", "male"), ("老公", "male"),
        ("先生", "male"), ("男朋友", "male"),
        ("女", "female"), ("坤造", "female"), ("我女儿", "female"), ("老婆", "female"), ("女士", "female"),
        ("妈妈", "female"),
        ("男女", ""), ("子女", ""), ("八字", ""), ("儿女", ""), ("老公和老婆", "both"),
        ("性别不说", "unsaid"), ("不说性别", "unsaid"),
    ],
)  # fmt: skip
def test_a_gender_is_read(text, gender):
    assert find_gender(Scan(text)) == gender


@pytest.mark.parametrize("text", ["不说", "不想说", "保密", "跳过"])
def test_a_person_may_keep_it_private(text):
    assert UNSAID.fullmatch(text)
