"""`/_debug_signature`: useful on the machine itself, absent for everybody else."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import credentials
from tests.wechat.deliveries import plain
from wechat.crypto import sign
from wechat.models import OfficialAccount

pytestmark = pytest.mark.django_db
FORWARDED = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto"]


def ask(client: Client, **values: str) -> dict[str, object]:
    query = {"signature": "", "timestamp": "1", "nonce": "2", **values}
    response = client.get("/_debug_signature", query)
    assert credentials.TOKEN not in response.content.decode()
    return dict(response.json())


def test_a_right_signature_matches_and_names_its_slot(account: OfficialAccount, client: Client) -> None:
    account.rotate_token(credentials.FORMER_TOKEN)
    answer = ask(client, signature=sign(credentials.TOKEN, "1", "2"))
    assert (answer["matches"], answer["token_slot"], answer["differs"]) == (True, 1, None)


@pytest.mark.parametrize(
    ("values", "differs"),
    [
        ({"signature": "0" * 40}, "token"),
        ({"signature": "zz"}, "40 hex"),
        ({"signature": "A" * 40}, "lower case"),
        ({"signature": "0" * 40, "nonce": ""}, "missing: nonce"),
        ({"signature": "0" * 40, "timestamp": "now"}, "timestamp"),
    ],
)
def test_a_wrong_one_says_which_part_differs(
    account: OfficialAccount, client: Client, values: dict[str, str], differs: str
) -> None:
    answer = ask(client, **values)
    assert answer["matches"] is False
    assert differs in str(answer["differs"])


def test_the_expected_signature_is_shown_by_8_digits_only(account: OfficialAccount, client: Client) -> None:
    expected = sign(credentials.TOKEN, "1", "2")
    response = client.get("/_debug_signature", {"signature": "0" * 40, "timestamp": "1", "nonce": "2"})
    assert response.json()["expected_begins_with"] == expected[:8]
    assert expected not in response.content.decode()


@pytest.mark.parametrize("header", FORWARDED)
def test_a_forwarded_request_finds_nothing(account: OfficialAccount, client: Client, header: str) -> None:
    assert client.get("/_debug_signature", headers={header: "127.0.0.1"}).status_code == 404


def test_a_peer_elsewhere_finds_nothing(account: OfficialAccount) -> None:
    assert Client(REMOTE_ADDR="10.0.0.9").get("/_debug_signature").status_code == 404


def test_an_unknown_account_is_said_to_be_unknown(client: Client, db: None) -> None:
    assert client.get("/_debug_signature").status_code == 404


def test_a_callback_is_not_touched_by_it(account: OfficialAccount, client: Client) -> None:
    assert plain("菜单").post(client).status_code == 200
