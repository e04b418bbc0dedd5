"""The conversation of 200 messages through a real gateway, and the page that keeps it (docs/transcript.md)."""

from __future__ import annotations

import re

import pytest

from tests.processes import ROOT
from tests.transcript.page import PAGE, converse, differences, written
from tests.transcript.script import STAFF, Said, Scene, Turn, scenes
from wechat.incoming import parse

ALL = [turn for scene in scenes() for turn in scene.turns]
TURNS = [turn for turn in ALL if turn.kind != STAFF]
KINDS_OF_MESSAGES = {"text", "image", "voice", "video", "shortvideo", "location", "link", "file"}
KINDS_OF_EVENTS = {
    *("subscribe", "unsubscribe", "scan", "location", "enter", "click", "view", "view_miniprogram"),
    *("scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"),
    *("location_select", "templatesendjobfinish", "masssendjobfinish", "publishjobfinish"),
    *("subscribe_msg_popup_event", "kf_create_session", "kf_close_session", "verify_expired"),
    *("qualification_verify_success", "user_info_modified", "user_authorization_revoke"),
    *("user_authorization_cancellation", "wxa_media_check"),
}


@pytest.fixture(scope="module")
def conversation() -> list[Said]:
    return converse()


@pytest.mark.processes
def test_every_reply_is_what_the_script_expects(conversation: list[Said]) -> None:
    assert {f"{said.turn.who}: {said.what}": said.problems for said in conversation if said.problems} == {}


@pytest.mark.processes
def test_the_page_in_docs_is_what_the_gateway_says_today(conversation: list[Said]) -> None:
    found = differences(PAGE.read_text(encoding="utf-8"), conversation)
    assert not found, "write it anew (python -m tests.transcript) and read what changed:\n" + "\n".join(found)


@pytest.mark.processes
def test_one_try_was_enough_for_each(conversation: list[Said]) -> None:
    assert {said.tries for said in conversation} == {1}


def test_the_script_has_two_hundred_messages_of_several_people() -> None:
    assert len(TURNS) >= 200
    assert len({turn.who for turn in TURNS}) >= 5


def test_every_type_of_message_and_event_is_in_it() -> None:
    arrived = [parse(turn.body()) for turn in TURNS]
    assert {incoming.msg_type for incoming in arrived} >= KINDS_OF_MESSAGES
    assert {incoming.event_name for incoming in arrived} >= KINDS_OF_EVENTS


def test_a_changed_sentence_is_a_difference_and_the_days_until_then_are_not() -> None:
    def held(reply: str, clock: bool = False) -> list[Said]:
        turn = Turn("小林", "text", {"text": "春节还有几天"}, clock=clock)
        return [Said(Scene("一", {}, ()), turn, "春节还有几天", reply, 1)]

    page = written(held("2027-02-06\n距今天还有74天"))
    assert differences(page, held("2027-02-06\n距今天还有73天")) == []
    assert differences(page, held("2027-02-07\n距今天还有73天")) != []
    assert differences(written(held("甲", clock=True)), held("乙", clock=True)) == []


def test_the_page_tells_who_said_what() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.startswith("# 对话实录")
    assert len(re.findall(r"^\*\*\d+\. ", page, re.MULTILINE)) == len(ALL)
    assert (ROOT / "docs" / "transcript.md").stat().st_size < 300_000
