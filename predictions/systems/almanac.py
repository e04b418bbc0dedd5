"""almanac: the day of the 黄历; 宜忌 and the gods are tyme4py's tables of the 通书 lineage."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from tyme4py.culture import God, Taboo
from tyme4py.culture.fetus import FetusDay
from tyme4py.culture.pengzu import PengZu
from tyme4py.culture.star.twentyeight import TwentyEightStar
from tyme4py.sixtycycle import HeavenStem, SixtyCycle

from predictions import lunar, rules
from predictions.cycles import (
    BRANCHES,
    STEMS,
    ZODIAC,
    cycle_index,
    cycle_name,
    day_cycle,
    hour_cycle,
    nayin,
    void_branches,
)
from predictions.day_officers import YELLOW, officer, spirit
from predictions.drawings import almanac as drawings
from predictions.moment import resolve_date
from predictions.registry import System
from predictions.schemas import FIRST_YEAR, LAST_YEAR
from predictions.solar_terms import Term, next_term
from predictions.systems.calendar import (
    INPUT_SCHEMA,
    OPTION_SCHEMA,
    check,
    day_notices,
    describe,
    render_day,
)
from predictions.terms_zh_en import label
from predictions.types import DISCLAIMER, DISCLAIMER_EN, Chart, Computation, Json, Reading

TRADITION = "tyme/通书"
# 煞 by the trine of the day's branch: 申子辰 south, 巳酉丑 east, 寅午戌 north, 亥卯未 west.
SHA_DIRECTIONS = "南东北西"
SEPARATIONS = ("春分", "夏至", "秋分", "冬至")
ENDINGS = ("立春", "立夏", "立秋", "立冬")
SHOWN_TABOOS = 14
SHOWN_GODS = 8


def compute(data: Json, options: Json) -> Computation:
    """The calendar facts of the day and its almanac; months change on the day of the 节."""
    civil = resolve_date(data["date"], options["calendar_source"])
    facts = lunar.calendar_day(civil.day, options["calendar_source"], options["year_boundary"])
    month, day = cycle_index(facts["ganzhi"]["month"]), day_cycle(civil.day)
    facts |= _day_facts(month, day, civil.day.weekday())
    facts["cautions"] = _cautions(facts, next_term(civil.day, options["calendar_source"]), civil.day)
    convention = {
        "name": "convention",
        "values": {
            "ganzhi": "年、月按交节之日换，日按 0 点换；时辰表中的子时为当日 0 点前后",
            "tradition": TRADITION,
        },
    }
    return Computation([*civil.trace, convention], facts, day_notices(civil, facts, options))


def _day_facts(month: int, day: int, weekday: int) -> Json:
    branch = day % 12
    ruling = spirit(branch, month % 12)
    mansion = _mansion(branch, weekday)
    return {
        "jianchu": officer(branch, month % 12),
        "yellow_black": {"name": ruling, "kind": "黄道" if ruling in YELLOW else "黑道"},
        "mansion": mansion.get_name(),
        "mansion_full": _full_name(mansion),
        "mansion_luck": mansion.get_luck().get_name(),
        "clash": _clash(day),
        "nayin": nayin(day),
        "void": void_branches(day),
        "directions": _directions(day % 10),
        "pengzu": str(PengZu(SixtyCycle(day))).split(" "),
        "fetus": FetusDay(SixtyCycle(day)).get_name(),
        "gods": _gods(month, day),
        "suitable": list(_day_taboos(month, day)[0]),
        "avoid": list(_day_taboos(month, day)[1]),
        "tradition": TRADITION,
        "hours": [_hour_facts(day, place) for place in range(12)],
    }


def _cautions(facts: Json, following: Term, day: date) -> list[str]:
    """月破 and 岁破 by the branches opposite, 四离 and 四绝 by the term of tomorrow (协纪辨方书 卷六)."""
    branch = facts["ganzhi"]["day"][1]
    found = ["月破"] if facts["jianchu"] == "破" else []
    if (BRANCHES.index(branch) - BRANCHES.index(facts["ganzhi"]["year"][1])) % 12 == 6:
        found.append("岁破")
    if (following.date - day).days == 1:
        found += ["四离"] * (following.name in SEPARATIONS) + ["四绝"] * (following.name in ENDINGS)
    return found


def _mansion(branch: int, weekday: int) -> TwentyEightStar:
    """The mansion of a day: the four of one weekday, chosen by the trine of the branch."""
    sunday_first = (weekday + 1) % 7
    return TwentyEightStar(10 + 8 * sunday_first - 7 * branch)


def _full_name(mansion: TwentyEightStar) -> str:
    """角木蛟: the mansion with its planet and its animal."""
    return f"{mansion.get_name()}{mansion.get_seven_star().get_name()}{mansion.get_animal().get_name()}"


def _clash(day: int) -> Json:
    branch = (day + 6) % 12
    animal, against = ZODIAC[branch], cycle_name(_opposite(day))
    direction = SHA_DIRECTIONS[day % 12 % 4]
    return {
        "zodiac": animal,
        "branch": BRANCHES[branch],
        "ganzhi": against,
        "direction": direction,
        "text": f"冲{animal}（{against}）煞{direction}",
    }


def _opposite(day: int) -> int:
    """The branch opposite, with the stem that the day's overcomes, four places on."""
    return cycle_index(STEMS[(day + 4) % 10] + BRANCHES[(day + 6) % 12])


def _directions(stem: int) -> Json:
    """喜神, 财神, 福神, 阳贵, 阴贵 by the stem of the day, from the verses that tyme4py quotes."""
    heaven = HeavenStem(stem)
    return {
        "joy": heaven.get_joy_direction().get_name(),
        "wealth": heaven.get_wealth_direction().get_name(),
        "fortune": heaven.get_mascot_direction().get_name(),
        "yang_noble": heaven.get_yang_direction().get_name(),
        "yin_noble": heaven.get_yin_direction().get_name(),
    }


@lru_cache(maxsize=720)
def _god_names(branch: int, day: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    gods = God.get_day_gods(SixtyCycle(branch), SixtyCycle(day))
    good = tuple(god.get_name() for god in gods if god.get_luck().get_name() == "吉")
    return good, tuple(god.get_name() for god in gods if god.get_name() not in good)


def _gods(month: int, day: int) -> Json:
    good, bad = _god_names(month % 12, day)
    return {"good": list(good), "bad": list(bad)}


def _day_taboos(month: int, day: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _taboos_of_day(month % 12, day)


@lru_cache(maxsize=720)
def _taboos_of_day(branch: int, day: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    month, cycle = SixtyCycle(branch), SixtyCycle(day)
    suitable = tuple(taboo.get_name() for taboo in Taboo.get_day_recommends(month, cycle))
    return suitable, tuple(taboo.get_name() for taboo in Taboo.get_day_avoids(month, cycle))


@lru_cache(maxsize=720)
def _taboos_of_hour(day: int, hour: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    cycle, double_hour = SixtyCycle(day), SixtyCycle(hour)
    suitable = tuple(taboo.get_name() for taboo in Taboo.get_hour_recommends(cycle, double_hour))
    return suitable, tuple(taboo.get_name() for taboo in Taboo.get_hour_avoids(cycle, double_hour))


def _hour_facts(day: int, branch: int) -> Json:
    index = hour_cycle(day % 10, branch)
    suitable, avoid = _taboos_of_hour(day, index)
    ruling = spirit(branch, day % 12)
    clash = (index + 6) % 12
    return {
        "branch": BRANCHES[branch],
        "ganzhi": cycle_name(index),
        "from": f"{(2 * branch - 1) % 24:02d}:00",
        "to": f"{(2 * branch + 1) % 24:02d}:00",
        "spirit": ruling,
        "luck": "吉" if ruling in YELLOW else "凶",
        "clash": f"冲{ZODIAC[clash]}",
        "suitable": list(suitable),
        "avoid": list(avoid),
    }


def interpret(chart: Chart) -> Reading:
    return rules.apply("almanac", chart.facts)


def render(chart: Chart, reading: Reading, lang: str) -> str:
    """The day for a phone: calendar, 宜忌, gods, good hours, notices, the reading and the disclaimer."""
    facts = chart.facts
    ruling = f"{facts['yellow_black']['name']}（{facts['yellow_black']['kind']}）"
    mansion = f"{facts['mansion_full']}（{facts['mansion_luck']}）"
    lines = [
        *render_day(facts, lang),
        f"{label('suitable', lang)}{_listed(facts['suitable'], SHOWN_TABOOS)}",
        f"{label('avoid', lang)}{_listed(facts['avoid'], SHOWN_TABOOS)}",
        f"{label('jianchu', lang)}{facts['jianchu']} {label('yellow_black', lang)}{ruling}",
        f"{label('mansion', lang)}{mansion} {label('clash', lang)}{facts['clash']['text']}",
        f"{label('good_gods', lang)}{_listed(facts['gods']['good'], SHOWN_GODS)}",
        f"{label('bad_gods', lang)}{_listed(facts['gods']['bad'], SHOWN_GODS)}",
        _direction_line(facts["directions"], lang),
        f"{label('pengzu', lang)}{'，'.join(facts['pengzu'])}",
        f"{label('fetus', lang)}{facts['fetus']}",
        f"{label('hours', lang)}{_good_hours(facts['hours'])}",
        f"{label('tradition', lang)}{facts['tradition']}",
        *(f"※{notice.text}" for notice in chart.warnings),
        *(f"·{statement.text}〔{statement.source}〕" for statement in reading.statements),
        DISCLAIMER_EN if lang == "en" else DISCLAIMER,
    ]
    return "\n".join(lines)


def _listed(names: list[str], most: int) -> str:
    if not names:
        return "无"
    rest = f"等{len(names)}项" if len(names) > most else ""
    return "、".join(names[:most]) + rest


def _direction_line(directions: Json, lang: str) -> str:
    shown = f"喜神{directions['joy']} 财神{directions['wealth']} 福神{directions['fortune']}"
    return label("directions", lang) + shown


def _good_hours(hours: list[Json]) -> str:
    return " ".join(
        f"{hour['branch']}({hour['from'][:2]}-{hour['to'][:2]})" for hour in hours if hour["luck"] == "吉"
    )


SYSTEM = System(
    id="almanac",
    title="黄历",
    title_en="Almanac",
    summary="每日宜忌、冲煞、值神、吉时",
    summary_en="What a day suits, its clash, spirits and good hours",
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
    tables=drawings.tables,
    examples=({"date": {"calendar": "solar", "year": 2026, "month": 2, "day": 17}},),
    conformance="宜忌无官方标准，出自通书一系。",
)
