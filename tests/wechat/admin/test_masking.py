from __future__ import annotations

import pytest

from tests import credentials
from tests.wechat.admin.conftest import xml_of
from wechat.admin import masking


def test_a_pseudonym_is_eight_hex_digits_and_stable():
    name = masking.pseudonym("oSomebody")
    assert len(name) == 8
    assert int(name, 16) >= 0
    assert name == masking.pseudonym("oSomebody") != masking.pseudonym("oSomebodyElse")


def test_a_pseudonym_depends_on_the_secret_key(settings):
    before = masking.pseudonym("oSomebody")
    settings.SECRET_KEY = "another secret key of enough length"
    assert masking.pseudonym("oSomebody") != before


def test_an_unknown_element_is_masked_too():
    fields = {"MsgType": "text", "Surprise": "secret", "SendInfo": {"Deep": ["secret", "more"]}}
    assert masking.mask_fields(fields) == {
        "MsgType": "text",
        "Surprise": "••• (6)",
        "SendInfo": {"Deep": ["••• (6)", "••• (4)"]},
    }


def test_people_become_pseudonyms_and_accounts_stay():
    masked = masking.mask_fields(masking.fields_of(xml_of("你好")))
    assert masked["ToUserName"] == "gh_0123456789ab"
    assert masked["FromUserName"] == masking.pseudonym(credentials.OPENID)


def test_only_the_protocols_own_parameters_are_open():
    query = "signature=s&timestamp=1&nonce=n&openid=oX&code=geheim"
    shown = dict(masking.parameters(query, shown=False))
    assert shown == {
        "signature": "s", "timestamp": "1", "nonce": "n", "openid": masking.pseudonym("oX"), "code": "••• (6)"
    }  # fmt: skip
    assert dict(masking.parameters(query, shown=True))["code"] == "geheim"


@pytest.mark.parametrize("body", [b"", b"\xff\x00", b"<xml", b"plain"])
def test_a_body_that_can_not_be_read_is_masked_as_a_whole(body):
    text = masking.xml_text(body, shown=False)
    assert text.startswith("•••") or not body


def test_indented_xml_keeps_repeated_and_nested_elements():
    fields = masking.fields_of(b"<xml><A><B>1</B><B>2</B></A></xml>")
    assert "<B>1</B>" in masking.pretty(fields)
    assert "<B>2</B>" in masking.pretty(fields)
    assert [value for _name, value in masking.flat(fields)] == ["1", "2"]
