"""小六壬 and 梅花易数: no independent program is worth comparing with, so the books' own examples and the hand."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import yaml

from predictions import engine
from predictions.systems.xiaoliuren import PALACES, counted
from tests.agreement.comparison import FOLDER, Comparison, Outcome, some

NAMES = ("大安", "留连", "速喜", "赤口", "小吉", "空亡")


@cache
def examples(system: str) -> list[dict[str, Any]]:
    """The examples of a system: what is asked, the facts that the book gives, and where they are written."""
    loaded = yaml.safe_load((FOLDER / "book_examples.yaml").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = loaded[system]
    return found


def _by_the_book(system: str) -> Outcome:
    outcome = Outcome()
    for example in examples(system):
        facts: Any = engine.compute(system, example["input"], example.get("options", {})).facts
        for path, theirs in example["facts"].items():
            ours = facts
            for member in path.split("."):
                ours = ours[member]
            outcome.compare(f"{example['title']} {path}", ours, theirs)
    return outcome


def xiaoliuren_by_the_book(share: float) -> Outcome:
    return _by_the_book("xiaoliuren")


def meihua_by_the_book(share: float) -> Outcome:
    return _by_the_book("meihua")


def on_the_hand(counts: tuple[int, int, int]) -> list[str]:
    """The count as the hand does it: one finger joint after the other, the starting one being one."""
    joint, reached = 0, []
    for count in counts:
        for _ in range(count - 1):
            joint = (joint + 1) % 6
        reached.append(NAMES[joint])
    return reached


def xiaoliuren_by_hand(share: float) -> Outcome:
    outcome = Outcome()
    for counts in some(list(product(range(1, 13), range(1, 31), range(1, 13))), share):
        ours = [PALACES[place].name for place in counted(counts)]
        outcome.compare("-".join(map(str, counts)), ours, on_the_hand(counts))
    return outcome


COMPARISONS = (
    Comparison(
        "xiaoliuren-book",
        ("xiaoliuren",),
        "小六壬：口诀例课的三宫与结果",
        "The verse's own examples: three palaces and the result",
        "小六壬口诀",
        xiaoliuren_by_the_book,
    ),
    Comparison(
        "xiaoliuren-hand",
        ("xiaoliuren",),
        "小六壬：全部 4,320 种月、日、时，与掌上逐节数算对照",
        "All 4,320 counts of month, day and hour, against the count on the finger joints",
        "小六壬口诀（另写的逐节数法）",
        xiaoliuren_by_hand,
    ),
    Comparison(
        "meihua-book",
        ("meihua",),
        "梅花：书中占例的本卦、互卦、变卦、动爻、体用",
        "The book's own casts: main, mutual and changed hexagram, moving line, body and use",
        "《梅花易数》",
        meihua_by_the_book,
    ),
)
