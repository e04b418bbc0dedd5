"""Sentences with their intent and slots, and the ways in which a sentence must not be half read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.language import understand
from tests.predictions.language.clock import CHINA, NOW

SENTENCES = yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text("utf-8"))
# Pieces that real sentences are made of, so that random ones get deep into the recognisers.
WORDS = """
1990年 90年 民国三十年 庚午年 马年 明年 5月 闰六月 腊月 十七日 17号 初八 廿三 三十 2026-02-17 19900517
0830 5.17 农历 公历 今天 后天 下周三 周末 月底 春节 除夕 小年 立春 五一 3天后 前一天 早上 晚上 半夜 8点
十二点 25点 半 一刻 辰时 子时 夜子时 时辰不详 男 女 儿子 乾造 杭州 出生 生于 在 黄历 八字 六爻 几号 哪天
适合 搬家 吗 的 和 ， 。 ? 1 2
"""
PIECES = tuple(WORDS.split())
SOLAR_DAYS = st.dates(datetime(1900, 1, 1).date(), datetime(2100, 12, 31).date())


@pytest.mark.parametrize("row", SENTENCES, ids=[row["text"] for row in SENTENCES])
def test_a_sentence_is_understood(row):
    found = understand(row["text"], NOW)
    assert found.intent == row["intent"]
    assert found.topic == row.get("topic", "")
    assert found.slots == row.get("slots", {})
    assert ([found.issue.kind, found.issue.slot] if found.issue else None) == row.get("issue")


def test_there_are_many_sentences_and_none_is_listed_twice():
    texts = [row["text"] for row in SENTENCES]
    assert len(texts) >= 300
    assert len(set(texts)) == len(texts)


def test_traditional_characters_full_width_and_blanks_make_no_difference():
    plain = understand("农历1990年四月廿三辰时 女命 八字", NOW)
    for text in (
        "農曆１９９０年四月廿三辰時女命八字",
        " 农历 1990 年 四月 廿三 辰时　女命　八字 ",
        "农历1990年四月廿三辰时女命八字。",
    ):
        found = understand(text, NOW)
        assert (found.intent, found.slots) == (plain.intent, plain.slots)


@given(SOLAR_DAYS)
def test_every_day_is_read_back_in_every_way_of_writing_it(day):
    expected = {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day}
    for written in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day.month:02}月{day.day:02}号",
        day.isoformat(),
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{_digits(day.year)}年{_numeral(day.month)}月{_numeral(day.day)}日",
    ):
        assert understand(f"{written}黄历", NOW).slots == {"day": expected}, written


def _digits(number):
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(number))


def _numeral(number):
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{'一二三'[tens - 1]}十"
    return ten + ("一二三四五六七八九"[ones - 1] if ones else "")


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_clock_is_read_back(hour, minute):
    found = understand(f"1990年5月17日{hour:02}:{minute:02} 男 八字", NOW)
    assert found.slots["time"] == {"hour": hour, "minute": minute}
    spoken = understand(f"1990年5月17日{hour}点{minute}分 男 八字", NOW)
    assert spoken.slots["time"] == {"hour": hour, "minute": minute}


@pytest.mark.parametrize(
    "text",
    [
        "2026年2月17黄历 13月",
        "2026年5月17日黄历 99",
        "今天黄历 abc123",
        "1990年5月17日早上8点 男 八字 8月八",
    ],
)
def test_digits_that_were_not_understood_are_told_and_not_dropped(text):
    found = understand(text, NOW)
    assert found.issue is not None


def test_the_eight_of_eight_characters_is_no_minute_and_no_day():
    assert understand("1990年5月17日早上8点 八字 男", NOW).slots["time"] == {"hour": 8}
    assert understand("1990年五月初八八字 辰时 男", NOW).slots["day"]["day"] == 8


def test_today_is_the_day_of_shanghai_whatever_the_zone_of_now():
    late = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)
    assert understand("今天黄历", late).slots["day"]["day"] == 25
    assert understand("今天黄历", late.astimezone(CHINA)).slots["day"]["day"] == 25


def test_a_day_in_both_calendars_is_one_day_when_they_agree_and_a_question_when_not():
    agreed = understand("1990年5月17日（农历四月廿三）早上8点 男 八字", NOW)
    assert agreed.issue is None
    assert agreed.slots["day"] == {"calendar": "solar", "year": 1990, "month": 5, "day": 17}
    differing = understand("1990年5月17日（农历四月廿四）早上8点 男 八字", NOW).issue
    assert differing is not None
    assert differing.kind == "ambiguous"


def test_a_birth_in_the_future_is_a_problem():
    tomorrow = NOW + timedelta(days=1)
    found = understand(f"{tomorrow:%Y-%m-%d} 08:00 男 八字", NOW)
    assert found.issue is not None
    assert found.issue.kind == "problem"
    assert "将来" in found.issue.text


def test_too_long_a_sentence_is_cut_and_says_so():
    found = understand("今天黄历" + "呀" * 600, NOW)
    assert found.intent == "almanac_day"
    assert "500" in found.notes[0]


def test_the_chosen_subject_overrides_the_words():
    assert understand("1990年5月17日", NOW, intent="bazi").intent == "bazi"


def test_a_role_makes_a_day_without_a_year_incomplete_instead_of_the_next_one():
    assert understand("5月17日", NOW, role="birth").slots["day"] == {
        "calendar": "solar",
        "month": 5,
        "day": 17,
    }
    assert understand("5月17日", NOW).slots["day"]["year"] == 2027


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_random_sentences_of_real_words_are_understood_somehow(text):
    found = understand(text, NOW)
    assert found.intent
    day = found.slots.get("day")
    if day and {"year", "month", "day"} <= day.keys():
        assert 1900 <= day["year"] <= 2101
        assert 1 <= day["month"] <= 12


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_arbitrary_text_never_raises(text):
    assert understand(text, NOW).intent
