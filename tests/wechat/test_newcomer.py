"""The newcomer's page is what the gateway says today."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.processes import running_server
from tests.wechat.newcomer import PAGE, QUESTIONS, conversation, page

pytestmark = pytest.mark.processes


def test_the_newcomers_twenty_questions_are_answered_as_the_page_says(tmp_path: Path) -> None:
    assert len(QUESTIONS) == 20
    with running_server(tmp_path, workers=1) as server:
        exchange = conversation(server)
    assert all(len(answer.encode()) <= 2048 for _, answer in exchange)
    assert page(exchange) == PAGE.read_text(encoding="utf-8")
