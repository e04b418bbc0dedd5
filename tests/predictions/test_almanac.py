"""The almanac system against tyme4py; tests/agreement compares it with lunar_python."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from tyme4py.solar import SolarDay

from predictions import engine


def compute(day: date):
    return engine.compute(
        "almanac", {"date": {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}}
    )


@pytest.fixture(scope="module")
def sample() -> list[date]:
    rng = random.Random(42)
    return [date(1930, 1, 1) + timedelta(days=rng.randrange(62000)) for _ in range(200)]


def test_the_facts_have_the_names_of_the_design():
    facts = compute(date(2026, 11, 24)).facts
    expected = {
        "jianchu",
        "mansion",
        "yellow_black",
        "clash",
        "gods",
        "suitable",
        "avoid",
        "tradition",
        "hours",
    }
    assert expected | {"solar", "lunar", "ganzhi", "zodiac", "term"} <= set(facts)
    assert facts["tradition"] == "tyme/通书"
    assert set(facts["hours"][0]) >= {"branch", "ganzhi", "suitable", "avoid", "luck"}
    assert [hour["branch"] for hour in facts["hours"]] == list("子丑寅卯辰巳午未申酉戌亥")


def test_a_known_day():
    facts = compute(date(2026, 11, 24)).facts
    assert (facts["jianchu"], facts["yellow_black"], facts["mansion_full"]) == (
        "平",
        {"name": "天牢", "kind": "黑道"},
        "室火猪",
    )
    assert facts["clash"]["text"] == "冲猴（丙申）煞北"
    assert facts["suitable"][:3] == ["出行", "纳财", "开市"]


def test_gods_and_taboos_are_those_of_the_named_tradition(sample):
    for day in sample[:60]:
        facts = compute(day).facts
        theirs = SolarDay.from_ymd(day.year, day.month, day.day).get_sixty_cycle_day()
        assert facts["suitable"] == [taboo.get_name() for taboo in theirs.get_recommends()]
        assert facts["avoid"] == [taboo.get_name() for taboo in theirs.get_avoids()]
        gods = [god.get_name() for god in theirs.get_gods()]
        assert sorted(facts["gods"]["good"] + facts["gods"]["bad"]) == sorted(gods)
        assert facts["fetus"] == theirs.get_fetus_day().get_name()


def test_hours_agree_with_tyme(sample):
    for day in sample[:20]:
        hours = compute(day).facts["hours"]
        theirs = SolarDay.from_ymd(day.year, day.month, day.day).get_sixty_cycle_day().get_hours()
        for ours, other in zip(hours, theirs, strict=True):
            assert ours["ganzhi"] == other.get_sixty_cycle().get_name()
            assert ours["spirit"] == other.get_twelve_star().get_name()
            assert ours["suitable"] == [taboo.get_name() for taboo in other.get_recommends()]


def test_a_term_day_is_told():
    assert [notice.code for notice in compute(date(2026, 3, 5)).warnings] == ["term_day"]


def test_the_text_fits_one_message():
    longest = max(
        len(
            engine.answer(
                "almanac", {"date": {"calendar": "solar", "year": 2026, "month": month, "day": day}}
            ).text.encode()
        )
        for month in range(1, 13)
        for day in range(1, 29)
    )
    assert longest < 2048


@pytest.mark.parametrize(
    ("day", "cautions"),
    [
        (date(2026, 3, 19), ["四离"]),
        (date(2026, 5, 4), ["四绝"]),
        (date(2026, 2, 19), ["岁破"]),
        (date(2026, 11, 24), []),
    ],
)
def test_days_to_be_avoided_are_computed(day, cautions):
    assert compute(day).facts["cautions"] == cautions
