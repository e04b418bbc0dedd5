"""六爻 against najia: palace, 世应, 纳甲, 六亲, 伏神, changed hexagrams, spirits; and the text of the 周易 in it."""

from __future__ import annotations

import pickle
import re
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Any

from najia.najia import Najia
from najia.utils import get_god6, get_najia, set_shi_yao

from predictions import engine
from predictions.cycles import cycle_name
from predictions.systems import hexagrams
from predictions.systems.hexagrams import Hexagram, hexagram
from predictions.systems.liuyao_lines import spirits
from predictions.types import Json
from tests.agreement.comparison import Comparison, Outcome, package, some

# najia writes 1 for 7, 2 for 8, 3 for 9 and 4 for 6.
_NAJIA_VALUES = {7: 1, 8: 2, 9: 3, 6: 4}
# One character in two forms, of which the file of najia has now this and now that.
_FORMS = str.maketrans({"於": "于", "牀": "床", "遯": "遁", "乾": "干", "他": "它"})
_LINE_TITLES = {place + digit for place in "初上" for digit in "六九"}
_LINE_TITLES |= {digit + place for place in "二三四五" for digit in "六九"}


def our_cast(lines: list[int]) -> Json:
    return engine.compute("liuyao", {"lines": lines}).facts


def our_hidden(lines: list[Json]) -> list[tuple[int, str, str]]:
    found = [(line["position"], line["hidden"]) for line in lines if line["hidden"]]
    return [
        (place, each["relative"], each["stem"] + each["branch"] + each["element"]) for place, each in found
    ]


def hexagrams_by_najia(share: float) -> Outcome:
    outcome = Outcome()
    for digits in some(list(product((0, 1), repeat=6)), share):
        main, mark = our_cast([8 - digit for digit in digits])["main"], "".join(map(str, digits))
        ours = [main["name"], main["palace"]]
        ours += [next(line["position"] for line in main["lines"] if line[name]) for name in ("shi", "ying")]
        ours += [[line["stem"] + line["branch"] for line in main["lines"]]]
        ours += [[line["relative"] for line in main["lines"]], our_hidden(main["lines"])]
        data = Najia(1).compile(params=list(digits), date="2026-11-24 10:30").data
        theirs = [data["name"], data["gong"], *set_shi_yao(mark)[:2], get_najia(mark), data["qin6"]]
        outcome.compare(main["name"], ours, [*theirs, _their_hidden(data["hide"])])
    return outcome


def _their_hidden(hide: dict[str, Any] | None) -> list[tuple[int, str, str]]:
    seats = sorted(hide["seat"]) if hide else []
    return [(seat + 1, hide["qin6"][seat], hide["qinx"][seat]) for seat in seats] if hide else []


def changes_by_najia(share: float) -> Outcome:
    """Every seventh of the 4,096 casts."""
    outcome = Outcome()
    casts = list(islice(product((6, 7, 8, 9), repeat=6), 0, None, 7))
    for lines in some(casts, share):
        data = Najia(1).compile(params=[_NAJIA_VALUES[value] for value in lines], date="2026-11-24").data
        found, other = our_cast(list(lines)), data["bian"]
        theirs = [[place + 1 for place in data["dong"]]]
        theirs += [other["name"], other["gong"], other["qin6"]] if other else []
        outcome.compare("".join(map(str, lines)), [found["moving"], *_changed(found["changed"])], theirs)
    return outcome


def _changed(changed: Json | None) -> list[object]:
    if changed is None:
        return []
    return [changed["name"], changed["palace"], [line["relative"] for line in changed["lines"]]]


def spirits_by_najia(share: float) -> Outcome:
    outcome = Outcome()
    for index in range(60):
        outcome.compare(cycle_name(index), list(spirits(index % 10)), list(get_god6(cycle_name(index))))
    return outcome


# --- the text


@cache
def their_texts() -> dict[str, dict[str, str]]:
    """najia's file of 62 hexagrams: {hexagram: {"卦" | "象" | 初九…: text}}; 恒 and 艮 are run into 咸 and 震."""
    with files("najia").joinpath("data/guaci.pkl").open("rb") as stored:
        loaded: dict[str, str] = pickle.load(stored)
    return {name: _parts(text) for name, text in loaded.items()}


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for line in map(str.strip, text.split("\n")[1:]):
        title, _, rest = (
            line.replace("，", "：", 1).partition("：") if line[:2] in _LINE_TITLES else ("", "", line)
        )
        if title:
            parts.setdefault(title, rest)
        elif rest.startswith("象曰") and not parts.keys() & _LINE_TITLES:
            parts.setdefault("象", rest[3:])
        elif "：" in rest[:4] and "彖" not in rest[:1]:
            parts.setdefault("卦", rest.partition("：")[2])
    return parts


def bare(text: str) -> str:
    """A text without punctuation or stray Latin letters, in one form of each character."""
    return re.sub(r"[\W_a-zA-Z0-9]", "", text).translate(_FORMS)


def our_texts(of: Hexagram) -> dict[str, str]:
    lines = {of.line_title(place): hexagrams.line_text(of, place) for place in range(1, 7)}
    return {"卦": hexagrams.judgement(of), "象": hexagrams.image(of)} | lines


def zhouyi_by_najia(share: float) -> Outcome:
    outcome = Outcome()
    for of in map(hexagram, range(64)):
        theirs = their_texts().get(of.name, {})
        for title, text in our_texts(of).items():
            if title in theirs:
                outcome.compare(f"{of.name} {title}", bare(text), bare(theirs[title]))
    return outcome


COMPARISONS = (
    Comparison(
        "hexagrams-najia",
        ("liuyao",),
        "六爻：全部 64 卦的宫、世应、纳甲、六亲、伏神",
        "All 64 hexagrams: palace, 世应, 纳甲, relatives, hidden spirits",
        package("najia"),
        hexagrams_by_najia,
    ),
    Comparison(
        "changes-najia",
        ("liuyao",),
        "六爻：4,096 种爻数中每七取一，动爻、变卦及其六亲",
        "Every seventh of the 4,096 casts: moving lines, changed hexagram and its relatives",
        package("najia"),
        changes_by_najia,
        share=0.3,
    ),
    Comparison(
        "spirits-najia",
        ("liuyao",),
        "六爻：六十甲子日的六神",
        "The six spirits on the sixty days",
        package("najia"),
        spirits_by_najia,
    ),
    Comparison(
        "zhouyi-najia",
        ("liuyao", "meihua"),
        "《周易》卦辞、爻辞、大象（不计标点与异体字；najia 的数据缺恒、艮二卦及数条）",
        "Judgements, line texts and images of the 周易, without punctuation and variant forms",
        package("najia"),
        zhouyi_by_najia,
    ),
)
