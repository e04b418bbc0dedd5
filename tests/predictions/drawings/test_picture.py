"""predictions/drawings/picture.py: what no picture can get wrong."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from predictions.drawings.picture import CLASSES, SMALLEST_TEXT, Picture

CSS = Path(__file__).resolve().parents[3] / "predictions/static/predictions/reading.css"
SVG = "{http://www.w3.org/2000/svg}"


def test_a_picture_names_and_describes_itself():
    drawing = draw(lambda picture: picture.rect(1, 2, 3, 4))
    root = ElementTree.fromstring(drawing.svg)
    assert root.get("role") == "img"
    assert root.get("viewBox") == "0 0 340 100"
    assert root.get("width") is None
    assert root.get("height") is None
    named = root.get("aria-labelledby", "").split()
    assert [root.find(f".//*[@id='{name}']").text for name in named] == ["标题", "说明"]
    assert drawing.title == "标题"
    assert drawing.description == "说明"


def test_whatever_a_fact_holds_stays_text():
    hostile = '</text><script>alert("1")</script>&amp;'
    drawing = draw(lambda picture: picture.text(0, 0, hostile))
    assert "<script" not in drawing.svg
    assert ElementTree.fromstring(drawing.svg).find(f"{SVG}text").text == hostile


def test_a_text_too_small_for_a_phone_is_refused():
    with pytest.raises(ValueError, match="phone"):
        draw(lambda picture: picture.text(0, 0, "小", size=SMALLEST_TEXT - 1))


def test_a_class_without_a_rule_is_refused():
    with pytest.raises(ValueError, match="no such class"):
        draw(lambda picture: picture.rect(0, 0, 1, 1, "panel crimson"))


@pytest.mark.parametrize("name", ["", "Bazi", "a b", '"', "1a"])
def test_a_name_that_can_be_no_id_is_refused(name):
    with pytest.raises(ValueError, match="no name"):
        Picture(name, "标题", 10)


def test_numbers_are_short_and_always_written_alike():
    drawing = draw(lambda picture: picture.circle(1 / 3, 10.0, 2.5, "sun"))
    assert 'cx="0.33" cy="10" r="2.5"' in drawing.svg


def test_a_column_sets_one_character_under_the_other():
    root = ElementTree.fromstring(draw(lambda picture: picture.column(5, 20, "甲子", size=20)).svg)
    assert [(text.text, text.get("y")) for text in root.iter(f"{SVG}text")] == [("甲", "20"), ("子", "43")]


def test_the_stylesheet_has_a_rule_for_every_class():
    ruled = set(re.findall(r"\.drawing \.([a-z-]+)", CSS.read_text()))
    assert ruled == CLASSES


def draw(paint):
    picture = Picture("name", "标题", 100)
    paint(picture)
    return picture.finish("说明")
