"""What each fault costs: nothing but time. One run of everything (`fault_run`), one test for each promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.platform_server import NOTICE
from tests.wechat import fault_run
from tests.wechat.fault_run import PLATFORM_FAULTS, Case
from wechat.gateway_account import ERROR_TEXT, PLACEHOLDER_TEXT

pytestmark = pytest.mark.processes

Run = tuple[dict[str, Case], int]
PASSIVE = ("noticed_3", "declared_3")
LATE = ("noticed_7", "noticed_20", "declared_7", "declared_20")
KILLED = ("killed_web", "killed_before", "killed_during", "killed_after")
WITHOUT_BROKER = ("broker_hung", "broker_hung_midway", "broker_down", "broker_down_midway")
RECOMPUTED = ("killed_web", "killed_during", "killed_after")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return fault_run.run(tmp_path_factory.mktemp("faults"))


@pytest.fixture
def cases(run: Run) -> dict[str, Case]:
    return run[0]


def delivered(case: Case) -> list[str]:
    """The answers on the phone, by whatever way."""
    return [text for way, text in case.chat if way in ("passive", "customer") and "我理解为" in text]


def test_no_message_is_lost(run: Run) -> None:
    cases, stored = run
    again = sum(1 for case in cases.values() if case.second)
    assert stored == len(cases) + again
    assert {case.status for case in cases.values()} <= {"replied", "failed"}


def test_no_callback_takes_five_seconds(cases: dict[str, Case]) -> None:
    assert {name: case.seconds for name, case in cases.items() if case.seconds >= 5} == {}


def test_nobody_sees_the_notice_of_a_broken_account(cases: dict[str, Case]) -> None:
    assert not [name for name, case in cases.items() if NOTICE in case.passive]


def test_each_answer_is_computed_once_but_by_a_process_that_is_killed(cases: dict[str, Case]) -> None:
    counts = {name: case.computed for name, case in cases.items()}
    assert {name for name, count in counts.items() if count != 1} <= set(RECOMPUTED)
    assert all(counts[name] <= 2 for name in RECOMPUTED)


@pytest.mark.parametrize("name", PASSIVE)
def test_what_is_there_before_the_deadline_is_the_reply(cases: dict[str, Case], name: str) -> None:
    assert "我理解为" in cases[name].passive
    assert cases[name].sent == []


@pytest.mark.parametrize("name", [*LATE, *KILLED, "database"])
def test_what_comes_later_is_delivered_once(cases: dict[str, Case], name: str) -> None:
    assert len(delivered(cases[name])) == 1


@pytest.mark.parametrize("name", WITHOUT_BROKER)
def test_a_broker_that_is_away_costs_no_answer(cases: dict[str, Case], name: str) -> None:
    assert len(delivered(cases[name])) == 1


def test_an_engine_that_raises_costs_an_apology(cases: dict[str, Case]) -> None:
    assert cases["raises"].passive == ERROR_TEXT
    assert cases["raises"].status == "failed"


@pytest.mark.parametrize("name", PLATFORM_FAULTS)
def test_a_fault_of_the_platform_never_doubles_an_answer(cases: dict[str, Case], name: str) -> None:
    case = cases[name]
    expected = {"slow": "unknown", "lost": "unknown", "reset": "unknown", "garbage": "unknown"}
    expected |= {"window": "delivered", "quota": "delivered"}
    assert case.outgoing == [expected.get(name, "sent")]
    # Nothing was done there: nobody here can know, so staff decide.
    assert len(delivered(case)) == (0 if name in ("garbage", "reset") else 1)


def test_a_right_that_turns_out_to_be_missing_keeps_the_answer(cases: dict[str, Case]) -> None:
    case = cases["no_right_learned"]
    assert (case.passive, case.outgoing) == ("", ["delivered"])
    assert case.second
    assert "我理解为" in case.second.shown


def test_without_the_right_the_next_message_brings_the_answer_also_after_a_restart(
    cases: dict[str, Case],
) -> None:
    case = cases["no_right"]
    assert case.passive == PLACEHOLDER_TEXT
    assert (case.computed, case.outgoing, case.sent) == (1, ["delivered"], [])
    assert case.second
    assert "我理解为" in case.second.shown


def test_the_page_of_the_docs_has_every_case(cases: dict[str, Case]) -> None:
    page = Path(fault_run.TARGET).read_text()
    assert [case.title for case in cases.values() if case.title not in page] == []
