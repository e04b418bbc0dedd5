"""Castings, stretches of days, places of the sky: what these systems are asked with, and what is asked back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from predictions import registry
from predictions.language import ask
from predictions.language.days import find_days
from predictions.language.scan import Scan
from predictions.language.stretches import read_stretch

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)  # a Tuesday, 11:30 in Shanghai
MOMENT = {"calendar": "solar", "year": 2026, "month": 11, "day": 24, "hour": 11, "minute": 30}


def talk(*sentences: str):
    """The last result of a dialogue with every system enabled."""
    systems = [system.id for system in registry.all_systems()]
    context = None
    for sentence in sentences:
        result = ask(sentence, now=NOW, systems=systems, context=context)
        context = result.context
    return result


@pytest.mark.parametrize(
    ("sentence", "system", "wanted"),
    [
        ("六爻 789678", "liuyao", {"lines": [7, 8, 9, 6, 7, 8], "moment": MOMENT}),
        ("六爻 7 8 9 6 7 8", "liuyao", {"lines": [7, 8, 9, 6, 7, 8], "moment": MOMENT}),
        ("小六壬 3 5 8", "xiaoliuren", {"numbers": [3, 5, 8]}),
        ("小六壬", "xiaoliuren", {"moment": MOMENT}),
        ("梅花易数 3,8", "meihua", {"numbers": [3, 8], "moment": MOMENT}),
        ("梅花易数", "meihua", {"moment": MOMENT}),
        ("奇门遁甲", "qimen", {"moment": MOMENT}),
        ("2026年3月1日早上8点奇门", "qimen", {"moment": {**MOMENT, "month": 3, "day": 1, "hour": 8}}),
    ],
)
def test_a_casting_is_made_from_what_was_said_or_from_now(sentence: str, system: str, wanted: dict) -> None:
    result = talk(sentence)
    assert (result.status, result.intent) == ("answered", system)
    given = result.answer.chart.input
    if "8点" in sentence:
        wanted["moment"].pop("minute")
    assert given == wanted


def test_numbers_of_the_wrong_count_are_said_not_to_be_understood() -> None:
    result = talk("小六壬 3 5")
    assert result.status == "needs_input"
    assert "没看懂“3”“5”" in result.text


def test_coins_are_cast_from_a_seed_that_the_chart_records() -> None:
    first, again = talk("六爻"), talk("六爻")
    assert first.answer.chart.input["seed"] == "2026-11-24T11:30:00.000+08:00"
    assert first.answer.chart.facts == again.answer.chart.facts


def test_a_casting_of_a_day_asks_for_its_hour_once() -> None:
    asked = talk("梅花易数 2026年11月24日")
    assert (asked.status, asked.question.slot) == ("needs_input", "hour")
    assert "出生" not in asked.text
    answered = talk("梅花易数 2026年11月24日", "早上8点")
    assert answered.answer.chart.input["moment"]["hour"] == 8


def test_the_sky_asks_where() -> None:
    asked = talk("今晚天象")
    assert (asked.status, asked.question.slot) == ("needs_input", "place")
    answered = talk("今晚天象", "上海")
    assert answered.status == "answered"
    assert answered.answer.chart.input["place"] == "上海市"
    assert talk("今晚杭州天象").status == "answered"


def test_a_choice_of_days_asks_what_for() -> None:
    asked = talk("择日")
    assert (asked.status, asked.question.slot) == ("needs_input", "event")
    answered = talk("择日", "结婚")
    assert answered.answer.chart.input == {"event": "结婚", "from": "2026-11-24", "to": "2026-12-24"}


def test_the_people_of_an_event_are_given_by_their_animals() -> None:
    result = talk("明年上半年结婚吉日 男属马 女属羊")
    assert result.answer.chart.input == {
        "event": "结婚",
        "from": "2027-01-01",
        "to": "2027-06-30",
        "people": [{"zodiac": "马"}, {"zodiac": "羊"}],
    }


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("下个月", "2026-12-01", "2026-12-31"),
        ("下下个月", "2027-01-01", "2027-01-31"),
        ("本月", "2026-11-24", "2026-11-30"),
        ("下周", "2026-11-30", "2026-12-06"),
        ("这周", "2026-11-24", "2026-11-29"),
        ("未来10天", "2026-11-24", "2026-12-04"),
        ("未来两周", "2026-11-24", "2026-12-08"),
        ("明年上半年", "2027-01-01", "2027-06-30"),
        ("明年", "2027-01-01", "2027-12-31"),
        ("今年", "2026-11-24", "2026-12-31"),
        ("下个月初", "2026-12-01", "2026-12-10"),
        ("下个月底", "2026-12-21", "2026-12-31"),
        ("2027年3月", "2027-03-01", "2027-03-31"),
        ("2026年12月1日到2026年12月15日", "2026-12-01", "2026-12-15"),
        ("", "2026-11-24", "2026-12-24"),
    ],
)
def test_a_stretch_of_time_has_two_ends(text: str, first: str, last: str) -> None:
    stretch, note = read_stretch(find_days(Scan(text)), date(2026, 11, 24))
    assert stretch == {"from": first, "to": last}
    assert bool(note) == (not text), "what was not said is told"


def test_the_menu_of_every_system_can_be_sent_as_it_stands() -> None:
    menu = talk("菜单").text
    sentences = [line.split("：", 1)[1] for line in menu.splitlines() if "：" in line and line[0].isdigit()]
    assert len(sentences) == len(registry.all_systems())
    for sentence in sentences:
        assert talk(sentence).status == "answered", sentence
