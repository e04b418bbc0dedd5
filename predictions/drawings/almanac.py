"""The month of an almanac day as a leaf of a wall calendar, and the hours of the day as a table."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from predictions.cycles import day_cycle
from predictions.day_officers import YELLOW, officer, spirit
from predictions.drawings.picture import BODY, LARGE, SMALL, WIDTH, Picture
from predictions.drawings.widths import shortened
from predictions.lunar import MONTH_NAMES, LunarDate, day_name, to_lunar
from predictions.solar_terms import jie_by_day, month_cycle, term_on
from predictions.types import Cell, Chart, Drawing, Json, Table

_WEEK = "一二三四五六日"
_COLUMN, _ROW = WIDTH / 7, 66
_TOP = 62


@dataclass(frozen=True, slots=True)
class _Day:
    """One field of the month."""

    date: date
    lunar: LunarDate
    term: str
    officer: str
    spirit: str

    @property
    def is_yellow(self) -> bool:
        return self.spirit in YELLOW

    @property
    def name(self) -> str:
        """What stands under the number: the term, the name of a month that begins, or the lunar day."""
        if self.term:
            return self.term
        return self.lunar_month if self.lunar.day == 1 else day_name(self.lunar.day)

    @property
    def lunar_month(self) -> str:
        return ("闰" if self.lunar.leap else "") + MONTH_NAMES[self.lunar.month - 1]


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The one picture: seven columns from Monday, each day with its lunar day, officer and 黄 or 黑."""
    asked = date.fromisoformat(chart.facts["solar"])
    days = _days(asked, chart.options["calendar_source"])
    first = days[0].date.weekday()
    rows = (first + len(days) + 6) // 7
    picture = Picture("almanac-month", "月历", _TOP + rows * _ROW + 26)
    picture.text(
        WIDTH / 2, 24, f"{asked.year}年{asked.month}月　{_lunar_months(days)}", "ink bold middle", size=LARGE
    )
    for column, name in enumerate(_WEEK):
        kind = "accent" if column > 4 else "muted"
        picture.text((column + 0.5) * _COLUMN, 50, name, f"{kind} middle", size=BODY)
    for day in days:
        row, column = divmod(first + day.date.day - 1, 7)
        _draw_day(picture, day, column * _COLUMN, _TOP + row * _ROW, marked=day.date == asked)
    foot = _TOP + rows * _ROW + 18
    picture.text(WIDTH / 2, foot, "第三行：建除 · 黄道（黄）或黑道（黑）", "muted middle", size=SMALL)
    return (picture.finish(description(asked, days)),)


def _days(asked: date, source: str) -> list[_Day]:
    last = monthrange(asked.year, asked.month)[1]
    return [_day(asked.replace(day=number), source) for number in range(1, last + 1)]


def _day(day: date, source: str) -> _Day:
    branch = day_cycle(day) % 12
    month = month_cycle(jie_by_day(day, source)[0]) % 12
    found = term_on(day, source)
    return _Day(
        date=day,
        lunar=to_lunar(day, source),
        term=found.name if found else "",
        officer=officer(branch, month),
        spirit=spirit(branch, month),
    )


def _lunar_months(days: list[_Day]) -> str:
    """正月、二月: the lunar months that a solar month reaches into."""
    return "、".join(dict.fromkeys(day.lunar_month for day in days))


def _draw_day(picture: Picture, day: _Day, x: float, y: float, *, marked: bool) -> None:
    picture.rect(x + 1, y + 1, _COLUMN - 2, _ROW - 2, "mark" if marked else "panel", radius=5)
    if marked:
        picture.rect(x + 1, y + 1, _COLUMN - 2, _ROW - 2, "line-accent", radius=5)
    middle = x + _COLUMN / 2
    picture.text(middle, y + 21, day.date.day, f"{'accent' if marked else 'ink'} bold middle", size=17)
    special = day.term or day.lunar.day == 1
    name = shortened(day.name, _COLUMN - 4, SMALL)
    picture.text(middle, y + 39, name, f"{'accent' if special else 'ink'} middle", size=SMALL)
    luck = ("黄", "good") if day.is_yellow else ("黑", "muted")
    picture.text(middle - 8, y + 57, day.officer, "ink middle", size=SMALL)
    picture.text(middle + 8, y + 57, luck[0], f"{luck[1]} middle", size=SMALL)


def description(asked: date, days: list[_Day]) -> str:
    """The month in words: where lunar months and terms begin, the 黄道 days, and the day that was asked for."""
    begins = [f"{day.date.day}日{day.lunar_month}初一" for day in days if day.lunar.day == 1]
    found = [f"{day.date.day}日{day.term}" for day in days if day.term]
    yellow = "、".join(str(day.date.day) for day in days if day.is_yellow)
    one = days[asked.day - 1]
    kind = "黄道" if one.is_yellow else "黑道"
    return (
        f"{asked.year}年{asked.month}月，农历{_lunar_months(days)}；{'，'.join([*begins, *found])}。"
        f"黄道日：{yellow}日。所问的{asked.day}日是{one.lunar.text}，{one.officer}日，{one.spirit}值日，{kind}。"
    )


def tables(chart: Chart) -> tuple[Table, ...]:
    """The twelve double hours."""
    rows = tuple(_hour_row(hour) for hour in chart.facts["hours"])
    return (Table("时辰吉凶", ("时辰", "值神", "宜", "忌"), rows),)


def _hour_row(hour: Json) -> tuple[Cell, ...]:
    return (
        Cell(f"{hour['branch']}时\n{hour['from'][:2]}-{hour['to'][:2]}点", "strong"),
        Cell(
            f"{hour['spirit']} {hour['luck']}\n{hour['clash']}", "good" if hour["luck"] == "吉" else "muted"
        ),
        Cell("、".join(hour["suitable"]) or "无", "left"),
        Cell("、".join(hour["avoid"]) or "无", "left"),
    )
