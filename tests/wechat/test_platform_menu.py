"""What WeChat would refuse in a menu, said before it is asked."""

from __future__ import annotations

import pytest

from wechat.platform.menu import problems_of, same

CLICK = {"type": "click", "name": "黄历", "key": "今天黄历"}
VIEW = {"type": "view", "name": "网站", "url": "https://example.com/"}


def test_a_menu_within_the_limits_has_no_problem():
    menu = {"button": [CLICK, {"name": "更多", "sub_button": [CLICK, VIEW] * 2 + [CLICK]}, VIEW]}
    assert problems_of(menu) == []


@pytest.mark.parametrize("menu", [None, [], {}, {"button": []}, {"button": "x"}])
def test_what_is_no_menu_is_named_so(menu):
    assert len(problems_of(menu)) == 1


@pytest.mark.parametrize(
    ("button", "problem"),
    [
        ("x", "button 1: not an object"),
        ({**CLICK, "name": ""}, "button 1: no name"),
        ({**CLICK, "name": "六个汉字名字"}, "button 1: the name has 18 bytes; at most 16"),
        ({**CLICK, "key": ""}, "button 1: click needs key"),
        ({**CLICK, "key": "k" * 129}, "button 1: key has 129 bytes; at most 128"),
        ({**VIEW, "url": "u" * 1025}, "button 1: url has 1025 bytes; at most 1024"),
        ({"name": "更多", "sub_button": "x"}, "button 1: sub_button is not a list"),
        ({"name": "更多", "sub_button": [CLICK] * 6}, "button 1: 6 sub-buttons; at most 5"),
        ({**CLICK, "sub_button": [CLICK]}, "button 1: a button with sub-buttons has no type"),
        ({"name": "更多", "sub_button": ["x"]}, "button 1.1: not an object"),
        (
            {"name": "更多", "sub_button": [{**CLICK, "sub_button": [CLICK]}]},
            "button 1.1: sub-buttons have no sub-buttons",
        ),
        (
            {"name": "更多", "sub_button": [{**CLICK, "name": "名" * 21}]},
            "button 1.1: the name has 63 bytes; at most 60",
        ),
    ],
)
def test_each_limit_is_named_with_its_place(button, problem):
    assert problems_of({"button": [button]}) == [problem]


def test_an_unknown_type_is_named_with_those_that_there_are():
    (problem,) = problems_of({"button": [{**CLICK, "type": "jump"}]})
    assert "'jump'" in problem
    assert "click" in problem


def test_a_mini_program_needs_all_of_its_members():
    found = problems_of({"button": [{"type": "miniprogram", "name": "小程序"}]})
    assert [problem.rsplit(" ", 1)[1] for problem in found] == ["url", "appid", "pagepath"]


def test_four_buttons_are_one_too_many():
    assert problems_of({"button": [CLICK] * 4}) == ["4 buttons; at most 3"]


def test_the_empty_lists_that_wechat_adds_make_no_difference():
    assert same({"button": [CLICK]}, {"button": [{**CLICK, "sub_button": []}]})
    assert not same({"button": [CLICK]}, {"button": [VIEW]})
    assert not same({"button": [CLICK, VIEW]}, {"button": [VIEW, CLICK]})


@pytest.mark.parametrize(
    ("conditional", "problem"),
    [
        ("x", "conditionalmenu is not a list"),
        ([{"button": [CLICK]}], "conditional menu 1: matchrule says for whom it is"),
        ([{"button": [CLICK], "matchrule": {"tag_id": ""}}], "conditional menu 1: matchrule says for whom"),
        (
            [{"button": [CLICK], "matchrule": {"tag_id": [1]}}],
            "matchrule.tag_id is neither text nor a number",
        ),
        (
            [{"button": [CLICK], "matchrule": {"client_platform_type": "4"}}],
            "matchrule.client_platform_type is 4; 1 is iOS, 2 Android, 3 others",
        ),
        ([{"button": [], "matchrule": {"tag_id": 1}}], "conditional menu 1: a menu is"),
        (["x"], "conditional menu 1: a menu is"),
    ],
)
def test_each_problem_of_a_conditional_menu_is_named(conditional, problem):
    assert any(problem in found for found in problems_of({"button": [CLICK], "conditionalmenu": conditional}))


def test_a_conditional_menu_with_a_rule_has_no_problem():
    menus = [{"button": [CLICK], "matchrule": {"tag_id": 100, "client_platform_type": "2"}}]
    assert problems_of({"button": [VIEW], "conditionalmenu": menus}) == []
