"""The one term table of the engine: labels and titles in Chinese and English. Facts and readings stay
Chinese.
"""

from __future__ import annotations

import re

_LABELS = {
    "solar": ("公历：", "Solar: "),
    "lunar": ("农历：", "Lunar: "),
    "ganzhi": ("干支：", "Sexagenary: "),
    "zodiac": ("生肖：", "Zodiac: "),
    "term": ("节气：", "Solar term: "),
    "festivals": ("节令：", "Festivals and seasons: "),
    "holiday": ("假日：", "Public holiday: "),
    "suitable": ("宜：", "Suitable: "),
    "avoid": ("忌：", "Avoid: "),
    "jianchu": ("建除：", "Day officer: "),
    "mansion": ("值宿：", "Mansion: "),
    "yellow_black": ("值神：", "Day spirit: "),
    "clash": ("冲煞：", "Clash: "),
    "good_gods": ("吉神：", "Good gods: "),
    "bad_gods": ("凶煞：", "Bad gods: "),
    "directions": ("方位：", "Directions: "),
    "pengzu": ("彭祖百忌：", "Pengzu's taboos: "),
    "fetus": ("胎神：", "Foetus god: "),
    "hours": ("吉时：", "Good hours: "),
    "tradition": ("宜忌出处：", "Tradition: "),
    "pillars": ("四柱：", "Pillars: "),
    "day_master": ("日主：", "Day master: "),
    "ten_gods": ("十神：", "Ten gods: "),
    "hidden": ("藏干：", "Hidden stems: "),
    "nayin": ("纳音：", "Nayin: "),
    "void": ("旬空：", "Void: "),
    "elements": ("五行：", "Elements: "),
    "strength": ("强弱：", "Strength: "),
    "pattern": ("格局：", "Pattern: "),
    "needs": ("用神：", "Needed: "),
    "same_all_day": ("时辰不影响：", "Whatever the hour: "),
    "by_hour": ("随时辰变：", "Changes with the hour: "),
    "palaces": ("宫元：", "Palaces: "),
    "stars": ("神煞：", "Stars: "),
    "relations": ("刑冲合害：", "Relations: "),
    "luck": ("起运：", "Luck begins: "),
    "cycles": ("大运：", "Luck cycles: "),
    "sun": ("太阳：", "Sun: "),
    "twilight": ("晨昏：", "Twilight: "),
    "moon": ("月亮：", "Moon: "),
    "phases": ("本月月相：", "Phases of the month: "),
    "planets_seen": ("今夜可见：", "Planets to be seen tonight: "),
    "planets_hidden": ("不可见：", "Not to be seen: "),
    "next_eclipses": ("日月食：", "Next eclipses: "),
    "hexagram": ("本卦：", "Hexagram: "),
    "mutual_hexagram": ("互卦：", "Mutual: "),
    "changed_hexagram": ("变卦：", "Changed: "),
    "month_day": ("月日：", "Month and day: "),
    "hidden_lines": ("伏神：", "Hidden lines: "),
    "body_of_hexagram": ("卦身：", "Body: "),
    "focus": ("用神：", "Focus: "),
    "moving_line": ("动爻：", "Moving line: "),
    "body_use": ("体用：", "Body and use: "),
    "three_palaces": ("三宫：", "Three palaces: "),
    "result": ("结果：", "Result: "),
    "plate": ("局：", "Plate: "),
    "chiefs": ("值符值使：", "Chief star and gate: "),
    "patterns": ("格局：", "Patterns: "),
    "event": ("事项：", "Event: "),
    "excluded_days": ("排除：", "Excluded: "),
    "soul": ("命宫：", "Soul palace: "),
    "mutagens": ("四化：", "Transformations: "),
    "levels": ("运限：", "Levels: "),
    "reading": ("【解读】", "[Reading, in Chinese]"),
    "notices": ("【提示】", "[Notes, in Chinese]"),
    "more": ("……其余从略，共", "... cut; statements in all: "),
}

_WEEKDAYS = {
    "星期一": "Monday",
    "星期二": "Tuesday",
    "星期三": "Wednesday",
    "星期四": "Thursday",
    "星期五": "Friday",
    "星期六": "Saturday",
    "星期日": "Sunday",
}

# Titles of pictures, captions and heads of tables on the reading page.
_HEADINGS = {
    "月历": "The month",
    "五行强弱": "Strength of the five elements",
    "大运": "Luck cycles",
    "时辰不详：全日的异同": "Hour unknown: what the hour would change",
    "日历": "The day",
    "合用日子的高下": "The days that suit, ranked",
    "六爻卦象": "The hexagrams",
    "梅花易数卦象": "The hexagrams",
    "奇门遁甲九宫": "The nine palaces",
    "今夜行星": "Planets tonight",
    "昼夜与晨昏": "Day, night and twilight",
    "最近的日月食": "Next eclipses",
    "月相": "The moon",
    "小六壬掌诀": "The six palaces on the hand",
    "紫微斗数命盘": "The twelve palaces",
    "时辰吉凶": "The double hours",
    "四柱": "The four pillars",
    "时辰不详时，各时辰的差别": "Hour unknown: the chart of each hour",
    "合用的日子": "Days that suit",
    "排除的日子": "Days excluded",
    "可见的行星": "Planets to be seen",
    "时辰": "Hour",
    "值神": "Spirit",
    "宜": "Suitable",
    "忌": "Avoid",
    "年柱": "Year",
    "月柱": "Month",
    "日柱": "Day",
    "时柱": "Hour",
    "钟表时间": "Clock",
    "日主": "Strength",
    "格局": "Pattern",
    "命宫": "Life palace",
    "起运": "Luck begins",
    "日期与分数": "Date and score",
    "理由与吉时": "Reasons and good hours",
    "理由": "Reason",
    "日期": "Dates",
    "行星": "Planet",
    "何时": "When",
    "最高时": "Highest at",
    "方位": "Direction",
    "星等": "Magnitude",
}

_ERRORS = {
    "unknown_field": "is not a member known here.",
    "missing_field": "is missing.",
    "wrong_type": "has the wrong JSON type.",
    "unknown_system": "is not a known system.",
    "impossible_date": "is not a day or month of that calendar.",
    "no_such_leap_month": "the lunar year has no such leap month.",
    "out_of_range": "is outside what is answered.",
    "unknown_place": "is not a known place.",
    "refused_topic": "is a topic that is not answered.",
}


def label(name: str, lang: str = "zh-Hans") -> str:
    """The heading of a line, with its punctuation."""
    return _LABELS[name][lang == "en"]


def labelled_parts(line: str, lang: str = "zh-Hans") -> list[tuple[str, str]]:
    """A line of a rendered text as (label without its colon, words) pairs: "日主：阳水 旬空：申酉" has two.

    Words before the first label have the label "".
    """
    *heads, rest = re.split(_LABEL_PATTERNS[lang == "en"], line)
    if not heads:
        return [("", rest)]
    pairs = [("", heads[0]), *zip(heads[1::2], [*heads[2::2], rest], strict=True)]
    return [(name.rstrip("：: "), words.strip()) for name, words in pairs if name or words.strip()]


def _label_pattern(lang: int) -> re.Pattern[str]:
    listed = sorted({pair[lang] for pair in _LABELS.values()}, key=len, reverse=True)
    return re.compile(rf"(?:^|(?<= ))({'|'.join(map(re.escape, listed))})")


_LABEL_PATTERNS = (_label_pattern(0), _label_pattern(1))


def heading(name: str, lang: str = "zh-Hans") -> str:
    """A heading of the reading page; one without English yet is shown as it is."""
    return _HEADINGS.get(name, name) if lang == "en" else name


def weekday_en(name: str) -> str:
    """星期一 -> Monday."""
    return _WEEKDAYS[name]


def error_en(pointer: str, code: str) -> str:
    """An English sentence for an error code; the Chinese detail says more."""
    return f"{pointer} {_ERRORS.get(code, 'is not valid.')}"
