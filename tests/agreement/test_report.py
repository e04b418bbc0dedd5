"""The committed figures are those of this engine, this suite and these versions: `make accuracy` makes them anew."""

from __future__ import annotations

from datetime import date

from predictions import accuracy
from predictions.engine import ENGINE_VERSION
from tests.agreement import digest
from tests.agreement.catalogue import COMPARISONS
from tests.agreement.comparison import Outcome, doubts, explained
from tests.agreement.report import DOCUMENT, Finding, as_json


def test_the_figures_are_not_stale() -> None:
    found = accuracy.report()
    assert (found["digest"], found["engine_version"]) == (digest.digest(), ENGINE_VERSION), (
        "run `make accuracy`"
    )


def test_the_document_is_the_rendering_of_the_figures() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == accuracy.as_markdown(accuracy.report()), (
        "run `make accuracy`"
    )


def test_every_comparison_is_in_the_figures_with_its_words_and_its_disagreements() -> None:
    shown = accuracy.report()["comparisons"]
    assert [each["id"] for each in shown] == [comparison.id for comparison in COMPARISONS]
    for each, comparison in zip(shown, COMPARISONS, strict=True):
        assert (each["what"], each["against"]) == (comparison.what, comparison.against)
        assert each["disagreements"] == explained().get(comparison.id, [])
        assert each["limit"] is None or each["max"] <= each["limit"]
    assert accuracy.report()["doubts"] == doubts()


def test_the_numbers_that_the_project_promises_were_looked_at() -> None:
    checked = {each["id"]: each["checked"] for each in accuracy.report()["comparisons"]}
    assert checked["pillars-bazi"] == checked["lunar-bazi"] == checked["lunar-lunar_python"] == 5000
    assert checked["pillars-lunar_python"] == 10_000
    assert (checked["ziwei-iztro"], checked["qimen-qimen_rs"], checked["hexagrams-najia"]) == (1000, 1000, 64)


def test_the_report_has_the_median_the_95th_percentile_and_the_maximum_of_what_was_measured() -> None:
    outcome = Outcome()
    for number in range(1, 101):
        outcome.measure(str(number), -number / 10, 20)
    comparison = next(each for each in COMPARISONS if each.unit)
    made = as_json([Finding(comparison, outcome)], date(2026, 11, 24), 1.6)
    assert (made["made_on"], made["seconds"]) == ("2026-11-24", 2)
    (found,) = made["comparisons"]
    assert (found["checked"], found["median"], found["p95"], found["max"]) == (100, 5.05, 9.6, 10.0)


def test_the_digest_knows_every_module_that_compares() -> None:
    modules = {comparison.run.__module__.rpartition(".")[2] for comparison in COMPARISONS}
    assert modules | {"comparison"} == set(digest.COMPARISONS)


def test_wording_of_comments_and_docstrings_does_not_make_the_figures_stale() -> None:
    plain = 'def f():\n    return "甲"  # a stem\n'
    told = '"""A module."""\n\n# Why.\ndef f():\n    """What,\n    and how."""\n    return "甲"  # a stem\n'
    assert digest.bare_source(told) == digest.bare_source(plain)
    assert digest.bare_source(plain) != digest.bare_source(plain.replace("甲", "乙"))
