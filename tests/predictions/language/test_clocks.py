"""Parts of the day, double hours, and times that contradict themselves."""

from __future__ import annotations

import pytest

from predictions.language.clocks import find_clock
from predictions.language.days import find_days
from predictions.language.normalise import normalise
from predictions.language.scan import Scan


def clock(text):
    scan = Scan(normalise(text).text)
    find_days(scan)
    return find_clock(scan)


def shown(text):
    found = clock(text)
    return None if found is None else [time.label for time in found.times]


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("8点", ["08:00"]), ("20点", ["20:00"]), ("早上8点半", ["08:30"]), ("上午10点一刻", ["10:15"]),
        ("中午12点", ["12:00"]), ("中午1点", ["13:00"]), ("正午", ["12:00"]), ("下午3点", ["15:00"]),
        ("下午15点", ["15:00"]), ("傍晚六点多", ["18:00"]), ("晚上8点", ["20:00"]),
        ("晚上11点59分", ["23:59"]),
        ("晚上12点", ["次日00:00"]), ("半夜12点", ["次日00:00"]), ("24点", ["次日00:00"]),
        ("24:00", ["次日00:00"]),
        ("凌晨12点", ["00:00"]), ("零点", ["00:00"]), ("0点30分", ["00:30"]), ("凌晨3点05分", ["03:05"]),
        ("7点15", ["07:15"]), ("七点十五", ["07:15"]), ("7:15", ["07:15"]), ("7：15", ["07:15"]),
        ("07:15:30", ["07:15"]),
        ("八点零五", ["08:05"]), ("二十三点五十九分", ["23:59"]), ("8时8分", ["08:08"]),
        ("19900517 0830", ["08:30"]),
        ("8点到10点", ["08:00", "10:00"]), ("半夜2点", ["02:00", "次日02:00"]),
        ("晚上1点", ["01:00", "次日01:00"]),
        ("早上12点", ["00:00", "12:00"]), ("子时", ["00:00", "23:00"]), ("早子时", ["00:00"]),
        ("夜子时", ["23:00"]),
        ("晚子时", ["23:00"]), ("丑时", ["02:00"]), ("午时三刻", ["12:00"]), ("亥时", ["22:00"]),
        ("早上8点辰时", ["08:00"]),
    ],
)  # fmt: skip
def test_a_time_is_read(text, times):
    assert shown(text) == times


@pytest.mark.parametrize(
    "text",
    [
        "25点",
        "8点61分",
        "24点30分",
        "早上20点",
        "凌晨10点",
        "早上8点午时",
        "差五分八点",
        "八点差一刻",
        "99:99",
    ],
)
def test_a_time_that_cannot_be_is_a_problem(text):
    assert clock(text).problem


@pytest.mark.parametrize(
    "text",
    [
        "有一点问题",
        "早一点",
        "几点",
        "上午时间",
        "男子时代",
        "生辰时间",
        "24小时",
        "快点",
        "5月17日",
        "一点也不好",
    ],
)
def test_what_is_no_time_is_none(text):
    assert clock(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "时辰不详",
        "不知道几点",
        "时间不知道",
        "忘了具体时间",
        "时辰未知",
        "没有时辰",
        "不清楚出生时间",
        "不记得几点生的",
    ],
)
def test_an_hour_that_nobody_knows_is_read_as_unknown(text):
    assert clock(text).unknown


def test_conventions_are_noted():
    assert "次日" in clock("晚上12点").notes[0]
    assert "24小时" in clock("8点").notes[0]
    assert clock("早上8点").notes == ()
    assert "07:00–09:00" in clock("辰时").notes[0]
