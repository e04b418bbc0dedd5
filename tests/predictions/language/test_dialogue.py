"""ask(): answers, questions and replies, with and without a memory."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions import engine, registry
from predictions.language import ask
from predictions.language.topics import TOPICS
from predictions.language.wording import CONSENT, NOT_KEPT
from predictions.types import DISCLAIMER
from tests.predictions.language.clock import ALL, NOW
from tests.predictions.language.test_understanding import PIECES

FULL = "1990年5月17日早上8点 男 八字"
STATUSES = {"answered", "needs_input", "ambiguous", "refused", "not_understood"}


def talk(*texts, systems=ALL, now=NOW):
    """The last result of a conversation whose context travels as JSON."""
    context = None
    for text in texts:
        result = ask(text, now=now, systems=systems, context=context)
        context = json.loads(json.dumps(result.context, ensure_ascii=False))
    return result


# --- answers


def test_an_answer_begins_with_what_was_understood_and_is_the_engines_answer():
    result = talk("2026年2月17日是农历几号")
    expected = engine.answer("calendar", {"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}})
    assert result.status == "answered"
    assert result.answer == expected
    assert result.text.startswith(f"我理解为：{expected.understood_as}")
    assert expected.text in result.text
    assert (result.context, result.question) == (None, None)


def test_a_birth_in_one_sentence_is_answered_at_once_and_not_kept():
    result = talk(FULL)
    assert result.status == "answered"
    assert result.answer.chart.input == {
        "birth": {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8},
        "gender": "male",
    }
    assert result.answer.chart.facts["pillars"] == {
        "year": "庚午",
        "month": "辛巳",
        "day": "壬午",
        "hour": "甲辰",
    }
    assert NOT_KEPT in result.text
    assert DISCLAIMER in result.text
    assert result.context is None


def test_answers_fit_into_one_message_of_wechat():
    for text in ("今天黄历", "明天适合搬家吗", "2026年春节是几号", FULL, f"{FULL}杭州"):
        assert len(talk(text).text.encode()) <= 2048, text


def test_an_unknown_hour_gives_three_pillars():
    result = talk("1990年5月17日 时辰不详 女 八字")
    assert result.status == "answered"
    assert result.answer.chart.facts["pillars"]["hour"] is None


def test_an_untold_gender_gives_a_chart_without_luck_cycles():
    result = talk("1990年5月17日早上8点 性别不说 八字")
    assert result.status == "answered"
    assert "gender" not in result.answer.chart.input


def test_midnight_that_ends_a_day_belongs_to_the_next_one_and_says_so():
    result = talk("1990年5月17日晚上12点 男 八字")
    assert result.answer.chart.input["birth"] == {
        "calendar": "solar",
        "year": 1990,
        "month": 5,
        "day": 18,
        "hour": 0,
    }
    assert "次日" in result.text
    lunar = talk("农历1990年四月廿九晚上12点 男 八字")
    assert lunar.answer.chart.input["birth"] | {"hour": 0} == {
        "calendar": "solar", "year": 1990, "month": 5, "day": 24, "hour": 0,
    }  # fmt: skip


def test_a_double_hour_that_was_said_is_the_hour_of_the_chart_in_years_of_summer_time():
    result = talk("1988年7月1日晚子时 男 八字")
    assert result.answer.chart.facts["pillars"]["hour"][1] == "子"
    assert "夏令时" in result.text
    assert talk("1988年7月1日23:30 男 八字").answer.chart.facts["pillars"]["hour"][1] == "亥"


def test_a_plan_is_looked_up_in_the_almanac_of_the_day():
    facts = talk("明天适合搬家吗").answer.chart.facts
    good = [term for term in ("入宅", "移徙") if term in facts["suitable"]]
    assert f"搬家：宜{'、'.join(good)}" in talk("明天适合搬家吗").text


def test_a_plan_the_almanac_does_not_know_is_told():
    result = talk("明天适合打麻将吗")
    assert result.status == "answered"
    assert "没有“打麻将”" in result.text


def test_the_days_until_a_festival_are_counted():
    assert "距今天还有74天" in talk("距离春节还有几天").text
    assert "已经过去8天" in talk("2026年11月16日有几天了").text
    assert "就是今天" in talk("今天离今天还有几天").text


def test_a_question_about_a_year_is_answered_without_a_chart():
    result = talk("2025年闰几月")
    assert (result.status, result.answer, result.understood_as) == ("answered", None, "2025年")
    assert "乙巳年，生肖蛇，闰六月" in result.text
    assert "没有闰月" in talk("今年闰几月").text


def test_a_day_with_something_that_is_not_understood_is_a_question():
    result = talk("明天考试顺利吗")
    assert result.status == "ambiguous"
    assert "没看懂“考试顺利”" in result.text
    assert talk("明天考试顺利吗", "1").answer.chart.system == "almanac"


def test_of_two_births_neither_gets_the_clock_or_the_sex_of_the_other():
    two = "我老公是1988年8月8日晚上8点，我是1990年5月17日早上8点，看看八字"
    assert talk(two).status == "ambiguous"
    assert talk(two, "2").question.slot == "hour"


# --- questions


def test_consent_precedes_the_birth_question_and_an_example_shows_how_to_say_it_at_once():
    result = talk("八字")
    assert (result.status, result.question.slot) == ("needs_input", "birth")
    assert result.text.index(CONSENT) < result.text.index("出生年月日")
    example = result.text.split("例如：\n")[1].split("\n")[0]
    assert talk(example).status == "answered"


def test_consent_is_asked_once_in_a_conversation():
    assert CONSENT not in talk("八字", "1990年5月17日").text
    assert CONSENT in talk("1990年5月17日 男 八字").text


@pytest.mark.parametrize(
    "texts",
    [
        ("八字", "1990年5月17日早上8点 男"),
        ("八字", "同意", "1990年5月17日", "早上8点", "男"),
        ("八字", "1990年", "5月17日", "8点", "男"),
        ("八字", "1990", "5月", "17", "8", "1"),
        ("1990年5月17日 八字", "早上8点", "男"),
        ("1990年5月17日 八字", "早上8点 男"),
        ("5月17日早上8点 男 八字", "1990"),
        ("1990年五月 男 八字", "17日", "8:00"),
        ("农历四月廿三 男 八字", "1990年", "早上8点"),
        ("1990年5月17日", "3", "早上8点", "男"),
        ("5/17/1990 男 八字", "8点"),
        ("庚午年四月廿三 早上8点 男 八字", "1"),
        ("1990年5月17日早上八点 男女 八字", "1"),
    ],
)
def test_a_birth_is_put_together_over_several_messages(texts):
    result = talk(*texts)
    assert result.status == "answered"
    assert result.answer.chart.facts["pillars"] == {
        "year": "庚午",
        "month": "辛巳",
        "day": "壬午",
        "hour": "甲辰",
    }
    assert result.context is None


def test_one_thing_is_asked_at_a_time_in_order():
    assert [
        talk(*said).question.slot for said in (("八字",), ("八字", "1990年"), ("八字", "1990年5月17日"))
    ] == [
        "birth",
        "date",
        "hour",
    ]
    assert talk("八字", "1990年5月17日", "辰时").question.slot == "gender"


def test_what_is_known_is_shown_with_the_question():
    assert "公历1990年5月17日，男" in talk("1990年5月17日 男 八字").text


def test_every_question_shows_a_sentence_that_needs_no_memory():
    for text in (
        "1990年5月17日 男 八字",
        "1990年5月17日早上8点 八字",
        "农历转公历",
        "适合搬家吗",
        "周末黄历",
        "2月30日黄历",
    ):
        shown = talk(text).text.split("例如：")[1].split("\n")[0]
        assert talk(shown).status == "answered", shown


def test_the_two_halves_of_the_rat_hour_are_a_choice():
    result = talk("1990年5月18日子时 男 八字")
    assert result.status == "ambiguous"
    assert len(result.question.choices) == 2
    early = talk("1990年5月18日子时 男 八字", "1").answer.chart.facts["pillars"]["day"]
    late = talk("1990年5月18日子时 男 八字", "夜子时").answer.chart.facts["pillars"]["day"]
    assert (early, late) == ("癸未", "甲申")


def test_an_impossible_date_is_told_with_the_nearest_possible_ones():
    result = talk("2026年2月30日黄历")
    assert result.status == "needs_input"
    assert result.answer is None
    assert result.question.choices == ["公历2026年2月28日", "公历2026年3月1日"]
    chosen = talk("2026年2月30日黄历", "2")
    assert chosen.answer.chart.input["date"]["day"] == 1


def test_a_leap_month_that_does_not_exist_is_told():
    result = talk("2025年闰五月初一是公历几号")
    assert "闰的是六月" in result.text
    assert talk("2025年闰五月初一是公历几号", "2").answer.chart.facts["solar"] == "2025-07-25"


def test_a_completed_date_is_checked_as_a_whole():
    result = talk("2月29日早上8点 男 八字", "1991年")
    assert (result.status, result.question.slot) == ("needs_input", "date")
    assert "没有29日" in result.text
    assert talk("2月29日早上8点 男 八字", "1991年", "1").answer.chart.input["birth"]["day"] == 28


def test_a_place_that_is_not_known_is_told_with_similar_names():
    result = talk("1990年5月17日8点 生于杭洲 男 八字")
    assert result.question.slot == "place"
    assert "浙江省杭州市" in result.question.choices
    chosen = talk("1990年5月17日8点 生于杭洲 男 八字", "1")
    assert chosen.answer.chart.input["birth"]["place"] == result.question.choices[0]


def test_a_number_beyond_the_choices_is_asked_again():
    result = talk("周末黄历", "5")
    assert result.status == "ambiguous"
    assert "1到2" in result.text


def test_after_two_replies_that_say_nothing_the_person_is_let_go():
    result = talk("1990年5月17日早上8点 八字", "蓝色", "绿色", "红色")
    assert (result.status, result.context) == ("not_understood", None)


def test_no_ends_the_birth_question_and_nothing_is_kept():
    result = talk("八字", "不同意")
    assert (result.status, result.intent, result.context) == ("answered", "consent_no", None)


@pytest.mark.parametrize(
    "text", ["今天黄历", "明天适合搬家吗", "菜单", "取消", "删除我的资料", "六爻", "彩票号码"]
)
def test_another_subject_ends_the_question(text):
    assert talk("1990年5月17日早上8点 八字", text).intent == talk(text).intent


def test_a_bare_day_answers_a_question_for_a_day():
    assert talk("适合搬家吗", "5月17日").intent == "almanac_day"
    assert talk("农历转公历", "5月17日").intent == "calendar_convert"


def test_a_question_is_forgotten_after_half_an_hour():
    asked = ask("周末黄历", now=NOW, systems=ALL)
    soon = ask("1", now=NOW + timedelta(minutes=29), systems=ALL, context=asked.context)
    late = ask("1", now=NOW + timedelta(minutes=31), systems=ALL, context=asked.context)
    assert soon.answer is not None
    assert soon.answer.chart.input["date"]["day"] == 28
    assert late.intent == "calendar_convert"


def test_two_subjects_are_a_choice_and_the_chosen_one_reads_the_sentence_anew():
    result = talk("明天适合搬家吗 顺便排八字")
    assert (result.status, result.question.slot) == ("ambiguous", "intent")
    assert talk("明天适合搬家吗 顺便排八字", "1").answer.chart.system == "almanac"
    birth = talk("明天适合搬家吗 顺便排八字", "2")
    assert birth.intent == "bazi"
    assert birth.answer is None


def test_of_two_subjects_only_the_one_here_is_answered_and_the_other_is_told():
    result = talk(f"{FULL} 六爻")
    assert result.answer.chart.system == "bazi"
    assert "六爻这里没有提供" in result.text


# --- what an account does not have


BUILT = {system.id for system in registry.all_systems()}
TO_COME = [topic for topic in TOPICS if topic.system not in BUILT]


@pytest.mark.parametrize("topic", TO_COME, ids=[topic.intent for topic in TO_COME])
def test_what_is_not_offered_yet_is_said_honestly(topic):
    result = talk(NAMES.get(topic.intent, topic.title))
    assert (result.status, result.intent) == ("refused", topic.intent)
    assert f"“{topic.title}”这里还没有提供" in result.text
    assert "1. " in result.text


# What people write for topics whose title they do not use.
NAMES = {
    "fortune": "今日运势",
    "horoscope": "白羊座运势",
    "naming": "起名",
    "lots": "抽签",
    "palm": "看手相",
    "weather": "今天天气",
}


def test_what_the_account_has_not_switched_on_is_said_honestly():
    result = talk(FULL, systems=("calendar", "almanac"))
    assert result.status == "refused"
    assert "没有开通" in result.text
    assert "八字：" not in result.text


def test_a_bare_day_is_shown_in_both_calendars_where_there_is_no_almanac():
    assert talk("2026年12月25日", systems=("calendar",)).answer.chart.system == "calendar"
    assert talk("1990年5月17日", systems=("calendar",)).answer.chart.system == "calendar"


def test_an_account_without_any_system_still_answers_politely():
    for text in ("今天黄历", "菜单", "帮助", "你好", "1", "随便说说"):
        assert talk(text, systems=()).text


# --- small requests


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_number_opens_an_entry_of_the_menu(number):
    result = talk(str(number))
    assert result.status in {"answered", "needs_input"}
    assert f"菜单第{number}项" in result.text


def test_a_number_that_the_menu_does_not_have_shows_the_menu():
    result = talk("9")
    assert result.status == "not_understood"
    assert "1. " in result.text


@pytest.mark.parametrize(
    "intent", ["greeting", "menu", "help", "thanks", "more", "delete_data", "cancel", "human"]
)
def test_small_requests_are_answered_without_a_chart(intent):
    words = {
        "greeting": "你好", "menu": "菜单", "help": "帮助", "thanks": "谢谢", "more": "继续",
        "delete_data": "删除我的资料", "cancel": "取消", "human": "人工",
    }  # fmt: skip
    result = talk(words[intent])
    assert (result.status, result.intent, result.answer, result.context) == ("answered", intent, None, None)
    assert result.text


def test_what_is_not_understood_is_quoted_with_the_menu():
    result = talk("我爱你")
    assert result.status == "not_understood"
    assert "我爱你" in result.text
    assert "1. " in result.text


# --- anything


def assert_sound(result):
    assert result.status in STATUSES
    assert result.text.strip()
    assert (result.answer is not None) <= (result.status == "answered")
    assert (result.question is not None) == (result.status in {"needs_input", "ambiguous"})
    assert json.loads(json.dumps(result.context)) == result.context


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=3))
def test_arbitrary_conversations_never_raise(texts):
    assert_sound(talk(*texts))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=4)
)
def test_conversations_of_real_words_never_raise(texts):
    assert_sound(talk(*texts))


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["v", "at", "intent", "slots", "asked", "options", "day", "time", "tries", "label"]
                ),
                inner,
            )
        ),
        max_leaves=12,
    )
)
def test_a_context_that_is_not_ours_is_ignored(context):
    assert_sound(ask("8点", now=NOW, systems=ALL, context=context))


@pytest.mark.parametrize(
    "slots",
    [
        {"day": {"calendar": "solar", "year": 1, "month": 99, "day": 0}},
        {"day": {"calendar": "martian", "year": 1990, "month": 5, "day": 17}},
        {"time": {"hour": 99}, "gender": "robot", "place": "x" * 99},
        {"day": {"calendar": "lunar", "month": 13}, "event": [1]},
    ],
)
def test_a_context_with_impossible_slots_raises_nothing(slots):
    context = talk("1990年5月17日早上8点 八字").context | {"slots": slots}
    assert_sound(ask("男", now=NOW, systems=ALL, context=context))


def test_thanks_end_a_question_and_a_yes_goes_on_with_it():
    assert talk("算八字", "谢谢").text == "不客气，随时再问。"
    assert talk("算八字", "谢谢，很详细").context is None
    assert talk("算八字", "好的").status == "needs_input"


def test_a_day_after_then_is_the_same_question_about_that_day():
    assert talk("那2026年10月2日呢").answer.chart.system == "almanac"
    assert talk("那么2026年10月2日呢？").answer.chart.system == "almanac"


def test_what_is_not_understood_is_quoted_as_it_was_written():
    assert "没看懂“a]] b 第二行”" in talk("a]]  b\n第二行").text
    assert "只看得懂中文" in talk("What is the lunar date of 2026-02-17?").text


def test_a_refusal_names_a_few_sentences_and_the_menu_for_the_rest():
    text = talk("我什么时候会死", systems=[system.id for system in registry.all_systems()]).text
    assert text.count("“") == 4
    assert text.endswith("回复“菜单”看全部。")
    assert "菜单" not in talk("我什么时候会死", systems=["calendar"]).text


def test_today_is_the_day_of_the_zone_that_is_given():
    # 16:30 UTC is the 25th in Shanghai and still the 24th in New York.
    now = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    here = ask("今天农历几号", now=now, systems=["calendar"])
    there = ask("今天农历几号", now=now, systems=["calendar"], zone=timezone(timedelta(hours=-5)))
    assert here.answer.chart.facts["solar"] == "2026-11-25"
    assert there.answer.chart.facts["solar"] == "2026-11-24"


def test_a_question_that_names_no_system_is_told_how_to_be_cast():
    systems = [system.id for system in registry.all_systems()]
    assert "例如：六爻 面试结果怎么样" in talk("面试结果怎么样", systems=systems).text
    assert (
        "例如：小六壬 丢了手机能找到吗" in talk("丢了手机能找到吗", systems=["calendar", "xiaoliuren"]).text
    )
    assert "占问" not in talk("面试结果怎么样", systems=["calendar"]).text
    assert "占问" not in talk("给我讲个笑话", systems=systems).text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("太准了", "thanks"),
        ("还有吗", "more"),
        ("隐私", "help"),
        ("怎么删除聊天记录", "help"),
        ("求个签", "lots"),
        ("财神在哪个方向", "almanac_day"),
        ("二十八星宿", "almanac_day"),
        ("梅花 3 8", "meihua"),
    ],
)
def test_everyday_wordings_are_known(text, intent):
    systems = [system.id for system in registry.all_systems()]
    assert talk(text, systems=systems).intent == intent
