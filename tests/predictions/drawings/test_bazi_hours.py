"""predictions/drawings/bazi_hours.py: what stays is one block, what changes is cut where it changes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from predictions.drawings.bazi import draw
from predictions.drawings.bazi_hours import COLUMNS, draw_hours, runs
from predictions.engine import compute
from tests.predictions.drawings.boxes import check, words_of

ORDINARY = {"calendar": "solar", "year": 1990, "month": 5, "day": 17}
TERM_DAY = {"calendar": "solar", "year": 1990, "month": 2, "day": 4}


def sensitivity_of(birth):
    return compute("bazi", {"birth": birth, "gender": "female"}).facts["sensitivity"]


@settings(max_examples=20, deadline=None)
@given(st.integers(1902, 2098), st.integers(1, 12), st.integers(1, 28))
def test_any_day_is_drawn_without_collisions_and_with_every_run_once(year, month, day):
    found = sensitivity_of({"calendar": "solar", "year": year, "month": month, "day": day})
    drawing = draw_hours(found)
    check(drawing)
    words = words_of(drawing)
    values = [value for key in COLUMNS for _, _, value in runs(found["hours"], key)]
    assert sorted(words) == sorted(
        [*(hour["clock"] for hour in found["hours"]), *COLUMNS.values(), *values, words[-1]]
    )


def test_runs_cover_the_day_without_gaps():
    hours = sensitivity_of(TERM_DAY)["hours"]
    for key in COLUMNS:
        covered = [row for first, count, _ in runs(hours, key) for row in range(first, first + count)]
        assert covered == list(range(len(hours)))


def test_what_stays_all_day_is_said_to_stay():
    drawing = draw_hours(sensitivity_of(ORDINARY))
    assert "日柱全日不变，为壬午。" in drawing.description
    assert (
        "格局随时辰而变：00:00至11:59为印格；12:00至13:59为财格；14:00至23:59为印格。" in drawing.description
    )


def test_a_solar_term_and_the_late_rat_cut_the_day():
    drawing = draw_hours(sensitivity_of(TERM_DAY))
    assert "年柱随时辰而变：00:00至10:13为己巳；10:14至23:59为庚午。" in drawing.description
    assert "日柱随时辰而变：00:00至22:59为庚子；23:00至23:59为辛丑。" in drawing.description


def test_a_birth_without_an_hour_has_the_picture_and_one_with_an_hour_has_not():
    unknown = compute("bazi", {"birth": ORDINARY, "gender": "female"})
    known = compute("bazi", {"birth": ORDINARY | {"hour": 8}, "gender": "female"})
    assert [drawing.title for drawing in draw(unknown)][-1] == "时辰不详：全日的异同"
    assert len(draw(known)) == len(draw(unknown)) - 1
