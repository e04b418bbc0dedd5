"""用神: two schools side by side, each under its name."""

from __future__ import annotations

import pytest

from predictions import engine
from predictions.cycles import BRANCHES, STEMS
from predictions.systems.bazi_needs import _TEMPERING
from tests.predictions.test_bazi import BIRTH, birth, sample


def needs(data: dict[str, object]) -> list[dict[str, object]]:
    return engine.compute("bazi", data).facts["needs"]


def test_a_weak_day_master_is_fed_and_joined():
    balance = needs({"birth": BIRTH})[0]
    assert balance["level"] == "偏弱"
    assert [one["element"] for one in balance["favours"]] == ["金", "水"]
    assert [one["as"] for one in balance["favours"]] == ["印", "比劫"]
    assert {one["element"] for one in balance["avoids"]} == set("木火土")


@pytest.mark.parametrize("moment", sample(150, 21))
def test_the_opinion_follows_the_published_strength(moment):
    facts = engine.compute("bazi", birth(moment.isoformat())).facts
    balance = facts["needs"][0]
    favoured = {one["as"] for one in balance["favours"]}
    expected = {"偏强": {"食伤", "财", "官杀"}, "偏弱": {"印", "比劫"}, "中和": set()}
    assert favoured == expected[facts["strength"]["level"]]
    assert favoured.isdisjoint(one["as"] for one in balance["avoids"])


def test_without_an_hour_the_balance_takes_no_side():
    balance = needs(
        birth("1990-05-17T08:00") | {"birth": {k: v for k, v in BIRTH.items() if k not in ("hour", "minute")}}
    )[0]
    assert (balance["level"], balance["favours"], balance["avoids"]) == (None, [], [])


def test_the_tempering_table_has_every_stem_and_month():
    assert list(_TEMPERING) == list(STEMS)
    for months in _TEMPERING.values():
        cells = months.split()
        assert len(cells) == len(BRANCHES)
        assert all(cell and len(set(cell)) == len(cell) and set(cell) <= set(STEMS) for cell in cells)


@pytest.mark.parametrize(
    ("moment", "stems"),
    [
        # 甲 in 子: 丁 thaws, 庚 splits. 丙 in 午: 壬 cools. 癸 in 巳: 辛 alone.
        ("2023-12-12T10:00", "丁庚丙"),
        ("2023-06-17T10:00", "壬庚"),
        ("2023-05-15T10:00", "辛"),
    ],
)
def test_the_stems_are_those_of_the_book(moment, stems):
    facts = engine.compute("bazi", birth(moment)).facts
    assert "".join(one["stem"] for one in facts["needs"][1]["stems"]) == stems


def test_a_needed_stem_is_found_where_the_chart_has_it():
    climate = needs({"birth": BIRTH})[1]
    assert {one["stem"]: one["at"] for one in climate["stems"]} == {
        "壬": None,
        "辛": "shown",
        "庚": "shown",
        "癸": "hidden",
    }
