"""What needs no place: phases and eclipses, by the same tables as the sky of a place."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from predictions import engine
from predictions.language import ask
from predictions.language.sky_facts import eclipses_of_year, placeless_question, sky_sentence

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)


def said(text: str, **more: object):
    return ask(text, now=NOW, systems=["sky"], **more)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("今晚月相", "moon"),
        ("下次满月", "moon"),
        ("下次日食是什么时候", "solar"),
        ("血月", "lunar"),
        ("明年的日食和月食", "eclipses"),
        ("今天日出几点", ""),
        ("今晚天象和月相", ""),
    ],
)
def test_only_what_is_the_same_everywhere_needs_no_place(text, question):
    assert placeless_question(text) == question


def test_the_phase_agrees_with_the_sky_of_a_place():
    facts = engine.compute(
        "sky", {"date": {"calendar": "solar", "year": 2026, "month": 11, "day": 24}, "place": "上海"}
    ).facts
    answer = said("今晚月相")
    assert (answer.status, answer.answer) == ("answered", None)
    assert facts["moon"]["phase"] in answer.text
    full = next(found["local"] for found in facts["moon"]["phases"] if found["name"] == "望")
    assert full[:13] == "2026-11-24T22"
    assert "满月 11-24 22:54" in answer.text


def test_the_next_eclipses_of_one_kind_come_in_order():
    text = said("下次日食").text
    assert text.index("2027-02-07 00:00 日环食") < text.index("2027-08-02 18:07 日全食")
    assert "月食" not in text.replace("日月食", "")


def test_a_year_is_answered_with_its_eclipses():
    assert "2026-08-13 01:46 日全食" in said("2026年有日食吗").text
    assert "半影月食" in said("明年有月食吗").text


def test_a_year_without_a_kind_of_eclipse_says_so():
    # Every year has a solar eclipse; 2100 is the last of the table and has lunar ones too.
    years = [year for year in range(1990, 2030) if "没有" in eclipses_of_year("lunar", year)]
    assert all(eclipses_of_year("solar", year).count("·") >= 2 for year in range(1990, 2030))
    assert years == []


def test_the_last_year_of_the_table_ends_in_words():
    assert "2100年之内没有了" in sky_sentence("solar", date(2100, 12, 31))


def test_a_place_gives_the_whole_sky_all_the_same():
    assert said("今晚上海月相").answer.chart.input["place"] == "上海市"


def test_an_account_without_the_sky_says_so():
    refused = ask("今晚月相", now=NOW, systems=["calendar"])
    assert refused.status == "refused"
