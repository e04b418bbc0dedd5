from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry

from tests import credentials
from wechat.crypto import decode_key
from wechat.models import OfficialAccount

ENGLISH = {"accept-language": "en"}
PAGES = {"token": "token", "aes_key": "aes-key"}
NEW = {"token": "Another_Token_1", "aes_key": "Z" * 43}
FORMER = {"token": "accept_tokens", "aes_key": "previous_aes_keys"}
both = pytest.mark.parametrize("secret", ["token", "aes_key"])


def url_of(account: OfficialAccount, secret: str) -> str:
    return f"/admin/wechat/officialaccount/{account.pk}/{PAGES[secret]}/"


def rotate(client, account, secret, **data):
    account.refresh_from_db()
    return client.post(url_of(account, secret), {"version": account.version, **data}, headers=ENGLISH)


@both
def test_a_pasted_value_becomes_the_present_one_and_the_former_stays_accepted(owner_client, account, secret):
    before = getattr(account, secret)
    response = rotate(owner_client, account, secret, value=NEW[secret])
    assert "is set" in response.content.decode()
    assert NEW[secret] not in response.content.decode()
    account.refresh_from_db()
    assert getattr(account, secret) == NEW[secret]
    assert getattr(account, FORMER[secret]) == before


@both
def test_a_generated_value_is_shown_once_and_never_again(owner_client, account, secret):
    response = rotate(owner_client, account, secret, generate="1")
    account.refresh_from_db()
    made = getattr(account, secret)
    assert f'<code class="copy once">{made}</code>' in response.content.decode()
    if secret == "aes_key":
        assert len(decode_key(made)) == 32
    for page in ("change", "token", "aes-key", "self-test", "modes", "history"):
        html = owner_client.get(f"/admin/wechat/officialaccount/{account.pk}/{page}/").content.decode()
        assert made not in html, page
    for path in ("/admin/", "/admin/wechat/officialaccount/", "/admin/admin/logentry/"):
        assert made not in owner_client.get(path).content.decode(), path
    entry = LogEntry.objects.get()
    assert made not in entry.change_message
    assert account.secret_prints()[secret] in entry.change_message


def test_a_generated_token_suits_the_wechat_console(owner_client, account):
    rotate(owner_client, account, "token", generate="1")
    account.refresh_from_db()
    assert re.fullmatch("[A-Za-z0-9]{32}", account.token)


@both
def test_sending_the_page_twice_rotates_once(owner_client, account, secret):
    data = {"version": account.version, "generate": "1"}
    owner_client.post(url_of(account, secret), data)
    account.refresh_from_db()
    made = getattr(account, secret)
    response = owner_client.post(url_of(account, secret), data, headers=ENGLISH)
    assert "was changed since this page was opened" in response.content.decode()
    account.refresh_from_db()
    assert getattr(account, secret) == made


@pytest.mark.parametrize(
    ("secret", "value"),
    [
        ("token", ""), ("token", "ab"), ("token", "x" * 33), ("token", "mit leer"), ("token", "中文字符"),
        ("aes_key", ""), ("aes_key", "Z" * 42), ("aes_key", "Z" * 44), ("aes_key", "-" * 43),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_shape_is_refused(owner_client, account, secret, value):
    before = getattr(account, secret)
    assert b"errornote" in rotate(owner_client, account, secret, value=value).content
    account.refresh_from_db()
    assert getattr(account, secret) == before


@both
def test_the_present_value_is_refused_without_being_repeated(owner_client, account, secret):
    response = rotate(owner_client, account, secret, value=getattr(account, secret))
    assert "present value already" in response.content.decode()
    assert getattr(account, secret) not in response.content.decode()


@both
def test_a_refused_value_is_not_filled_in_again(owner_client, account, secret):
    assert (
        "geheim!geheim!" not in rotate(owner_client, account, secret, value="geheim!geheim!").content.decode()
    )


@both
def test_finishing_removes_the_former_value(owner_client, account, secret):
    rotate(owner_client, account, secret, value=NEW[secret])
    assert owner_client.post(url_of(account, secret), {"finish": "1"}).status_code == 302
    account.refresh_from_db()
    assert getattr(account, FORMER[secret]) == ""
    assert getattr(account, secret) == NEW[secret]
    assert LogEntry.objects.count() == 2


@both
def test_a_first_value_can_be_set(owner_client, db, secret):
    account = OfficialAccount.objects.create(slug="new")
    rotate(owner_client, account, secret, value=NEW[secret])
    account.refresh_from_db()
    assert getattr(account, secret) == NEW[secret]
    assert getattr(account, FORMER[secret]) == ""


@both
def test_what_the_environment_sets_can_not_be_rotated_here(owner_client, account, secret):
    account.environment_fields = [secret]
    account.save()
    response = rotate(owner_client, account, secret, value=NEW[secret])
    assert "environment of the server sets" in response.content.decode()
    account.refresh_from_db()
    assert getattr(account, secret) != NEW[secret]


@both
@pytest.mark.parametrize("who", ["viewer_client", "operator_client", "stranger_client"])
def test_only_an_owner_rotates(request, account, secret, who):
    client = request.getfixturevalue(who)
    assert client.get(url_of(account, secret)).status_code == 403
    assert rotate(client, account, secret, generate="1").status_code == 403
    account.refresh_from_db()
    assert getattr(account, secret) in (credentials.TOKEN, credentials.AES_KEY)
