from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from wechat.models import ModeChange, OfficialAccount

ENGLISH = {"accept-language": "en"}


def url_of(account: OfficialAccount) -> str:
    return f"/admin/wechat/officialaccount/{account.pk}/modes/"


def switch(client, account, name, value, **data):
    return client.post(
        url_of(account), {"switch": name, "value": value, "reason": "维护", **data}, headers=ENGLISH
    )


def test_the_page_says_the_present_state_and_each_effect(operator_client, account):
    html = operator_client.get(url_of(account), headers=ENGLISH).content.decode()
    assert "<strong>Now:</strong> live: every follower is answered" in html
    for effect in ("nobody is answered", "ends by itself", "nothing unencrypted is accepted or sent"):
        assert effect in html


def test_leaving_live_has_to_be_typed(operator_client, account):
    response = switch(operator_client, account, "service", "maintenance")
    assert "Type <code>maintenance</code> to confirm:" in response.content.decode()
    account.refresh_from_db()
    assert account.service == "live"
    response = switch(operator_client, account, "service", "maintenance", typed="maintenanc")
    assert "nothing was switched" in response.content.decode()
    assert not ModeChange.objects.exists()
    assert switch(operator_client, account, "service", "maintenance", typed="maintenance").status_code == 302
    account.refresh_from_db()
    assert account.service == "maintenance"


def test_going_back_to_live_needs_no_typing(operator_client, account):
    account.switch("service", "maintenance", by="x", reason="x")
    assert switch(operator_client, account, "service", "live").status_code == 302
    account.refresh_from_db()
    assert account.service == "live"


def test_a_switch_leaves_an_audit_row_and_a_log_entry(operator_client, account):
    switch(operator_client, account, "service", "record_only", typed="record_only")
    change = ModeChange.objects.get()
    assert (change.switch, change.before, change.after) == ("service", "live", "record_only")
    assert (change.by, change.reason) == ("operator", "维护")
    assert change.request_id
    assert "service: live → record_only (维护)" in LogEntry.objects.get().change_message
    assert "维护" in operator_client.get(url_of(account)).content.decode()


def test_lenient_lasts_thirty_minutes_unless_said_otherwise(operator_client, account):
    before = timezone.now()
    switch(operator_client, account, "verification", "lenient", typed="lenient")
    account.refresh_from_db()
    assert timedelta(minutes=30) <= account.verification_until - before < timedelta(minutes=31)


def test_lenient_lasts_as_long_as_asked(operator_client, account):
    before = timezone.now()
    response = switch(operator_client, account, "verification", "lenient", minutes="90")
    assert 'name="minutes" value="90"' in response.content.decode()
    switch(operator_client, account, "verification", "lenient", minutes="90", typed="lenient")
    account.refresh_from_db()
    assert timedelta(minutes=90) <= account.verification_until - before < timedelta(minutes=91)


@pytest.mark.parametrize("minutes", ["0", "-5", "1441", "x"])
def test_minutes_out_of_range_are_refused(operator_client, account, minutes):
    response = switch(operator_client, account, "verification", "lenient", minutes=minutes, typed="lenient")
    assert b"errorlist" in response.content
    assert not ModeChange.objects.exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reason_is_required(operator_client, account, reason):
    response = switch(operator_client, account, "service", "pilot", reason=reason, typed="pilot")
    assert b"errorlist" in response.content
    assert not ModeChange.objects.exists()


def test_an_unknown_value_is_refused(operator_client, account):
    assert b"errorlist" in switch(operator_client, account, "service", "lenient", typed="lenient").content
    assert switch(operator_client, account, "slug", "x").status_code == 403
    assert not ModeChange.objects.exists()


def test_encryption_needs_key_and_app_id(operator_client, account):
    account.aes_key, account.encryption = "", "plaintext"
    account.save()
    response = switch(operator_client, account, "encryption", "safe")
    assert "Set an EncodingAESKey and an AppID first." in response.content.decode()
    assert not ModeChange.objects.exists()


def test_weaker_encryption_has_to_be_typed_and_stronger_not(operator_client, account):
    assert switch(operator_client, account, "encryption", "safe").status_code == 302
    assert switch(operator_client, account, "encryption", "plaintext").status_code == 200
    account.refresh_from_db()
    assert account.encryption == "safe"


def test_an_ended_lenient_period_is_called_strict(operator_client, account):
    OfficialAccount.objects.update(
        verification="lenient", verification_until=timezone.now() - timedelta(minutes=1)
    )
    html = operator_client.get(url_of(account), headers=ENGLISH).content.decode()
    assert "(the lenient period is over)" in html


def test_a_running_lenient_period_says_until_when(operator_client, account):
    until = timezone.now() + timedelta(minutes=10)
    OfficialAccount.objects.update(verification="lenient", verification_until=until)
    html = operator_client.get(url_of(account), headers=ENGLISH).content.decode()
    assert f"until {timezone.localtime(until):%Y-%m-%d %H:%M}" in html


def test_the_page_shows_what_the_environment_asks(operator_client, account):
    seen = {"value": "lenient", "seen_at": "2026-11-01T00:00:00+00:00"}
    account.environment_modes = {"STRICT_WECHAT_VERIFY": seen}
    account.save()
    html = operator_client.get(url_of(account), headers=ENGLISH).content.decode()
    assert "The environment asks for lenient (STRICT_WECHAT_VERIFY, first seen 2026-11-01 08:00)" in html


def test_a_viewer_looks_but_does_not_switch(viewer_client, account):
    html = viewer_client.get(url_of(account), headers=ENGLISH).content.decode()
    assert "not switch them" in html
    assert "<fieldset" not in html
    assert switch(viewer_client, account, "service", "maintenance", typed="maintenance").status_code == 403
    account.refresh_from_db()
    assert account.service == "live"


def test_the_audit_list_is_read_only(owner_client, account):
    change = account.switch("service", "pilot", by="x", reason="试运行")
    url = f"/admin/wechat/modechange/{change.pk}/"
    assert "试运行" in owner_client.get("/admin/wechat/modechange/").content.decode()
    assert owner_client.get(f"{url}change/").status_code == 200
    assert owner_client.post(f"{url}change/", {"reason": "forged"}).status_code == 403
    assert owner_client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert owner_client.get("/admin/wechat/modechange/add/").status_code == 403
