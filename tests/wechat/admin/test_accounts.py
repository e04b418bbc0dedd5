from __future__ import annotations

import pytest

from tests import credentials
from wechat.models import OfficialAccount

LIST = "/admin/wechat/officialaccount/"
ENGLISH = {"accept-language": "en"}


def change_url(account: OfficialAccount) -> str:
    return f"{LIST}{account.pk}/change/"


def form_data(account: OfficialAccount, **changes: object) -> dict[str, object]:
    names = (
        "name", "original_id", "app_id", "pilot_openids", "pilot_percent", "pilot_text", "maintenance_text",
        "timestamp_tolerance", "dedup_window", "rate_limit_per_min", "systems",
    )  # fmt: skip
    return (
        {name: getattr(account, name) for name in names} | {"can_send_customer_messages": "unknown"} | changes
    )


def test_a_new_account_starts_with_the_folk_calendar_preset(owner_client, db):
    form = owner_client.get(f"{LIST}add/").context["adminform"].form
    assert form["systems"].value() == ["calendar", "almanac", "sky"]


def test_the_form_says_why_birth_data_is_off(owner_client, db):
    html = owner_client.get(f"{LIST}add/", headers=ENGLISH).content.decode()
    assert "WeChat punishes accounts that" in html
    assert "历法民俗" in html
    assert "asks for birth data" in html


def test_an_owner_makes_an_account(owner_client, db):
    data = {"slug": "shop", "name": "店", "original_id": "", "app_id": "wx1", "systems": ["calendar"]}
    response = owner_client.post(f"{LIST}add/", data)
    assert response.status_code == 302
    account = OfficialAccount.objects.get(slug="shop")
    assert (account.verification, account.service, account.token) == ("strict", "live", "")
    assert account.systems[0] == "calendar"


def test_an_owner_edits_an_account(owner_client, account):
    response = owner_client.post(change_url(account), form_data(account, name="新名", systems=["almanac"]))
    assert response.status_code == 302, response.context["errors"]
    account.refresh_from_db()
    assert (account.name, account.systems) == ("新名", ["almanac"])


def test_editing_keeps_secrets_and_modes(owner_client, account):
    account.app_secret = credentials.APP_SECRET
    account.save()
    owner_client.post(
        change_url(account), form_data(account, service="maintenance", token="forged", encryption="safe")
    )
    account.refresh_from_db()
    assert (account.service, account.token, account.encryption) == ("live", credentials.TOKEN, "compatible")
    assert account.app_secret == credentials.APP_SECRET


def test_the_app_secret_can_be_replaced_but_is_never_shown(owner_client, account):
    owner_client.post(change_url(account), form_data(account, new_app_secret=credentials.APP_SECRET))
    account.refresh_from_db()
    assert account.app_secret == credentials.APP_SECRET
    html = owner_client.get(change_url(account), headers=ENGLISH).content.decode()
    assert credentials.APP_SECRET not in html
    assert f"set · {account.secret_prints()['app_secret']}" in html


def test_systems_of_another_version_are_kept(owner_client, account):
    account.systems = ["calendar", "of_the_future"]
    account.save()
    owner_client.post(change_url(account), form_data(account, systems=["calendar"]))
    account.refresh_from_db()
    assert account.systems == ["calendar", "of_the_future"]


def test_fields_of_the_environment_are_read_only_and_named(owner_client, account):
    account.environment_fields = ["token", "app_id", "app_secret", "timestamp_tolerance"]
    account.save()
    response = owner_client.get(change_url(account), headers=ENGLISH)
    assert not {"app_id", "timestamp_tolerance", "new_app_secret"} & set(
        response.context["adminform"].form.fields
    )
    assert "token, app_id, app_secret, timestamp_tolerance" in response.content.decode()
    owner_client.post(change_url(account), form_data(account, app_id="forged", timestamp_tolerance="0"))
    account.refresh_from_db()
    assert (account.app_id, account.timestamp_tolerance) == (credentials.APP_ID, 300)


def test_an_encrypted_account_keeps_its_app_id(owner_client, account):
    response = owner_client.post(change_url(account), form_data(account, app_id=""), headers=ENGLISH)
    assert "needs the AppID" in response.content.decode()
    account.refresh_from_db()
    assert account.app_id == credentials.APP_ID


def test_the_page_shows_the_url_to_paste(owner_client, account, settings):
    settings.CELESTIAL_PUBLIC_URL = ""
    assert "http://testserver/wechat</code>" in owner_client.get(change_url(account)).content.decode()
    settings.CELESTIAL_PUBLIC_URL = "https://gua.example.com"
    other = OfficialAccount.objects.create(slug="shop")
    assert (
        "https://gua.example.com/wechat/shop</code>" in owner_client.get(change_url(other)).content.decode()
    )


def test_an_account_without_token_says_so(owner_client, db):
    account = OfficialAccount.objects.create(slug="shop")
    html = owner_client.get(change_url(account), headers=ENGLISH).content.decode()
    assert "This account has no Token yet" in html


def test_an_account_can_not_be_deleted(owner_client, account):
    assert owner_client.post(f"{LIST}{account.pk}/delete/", {"post": "yes"}).status_code == 403
    assert OfficialAccount.objects.exists()


def test_a_viewer_sees_how_many_pilot_followers_there_are_but_not_who(viewer_client, account):
    account.pilot_openids = "oFirst\noSecond"
    account.save()
    html = viewer_client.get(change_url(account)).content.decode()
    assert "oFirst" not in html
    assert "2" in html


@pytest.mark.parametrize("who", ["viewer_client", "operator_client"])
def test_only_an_owner_edits(request, account, who):
    client = request.getfixturevalue(who)
    assert client.get(change_url(account)).status_code == 200
    assert client.post(change_url(account), form_data(account, name="forged")).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


@pytest.mark.parametrize("page", ["modes", "token", "aes-key", "self-test"])
@pytest.mark.parametrize("pk", ["999", "x"])
def test_pages_of_an_unknown_account_are_404(owner_client, db, page, pk):
    assert owner_client.get(f"{LIST}{pk}/{page}/").status_code == 404
