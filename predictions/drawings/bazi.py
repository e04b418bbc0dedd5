"""The four pillars as a table in the colours of 五行, the line of 大运 and the strength of the five as pictures."""

from __future__ import annotations

from predictions.cycles import BRANCH_ELEMENTS, BRANCHES, ELEMENTS, STEMS
from predictions.drawings.bazi_hours import draw_hours
from predictions.drawings.calendar import branch_class, stem_class
from predictions.drawings.picture import BODY, ELEMENT_CLASSES, LARGE, SMALL, WIDTH, Picture
from predictions.types import Cell, Chart, Drawing, Json, Table

_PLACES = ("year", "month", "day", "hour")
_HEADS = ("", "年柱", "月柱", "日柱", "时柱")
_UNKNOWN = Cell("？", "muted")
_BAR_LEFT, _BAR_ROOM, _BAR_ROW = 92, 190, 34
_LUCK_HEIGHT = 178


def draw(chart: Chart) -> tuple[Drawing, ...]:
    """The strength of the elements, 大运 where the gender was said, the day's hours where the hour was not."""
    pictures = [_draw_elements(chart.facts)]
    if chart.facts["luck"]:
        pictures.append(_draw_luck(chart.facts["luck"]))
    if chart.facts["sensitivity"]:
        pictures.append(draw_hours(chart.facts["sensitivity"]))
    return tuple(pictures)


def _draw_elements(facts: Json) -> Drawing:
    """Bars as long as the scores; the season of each beside its name."""
    scores, seasons = facts["elements"]["score"], facts["elements"]["season"]
    most = max(scores.values()) or 1
    picture = Picture("bazi-elements", "五行强弱", 5 * _BAR_ROW + 12)
    for row, (element, score) in enumerate(scores.items()):
        kind, base = ELEMENT_CLASSES[element], row * _BAR_ROW + 28
        picture.text(16, base, element, f"{kind} bold middle", size=LARGE)
        picture.text(34, base, f"月令{seasons[element]}", "muted start", size=SMALL)
        picture.rect(_BAR_LEFT, base - 16, _BAR_ROOM, 20, "panel", radius=4)
        if score:
            picture.rect(_BAR_LEFT, base - 16, max(_BAR_ROOM * score / most, 2), 20, kind, radius=4)
        picture.text(_BAR_LEFT + _BAR_ROOM + 10, base, f"{score}分", "ink start", size=BODY)
    return picture.finish(_elements_in_words(facts))


def _elements_in_words(facts: Json) -> str:
    scores, counts = facts["elements"]["score"], facts["elements"]["count"]
    seasons, strength = facts["elements"]["season"], facts["strength"]
    each = "，".join(
        f"{name}{score}分（月令{seasons[name]}，干支中{counts[name]}个）" for name, score in scores.items()
    )
    level = f"日主{strength['level']}" if strength["level"] else "时辰不详，不判强弱"
    return f"{each}。生扶日主的占{strength['percent']}%，{level}。{strength['method']}。"


def _draw_luck(luck: Json) -> Drawing:
    """A line of ten years a step, with the age and year at which each begins."""
    cycles = luck["cycles"]
    step = WIDTH / len(cycles)
    picture = Picture("bazi-luck", "大运", _LUCK_HEIGHT)
    for place, cycle in enumerate(cycles):
        x = (place + 0.5) * step
        if place % 2 == 0:
            picture.rect(place * step, 0, step, _LUCK_HEIGHT, "panel", radius=4)
        stem, branch = cycle["ganzhi"]
        picture.column(x, 22, cycle["ten_god"], "muted middle", size=SMALL)
        picture.text(x, 66, stem, f"{stem_class(stem)} bold middle", size=LARGE)
        picture.text(x, 90, branch, f"{branch_class(branch)} bold middle", size=LARGE)
        picture.circle(x, 112, 4, "accent")
        _draw_start(picture, cycle, x)
    picture.line(step / 2, 112, WIDTH - step / 2, 112, "line-accent")
    return picture.finish(_luck_in_words(luck))


def _draw_start(picture: Picture, cycle: Json, x: float) -> None:
    """The age and the year; without an hour of birth neither is known."""
    if cycle.get("start_age") is None:
        picture.text(x, 138, "？", "muted middle", size=BODY)
        return
    picture.text(x, 138, f"{cycle['start_age']}", "ink bold middle", size=BODY)
    picture.text(x, 152, "岁", "muted middle", size=SMALL)
    picture.text(x, 170, cycle["start_year"], "ink middle", size=SMALL)


def _luck_in_words(luck: Json) -> str:
    way = "顺行" if luck["forward"] else "逆行"
    if not luck["start"]:
        return (
            f"大运{way}：{'、'.join(cycle['ganzhi'] for cycle in luck['cycles'])}。时辰不详，不知何时起运。"
        )
    steps = "；".join(
        f"{cycle['start_age']}岁（{cycle['start_date']}）起{cycle['ganzhi']}，{cycle['ten_god']}"
        for cycle in luck["cycles"]
    )
    return f"大运{way}，每步十年，年龄为周岁：{steps}。"


def tables(chart: Chart) -> tuple[Table, ...]:
    """The pillars; where the hour is unknown also what each hour would make of the chart."""
    facts = chart.facts
    found = [Table("四柱", _HEADS, tuple(_rows(facts)), leading=True)]
    if facts["sensitivity"]:
        found.append(_hours_table(facts["sensitivity"]))
    return tuple(found)


def _rows(facts: Json) -> list[tuple[Cell, ...]]:
    return [
        _row("十神", facts["ten_gods"]),
        (Cell("天干"), *(_stem(facts["pillars"][place]) for place in _PLACES)),
        (Cell("地支"), *(_branch(facts["pillars"][place]) for place in _PLACES)),
        (Cell("五行"), *(_elements(facts["pillars"][place]) for place in _PLACES)),
        (Cell("藏干"), *(_hidden(facts, place) for place in _PLACES)),
        _row("纳音", facts["nayin"]),
        _row("旬空", {place: "".join(facts["void"][place] or "") for place in _PLACES}),
        _row("星运", facts["life_stages"]),
        _row("自坐", facts["self_stages"]),
    ]


def _row(name: str, by_place: Json) -> tuple[Cell, ...]:
    return (Cell(name), *(Cell(by_place[place]) if by_place[place] else _UNKNOWN for place in _PLACES))


def _stem(pillar: str | None) -> Cell:
    return Cell(pillar[0], f"big {stem_class(pillar[0])}") if pillar else _UNKNOWN


def _branch(pillar: str | None) -> Cell:
    return Cell(pillar[1], f"big {branch_class(pillar[1])}") if pillar else _UNKNOWN


def _elements(pillar: str | None) -> Cell:
    """金火: the elements of stem and branch, for those who don't see the colours."""
    if not pillar:
        return _UNKNOWN
    stem, branch = STEMS.index(pillar[0]) // 2, BRANCH_ELEMENTS[BRANCHES.index(pillar[1])]
    return Cell(ELEMENTS[stem] + ELEMENTS[branch])


def _hidden(facts: Json, place: str) -> Cell:
    """The hidden stems, each with its ten god, the main one first."""
    if not facts["hidden_stems"][place]:
        return _UNKNOWN
    pairs = zip(facts["hidden_stems"][place], facts["hidden_ten_gods"][place], strict=True)
    return Cell("\n".join(f"{stem}{god}" for stem, god in pairs))


def _hours_table(sensitivity: Json) -> Table:
    heads = ("钟表时间", "时柱", "日柱", "日主", "格局", "命宫", "起运")
    return Table("时辰不详时，各时辰的差别", heads, tuple(_hour_row(hour) for hour in sensitivity["hours"]))


def _hour_row(hour: Json) -> tuple[Cell, ...]:
    start = hour["luck_start"]
    begins = f"{start['years']}年{start['months']}月" if start else "？"
    names = ("hour", "day", "strength", "pattern", "life_palace")
    return (Cell(hour["clock"]), *(Cell(hour[name] or "？") for name in names), Cell(begins))
