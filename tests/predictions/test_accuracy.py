"""The accuracy report as text, as Markdown, by the command and in what the API says of each system."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command

from predictions import accuracy, registry

REPORT = {
    "engine_version": "0.1.0",
    "made_on": "2026-11-24",
    "seconds": 80,
    "digest": "0123456789abcdef",
    "comparisons": [
        {
            "id": "terms",
            "systems": ["calendar"],
            "what": "节气时刻",
            "what_en": "Solar terms",
            "against": "skyfield",
            "checked": 3048,
            "unit": "秒 s",
            "limit": 4,
            "median": 1.0,
            "p95": 2.0,
            "max": 3.25,
            "disagreements": [],
        },
        {
            "id": "lunar",
            "systems": ["calendar"],
            "what": "农历",
            "what_en": "Lunar dates",
            "against": "lunar_python",
            "checked": 5000,
            "unit": None,
            "limit": None,
            "median": None,
            "p95": None,
            "max": None,
            "disagreements": [
                {
                    "case": "2057-10-13",
                    "ours": "16",
                    "theirs": "15",
                    "right": "undecided",
                    "why": "朔近子夜",
                    "source": "香港天文台",
                }
            ],
        },
    ],
    "doubts": [{"text": "未来难说", "text_en": "The future is hard to tell"}],
}


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("accuracy_report", *arguments, stdout=out)
    return out.getvalue()


def test_the_table_has_a_row_for_each_comparison_with_figures_or_dashes() -> None:
    assert accuracy.rows(REPORT, "zh-Hans") == [
        ("节气时刻", "skyfield", "3,048", "1", "2", "3.25", "4 秒", "0"),
        ("农历", "lunar_python", "5,000", "–", "–", "–", "–", "1"),
    ]
    assert accuracy.rows(REPORT, "en")[0][0::6] == ("Solar terms", "4 s")


def test_columns_stay_aligned_with_characters_of_two_widths() -> None:
    lines = accuracy.as_text(REPORT).splitlines()
    assert lines[2:5] == [
        "数量   相差中位  95%  最大  限    不同  对照什么  对照谁",
        "3,048  1         2    3.25  4 秒  0     节气时刻  skyfield",
        "5,000  –         –    –     –     1     农历      lunar_python",
    ]


def test_disagreements_and_doubts_follow_the_table() -> None:
    chinese, english = accuracy.as_text(REPORT), accuracy.as_text(REPORT, "en")
    assert "2057-10-13：本站 16，对方 15——未定。朔近子夜（香港天文台）" in chinese
    assert chinese.endswith("未决之处\n  未来难说\n")
    assert english.endswith("Open doubts\n  The future is hard to tell\n")
    assert "ours 16, theirs 15; right: undecided." in english


def test_the_document_has_a_chinese_and_an_english_part() -> None:
    text = accuracy.as_markdown(REPORT)
    assert text.index("# 准确度报告") < text.index("# Accuracy report")
    assert "| 节气时刻 | skyfield | 3,048 | 1 | 2 | 3.25 | 4 秒 | 0 |" in text
    assert "| Lunar dates | lunar_python | 5,000 | – | – | – | – | 1 |" in text


def test_the_command_prints_the_committed_figures() -> None:
    assert run() == accuracy.as_text(accuracy.report())
    assert run("--lang", "en").startswith("Engine ")
    assert json.loads(run("--json")) == accuracy.report()


@pytest.mark.parametrize("system", registry.all_systems(), ids=lambda system: system.id)
def test_what_the_api_says_of_a_system_agrees_with_the_figures(system: registry.System) -> None:
    told = system.as_dict()["conformance"]
    for found in accuracy.comparisons_of(system.id):
        assert f"与 {found['against']} 对照 {found['checked']:,} 例" in told
    assert told.endswith("。")
    assert accuracy.comparisons_of(system.id)
