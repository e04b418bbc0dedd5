"""紫微斗数: our own calendar in front of x-iztro's. tests/agreement compares a thousand charts with iztro."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions import engine, lunar, registry, rules
from predictions.types import DISCLAIMER, DISCLAIMER_EN, InvalidInput, canonical_json

SWITCHES = ("year_divide", "horoscope_divide", "age_divide", "day_divide", "algorithm", "astro_type")
BIRTH = {"calendar": "solar", "year": 2000, "month": 8, "day": 16, "hour": 3, "minute": 30}
TODAY = {"calendar": "solar", "year": 2026, "month": 11, "day": 24}


def chart(birth: object = BIRTH, gender: str = "female", target: object = None, **options: object):
    data = {"birth": birth, "gender": gender} | ({"target": target} if target else {})
    return engine.compute("ziwei", data, options)


def refused(data: object, options: object = None) -> dict[str, str]:
    with pytest.raises(InvalidInput) as error:
        engine.validate("ziwei", data, options)
    return {found.pointer: found.code for found in error.value.errors}


def test_a_known_chart():
    facts = chart().facts
    assert facts["lunar"]["text"] == "庚辰年七月十七"
    assert (facts["soul_palace"], facts["body_palace"], facts["five_elements_class"]) == (
        "午",
        "戌",
        "木三局",
    )
    assert (facts["soul_star"], facts["body_star"]) == ("破军", "文昌")
    assert facts["pillars"] == {"year": "庚辰", "month": "甲申", "day": "丙午", "hour": "庚寅"}
    first = facts["palaces"][0]
    assert (first["position"], first["name"], first["stem"], first["branch"]) == (1, "财帛", "戊", "寅")
    assert first["major"] == [
        {"name": "武曲", "brightness": "得", "mutagen": "权"},
        {"name": "天相", "brightness": "庙", "mutagen": None},
    ]
    assert first["minor"] == [{"name": "天马", "brightness": None, "mutagen": None}]
    assert first["decadal"] == {"from": 43, "to": 52, "ganzhi": "戊寅"}
    assert first["ages"][:3] == [9, 21, 33]


def test_the_facts_have_the_names_of_the_design():
    facts = chart().facts
    assert {"soul_palace", "body_palace", "five_elements_class", "palaces"} <= set(facts)
    assert len(facts["palaces"]) == 12
    for palace in facts["palaces"]:
        assert {"name", "stem", "branch", "major", "minor", "adjective", "decadal", "ages"} <= set(palace)
    assert [found["mutagen"] for found in facts["mutagens"]] == list("禄权科忌")


def test_the_six_switches_have_the_defaults_of_iztro_and_are_echoed():
    options = chart().options
    assert [options[name] for name in SWITCHES] == [
        *("normal", "normal", "normal", "forward", "default", "heaven"),
    ]
    assert options["fix_leap"] is True
    assert chart(algorithm="zhongzhou").options["algorithm"] == "zhongzhou"


def test_every_switch_can_change_a_chart():
    near_spring = BIRTH | {"year": 2001, "month": 1, "day": 10, "hour": 23}
    plain = chart(near_spring).facts
    assert chart(near_spring, day_divide="current").facts["palaces"] != plain["palaces"]
    assert chart(near_spring, algorithm="zhongzhou").facts["palaces"] != plain["palaces"]
    assert chart(astro_type="earth").facts["palaces"] != chart().facts["palaces"]
    between = BIRTH | {"year": 2000, "month": 2, "day": 4, "hour": 22}
    assert chart(between, year_divide="exact").facts["palaces"] != chart(between).facts["palaces"]
    leap = BIRTH | {"year": 2020, "month": 6, "day": 15}
    assert chart(leap, fix_leap=False).facts["palaces"] != chart(leap).facts["palaces"]


# --- the engine's own moment and calendar


def test_summer_time_is_taken_off_before_the_double_hour():
    birth = BIRTH | {"year": 1990, "month": 5, "day": 17, "hour": 9, "minute": 10}
    assert chart(birth).facts["hour"]["name"] == "辰时"
    assert chart(birth, dst="ignore").facts["hour"]["name"] == "巳时"


def test_the_sun_of_the_birthplace_may_be_in_another_double_hour():
    birth = BIRTH | {"hour": 7, "minute": 30, "place": "乌鲁木齐"}
    (notice,) = [found for found in chart(birth).warnings if found.code == "true_solar_time"]
    assert notice.alternative == {"options": {"true_solar": "apparent"}}
    assert chart(birth, true_solar="apparent").facts["hour"]["name"] == "卯时"


def test_a_lunar_birth_and_its_solar_day_are_the_same_chart():
    by_lunar = BIRTH | {"calendar": "lunar", "month": 7, "day": 17}
    assert chart(by_lunar).facts == chart().facts


@pytest.mark.parametrize(
    ("solar", "source", "lunar_text"),
    [
        ((1925, 5, 22), "hko", "乙丑年闰四月初一"),
        ((1925, 6, 20), "hko", "乙丑年闰四月三十"),
        ((2057, 9, 28), "hko", "丁丑年九月初一"),
        ((2057, 9, 28), "astronomical", "丁丑年八月三十"),
        ((2057, 10, 11), "astronomical", "丁丑年九月十三"),
    ],
)
def test_one_calendar_governs_ziwei_and_the_calendar_system(solar, source, lunar_text):
    day = dict(zip(("year", "month", "day"), solar, strict=True))
    found = chart(BIRTH | day, calendar_source=source)
    assert found.facts["lunar"]["text"] == lunar_text
    civil = engine.compute("calendar", {"date": {"calendar": "solar"} | day}, {"calendar_source": source})
    assert civil.facts["lunar"] == found.facts["lunar"]
    placed = engine.compute(
        "ziwei",
        {"birth": BIRTH | {"calendar": "lunar"} | lunar_members(found.facts["lunar"]), "gender": "female"},
        {"calendar_source": source},
    )
    assert placed.facts["palaces"] == found.facts["palaces"]


def lunar_members(found) -> dict[str, object]:
    return {name: found[name] for name in ("year", "month", "day", "leap")}


def test_where_x_iztro_reads_another_date_it_is_asked_for_ours():
    found = chart(BIRTH | {"year": 1925, "month": 5, "day": 22})
    assert "calendar_substitute" in {notice.code for notice in found.warnings}
    other = chart(BIRTH | {"year": 2057, "month": 9, "day": 28}, calendar_source="astronomical")
    assert "calendar_substitute" in {notice.code for notice in other.warnings}
    assert chart().warnings == []


def test_every_first_of_a_month_is_charted_by_our_calendar():
    for year in (1901, 1925, 1933, 1984, 2033, 2057, 2089, 2097):
        for month in lunar.lunar_year(year).months:
            day = {"year": month.first.year, "month": month.first.month, "day": month.first.day}
            found = chart(BIRTH | day).facts["lunar"]
            assert (found["month"], found["day"], found["leap"]) == (month.month, 1, month.leap)


def test_pillars_that_differ_from_bazi_are_told():
    early = BIRTH | {"year": 1990, "month": 1, "day": 28}
    (notice,) = [found for found in chart(early).warnings if found.code == "pillars_differ_from_bazi"]
    assert notice.alternative["differs"]["pillars.year"] == {"this": "庚午", "other": "己巳"}


def test_day_and_hour_pillars_are_those_of_bazi():
    for step in range(0, 4000, 37):
        day = date(1995, 1, 1) + timedelta(days=step)
        birth = BIRTH | {"year": day.year, "month": day.month, "day": day.day, "hour": step % 24}
        bazi = engine.compute("bazi", {"birth": birth}).facts["pillars"]
        ziwei = chart(birth).facts["pillars"]
        assert (ziwei["day"], ziwei["hour"]) == (bazi["day"], bazi["hour"]), birth


# --- levels


def test_levels_come_only_when_asked():
    assert chart().facts["levels"] is None
    decadal = chart(target=TODAY, levels="decadal").facts["levels"]
    assert decadal["yearly"] is None
    assert (decadal["target"], decadal["age"]) == ("2026-11-24", 27)
    assert (decadal["decadal"]["ganzhi"], decadal["decadal"]["palace"]) == ("庚辰", "夫妻")
    yearly = chart(target=TODAY, levels="yearly").facts["levels"]["yearly"]
    assert (yearly["ganzhi"], yearly["palace"], yearly["position"]) == ("丙午", "命宫", 5)
    assert [found["star"] for found in yearly["mutagens"]] == ["天同", "天机", "文昌", "廉贞"]


def test_the_decade_is_that_of_the_age():
    facts = chart(target=TODAY, levels="decadal").facts
    levels = facts["levels"]
    palace = next(found for found in facts["palaces"] if found["name"] == levels["decadal"]["palace"])
    assert palace["decadal"]["from"] <= levels["age"] <= palace["decadal"]["to"]


def test_levels_need_a_day():
    data = {"birth": BIRTH, "gender": "male"}
    assert refused(data, {"levels": "yearly"}) == {"/input/target": "missing_field"}
    impossible = data | {"target": TODAY | {"day": 31}}
    assert refused(impossible) == {"/input/target/day": "impossible_date"}


# --- input


def test_a_birth_without_an_hour_is_told_why_it_is_needed():
    birth = {name: value for name, value in BIRTH.items() if name not in ("hour", "minute")}
    with pytest.raises(InvalidInput) as error:
        engine.validate("ziwei", {"birth": birth, "gender": "male"})
    (found,) = error.value.errors
    assert (found.pointer, found.code) == ("/input/birth/hour", "missing_field")
    assert "时辰" in found.detail


def test_the_gender_is_needed():
    assert refused({"birth": BIRTH}) == {"/input/gender": "missing_field"}


def test_bad_input_is_told_where_it_is():
    data = {"birth": BIRTH | {"month": 2, "day": 30, "place": "火星"}, "gender": "x"}
    assert refused(data, {"algorithm": "x", "fix_leap": 1}) == {
        "/input/birth/day": "impossible_date",
        "/input/birth/place": "unknown_place",
        "/input/gender": "out_of_range",
        "/options/algorithm": "out_of_range",
        "/options/fix_leap": "wrong_type",
    }


# --- reading and text


def test_the_echo_and_the_text():
    data = {"birth": BIRTH | {"place": "杭州"}, "gender": "female"}
    answer = engine.answer("ziwei", data)
    assert answer.understood_as == "公历2000-08-16 03:30（北京时间），女，杭州"
    assert "命宫 壬午" in answer.text
    assert answer.text.endswith(DISCLAIMER)
    english = engine.answer("ziwei", data, lang="en")
    assert english.understood_as == "2000-08-16 03:30 (Beijing time), female, 杭州"
    assert english.text.startswith("Lunar: ")
    assert english.text.endswith(DISCLAIMER_EN)


def test_an_empty_palace_borrows_from_the_one_opposite():
    empty = next(
        found
        for hour in range(0, 24, 2)
        if not (found := chart(BIRTH | {"hour": hour}).facts)["majors"]["命宫"]
    )
    told = {statement.rule: statement.text for statement in rules.apply("ziwei", empty).statements}
    assert "、".join(empty["majors"]["迁移"]) in told["ziwei.empty_soul"]


def test_every_rule_can_hold_on_some_chart():
    seen: set[str] = set()
    for step in range(900):
        day = date(1960, 1, 1) + timedelta(days=23 * step)
        birth = BIRTH | {"year": day.year, "month": day.month, "day": day.day, "hour": step % 24}
        levels = {"target": TODAY, "levels": "yearly"} if step % 10 == 0 else {}
        found = chart(birth, ("male", "female")[step % 2], **levels)
        seen |= {statement.rule for statement in rules.apply("ziwei", found.facts).statements}
    assert {rule.id for rule in rules.load("ziwei")} - seen == set()
    assert len(rules.load("ziwei")) >= 100


def test_no_reading_speaks_of_death_or_disease_as_a_forecast():
    for rule in rules.load("ziwei"):
        assert not any(word in rule.text for word in ("短命", "夭", "克夫", "克妻", "必死", "绝症", "凶死"))
        assert rule.source


def test_a_chart_takes_less_than_five_milliseconds():
    chart()
    assert min(_seconds() for _ in range(10)) < 0.005


def _seconds() -> float:
    started = time.perf_counter()
    chart()
    return time.perf_counter() - started


births = st.fixed_dictionaries(
    {
        "calendar": st.sampled_from(["solar", "lunar"]),
        "year": st.integers(1900, 2100),
        "month": st.integers(1, 12),
        "day": st.integers(1, 31),
        "hour": st.integers(0, 23),
    },
    optional={
        "leap": st.booleans(),
        "minute": st.integers(0, 59),
        "tz": st.sampled_from(["Asia/Shanghai", "-05:00", "America/New_York", "Pacific/Apia"]),
        "place": st.sampled_from(["杭州", "纽约", "乌鲁木齐", "Suva"]),
    },
)
options = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(member["enum"])
        for name, member in registry.get("ziwei").option_schema["properties"].items()
    },
)
targets = st.fixed_dictionaries(
    {
        "calendar": st.just("solar"),
        "year": st.integers(1900, 2100),
        "month": st.integers(1, 12),
        "day": st.integers(1, 28),
    }
)


def answered(data: object, chosen: object):
    """The answer, or None when the request was refused with at least one error."""
    try:
        return engine.answer("ziwei", data, chosen)
    except InvalidInput as refusal:
        if not refusal.errors:
            raise
        return None


@settings(max_examples=150, deadline=None)
@given(birth=births, gender=st.sampled_from(["male", "female"]), chosen=options, target=targets)
def test_a_plausible_birth_is_charted_or_refused(birth, gender, chosen, target):
    data = {"birth": birth, "gender": gender, "target": target}
    answer = answered(data, chosen)
    if answer is None:
        return
    assert canonical_json(answer.as_dict())
    assert len(answer.text.encode()) < 2048
