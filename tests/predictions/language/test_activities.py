"""Plans and the terms of the almanac."""

from __future__ import annotations

from tyme4py.culture import Taboo

from predictions.language.activities import ACTIVITIES, find_activities, plan_lines


def test_every_term_is_one_that_the_almanac_uses():
    terms = {term for _, terms in ACTIVITIES.values() for term in terms}
    assert terms <= set(Taboo.NAMES)


def test_no_word_belongs_to_two_plans():
    words = [word for words, _ in ACTIVITIES.values() for word in words]
    assert len(words) == len(set(words))


def test_the_longest_word_wins():
    assert [plan["name"] for plan in find_activities("登记结婚")] == ["领证"]
    assert [plan["name"] for plan in find_activities("破土动工")] == ["动土"]


def test_each_plan_is_named_once():
    assert [plan["name"] for plan in find_activities("搬家乔迁和结婚")] == ["搬家", "结婚"]


def test_a_plan_says_what_the_day_says():
    plan = find_activities("搬家")
    assert plan_lines(plan, {"suitable": ["入宅"], "avoid": ["移徙"]}) == ["搬家：宜入宅，忌移徙"]
    assert "都没有列出" in plan_lines(plan, {"suitable": [], "avoid": []})[0]
    assert plan_lines([], {}) == []
