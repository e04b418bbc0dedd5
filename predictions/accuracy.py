"""What was checked against what: the figures of data/accuracy.json, which `make accuracy` writes.

The command `accuracy_report`, docs/accuracy.md, the page for staff and the `conformance` of each system in the
API are all rendered here, so that none of them can say another number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from unicodedata import east_asian_width

from predictions.types import Json

FILE = Path(__file__).parent / "data" / "accuracy.json"
HEADINGS = {
    "zh-Hans": ("对照什么", "对照谁", "数量", "相差中位", "95%", "最大", "限", "不同"),
    "en": ("What", "Against", "Checked", "Median", "95 %", "Max", "Limit", "Differ"),
}
RIGHT = {
    "zh-Hans": {"ours": "本站对", "theirs": "对方对", "both": "两可", "undecided": "未定"},
    "en": {"ours": "ours", "theirs": "theirs", "both": "both", "undecided": "undecided"},
}


@cache
def report() -> Json:
    """The committed figures."""
    loaded: Json = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def comparisons_of(system_id: str) -> list[Json]:
    """The comparisons that speak for a system."""
    return [found for found in report()["comparisons"] if system_id in found["systems"]]


def conformance(system_id: str) -> str:
    """The figures of a system in one Chinese sentence each; empty for a system without comparison."""
    return "".join(map(_sentence, comparisons_of(system_id)))


def _sentence(found: Json) -> str:
    differing = len(found["disagreements"])
    agreed = f"{differing} 例不同，逐条说明" if differing else "全部一致"
    told = f"相差至多 {number(found['max'])} {found['unit'].split()[0]}" if found["unit"] else agreed
    return f"{found['what']}：与 {found['against']} 对照 {found['checked']:,} 例，{told}。"


def number(value: float | None) -> str:
    """A figure without needless zeros; a dash where there is none."""
    return "–" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")


def rows(of: Json, lang: str) -> list[tuple[str, ...]]:
    """The table, one row for each comparison, under HEADINGS."""
    what = "what_en" if lang == "en" else "what"
    return [
        (
            *(found[what], found["against"], f"{found['checked']:,}"),
            *(number(found[name]) for name in ("median", "p95", "max")),
            f"{number(found['limit'])} {_unit(found, lang)}".strip(),
            str(len(found["disagreements"])),
        )
        for found in of["comparisons"]
    ]


def _unit(found: Json, lang: str) -> str:
    """Units are written in both languages: 秒 s."""
    return str(found["unit"]).split(" ")[lang == "en"] if found["unit"] else ""


def made(of: Json, lang: str) -> str:
    """When, with which engine, on what the figures stand."""
    if lang == "en":
        template = "Engine {engine_version}, made on {made_on} in {seconds} s, digest {digest}."
    else:
        template = "引擎 {engine_version}，{made_on} 生成，用时 {seconds} 秒，依据摘要 {digest}。"
    return template.format(**of)


def explanations(of: Json, lang: str) -> list[tuple[str, list[str]]]:
    """For each comparison with disagreements, a line for each: the case, both sides, who is right, why."""
    what, right = "what_en" if lang == "en" else "what", RIGHT[lang]
    form = "{case}: ours {ours}, theirs {theirs}; right: {verdict}. {why} ({source})"
    if lang != "en":
        form = "{case}：本站 {ours}，对方 {theirs}——{verdict}。{why}（{source}）"
    return [
        (found[what], [form.format(**each, verdict=right[each["right"]]) for each in found["disagreements"]])
        for found in of["comparisons"]
        if found["disagreements"]
    ]


def doubts(of: Json, lang: str) -> list[str]:
    """What no comparison settles."""
    return [each["text_en" if lang == "en" else "text"] for each in of["doubts"]]


# --- a text for the terminal


def as_text(of: Json, lang: str = "zh-Hans") -> str:
    """The whole report as aligned columns, the disagreements and the doubts below."""
    lines = [made(of, lang), "", *_columns([HEADINGS[lang], *rows(of, lang)])]
    for title, cases in explanations(of, lang):
        lines += ["", title, *(f"  {case}" for case in cases)]
    lines += ["", "Open doubts" if lang == "en" else "未决之处", *(f"  {each}" for each in doubts(of, lang))]
    return "\n".join(lines) + "\n"


def _columns(table: list[tuple[str, ...]]) -> Iterable[str]:
    """Figures first, since they are narrow; Chinese characters are two columns wide."""
    turned = [(*row[2:], *row[:2]) for row in table]
    widths = [max(_width(row[place]) for row in turned) for place in range(7)]
    for row in turned:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row[:7], widths, strict=True)]
        yield "  ".join([*cells, row[7]]).rstrip()


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


# --- docs/accuracy.md


def as_markdown(of: Json) -> str:
    """docs/accuracy.md: Chinese first, then the same in English."""
    chinese = _section(
        of,
        "zh-Hans",
        "# 准确度报告",
        "本页由 `make accuracy` 生成，不手改：它把引擎的结果与独立的程序、历表、公布的数字逐例对照，"
        "把数字写入 `predictions/data/accuracy.json`。`manage.py accuracy_report`、管理后台的准确度页与 API "
        "的 `conformance` 都出自同一份数据。没有说明的不同会使测试失败。",
        ("## 不同之处，逐条说明", "## 未决之处"),
    )
    english = _section(
        of,
        "en",
        "# Accuracy report",
        "Made by `make accuracy`, not by hand: the engine beside independent programs, tables and published "
        "figures, case by case. `manage.py accuracy_report`, the page for staff and the API's `conformance` "
        "come from the same file, `predictions/data/accuracy.json`. A difference without explanation fails "
        "the tests. The reasons are told in Chinese.",
        ("## Disagreements, one by one", "## Open doubts"),
    )
    return chinese + "\n" + english


def _section(of: Json, lang: str, title: str, introduction: str, headings: tuple[str, str]) -> str:
    lines = [title, "", introduction, "", made(of, lang), "", _row(HEADINGS[lang])]
    lines += [_row(["---"] * len(HEADINGS[lang])), *map(_row, rows(of, lang))]
    lines += ["", headings[0]]
    for name, cases in explanations(of, lang) if lang != "en" else []:
        lines += ["", f"### {name}", "", *(f"- {case}" for case in cases)]
    if lang == "en":
        lines += ["", *(f"- {name}: {len(cases)}" for name, cases in explanations(of, lang))]
    lines += ["", headings[1], "", *(f"- {each}" for each in doubts(of, lang))]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
