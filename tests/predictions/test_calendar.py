"""The calendar system."""

from __future__ import annotations

from predictions import engine
from predictions.types import DISCLAIMER


def solar(year: int, month: int, day: int) -> dict[str, object]:
    return {"date": {"calendar": "solar", "year": year, "month": month, "day": day}}


def codes(chart) -> list[str]:
    return [notice.code for notice in chart.warnings]


def test_the_facts_have_the_names_of_the_design():
    facts = engine.compute("calendar", solar(2026, 2, 17)).facts
    assert facts["solar"] == "2026-02-17"
    assert {name: facts["lunar"][name] for name in ("year", "month", "day", "leap", "month_length")} == {
        "year": 2026,
        "month": 1,
        "day": 1,
        "leap": False,
        "month_length": 30,
    }
    assert facts["ganzhi"] == {"year": "丙午", "month": "庚寅", "day": "壬戌"}
    assert (facts["zodiac"], facts["term"], facts["weekday"]) == ("马", None, "星期二")


def test_a_lunar_date_gives_the_solar_one():
    data = {"date": {"calendar": "lunar", "year": 2025, "month": 6, "day": 15, "leap": True}}
    answer = engine.answer("calendar", data)
    assert answer.chart.facts["solar"] == "2025-08-08"
    assert answer.understood_as == "农历乙巳年闰六月十五（公历2025-08-08）"


def test_a_term_is_named_with_its_instant():
    facts = engine.compute("calendar", solar(2026, 4, 5)).facts
    assert (facts["term"], facts["term_instant"]) == ("清明", "2026-04-04T18:40:00Z")
    assert facts["next_term"]["name"] == "谷雨"


def test_a_term_day_speaks_of_both_months():
    chart = engine.compute("calendar", solar(2026, 3, 5))
    assert codes(chart) == ["term_day"]
    assert chart.warnings[0].alternative == {"differs": {"ganzhi.month": {"this": "辛卯", "other": "庚寅"}}}


def test_between_spring_and_new_year_both_years_are_told():
    chart = engine.compute("calendar", solar(2026, 2, 10))
    assert (chart.facts["ganzhi"]["year"], chart.facts["zodiac"]) == ("丙午", "蛇")
    assert codes(chart) == ["year_boundary"]
    other = engine.compute("calendar", solar(2026, 2, 10), {"year_boundary": "new_year"})
    assert other.facts["ganzhi"]["year"] == "乙巳"
    assert other.warnings[0].alternative["options"] == {"year_boundary": "lichun"}


def test_one_switch_governs_the_disputed_month():
    assert engine.compute("calendar", solar(2057, 9, 28)).facts["lunar"]["month"] == 9
    assert (
        engine.compute("calendar", solar(2057, 9, 28), {"calendar_source": "astronomical"}).facts["lunar"][
            "day"
        ]
        == 30
    )


def test_an_uncertain_term_is_marked():
    chart = engine.compute("calendar", solar(1979, 1, 21))
    assert (chart.facts["term"], chart.facts["uncertain"]) == ("大寒", True)
    assert codes(chart) == ["uncertain_term"]


def test_plain_facts_need_no_disclaimer_and_readings_do():
    assert DISCLAIMER not in engine.answer("calendar", solar(2026, 2, 17)).text
    assert engine.answer("calendar", solar(2026, 4, 5)).text.endswith(DISCLAIMER)


def test_the_text_is_short():
    text = engine.answer("calendar", solar(2026, 2, 16)).text
    assert text.splitlines()[:3] == [
        "公历：2026-02-16 星期一",
        "农历：乙巳年腊月廿九（小）",
        "干支：丙午年 庚寅月 辛酉日",
    ]
    assert "除夕" in text


def test_english_has_english_labels():
    text = engine.answer("calendar", solar(2026, 2, 17), lang="en").text
    assert text.startswith("Solar: 2026-02-17 Tuesday\nLunar: ")
    assert "next 雨水 on 2026-02-18 (in 1 days)" in text
