"""calendar: a day in the solar and the lunar calendar, its sexagenary names, term and festivals."""

from __future__ import annotations

from datetime import date

from predictions import lunar, rules
from predictions.cycles import cycle_name
from predictions.drawings import calendar as drawings
from predictions.moment import CivilDate, date_errors, resolve_date
from predictions.registry import System
from predictions.schemas import CALENDAR_SOURCE, DATE, FIRST_YEAR, LAST_YEAR, choice, object_schema
from predictions.solar_terms import Term, jie_by_day, month_cycle, solar_year_of, term_on
from predictions.terms_zh_en import label, weekday_en
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Computation, FieldError, Json, Notice, Reading

YEAR_BOUNDARY = choice(
    "岁首",
    ["lichun", "new_year"],
    "lichun",
    "干支纪年从立春日（lichun）还是正月初一（new_year）换年；生肖一律按正月初一",
)
INPUT_SCHEMA = object_schema("日期", {"date": DATE}, ["date"])
OPTION_SCHEMA = object_schema("选项", {"calendar_source": CALENDAR_SOURCE, "year_boundary": YEAR_BOUNDARY})


def check(data: Json, options: Json) -> list[FieldError]:
    """What the schema cannot say about the date."""
    return date_errors(data.get("date"), "/input/date", options["calendar_source"])


def compute(data: Json, options: Json) -> Computation:
    """The facts of the day; day-level boundaries, as printed calendars have them."""
    civil = resolve_date(data["date"], options["calendar_source"])
    facts = lunar.calendar_day(civil.day, options["calendar_source"], options["year_boundary"])
    convention = {
        "name": "convention",
        "values": {"ganzhi": "年、月按交节之日换", "zodiac": "生肖按正月初一换"},
    }
    return Computation(
        [*civil.trace, convention], facts, [*civil.notices, *day_notices(civil, facts, options)]
    )


def day_notices(civil: CivilDate, facts: Json, options: Json) -> list[Notice]:
    """The boundaries of a day: a term on it, an undecided date, the two beginnings of a year."""
    found = term_on(civil.day, options["calendar_source"])
    notices = [notice for notice in (_term_notice(civil.day, found, options),) if notice]
    if found and found.uncertain:
        text = f"{found.name}的时刻距午夜不到两分钟（{found.local:%H:%M:%S}），历书与推算可能相差一天。"
        notices.append(Notice("uncertain_term", text))
    return notices + _year_notices(civil, facts, options)


def _term_notice(day: date, found: Term | None, options: Json) -> Notice | None:
    if found is None or not found.is_jie:
        return None
    ordinal, _, _ = jie_by_day(day, options["calendar_source"])
    before, after = cycle_name(month_cycle(ordinal - 1)), cycle_name(month_cycle(ordinal))
    clock = found.minute_text[11:]
    text = f"当日 {clock} 交{found.name}：之前为{before}月，之后为{after}月；按日以{after}月计。"
    return Notice("term_day", text, {"differs": {"ganzhi.month": {"this": after, "other": before}}})


def _year_notices(civil: CivilDate, facts: Json, options: Json) -> list[Notice]:
    by_term = cycle_name(jie_year(civil.day, options) - 4)
    by_lunar = cycle_name(civil.lunar.year - 4)
    if by_term == by_lunar:
        return []
    text = f"此日在立春与正月初一之间：按立春为{by_term}年，按正月初一为{by_lunar}年（属{facts['zodiac']}）。"
    other = "new_year" if options["year_boundary"] == "lichun" else "lichun"
    this = facts["ganzhi"]["year"]
    differs = {"ganzhi.year": {"this": this, "other": by_lunar if this == by_term else by_term}}
    return [Notice("year_boundary", text, {"options": {"year_boundary": other}, "differs": differs})]


def jie_year(day: date, options: Json) -> int:
    """The year that began at 立春."""
    ordinal, _, _ = jie_by_day(day, options["calendar_source"])
    return solar_year_of(ordinal)


def interpret(chart: Chart) -> Reading:
    return rules.apply("calendar", chart.facts)


def describe(chart: Chart, lang: str) -> str:
    civil = resolve_date(chart.input["date"], chart.options["calendar_source"])
    return civil.text(lang)


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """Six short lines; the disclaimer follows only where something is interpreted."""
    lines = render_day(chart.facts, lang)
    lines += [f"※{notice.text}" for notice in chart.warnings]
    if reading.statements:
        lines += [statement.text for statement in reading.statements]
        lines.append(DISCLAIMER_EN if lang == "en" else DISCLAIMER)
    return "\n".join(lines)


def render_day(facts: Json, lang: str) -> list[str]:
    """The lines of the calendar facts, shared with the almanac."""
    lunar_facts, names = facts["lunar"], facts["ganzhi"]
    length = "大" if lunar_facts["month_length"] == 30 else "小"
    week = weekday_en(facts["weekday"]) if lang == "en" else facts["weekday"]
    lines = [
        f"{label('solar', lang)}{facts['solar']} {week}",
        f"{label('lunar', lang)}{lunar_facts['text']}（{length}）",
        f"{label('ganzhi', lang)}{names['year']}年 {names['month']}月 {names['day']}日",
        f"{label('zodiac', lang)}{facts['zodiac']}",
        _term_line(facts, lang),
    ]
    special = [*facts["festivals"], *([facts["season"]] if facts["season"] else [])]
    if special:
        lines.append(f"{label('festivals', lang)}{'、'.join(special)}")
    holiday = facts["legal_holiday"]
    if holiday:
        lines.append(f"{label('holiday', lang)}{holiday['name']}{'调休上班' if holiday['work'] else '放假'}")
    return lines


def _term_line(facts: Json, lang: str) -> str:
    if facts["term"]:
        return f"{label('term', lang)}{facts['term']} {facts['term_local'][11:19]}"
    following = facts["next_term"]
    if lang == "en":
        when = f"{following['date']} (in {following['days']} days)"
        return f"{label('term', lang)}next {following['name']} on {when}"
    return f"{label('term', lang)}{following['days']}天后{following['name']}（{following['date']}）"


SYSTEM = System(
    id="calendar",
    title="农历公历",
    title_en="Calendar",
    summary="公历与农历互换，干支、生肖、节气、节日",
    summary_en="Solar and lunar dates, sexagenary names, solar terms, festivals",
    version="1",
    input_schema=INPUT_SCHEMA,
    option_schema=OPTION_SCHEMA,
    compute=compute,
    interpret=interpret,
    render=render,
    describe=describe,
    range={"from": FIRST_YEAR, "to": LAST_YEAR},
    needs_birth=False,
    group="历法民俗",
    check=check,
    draw=drawings.draw,
    examples=({"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}},),
    conformance="1901-2100 年农历月首与节气日期依香港天文台历表。",
)
