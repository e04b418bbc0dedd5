"""Which day a sentence names: spans of text become DayText values, still without any arithmetic."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from predictions.cycles import BRANCHES, STEMS, ZODIAC
from predictions.language.festivals import FESTIVALS, LITTLE_NEW_YEAR, NUMERAL_FESTIVALS, Festival
from predictions.language.numerals import number
from predictions.language.scan import TAKEN, Scan
from predictions.solar_terms import TERM_NAMES

SOLAR_WORDS = ("公历", "阳历", "新历", "西历", "国历")
LUNAR_WORDS = ("农历", "阴历", "旧历", "夏历", "老历")


@dataclass(frozen=True, slots=True)
class Year:
    """`kind` written, short (two digits): `value` is the year; relative: years from this one; ganzhi; zodiac.

    `cycle` is the 干支 written beside a plain year, to be compared with it.
    """

    kind: str
    value: int
    cycle: str = ""


@dataclass(frozen=True, slots=True)
class DayText:
    """One expression of a day.

    `kind`: civil (year, month, day, each perhaps missing), festival, term, days / months / years (`value`
    from today), weekday (`value` 0 is Monday, 7 the weekend; `shift` weeks), either_order (5/6/1990), range
    (a stretch of time, not a day). `calendar` is solar, lunar, or either where the writing fits both.
    `after` counts the days of 前一天, 后三天.
    """

    kind: str
    start: int
    end: int
    text: str
    calendar: str = "solar"
    year: Year | None = None
    month: int | None = None
    day: int | None = None
    leap: bool = False
    shift: int | None = None
    value: int = 0
    festivals: tuple[Festival, ...] = field(default=())
    after: int = 0


_CALENDAR = rf"(?:(?<![转换成为到变])(?:{'|'.join(SOLAR_WORDS + LUNAR_WORDS)}))"
_DIGIT = "〇零一二三四五六七八九"
_COUNT = "[0-9]{1,4}|[一二两三四五六七八九十百]{1,5}"
_NOT_A_SPAN = "(?![前后内来间代以之里])"
_CYCLE = rf"[{STEMS}][{BRANCHES}]"
_YEAR = (
    rf"(?:(?:公元|西元)?(?:(?<![0-9])(?P<y>[0-9]{{2,6}})|(?<![{_DIGIT}十])(?P<yc>[{_DIGIT}]{{2,5}}|[一二]千[{_DIGIT}百十]{{1,5}}))"
    rf"(?:年{_NOT_A_SPAN}(?:\(?(?P<beside>{_CYCLE})年?\)?)?|(?P<beside2>{_CYCLE})年|[ ./-](?=[0-9]{{1,2}}月))"
    rf"|民国(?P<roc>元|[0-9]{{1,3}}|[{_DIGIT}十百]{{1,4}})年"
    rf"|(?P<cycle>{_CYCLE})年(?:\(?(?P<y2>[0-9]{{4}})年?\)?)?"
    rf"|(?P<relative>大前|大后|今|本|明|后|去|前)年|(?P<zodiac>[{ZODIAC}])年)"
)
_MONTH = r"(?P<leap>闰)?(?P<month>(?<![0-9])[0-9]{1,2}|[一二三四五六七八九十]{1,3}|正|冬|腊|元)月份?"
_DAY = (
    r"(?P<day>初(?:[一二三四五六七八九十]|10|[1-9])|[二三四]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅[一二]?"
    r"|[一二三四五六七八九]|[0-9]{1,2})"
)
# What may not follow a day without 日 or 号: digits, or numerals that begin neither a clock nor 八字.
_NEXT_WORD = "(?![一二三四五六七八九十]{1,3}(?![点时字爻柱神行一二三四五六七八九十]))"
_DAY_END = rf"(?:(?P<unit>日|号)|(?![0-9年月个点时:]){_NEXT_WORD})"
_AND = "(?:的|是|:|,)? ?"
_SHIFT = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下下": 2, "下": 1}
_SHIFTS = "上上|下下|上|下|这|本"

_NAMES = "|".join(sorted([*FESTIVALS.keys() - NUMERAL_FESTIVALS, *TERM_NAMES], key=len, reverse=True))

_PATTERNS: dict[str, re.Pattern[str]] = {
    "dotted": re.compile(
        rf"(?P<cal>{_CALENDAR})?{_AND}(?<![0-9])(?P<y>[0-9]{{4}})(?P<sep>[-/. ])"
        r"(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})(?![0-9])日?"
    ),
    "compact": re.compile(
        rf"(?P<cal>{_CALENDAR})?{_AND}(?<![0-9])(?P<y>(?:18|19|20|21)[0-9]{{2}})"
        r"(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?=(?:[ T]?[0-9]{4})?(?![0-9]))"
    ),
    "anniversary": re.compile(r"(?P<relative>大前|大后|明|后|去|前)年的?今[天日]"),
    "full": re.compile(
        rf"(?P<cal>{_CALENDAR})?{_AND}(?:{_YEAR}{_AND}(?:出?生(?:于|人|的)?,?)?)?(?P<cal2>{_CALENDAR})?{_AND}{_MONTH}的?{_DAY}{_DAY_END}"
        rf"(?:\((?P<cal3>{_CALENDAR})\))?"
    ),
    "new_year_day": re.compile(rf"(?:{_YEAR}的?)?(?:大年|年)(?P<day>初[一二三四五六七八九十])"),
    "festival": re.compile(
        rf"(?P<cal>{_CALENDAR})?(?:(?:{_YEAR}|(?<![0-9])(?P<bare>[12][0-9]{{3}}))的?)?"
        rf"(?P<name>小年(?!轻)|{_NAMES}|(?<![0-9{_DIGIT}十百千])(?:{'|'.join(NUMERAL_FESTIVALS)})"
        rf"(?![0-9{_DIGIT}十百千年月日号点时分个]))(?:节(?!气)|当天|那天)?"
    ),
    "shifted_day": re.compile(rf"(?P<shift>{_SHIFTS}|当)个?月的?(?P<cal>{_CALENDAR})?{_DAY}{_DAY_END}"),
    "relative": re.compile(
        r"(?P<word>大前天|大后天|前天|[昨今明后][天日儿](?!子)个?|本日|[昨今明后](?=[早晚夜晨]))"
    ),
    "counted": re.compile(
        rf"(?:再?过)?(?P<n>半|{_COUNT})个?(?P<grain>天|日|周|星期|礼拜|月|年)(?:以|之)?(?P<way>后|前)(?!天)"
        rf"|再?过(?P<n2>半|{_COUNT})个?(?P<grain2>天|日|周|星期|礼拜|月|年)"
    ),
    "weekday": re.compile(
        rf"(?P<shift>{_SHIFTS})?个?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末1-7])(?![0-9]|期|年)"
    ),
    "range": re.compile(
        rf"(?:{_SHIFTS})个?月的?(?:[初中底]|[上中下]旬)"
        rf"|(?:(?:{_SHIFTS})个?(?:月|周|星期|礼拜)|[今明后去]年)?(?:[上下]半年|[上中下]旬|月[初中底]|年[初底])"
        rf"|(?:{_SHIFTS})(?:个月|周|个?星期|个?礼拜)(?![一二三四五六日天末])|本月|下月|上月"
        rf"|(?:未来|最近|近|接下来)(?:{_COUNT})?个?(?:天|日|周|星期|月|年)|最近|近期|近日"
    ),
    "month": re.compile(
        rf"(?P<cal>{_CALENDAR})?{_AND}(?:{_YEAR}{_AND})?(?P<cal2>{_CALENDAR})?{_AND}{_MONTH}"
    ),
    "year": re.compile(rf"(?P<cal>{_CALENDAR})?{_AND}{_YEAR}"),
    "day_month_year": re.compile(
        r"(?<![0-9])(?P<a>[0-9]{1,2})[/.-](?P<b>[0-9]{1,2})[/.-](?P<y>[0-9]{4})(?![0-9])"
    ),
    "month_day": re.compile(
        rf"(?P<cal>{_CALENDAR})?{_AND}(?<![0-9.])(?P<month>1[0-2]|0?[1-9])[/.-](?P<day>[0-9]{{1,2}})(?![0-9.%点时天个号日岁度元万块])"
    ),
    "day": re.compile(
        rf"(?P<cal>{_CALENDAR})?{_AND}(?:(?P<day>初[一二三四五六七八九十]|廿[一二三四五六七八九])(?P<unit>日)?"
        rf"|(?<![0-9])(?P<day2>[0-9]{{1,2}}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?P<unit2>日|号)(?!人))"
    ),
}
_AFTER = re.compile(rf"的?(?P<way>前|后)(?P<n>{_COUNT})[天日]|的?(?P<other>前|后)一?[天日]|的?第二天")
_AROUND = re.compile("的?(?:前后|左右|期间|前夕)")


def find_days(scan: Scan) -> list[DayText]:
    """Every day named, in the order of the sentence. What is found is taken from the scan."""
    found = [
        _with_tail(scan, day)
        for name, pattern in _PATTERNS.items()
        for match in scan.matches(pattern)
        for day in [_BUILDERS[name](match)]
    ]
    return _joined(sorted(found, key=lambda day: day.start))


def _joined(days: list[DayText]) -> list[DayText]:
    """四月廿三今年是几号: a year that stands apart belongs to the one day that lacks it."""
    years = [
        day for day in days if day.kind == "civil" and day.year and day.month is None and day.day is None
    ]
    yearless = [day for day in days if day.kind == "civil" and day.year is None and day.month and day.day]
    if len(years) != 1 or len(yearless) != 1:
        return days
    whole = replace(yearless[0], year=years[0].year)
    return [whole if day is yearless[0] else day for day in days if day is not years[0]]


def _with_tail(scan: Scan, day: DayText) -> DayText:
    """Read what hangs on the day: 春节前一天, 清明前后."""
    if around := _AROUND.match(scan.rest, day.end):
        scan.take(day.end, around.end())
        return replace(day, kind="range", end=around.end(), text=day.text + around[0])
    tail = _AFTER.match(scan.rest, day.end)
    if tail is None or day.kind == "range":
        return day
    count = number(tail["n"]) if tail["n"] else 1
    way = -1 if (tail["way"] or tail["other"]) == "前" else 1
    scan.take(day.end, tail.end())
    return replace(day, after=way * (count or 1), end=tail.end(), text=day.text + tail[0])


def _text(match: re.Match[str]) -> str:
    return match[0].replace(TAKEN, "").strip(" ,:的是")


def _year(match: re.Match[str]) -> Year | None:
    """The year group of a match; two digits stay two digits until the clock is known."""
    got = match.groupdict()
    if got.get("roc"):
        return Year("written", 1911 + (1 if got["roc"] == "元" else number(got["roc"]) or 0))
    if got.get("cycle"):
        beside = got.get("y2")
        return Year("written", int(beside), got["cycle"]) if beside else Year("ganzhi", 0, got["cycle"])
    if got.get("relative"):
        return Year("relative", _RELATIVE_YEARS[got["relative"]])
    if got.get("zodiac"):
        return Year("zodiac", ZODIAC.index(got["zodiac"]))
    written = got.get("y") or got.get("yc") or got.get("bare")
    if not written:
        return None
    kind = "short" if len(written) == 2 else "written"
    return Year(kind, number(written) or 0, got.get("beside") or got.get("beside2") or "")


_RELATIVE_YEARS = {"今": 0, "本": 0, "明": 1, "后": 2, "大后": 3, "去": -1, "前": -2, "大前": -3}
_MONTH_NAMES = {"正": 1, "元": 1, "冬": 11, "腊": 12}


def _calendar(match: re.Match[str], year: Year | None) -> str:
    """Explicit words first, then writing that only one calendar uses; see docs/predictions.md, 读法."""
    got = match.groupdict()
    words = [got[name] for name in ("cal", "cal2", "cal3") if got.get(name)]
    if words:
        return "lunar" if words[-1] in LUNAR_WORDS else "solar"
    month, day = got.get("month") or "", got.get("day") or ""
    if got.get("leap") or month in {"正", "冬", "腊"} or day[:1] in {"初", "廿"} or day == "卅":
        return "lunar"
    if year is not None and year.kind == "ganzhi":
        return "lunar"
    chinese = not (month + day).isascii() and not any(c.isdigit() for c in month.replace("元", "1"))
    return "either" if chinese and day and not got.get("unit") else "solar"


def _civil(match: re.Match[str]) -> DayText:
    got, year = match.groupdict(), _year(match)
    month, day = got.get("month"), got.get("day") or got.get("day2")
    return DayText(
        "civil",
        match.start(),
        match.end(),
        _text(match),
        calendar=_calendar(match, year),
        year=year,
        month=_MONTH_NAMES.get(month) or number(month) if month else None,
        day=number(day) if day else None,
        leap=bool(got.get("leap")),
        shift=_SHIFT[got["shift"]] if got.get("shift") else None,
    )


def _new_year_day(match: re.Match[str]) -> DayText:
    return replace(_civil(match), calendar="lunar", month=1)


def _festival(match: re.Match[str]) -> DayText:
    name, year = match["name"], _year(match)
    calendar = (
        "lunar" if match["cal"] in LUNAR_WORDS or (year is not None and year.kind == "ganzhi") else "solar"
    )
    where = (match.start(), match.end(), _text(match))
    if name in TERM_NAMES:
        return DayText("term", *where, calendar=calendar, year=year, value=TERM_NAMES.index(name))
    festivals = LITTLE_NEW_YEAR if name == "小年" else (FESTIVALS[name],)
    return DayText("festival", *where, calendar=calendar, year=year, festivals=festivals)


_DAY_WORDS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "本": 0, "当": 0, "明": 1, "后": 2, "大后": 3}


def _relative(match: re.Match[str]) -> DayText:
    word = match["word"]
    value = _DAY_WORDS[word[:2]] if word[0] == "大" else _DAY_WORDS[word[0]]
    return DayText("days", match.start(), match.end(), word, value=value)


def _anniversary(match: re.Match[str]) -> DayText:
    where = (match.start(), match.end(), match[0])
    return DayText("years", *where, value=_RELATIVE_YEARS[match["relative"]])


def _counted(match: re.Match[str]) -> DayText:
    count, grain = match["n"] or match["n2"], match["grain"] or match["grain2"]
    way = -1 if match["way"] == "前" else 1
    where = (match.start(), match.end(), _text(match))
    if count == "半":
        kind, value = ("days", 15) if grain == "月" else ("months", 6) if grain == "年" else ("range", 0)
    else:
        kind = {"月": "months", "年": "years"}.get(grain, "days")
        value = (number(count) or 0) * (7 if grain in {"周", "星期", "礼拜"} else 1)
    return DayText(kind, *where, value=way * value)


def _weekday(match: re.Match[str]) -> DayText:
    value = {"末": 7, "日": 6, "天": 6, "7": 6}.get(match["weekday"])
    value = (number(match["weekday"]) or 1) - 1 if value is None else value
    shift = _SHIFT[match["shift"]] if match["shift"] else None
    return DayText("weekday", match.start(), match.end(), _text(match), value=value, shift=shift)


def _range(match: re.Match[str]) -> DayText:
    return DayText("range", match.start(), match.end(), _text(match))


def _day_month_year(match: re.Match[str]) -> DayText:
    """17/5/1990 or 5/17/1990; where both numbers could be the month, the person settles it."""
    first, second = int(match["a"]), int(match["b"])
    where = (match.start(), match.end(), _text(match))
    if first > 12 or second > 12:
        month, day = (second, first) if first > 12 else (first, second)
        return DayText("civil", *where, year=Year("written", int(match["y"])), month=month, day=day)
    return DayText("either_order", *where, year=Year("written", int(match["y"])), month=first, day=second)


_BUILDERS: dict[str, Callable[[re.Match[str]], DayText]] = {
    "dotted": _civil,
    "compact": _civil,
    "full": _civil,
    "new_year_day": _new_year_day,
    "festival": _festival,
    "shifted_day": _civil,
    "relative": _relative,
    "anniversary": _anniversary,
    "counted": _counted,
    "weekday": _weekday,
    "range": _range,
    "month": _civil,
    "year": _civil,
    "day_month_year": _day_month_year,
    "month_day": _civil,
    "day": _civil,
}
