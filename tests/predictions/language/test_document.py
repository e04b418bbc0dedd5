"""docs/predictions.md keeps its word: the rows of its tables are read by the parser."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from predictions.language import ask, understand
from predictions.language.calendar_days import solar_day
from tests.predictions.language.clock import ALL, CHINA

DOCUMENT = (Path(__file__).parents[3] / "docs" / "predictions.md").read_text("utf-8")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=CHINA)


def rows(heading):
    section = DOCUMENT.split(f"### {heading}\n")[1].split("\n#")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.split("\n")
        if line.startswith("| ")
    ][1:]


DATED = rows("写法与日期")
ASKED = rows("会反问的")
IMPOSSIBLE = rows("不存在的日期")


@pytest.mark.parametrize(("text", "day"), [row[:2] for row in DATED])
def test_a_writing_of_the_document_is_the_day_that_it_says(text, day):
    found = understand(f"{text}黄历", MONDAY)
    slot = found.slots["day"]
    solar = solar_day(slot["calendar"], slot["year"], slot["month"], slot["day"], bool(slot.get("leap")))
    assert solar.isoformat() == day


@pytest.mark.parametrize("text", [row[0] for row in ASKED])
def test_what_the_document_says_is_asked_is_asked(text):
    assert ask(f"{text.removesuffix('黄历')}黄历", now=MONDAY, systems=ALL).question is not None


@pytest.mark.parametrize(("text", "reply"), IMPOSSIBLE)
def test_what_the_document_says_is_impossible_is_told(text, reply):
    result = ask(f"{text}黄历", now=MONDAY, systems=ALL)
    assert result.status == "needs_input"
    assert (
        re.sub(r".*?(没有\d+[日月]|没有闰月|闰的是六月|只有29天|1900–2100).*", r"\1", reply.replace(" ", ""))
        in result.text
    )


def test_every_example_of_the_first_table_is_answered():
    table = DOCUMENT.split("## 1. 能问什么\n")[1].strip().split("\n\n")[0]
    sentences = [
        text for line in table.split("\n")[2:] for text in line.strip("|").split("|")[2].strip().split("；")
    ]
    assert len(sentences) >= 9
    for text in sentences:
        assert ask(text, now=MONDAY, systems=ALL).status == "answered", text
