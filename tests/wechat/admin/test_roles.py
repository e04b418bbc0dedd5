"""Who may do what in the console: every page and every action by every role."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from wechat.models import (
    AccountTexts,
    Follower,
    KeywordRule,
    Message,
    RejectionMinute,
    RejectionSample,
)

ROLES = ("owner", "operator", "viewer", "stranger", "anonymous")
LOOK = {"owner": 200, "operator": 200, "viewer": 200, "stranger": 403, "anonymous": 302}
NOBODY = {"owner": 403, "operator": 403, "viewer": 403, "stranger": 403, "anonymous": 302}
OWNER = {"owner": 200, "operator": 403, "viewer": 403, "stranger": 403, "anonymous": 302}
STAFF = {"owner": 200, "operator": 200, "viewer": 403, "stranger": 403, "anonymous": 302}

PAGES = {
    "/admin/": LOOK | {"stranger": 200},
    "/admin/wechat/": LOOK | {"stranger": 404},
    "/admin/wechat/message/": LOOK,
    "/admin/wechat/message/{message}/change/": LOOK,
    "/admin/wechat/message/{message}/history/": LOOK,
    "/admin/wechat/message/add/": NOBODY,
    "/admin/wechat/message/{message}/delete/": NOBODY,
    "/admin/wechat/officialaccount/": LOOK,
    "/admin/wechat/officialaccount/{account}/change/": LOOK,
    "/admin/wechat/officialaccount/{account}/modes/": LOOK,
    "/admin/wechat/officialaccount/{account}/self-test/": LOOK,
    "/admin/wechat/officialaccount/{account}/menu/": LOOK,
    "/admin/wechat/officialaccount/{account}/token/": OWNER,
    "/admin/wechat/officialaccount/{account}/aes-key/": OWNER,
    "/admin/wechat/officialaccount/add/": OWNER,
    "/admin/wechat/officialaccount/{account}/delete/": NOBODY,
    "/admin/wechat/modechange/": LOOK,
    "/admin/wechat/modechange/{change}/change/": LOOK,
    "/admin/wechat/modechange/add/": NOBODY,
    "/admin/wechat/modechange/{change}/delete/": NOBODY,
    "/admin/wechat/dedupfingerprint/": LOOK,
    "/admin/wechat/dedupfingerprint/{fingerprint}/change/": LOOK,
    "/admin/wechat/dedupfingerprint/{fingerprint}/delete/": NOBODY,
    "/admin/wechat/rejectionminute/": LOOK,
    "/admin/wechat/rejectionminute/{minute}/change/": LOOK,
    "/admin/wechat/rejectionminute/{minute}/delete/": NOBODY,
    "/admin/wechat/rejectionsample/": LOOK,
    "/admin/wechat/rejectionsample/{sample}/change/": LOOK,
    "/admin/wechat/rejectionsample/{sample}/delete/": NOBODY,
    "/admin/wechat/keywordrule/": LOOK,
    "/admin/wechat/keywordrule/not-understood/": LOOK,
    "/admin/wechat/keywordrule/add/": STAFF,
    "/admin/wechat/keywordrule/{rule}/change/": LOOK,
    "/admin/wechat/keywordrule/{rule}/delete/": NOBODY,
    "/admin/wechat/accounttexts/": LOOK,
    "/admin/wechat/accounttexts/add/": STAFF,
    "/admin/wechat/accounttexts/{texts}/change/": LOOK,
    "/admin/wechat/accounttexts/{texts}/delete/": NOBODY,
    "/admin/wechat/follower/": LOOK,
    "/admin/wechat/follower/{follower}/change/": LOOK,
    "/admin/wechat/follower/waiting/": LOOK,
    "/admin/wechat/follower/{follower}/conversation/": STAFF,
    "/admin/wechat/follower/add/": NOBODY,
    "/admin/wechat/follower/{follower}/delete/": NOBODY,
    "/admin/admin/logentry/": LOOK,
    "/admin/admin/logentry/{entry}/change/": LOOK,
    "/admin/admin/logentry/add/": NOBODY,
    "/admin/admin/logentry/{entry}/delete/": NOBODY,
    "/admin/auth/user/": NOBODY,
}
ACT = {"owner": 200, "operator": 200, "viewer": 403, "stranger": 403, "anonymous": 302}
TALK = ACT | {"owner": 302, "operator": 302}
ACTIONS = {
    "/admin/wechat/message/{message}/replay/": ({}, ACT),
    "/admin/wechat/message/replay/": ({"ids": "{message}"}, ACT),
    "/admin/wechat/message/{message}/show/": ({}, OWNER),
    "/admin/wechat/message/texts/": ({}, OWNER | {"owner": 302}),
    "/admin/wechat/officialaccount/{account}/modes/": (
        {"switch": "service", "value": "live", "reason": "x"},
        ACT | {"owner": 302, "operator": 302},
    ),
    "/admin/wechat/officialaccount/{account}/token/": ({"finish": "1"}, OWNER | {"owner": 302}),
    "/admin/wechat/officialaccount/{account}/aes-key/": ({"finish": "1"}, OWNER | {"owner": 302}),
    "/admin/wechat/message/{message}/change/": ({"content": "forged"}, LOOK),
    "/admin/wechat/modechange/{change}/change/": ({"reason": "forged"}, NOBODY),
    "/admin/wechat/follower/{follower}/change/": ({"note": "x"}, ACT | {"owner": 302, "operator": 302}),
    "/admin/wechat/follower/start/": ({"message": "{message}"}, TALK),
    "/admin/wechat/follower/{follower}/take/": ({}, TALK),
    "/admin/wechat/follower/{follower}/answer/": ({"text": "x", "way": "now"}, ACT),
    "/admin/wechat/follower/{follower}/hand-back/": ({}, TALK),
    "/admin/wechat/follower/{follower}/block/": ({"blocked": "yes"}, TALK),
    "/admin/wechat/follower/{follower}/conversation/show/": ({}, OWNER),
    "/admin/wechat/accounttexts/{texts}/change/": (
        {"welcome": "x"},
        ACT | {"owner": 302, "operator": 302},
    ),
    "/admin/wechat/keywordrule/{rule}/change/": ({"keyword": ""}, ACT),
    "/admin/admin/logentry/{entry}/change/": ({"object_repr": "forged"}, NOBODY),
}


@pytest.fixture
def ids(account, message, owner) -> dict[str, int]:
    """A row of every table, by the name that the addresses use."""
    from django.contrib.admin.models import LogEntry

    now = timezone.now()
    logged = LogEntry.objects.log_actions(owner.pk, [account], 2, "x", single_object=True)
    return {
        "account": account.pk,
        "message": message.pk,
        "change": account.switch("service", "live", by="x", reason="x").pk,
        "fingerprint": message.fingerprints.get().pk,
        "minute": RejectionMinute.objects.create(account=account, minute=now, cause="bad_signature").pk,
        "sample": RejectionSample.objects.create(
            account=account,
            at=now,
            cause="bad_signature",
            code=-40001,
            status=403,
            detail="x",
            method="POST",
            body=b"x",
        ).pk,
        "entry": logged.pk,
        "rule": KeywordRule.objects.create(account=account, keyword="x", answer="x").pk,
        "texts": AccountTexts.objects.create(account=account).pk,
        "follower": Follower.objects.create(account=account, openid="x").pk,
    }


@pytest.fixture
def client_of(request, client):
    return lambda role: client if role == "anonymous" else request.getfixturevalue(f"{role}_client")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES)
def test_each_role_sees_exactly_its_pages(client_of, ids, role, page):
    assert client_of(role).get(page.format(**ids)).status_code == PAGES[page][role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_role_does_exactly_its_actions(client_of, ids, role, action):
    data, expected = ACTIONS[action]
    posted = {name: value.format(**ids) for name, value in data.items()}
    assert client_of(role).post(action.format(**ids), posted).status_code == expected[role]
    assert Message.objects.get().content == "今天黄历"


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_needs_a_csrf_token(owner, ids, action):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    data, _expected = ACTIONS[action]
    posted = {name: value.format(**ids) for name, value in data.items()}
    assert client.post(action.format(**ids), posted).status_code == 403


def test_the_groups_grow_from_viewer_to_owner(owner, operator, viewer):
    rights = {
        group.name: set(
            group.permissions.filter(content_type__app_label="wechat").values_list("codename", flat=True)
        )
        for group in Group.objects.all()
    }
    assert rights["viewer"] < rights["operator"] < rights["owner"]
    assert all(codename.startswith("view_") for codename in rights["viewer"])
    assert "view_plaintext" not in rights["viewer"]
    writes = {
        "add_keywordrule",
        "change_keywordrule",
        "add_accounttexts",
        "change_accounttexts",
        "change_follower",
    }
    acts = {"replay_message", "switch_mode", "talk_to_followers", "manage_menu"}
    assert rights["operator"] - rights["viewer"] == acts | writes
    assert {"view_plaintext", "resend_message", "change_officialaccount"} <= rights["owner"]
    assert not any(codename.startswith("delete_") for codename in rights["owner"])


def test_a_superuser_can_not_forge_evidence_either(admin_client, ids):
    for page, expected in PAGES.items():
        if expected is NOBODY and "/auth/" not in page:
            assert admin_client.get(page.format(**ids)).status_code == 403, page
