"""Replies in the light of the question."""

from __future__ import annotations

import pytest

from predictions.language import understand
from predictions.language.pending import Pending
from predictions.language.replies import merged, read_reply, starts_anew
from predictions.solar_terms import CHINA
from tests.predictions.language.clock import NOW

MAY = {"calendar": "solar", "month": 5, "day": 17}


def asked(slot, intent="bazi", **slots):
    return Pending(intent, slots, slot, NOW)


@pytest.mark.parametrize(
    ("before", "text", "slots"),
    [
        (asked("birth"), "1990", {"day": {"calendar": "solar", "year": 1990}}),
        (asked("date", day=MAY), "1990", {"day": {"calendar": "solar", "year": 1990}}),
        (asked("hour"), "8", {"time": {"hour": 8}}),
        (asked("hour"), "八", {"time": {"hour": 8}}),
        (asked("hour"), "不知道", {"hour_unknown": True}),
        (asked("hour"), "忘了", {"hour_unknown": True}),
        (asked("gender"), "不说", {"gender": "unsaid"}),
        (asked("gender"), "女的", {"gender": "female"}),
        (asked("gender"), "我是男生", {"gender": "male"}),
    ],
)  # fmt: skip
def test_a_reply_is_read_by_what_was_asked(before, text, slots):
    assert read_reply(before, text, NOW, CHINA).slots == slots


def test_a_later_word_replaces_an_earlier_one():
    assert merged({"hour_unknown": True}, {"time": {"hour": 8}})[0] == {"time": {"hour": 8}}
    assert merged({"time": {"hour": 8}}, {"hour_unknown": True})[0] == {"hour_unknown": True}
    assert merged({"gender": "male"}, {"gender": "female"})[0] == {"gender": "female"}


def test_lunar_said_once_holds_for_the_whole_date():
    known = {"day": {"calendar": "solar", "month": 5, "day": 17}}
    slots, problem = merged(known, {"day": {"calendar": "lunar", "year": 1990}})
    assert problem is None
    assert slots["day"] == {"calendar": "lunar", "year": 1990, "month": 5, "day": 17}


def test_a_whole_date_that_cannot_be_is_a_problem_with_choices():
    slots, problem = merged(
        {"day": {"calendar": "solar", "month": 2, "day": 30}}, {"day": {"calendar": "solar", "year": 1990}}
    )
    assert problem is not None
    assert [option.label for option in problem.options] == ["公历1990年2月28日", "公历1990年3月1日"]
    assert "year" not in slots["day"]


@pytest.mark.parametrize(
    ("text", "anew"),
    [("今天黄历", True), ("明天适合搬家吗", True), ("六爻", True), ("男", False), ("早上8点", False)],
)
def test_a_reply_that_names_another_subject_is_a_new_one(text, anew):
    assert starts_anew(asked("hour"), understand(text, NOW)) is anew
