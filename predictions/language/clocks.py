"""Which time of day a sentence names: a clock, one of the twelve double hours, or that it is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from predictions.cycles import BRANCHES, hour_branch
from predictions.language.numerals import number
from predictions.language.scan import TAKEN, Scan


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `minute` is None when only the hour was said; `next_day`: of the civil day after the
    one named (晚上12点); `branch` is the double hour that was said instead of a clock.
    """

    hour: int
    minute: int | None = None
    next_day: bool = False
    branch: str = ""

    @property
    def label(self) -> str:
        return f"{'次日' if self.next_day else ''}{self.hour:02}:{self.minute or 0:02}"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One time (`times` has one), several that the text could mean, none (`unknown`), or a `problem`."""

    text: str
    times: tuple[Time, ...] = ()
    labels: tuple[str, ...] = field(default=())
    branch: str = ""
    unknown: bool = False
    notes: tuple[str, ...] = ()
    problem: str = ""


_UNSURE = "不详|未知|不知道?|不清楚|不确定|忘了|忘记了?|不记得了?|没有|不明"
_CLOCK_WORDS = "时辰|时间|几点|钟点|小时"
UNKNOWN = re.compile(
    rf"(?:出生)?的?(?:具体)?(?:{_CLOCK_WORDS})(?:也|都|是)?(?:{_UNSURE})|(?:{_UNSURE})(?:是|出生|具体|准确|的|在)*(?:{_CLOCK_WORDS})(?:生的?|出生)?"
)
UNKNOWN_REPLY = re.compile(rf"(?:我|也|都|真的?|具体)*(?:{_UNSURE})(?:了|啊|呢|哦|的)*[。.!]?")

_MORNING = "清晨|早晨|大清早|清早|一大早|一早|早上|早|上午"
_NIGHT = "夜里|夜晚|夜间|深夜|半夜|午夜|后半夜"
_PERIOD = rf"(?:凌晨|{_MORNING}|中午|正午|晌午|午后|下午|傍晚|黄昏|晚上|晚间|当晚|晚|{_NIGHT})"
_N = "零〇一二三四五六七八九"
_HOUR = rf"(?P<hour>[0-9]{{1,2}}|二?十[一二三四五六七八九]?|[两{_N}])"
# Without 分, one numeral is the next word's (8点 八字, 8点 五行); 零五, 十五 and 05 are minutes.
_MINUTE = (
    rf"(?:(?P<minute>[0-9]{{1,2}}|[{_N}十]{{1,3}})分钟?|(?P<minute3>[0-9]{{2}}|零[{_N}]|[二三四五]?十[{_N}]|[二三四五]十)"
    r"(?![0-9年月日号天点个字爻柱神行]))"
)
_CLOCK = re.compile(
    rf"(?P<period>{_PERIOD})?的?(?:大概|大约|约)?(?<![0-9.有差点])(?!(?<=[早晚快慢])一点)"
    rf"(?:{_HOUR}(?:点钟?|时(?!辰|间|候|代|期))(?:(?P<half>半)|(?P<quarter>[一三13])刻|整|{_MINUTE}(?:[0-9]+秒)?)?"
    rf"|(?P<hour2>[0-9]{{1,2}}):(?P<minute2>[0-9]{{2}})(?::[0-9]{{2}})?(?![0-9]))"
    rf"(?P<about>多|左右|前后|许)?(?!也|都|儿|小)"
)
# 差五分八点: subtracting is left to the person.
_SHORT_OF = re.compile(
    rf"差(?:[0-9]{{1,2}}|[{_N}十]{{1,3}}|一刻)分?钟?到?(?:[0-9]{{1,2}}|[{_N}十]{{1,3}})点"
    rf"|(?:[0-9]{{1,2}}|[{_N}十]{{1,3}})点差[0-9{_N}十一刻]+分?"
)
_MERIDIEM = re.compile(
    r"(?<![0-9:])(?P<hour2>[0-9]{1,2})(?::(?P<minute2>[0-9]{2}))? ?(?P<meridiem>[ap])\.?m(?![a-z])\.?",
    re.IGNORECASE,
)
_AFTER_DATE = re.compile(rf"(?<={TAKEN})[ T]?(?P<hour2>[0-2][0-9])(?P<minute2>[0-5][0-9])(?![0-9])")
_DOUBLE_HOUR = re.compile(
    rf"(?<![男女儿孙妻孩生上下中])(?P<zi>早|夜|晚|正)?(?P<branch>[{BRANCHES}])(?:时辰?)(?!间|候|代|期)(?P<quarter>[初正]|[一二三四]刻)?"
)
_NOON = re.compile("正午(?!时)|(?<=\x00)中午(?![0-9一二十])")


def find_clock(scan: Scan) -> ClockReading | None:
    """The one time of the sentence; several different ones become a choice."""
    found = [*_short_of(scan), *_unknowns(scan), *_double_hours(scan), *_clocks(scan)]
    if not found:
        return None
    wrong = next((reading for reading in found if reading.problem), None)
    return wrong or _agreed(found)


def _agreed(found: list[ClockReading]) -> ClockReading:
    """早上8点辰时 says one thing twice; 早上8点午时 does not, and 8点到10点 leaves a choice."""
    clocks = [reading for reading in found if reading.times and not reading.branch]
    named = [reading for reading in found if reading.branch]
    if not clocks:
        return named[0] if named else found[0]
    times = tuple(dict.fromkeys(time for reading in clocks for time in reading.times))
    first = clocks[0]
    if len(clocks) > 1:
        return replace(first, text="、".join(reading.text for reading in clocks), times=times, labels=())
    if named and all(BRANCHES[hour_branch(time.hour)] != named[0].branch for time in times):
        return ClockReading(first.text, problem=f"“{first.text}”不在{named[0].branch}时里，请核对时间。")
    return first


def _unknowns(scan: Scan) -> Iterator[ClockReading]:
    for match in scan.matches(UNKNOWN):
        yield ClockReading(match[0], unknown=True)


def _short_of(scan: Scan) -> Iterator[ClockReading]:
    for match in scan.matches(_SHORT_OF):
        yield ClockReading(match[0], problem=f"“{match[0]}”请写成几点几分，例如“7点55分”。")


def _clocks(scan: Scan) -> Iterator[ClockReading]:
    for pattern in (_MERIDIEM, _AFTER_DATE, _CLOCK):
        for match in scan.matches(pattern):
            yield read_clock(match)
    for _ in scan.matches(_NOON):
        yield ClockReading("正午", (Time(12),))


def read_clock(match: re.Match[str]) -> ClockReading:
    """A clock text with its part of the day: 晚上8点半, 8:30, 凌晨12点."""
    got = match.groupdict()
    text = match[0].strip(" T的")
    hour = number(got.get("hour2") or got.get("hour") or "")
    minute = _minute(got)
    if hour is None or hour > 24 or (minute or 0) > 59 or (hour == 24 and minute):
        return ClockReading(text, problem=f"没有“{text}”这个时间，一天是0点到23点59分。")
    period = got.get("period") or {"a": "am", "p": "pm"}.get((got.get("meridiem") or "").lower(), "")
    times = tuple(replace(time, minute=minute) for time in _in_period(period, hour))
    if not times:
        return ClockReading(text, problem=f"“{text}”前后矛盾，请核对时间，例如“晚上8点”或“20点”。")
    return ClockReading(text, times, notes=tuple(_notes(text, got, hour, times)))


def _minute(got: dict[str, str | None]) -> int | None:
    if got.get("half"):
        return 30
    if quarter := got.get("quarter"):
        return 15 * (number(quarter) or 0)
    written = got.get("minute2") or got.get("minute3") or got.get("minute")
    return number(written) if written else None


def _in_period(period: str, hour: int) -> tuple[Time, ...]:
    """The times that an hour means in a part of the day; none when they contradict each other."""
    if hour == 24 or not period:
        return (Time(0, next_day=True) if hour == 24 else Time(hour),)
    if period in {"am", "pm", "凌晨"}:
        fits = hour <= 7 or hour == 12 if period == "凌晨" else 1 <= hour <= 12
        return (Time(hour % 12 + 12 * (period == "pm")),) if fits else ()
    if re.fullmatch(_MORNING, period):
        return (Time(0), Time(12)) if hour == 12 else (Time(hour),) if hour < 12 else ()
    if period in {"中午", "正午", "晌午"}:
        return (Time(hour + 12),) if 1 <= hour <= 3 else (Time(hour),) if 10 <= hour <= 15 else ()
    if period in {"下午", "午后", "傍晚", "黄昏"}:
        return (Time(hour % 12 + 12),) if hour else ()
    return _at_night(hour, earliest=5 if period.startswith(("晚", "当晚")) else 8)


def _at_night(hour: int, earliest: int) -> tuple[Time, ...]:
    """晚上12点 is the midnight that ends the day; 半夜2点 can be counted to either day."""
    if hour == 12:
        return (Time(0, next_day=True),)
    if hour < earliest:
        return Time(hour), Time(hour, next_day=True)
    return (Time(hour),) if hour > 12 else (Time(hour + 12),)


def _notes(text: str, got: dict[str, str | None], hour: int, times: tuple[Time, ...]) -> Iterator[str]:
    if len(times) == 1 and times[0].next_day:
        yield f"“{text}”即次日0点"
    if got.get("about"):
        yield f"“{text}”按{times[0].label}算"
    if got.get("hour") and not got.get("period") and 1 <= hour <= 12 and len(times) == 1:
        yield f"“{text}”按24小时制即{times[0].label}；晚上请写“晚上8点”或“20点”"


def _double_hours(scan: Scan) -> Iterator[ClockReading]:
    for match in scan.matches(_DOUBLE_HOUR):
        branch, quarter = match["branch"], match["quarter"]
        times, labels = double_hour(branch, match["zi"] or "")
        notes = (_shown(branch, times[0]),) if len(times) == 1 else ()
        if quarter and quarter not in {"初", "正"}:
            notes = (*notes, f"“{quarter}”不影响时辰")
        yield ClockReading(match[0], times, labels, branch, notes=notes)


def double_hour(branch: str, which: str = "") -> tuple[tuple[Time, ...], tuple[str, ...]]:
    """The middle of a double hour; 子 without 早 or 夜 is two different times of the named day."""
    early, late = Time(0, branch="早子"), Time(23, branch="晚子")
    if branch != "子":
        return (Time(2 * BRANCHES.index(branch), branch=branch),), ()
    if which:
        return ((early,) if which == "早" else (late,)) if which != "正" else (early, late), ()
    return (early, late), ("早子时（当日0:00–1:00）", "晚子时（当日23:00–24:00）")


def _shown(branch: str, time: Time) -> str:
    if branch == "子":
        return "早子时按当日0:00–1:00" if time.hour == 0 else "晚子时按当日23:00–24:00"
    return f"{branch}时（{time.hour - 1:02}:00–{time.hour + 1:02}:00）按{time.label}起盘"
