"""Policies that cannot be enforced, and how a refusal is described."""

from __future__ import annotations

import pytest

from tests.wechat.tampering import KEY, TOKEN, policy
from wechat.crypto import Cause, Misconfigured, Rejected
from wechat.policy import OFFICIAL_CODES


@pytest.mark.parametrize(
    "changes",
    [
        {"tokens": ()},
        {"tokens": ("",)},
        {"tokens": (TOKEN, " ")},
        {"encryption": "none"},
        {"verification": "off"},
        {"tolerance": -1},
        {"aes_keys": ()},
        {"aes_keys": (b"short",)},
        {"app_id": ""},
    ],
)
def test_a_policy_that_cannot_be_enforced_is_refused(changes):
    with pytest.raises(Misconfigured) as caught:
        policy(**changes)
    assert caught.value.status == 403


def test_a_policy_does_not_print_its_secrets():
    assert TOKEN not in repr(policy())
    assert repr(KEY) not in repr(policy())


@pytest.mark.parametrize("cause", Cause)
def test_the_status_of_a_refusal_follows_its_place_in_the_chain(cause):
    after = {"bad_base64", "decrypt_failed", "bad_padding", "bad_length", "wrong_app_id"}
    after |= {"unparsable_xml", "forbidden_xml"}
    expected = {"too_large": 413, "unknown_account": 404}.get(cause, 400 if cause in after else 403)
    assert Rejected(cause, "").status == expected


def test_every_code_of_a_refusal_is_an_official_one():
    codes = {Rejected(cause, "").code for cause in Cause} - {None}
    assert codes <= set(OFFICIAL_CODES)
    assert set(OFFICIAL_CODES) == set(range(-40011, -40000))
