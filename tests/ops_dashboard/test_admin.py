"""The console's pages of operations: who may what, and that addresses stay secret."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from ops_dashboard.models import AlertChannel, AlertEvent, AlertState, MinuteStat, Silence
from tests.ops_dashboard.conftest import URLS

pytestmark = pytest.mark.django_db
ROLES = ("owner", "operator", "viewer", "stranger", "anonymous")
LOOK = {"owner": 200, "operator": 200, "viewer": 200, "stranger": 403, "anonymous": 302}
OPERATE = LOOK | {"viewer": 403}
OWN = OPERATE | {"operator": 403}
NOBODY = OWN | {"owner": 403}

PAGES = {
    "/admin/ops/": LOOK,
    "/admin/ops/series.json": LOOK,
    "/admin/ops/runbooks/": LOOK,
    "/admin/ops_dashboard/alertstate/": LOOK,
    "/admin/ops_dashboard/alertstate/{state}/change/": LOOK,
    "/admin/ops_dashboard/alertstate/add/": NOBODY,
    "/admin/ops_dashboard/alertevent/": LOOK,
    "/admin/ops_dashboard/alertevent/{event}/change/": LOOK,
    "/admin/ops_dashboard/alertevent/add/": NOBODY,
    "/admin/ops_dashboard/alertevent/{event}/delete/": NOBODY,
    "/admin/ops_dashboard/minutestat/": LOOK,
    "/admin/ops_dashboard/minutestat/{stat}/change/": LOOK,
    "/admin/ops_dashboard/minutestat/{stat}/delete/": NOBODY,
    "/admin/ops_dashboard/silence/": LOOK,
    "/admin/ops_dashboard/silence/add/": OPERATE,
    "/admin/ops_dashboard/silence/{silence}/change/": LOOK,
    "/admin/ops_dashboard/silence/{silence}/delete/": NOBODY,
    "/admin/ops_dashboard/alertchannel/": LOOK,
    "/admin/ops_dashboard/alertchannel/{channel}/change/": LOOK,
    "/admin/ops_dashboard/alertchannel/add/": OWN,
    "/admin/ops_dashboard/alertchannel/{channel}/delete/": OWN,
}
DONE = {"owner": 302, "operator": 302, "viewer": 403, "stranger": 403, "anonymous": 302}
ACTIONS = {
    "/admin/ops_dashboard/alertchannel/{channel}/test/": DONE | {"operator": 403},
    "/admin/ops_dashboard/silence/add/": DONE,
    "/admin/ops_dashboard/silence/{silence}/change/": DONE,
    "/admin/ops_dashboard/alertevent/{event}/change/": NOBODY,
    "/admin/ops_dashboard/alertchannel/add/": DONE | {"operator": 403},
}


@pytest.fixture
def rows(account, channel) -> dict[str, int]:
    now = timezone.now()
    silence = Silence.objects.create(rule="", starts=now, until=now + timedelta(hours=1), reason="x", by="x")
    return {
        "state": AlertState.objects.create(rule="web-down", since=now, phase="firing", value=1).pk,
        "event": AlertEvent.objects.create(rule="web-down", kind="firing", value=1).pk,
        "stat": MinuteStat.objects.create(account=account, minute=now).pk,
        "silence": silence.pk,
        "channel": channel("feishu").pk,
    }


def silence_form(**values) -> dict[str, str]:
    until = timezone.localtime(timezone.now() + timedelta(hours=2))
    begin = {"starts_0": "2026-01-01", "starts_1": "08:00:00"}
    end = {"until_0": f"{until:%Y-%m-%d}", "until_1": f"{until:%H:%M:%S}"}
    return {"rule": "slow-callback", "reason": "升级", **begin, **end, **values}


def channel_form(**values) -> dict[str, str]:
    form = {"name": "值班群", "kind": "feishu", "least": "ticket", "language": "zh-hans", "enabled": "on"}
    return form | {"recipients": "", "new_url": URLS["feishu"], "new_secret": "SECabc123"} | values


def client_of(role: str, request, client):
    return client if role == "anonymous" else request.getfixturevalue(f"{role}_client")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_for_its_roles(role, request, client, rows):
    asked = client_of(role, request, client)
    found = {page: asked.get(page.format(**rows)).status_code for page in PAGES}
    assert found == {page: statuses[role] for page, statuses in PAGES.items()}


@pytest.mark.parametrize("role", ROLES)
def test_every_action_is_for_its_roles(role, request, client, rows, robot):
    asked = client_of(role, request, client)
    data = silence_form() | channel_form()
    found = {page: asked.post(page.format(**rows), data).status_code for page in ACTIONS}
    assert found == {page: statuses[role] for page, statuses in ACTIONS.items()}


def test_an_owner_makes_a_channel_whose_address_is_never_shown(owner_client):
    made = owner_client.post("/admin/ops_dashboard/alertchannel/add/", channel_form())
    assert made.status_code == 302
    channel = AlertChannel.objects.get()
    assert (channel.url, channel.secret) == (URLS["feishu"], "SECabc123")
    pages = ["/admin/ops_dashboard/alertchannel/", f"/admin/ops_dashboard/alertchannel/{channel.pk}/change/"]
    pages.append(f"/admin/ops_dashboard/alertchannel/{channel.pk}/history/")
    for page in pages:
        text = owner_client.get(page).content.decode()
        assert "hook/ID" not in text
        assert "SECabc123" not in text
    assert f"已设置 · {channel.url_print}" in owner_client.get(pages[1]).content.decode()


def test_empty_fields_keep_address_and_secret(owner_client, channel):
    made = channel("feishu")
    page = f"/admin/ops_dashboard/alertchannel/{made.pk}/change/"
    owner_client.post(page, channel_form(new_url="", new_secret="", name="改名"))
    made.refresh_from_db()
    assert (made.name, made.url, made.secret) == ("改名", URLS["feishu"], "SECabc123")
    owner_client.post(page, channel_form(new_url="", new_secret="", remove_secret="on"))
    made.refresh_from_db()
    assert made.secret == ""


@pytest.mark.parametrize(
    "values",
    [
        {"new_url": ""},
        {"new_url": "https://evil.example.com/open-apis/bot/v2/hook/ID"},
        {"kind": "wecom"},
        {"kind": "email", "new_url": "smtps://smtp.example.com", "recipients": ""},
        {"kind": "email", "new_url": "smtps://smtp.example.com", "recipients": "nobody"},
        {"kind": "webhook", "new_url": "http://127.0.0.1/"},
    ],
)
def test_a_wrong_address_is_refused_and_not_repeated(owner_client, values):
    response = owner_client.post("/admin/ops_dashboard/alertchannel/add/", channel_form(**values))
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert "evil.example.com" not in response.content.decode()
    assert not AlertChannel.objects.exists()


def test_the_test_alert_arrives_and_is_audited(owner_client, rows, robot):
    page = f"/admin/ops_dashboard/alertchannel/{rows['channel']}/test/"
    assert owner_client.get(page).status_code == 405
    response = owner_client.post(page, follow=True)
    assert "测试告警已被对方接受" in response.content.decode()
    assert robot.titles() == ["【测试】Celestial Nexus"]
    assert AlertEvent.objects.get(kind="test").by == "owner"
    assert LogEntry.objects.get().get_change_message() == "test alert: sent"


def test_a_failed_test_alert_says_why(owner_client, rows, robot):
    AlertChannel.objects.update(secret="")
    page = f"/admin/ops_dashboard/alertchannel/{rows['channel']}/test/"
    assert "19021" in owner_client.post(page, follow=True).content.decode()
    assert owner_client.post("/admin/ops_dashboard/alertchannel/0/test/").status_code == 404


def test_an_operator_silences_with_a_reason_and_ends_it_early(operator_client):
    operator_client.post("/admin/ops_dashboard/silence/add/", silence_form())
    silence = Silence.objects.get()
    assert (silence.by, silence.rule, Silence.covers("slow-callback", timezone.now())) == (
        "operator",
        "slow-callback",
        True,
    )
    past = timezone.localtime(timezone.now() - timedelta(seconds=5))
    change = f"/admin/ops_dashboard/silence/{silence.pk}/change/"
    form = silence_form(
        rule="web-down", reason="forged", until_0=f"{past:%Y-%m-%d}", until_1=f"{past:%H:%M:%S}"
    )
    operator_client.post(change, form)
    silence.refresh_from_db()
    assert (silence.rule, silence.reason) == ("slow-callback", "升级")
    assert not Silence.covers("slow-callback", timezone.now())
    events = AlertEvent.objects.order_by("id").values_list("kind", "by")
    assert list(events) == [("silenced", "operator"), ("unsilenced", "operator")]


def test_a_silence_needs_a_reason_and_an_end_after_its_beginning(operator_client):
    page = "/admin/ops_dashboard/silence/add/"
    assert operator_client.post(page, silence_form(reason="")).status_code == 200
    assert operator_client.post(page, silence_form(until_0="2020-01-01")).status_code == 200
    assert not Silence.objects.exists()


def test_the_history_says_who_was_told(viewer_client, rows, robot):
    from ops_dashboard import delivery
    from ops_dashboard.evaluator import queue

    now = timezone.now()
    queue(AlertEvent.objects.get(pk=rows["event"]), now)
    delivery.deliver(now)
    page = viewer_client.get("/admin/ops_dashboard/alertevent/").content.decode()
    assert "feishu: 已发送" in page
