"""The bazi system: known charts, boundaries, and independent implementations."""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

import pytest

from predictions import engine
from predictions.types import canonical_json

BIRTH = {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "minute": 0, "place": "杭州"}


def birth(text: str, **more: object) -> dict[str, object]:
    day = datetime.fromisoformat(text)
    fields = {"year": day.year, "month": day.month, "day": day.day, "hour": day.hour, "minute": day.minute}
    return {"birth": {"calendar": "solar"} | fields | more}


def pillars(data: dict[str, object], **options: str) -> list[str | None]:
    return list(engine.compute("bazi", data, options).facts["pillars"].values())


def notices(data: dict[str, object], **options: str) -> dict[str, dict | None]:
    return {notice.code: notice.alternative for notice in engine.compute("bazi", data, options).warnings}


def sample(count: int, seed: int) -> list[datetime]:
    """Births outside the years of summer time, one in five after 23:00."""
    rng = random.Random(seed)
    moments = []
    while len(moments) < count:
        moment = datetime(1901, 1, 1) + timedelta(minutes=rng.randrange(199 * 525960))
        if not 1986 <= moment.year <= 1991:
            moments.append(moment.replace(hour=23) if len(moments) % 5 == 0 else moment)
    return moments


def test_the_echo_names_everything_that_was_understood():
    answer = engine.answer("bazi", {"birth": BIRTH, "gender": "male"})
    assert answer.understood_as == "公历1990-05-17 08:00（北京时间，当年夏令时，标准时07:00），男，杭州"


def test_a_known_chart_in_full():
    facts = engine.compute("bazi", {"birth": BIRTH, "gender": "male"}).facts
    assert facts["pillars"] == {"year": "庚午", "month": "辛巳", "day": "壬午", "hour": "甲辰"}
    assert facts["hidden_stems"]["month"] == ["丙", "庚", "戊"]
    assert facts["ten_gods"] == {"year": "偏印", "month": "正印", "day": "日主", "hour": "食神"}
    assert facts["nayin"]["year"] == "路旁土"
    assert facts["void"]["day"] == ["申", "酉"]
    assert (facts["fetal_origin"], facts["life_palace"], facts["body_palace"]) == ("壬申", "甲申", "丙戌")
    assert facts["zodiac"] == "马"
    assert facts["day_master"] == {"stem": "壬", "element": "水", "yin_yang": "阳"}


def test_luck_runs_forward_for_yang_men_and_back_for_yang_women():
    man = engine.compute("bazi", {"birth": BIRTH, "gender": "male"}).facts["luck"]
    woman = engine.compute("bazi", {"birth": BIRTH, "gender": "female"}).facts["luck"]
    assert (man["forward"], [cycle["ganzhi"] for cycle in man["cycles"][:2]]) == (True, ["壬午", "癸未"])
    assert (woman["forward"], [cycle["ganzhi"] for cycle in woman["cycles"][:2]]) == (False, ["庚辰", "己卯"])
    # To 芒种 at 06:46:18 on 6 June are 1,727,178 s from 07:00 on 17 May.
    assert man["start"] == {"years": 6, "months": 7, "days": 28, "hours": 20, "minutes": 36}
    assert [cycle["start_age"] for cycle in man["cycles"][:3]] == [6, 16, 26]
    assert [cycle["start_year"] for cycle in man["cycles"][:3]] == [1997, 2007, 2017]


def test_without_a_gender_there_is_no_luck():
    assert engine.compute("bazi", {"birth": BIRTH}).facts["luck"] is None


def test_the_hour_before_midnight_by_three_rules():
    data = birth("2026-03-10 23:30")
    assert pillars(data)[2:] == ["甲申", "甲子"]
    assert pillars(data, zi_rule="split_next_stem")[2:] == ["癸未", "甲子"]
    assert pillars(data, zi_rule="split_same_stem")[2:] == ["癸未", "壬子"]


def test_after_23_both_other_rules_are_offered():
    chart = engine.compute("bazi", birth("2026-03-10 23:30"))
    offered = [
        notice.alternative["options"]["zi_rule"] for notice in chart.warnings if notice.code == "late_zi"
    ]
    assert offered == ["split_next_stem", "split_same_stem"]
    assert chart.warnings[0].alternative["differs"] == {"pillars.day": {"this": "甲申", "other": "癸未"}}


@pytest.mark.parametrize(("minute", "month"), [("16:22", "戊子"), ("16:23", "戊子"), ("16:24", "己丑")])
def test_the_minute_of_a_term_is_on_the_right_side_and_offers_the_other(minute, month):
    """小寒 is 2026-01-05 16:23:07, lunar-php issue 15."""
    data = birth(f"2026-01-05 {minute}")
    assert pillars(data)[1] == month
    other = notices(data)["term_boundary"]
    assert other["differs"]["pillars.month"] == {
        "this": month,
        "other": "己丑" if month == "戊子" else "戊子",
    }


def test_the_offered_birth_really_gives_the_other_chart():
    data = birth("2026-02-04 04:02")
    other = notices(data)["term_boundary"]
    again = {"birth": data["birth"] | other["input"]["birth"]}
    assert pillars(again)[:2] == [
        other["differs"]["pillars.year"]["other"],
        other["differs"]["pillars.month"]["other"],
    ]


def test_ten_minutes_from_a_term_nothing_is_said():
    assert "term_boundary" not in notices(birth("2026-01-05 16:35"))


def test_an_hour_without_minutes_is_doubtful_within_that_hour():
    data = birth("2026-01-05 16:00")
    del data["birth"]["minute"]
    assert notices(data)["term_boundary"]["differs"]["pillars.month"]["other"] == "己丑"


def test_summer_time_offers_the_chart_without_it():
    assert notices({"birth": BIRTH})["dst_applied"] is None  # 08:00 and 07:00 are both 辰
    alternative = notices({"birth": BIRTH | {"hour": 7}})["dst_applied"]
    assert alternative["options"] == {"dst": "ignore"}
    assert alternative["differs"] == {"pillars.hour": {"this": "癸卯", "other": "甲辰"}}


def test_true_solar_time_moves_day_and_hour_and_never_the_month():
    data = birth("2023-03-11 00:40", place="乌鲁木齐")
    assert pillars(data)[2:] == ["戊辰", "壬子"]
    alternative = notices(data)["true_solar_time"]
    assert alternative["options"] == {"true_solar": "apparent"}
    moved = pillars(data, true_solar="apparent")
    assert moved[:2] == pillars(data)[:2]
    assert moved[2:] == [
        alternative["differs"]["pillars.day"]["other"],
        alternative["differs"]["pillars.hour"]["other"],
    ]


def test_the_term_is_compared_in_utc_for_births_abroad():
    # 立春 2026 is 20:02:08 UTC on 3 February: 15:02 in New York.
    assert pillars(birth("2026-02-03 15:00", place="纽约"))[:2] == ["乙巳", "己丑"]
    assert pillars(birth("2026-02-03 15:04", place="纽约"))[:2] == ["丙午", "庚寅"]


def test_the_year_can_begin_at_new_year():
    data = birth("2026-02-10 12:00")
    assert pillars(data)[0] == "丙午"
    assert pillars(data, year_boundary="new_year")[0] == "乙巳"
    assert notices(data)["year_boundary"]["differs"] == {"pillars.year": {"this": "丙午", "other": "乙巳"}}


def test_a_leap_month_offers_the_other_month():
    data = {"birth": {"calendar": "lunar", "year": 2023, "month": 2, "day": 20, "hour": 10}}
    alternative = notices(data)["leap_month"]
    assert alternative["input"] == {"birth": {"leap": True}}
    assert set(alternative["differs"]) >= {"pillars.month", "pillars.day"}


def test_an_unknown_hour_gives_three_pillars_and_no_claim_about_the_fourth():
    day = {name: value for name, value in BIRTH.items() if name not in ("hour", "minute")}
    answer = engine.answer("bazi", {"birth": day, "gender": "male"})
    facts = answer.chart.facts
    assert facts["pillars"]["hour"] is None
    assert [facts[name]["hour"] for name in ("hidden_stems", "ten_gods", "nayin", "void")] == [None] * 4
    assert (facts["life_palace"], facts["body_palace"], facts["strength"]["level"]) == (None, None, None)
    assert facts["luck"]["start"] is None
    assert [notice.code for notice in answer.chart.warnings] == ["hour_unknown"]
    evidence = [path for statement in answer.reading.statements for path in statement.evidence]
    assert not any("hour" in path or "missing" in path for path in evidence)
    assert "时辰不详" in answer.understood_as


def test_an_unknown_hour_on_the_day_of_a_term_offers_the_month_before():
    data = birth("2026-02-04 00:00")
    del data["birth"]["hour"], data["birth"]["minute"]
    assert pillars(data)[:2] == ["丙午", "庚寅"]
    assert notices(data)["term_day"]["differs"] == {
        "pillars.month": {"this": "庚寅", "other": "己丑"},
        "pillars.year": {"this": "丙午", "other": "乙巳"},
    }


def test_solar_and_lunar_input_of_one_day_give_one_chart():
    lunar = {
        "calendar": "lunar",
        "year": 1990,
        "month": 4,
        "day": 23,
        "hour": 8,
        "minute": 0,
        "place": "杭州",
    }
    assert pillars({"birth": lunar}) == pillars({"birth": BIRTH})


def test_strength_follows_the_published_table():
    strength = engine.compute("bazi", {"birth": BIRTH}).facts["strength"]
    # 壬: 庚辛 20, 巳 6 (庚, doubled), 壬 10, 辰 1 (癸) of 90.
    assert (strength["support"], strength["total"], strength["percent"], strength["level"]) == (
        37,
        90,
        41,
        "偏弱",
    )
    assert (strength["season"], strength["rooted"]) == ("囚", True)


def test_elements_count_the_eight_characters():
    elements = engine.compute("bazi", {"birth": BIRTH}).facts["elements"]
    assert elements["count"] == {"木": 1, "火": 3, "土": 1, "金": 2, "水": 1}
    assert elements["missing"] == []
    assert sum(elements["score"].values()) == 90


def test_stars_stand_where_the_verses_say():
    stars = engine.compute("bazi", {"birth": BIRTH}).facts["stars"]
    found = {(star["name"], star["by"]): star["at"] for star in stars}
    assert found["天乙贵人", "日干"] == ["month"]  # 壬癸兔蛇藏: 巳
    assert found["月德贵人", "月支"] == ["year"]  # 巳酉丑月在庚
    assert found["将星", "年支"] == ["day"]  # 寅午戌见午
    assert ("羊刃", "日干") not in found


def test_relations_name_their_pillars():
    relations = engine.compute("bazi", birth("2026-02-04 04:02")).facts["relations"]
    assert {
        "kind": "三合",
        "between": ["year", "month", "day"],
        "characters": "巳酉丑",
        "result": "金",
    } in relations


def test_the_text_fits_one_message_with_its_echo():
    for moment in sample(60, 5):
        answer = engine.answer(
            "bazi", birth(f"{moment:%Y-%m-%d %H:%M}", place="乌鲁木齐") | {"gender": "male"}
        )
        assert len((answer.text + answer.understood_as).encode()) < 2048


def test_the_same_birth_gives_the_same_bytes_and_a_chart_is_fast():
    data = {"birth": BIRTH, "gender": "male"}
    first = canonical_json(engine.compute("bazi", data).as_dict())
    begun = time.perf_counter()
    for _ in range(20):
        assert canonical_json(engine.compute("bazi", data).as_dict()) == first
    assert (time.perf_counter() - begun) / 20 < 0.02  # 5 ms is the budget; a shared machine gets some room
