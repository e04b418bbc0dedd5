"""predictions/drawings/bazi.py: pillars, elements and luck."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.bazi import draw, tables
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, texts_of, words_of

BIRTH = {"calendar": "solar", "year": 1990, "month": 5, "day": 17, "hour": 8, "minute": 0, "place": "杭州"}


def chart_of(birth=BIRTH, gender="male"):
    return compute("bazi", {"birth": birth} | ({"gender": gender} if gender else {}))


@settings(max_examples=40, deadline=None)
@given(
    st.dates(min_value=date(1901, 1, 1), max_value=date(2099, 12, 31)),
    st.integers(0, 23),
    st.sampled_from(["male", "female", None]),
)
def test_any_birth_can_be_drawn(day, hour, gender):
    birth = {"calendar": "solar", "year": day.year, "month": day.month, "day": day.day, "hour": hour}
    for drawing in draw(chart_of(birth, gender)):
        check(drawing)


def test_the_pillars_stand_in_the_table_with_their_elements():
    (table,) = tables(chart_of())
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["天干"] == list("庚辛壬甲")
    assert rows["地支"] == list("午巳午辰")
    assert rows["五行"] == ["金火", "金火", "水火", "木土"]
    assert rows["十神"] == ["偏印", "正印", "日主", "食神"]
    assert rows["藏干"][1] == "丙偏财\n庚偏印\n戊七杀"
    assert rows["旬空"][2] == "申酉"
    kinds = [cell.kind for cell in table.rows[1]]
    assert kinds == ["", "big metal", "big metal", "big water", "big wood"]


def test_the_bars_are_as_long_as_the_scores_and_say_them():
    chart = chart_of()
    elements, _ = draw(chart)
    for name, score in chart.facts["elements"]["score"].items():
        assert f"{score}分" in words_of(elements)
        assert f"{name}{score}分" in elements.description
    assert "日主偏弱" in elements.description


def test_the_line_of_luck_has_every_cycle_with_age_and_year():
    chart = chart_of()
    _, luck = draw(chart)
    words = words_of(luck)
    for cycle in chart.facts["luck"]["cycles"]:
        assert str(cycle["start_age"]) in words
        assert str(cycle["start_year"]) in words
        assert cycle["ganzhi"] in luck.description
    fills = {text.words: text.fill for text in texts_of(luck)}
    assert fills["甲"] == "wood"


def test_without_a_gender_there_is_no_luck():
    assert [drawing.title for drawing in draw(chart_of(gender=None))] == ["五行强弱"]


def test_without_an_hour_the_chart_says_so_and_shows_every_hour():
    chart = chart_of({name: BIRTH[name] for name in ("calendar", "year", "month", "day")})
    pillars, hours = tables(chart)
    assert all(row[-1].text == "？" for row in pillars.rows)
    assert len(hours.rows) >= 12
    assert [cell.text for cell in hours.rows[0]][:2] == ["00:00-01:59", "庚子"]
    for drawing in draw(chart):
        check(drawing)
    assert "时辰不详" in draw(chart)[0].description
