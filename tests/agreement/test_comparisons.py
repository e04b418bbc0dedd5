"""Every comparison on its share of the cases; `make accuracy` looks at all of them."""

from __future__ import annotations

import pytest

from predictions import registry
from tests.agreement.catalogue import COMPARISONS
from tests.agreement.comparison import JUDGEMENTS, Comparison, Outcome, doubts, explained
from tests.agreement.report import Finding, told

BY_ID = {comparison.id: comparison for comparison in COMPARISONS}


@pytest.mark.parametrize("name", BY_ID)
def test_nothing_differs_without_an_explanation(name: str) -> None:
    finding = Finding(BY_ID[name], BY_ID[name].run(BY_ID[name].share))
    assert finding.outcome.checked
    assert finding.unexplained == []
    if BY_ID[name].share == 1:
        assert finding.outdated == []


def test_every_comparison_has_its_own_id_and_speaks_for_systems_that_exist() -> None:
    assert len(BY_ID) == len(COMPARISONS)
    known = {system.id for system in registry.all_systems()}
    assert {name for comparison in COMPARISONS for name in comparison.systems} == known


def test_every_explanation_names_the_case_both_sides_who_is_right_why_and_a_source() -> None:
    assert set(explained()) <= set(BY_ID)
    for entries in explained().values():
        for entry in entries:
            assert set(entry) == {"case", "ours", "theirs", "right", "why", "source"}
            assert all(isinstance(value, str) and value for value in entry.values()), entry
            assert entry["right"] in JUDGEMENTS


def test_every_doubt_is_told_in_both_languages() -> None:
    assert all(set(doubt) == {"text", "text_en"} for doubt in doubts())


def _comparison(name: str) -> Comparison:
    return Comparison(name, ("calendar",), "什么", "what", "another", lambda share: Outcome())


def test_a_new_difference_and_an_explanation_that_is_needed_no_more_are_both_told() -> None:
    outcome = Outcome()
    outcome.compare("2026-01-01", "甲", "甲")
    outcome.compare("2026-01-02", "甲", "乙")
    outcome.measure("2026-01-03", 3.5, 4)
    outcome.measure("2026-01-04", -4.5, 4)
    assert told([Finding(_comparison("new"), outcome)]) == [
        "new: 2026-01-02: ours 甲, theirs 乙",
        "new: 2026-01-04: ours -4.500, theirs 0",
    ]
    assert (outcome.checked, outcome.residuals) == (4, [3.5, 4.5])
    assert told([Finding(_comparison("solar_eclipses-skyfield"), Outcome())]) == [
        "solar_eclipses-skyfield: explained, but found no more: 1935-01-05",
    ]


def test_an_explanation_holds_only_for_the_values_it_names() -> None:
    outcome = Outcome()
    outcome.compare("1935-01-05", "partial", "annular")
    assert len(Finding(_comparison("solar_eclipses-skyfield"), outcome).unexplained) == 1
