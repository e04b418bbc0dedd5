"""格局 as 子平真诠 takes it; the first cases are the book's own examples of how a pattern changes."""

from __future__ import annotations

import pytest

from predictions import engine
from predictions.cycles import cycle_index
from predictions.solar_terms import jie_around
from predictions.systems.bazi_pattern import pattern_facts
from predictions.systems.bazi_pillars import Pillars
from tests.predictions.test_bazi import birth, sample

_ANY_TERMS = jie_around(sample(1, 1)[0].astimezone(), "hko")[1:]


def pattern(year: str, month: str, day: str, hour: str | None) -> dict[str, object]:
    indexes = [cycle_index(name) for name in (year, month, day)]
    last = None if hour is None else cycle_index(hour)
    return pattern_facts(Pillars(*indexes, last, *_ANY_TERMS))


@pytest.mark.parametrize(
    ("pillars", "name", "taken"),
    [
        # 己生申月，本属伤官，藏庚透壬，则化为财。
        (("壬戌", "戊申", "己亥", "丁卯"), "财格", ("壬", "中气")),
        # 辛生寅月，透丙化官；而又透甲，格成正财。
        (("丙午", "庚寅", "辛丑", "己亥"), "正官格", ("丙", "中气")),
        (("丙午", "庚寅", "辛丑", "甲午"), "财格", ("甲", "本气")),
        # 乙生申月，透壬化印。
        (("壬子", "戊申", "乙丑", "丁亥"), "印格", ("壬", "中气")),
        # Nothing of the month shows: its main stem.
        (("癸酉", "乙丑", "丙午", "戊子"), "正官格", ("癸", "中气")),
        (("甲子", "丁丑", "乙卯", "丙子"), "财格", ("己", "本气")),
    ],
)
def test_the_stem_that_shows_names_the_pattern(pillars, name, taken):
    found = pattern(*pillars)
    assert (found["name"], (found["stem"], found["position"])) == (name, taken)


@pytest.mark.parametrize(
    ("pillars", "name"),
    [
        (("庚子", "庚寅", "甲子", "庚午"), "建禄格"),
        (("庚子", "己卯", "甲子", "庚午"), "阳刃格"),
        (("癸亥", "甲寅", "乙丑", "丁亥"), "月劫格"),
    ],
)
def test_a_month_of_the_day_masters_own_element_has_a_name_of_its_own(pillars, name):
    assert pattern(*pillars)["name"] == name


def test_what_helps_and_spoils_is_what_the_stems_show():
    found = pattern("壬子", "己酉", "甲午", "丁卯")
    assert found["name"] == "正官格"
    assert (found["helped_by"], found["spoiled_by"]) == (["正财", "偏印"], ["伤官"])


def test_without_an_hour_the_pattern_says_that_it_is_incomplete():
    assert pattern("壬子", "己酉", "甲午", None)["complete"] is False
    assert pattern("壬子", "己酉", "甲午", "丁卯")["complete"] is True


@pytest.mark.parametrize("moment", sample(200, 7))
def test_the_god_is_one_that_the_month_hides(moment):
    facts = engine.compute("bazi", birth(moment.isoformat())).facts
    taken = facts["pattern"]
    assert taken["stem"] in facts["hidden_stems"]["month"]
    assert all(facts["pillars"][place][0] == taken["stem"] for place in taken["shown_at"])


def test_every_pattern_has_its_sentence_under_the_schools_name():
    names = {moment: engine.answer("bazi", birth(moment.isoformat())) for moment in sample(60, 8)}
    for answer in names.values():
        told = [one for one in answer.reading.statements if one.rule.startswith("bazi.pattern.")]
        assert told
        assert {one.source for one in told} == {"子平真诠"}
