"""Stems, branches and the sexagenary cycle."""

from __future__ import annotations

from datetime import date

import pytest

from predictions.cycles import (
    cycle_index,
    cycle_name,
    day_cycle,
    hour_branch,
    hour_cycle,
    nayin,
    void_branches,
)


def test_names_and_indexes_are_inverse():
    assert [cycle_index(cycle_name(index)) for index in range(60)] == list(range(60))
    assert cycle_name(-1) == "癸亥"


def test_a_pair_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="not in the sexagenary cycle"):
        cycle_index("甲丑")


def test_known_days_have_their_names():
    assert cycle_name(day_cycle(date(1949, 10, 1))) == "甲子"
    assert cycle_name(day_cycle(date(2000, 1, 1))) == "戊午"


def test_the_hour_of_the_rat_spans_midnight():
    assert [hour_branch(hour) for hour in (23, 0, 1, 2, 12, 22)] == [0, 0, 1, 1, 6, 11]


def test_the_hour_stem_follows_the_day_stem():
    assert cycle_name(hour_cycle(0, 0)) == "甲子"
    assert cycle_name(hour_cycle(5, 0)) == "甲子"
    assert cycle_name(hour_cycle(8, 4)) == "甲辰"


def test_nayin_and_void_by_the_verses():
    assert (nayin(cycle_index("甲子")), nayin(cycle_index("癸亥"))) == ("海中金", "大海水")
    assert void_branches(cycle_index("甲子")) == ["戌", "亥"]
    assert void_branches(cycle_index("癸亥")) == ["子", "丑"]
