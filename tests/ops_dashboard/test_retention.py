"""ops_dashboard.retention: no table is forgotten, the guides say the same, and what is old goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session

from ops_dashboard.models import AlertEvent, AlertNotice, MinuteStat, Silence, SystemMinute
from ops_dashboard.retention import BOUNDED, OWNED, PRUNED_HOURLY, TIMED, expired, prune
from predictions.models import ApiKey, Prediction
from tests.site.test_imports import ROOT
from wechat.models import FollowerWindow
from wechat.pruning import prune_expired

GUIDES = ("OPERATIONS_GUIDE.md", "OPERATIONS_GUIDE.en.md")
GROWING = {kept.model for kept in TIMED} | set(PRUNED_HOURLY)


def test_every_table_is_named_once_with_its_retention():
    """A new model fails here until ops_dashboard/retention.py and both guides say how long its rows stay."""
    named = [*GROWING, *OWNED, *BOUNDED]
    assert len(named) == len(set(named))
    models = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert set(named) == models


def test_what_is_owned_goes_with_its_owner():
    for owned, owner in OWNED.items():
        fields = apps.get_model(owned)._meta.get_fields()
        owners = {
            field.related_model._meta.label for field in fields if field.many_to_one or field.one_to_one
        }
        assert owner in owners, owned
        assert owner in GROWING | set(BOUNDED)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guides_name_every_table_that_grows(guide):
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    owned = {name for name in OWNED if not name.startswith("auth.")}
    assert not [name for name in GROWING | owned if f"`{name}`" not in text]


@pytest.fixture
def row(db, account, channel, now):
    """`row(model, days)` is one whose time lies that many days back."""
    key = ApiKey.objects.create(name="k")

    def make(model: str, days: float):
        at = now - timedelta(days=days)
        if model == "ops_dashboard.MinuteStat":
            return MinuteStat.objects.create(account=account, minute=at)
        if model == "ops_dashboard.SystemMinute":
            return SystemMinute.objects.create(minute=at)
        if model == "ops_dashboard.AlertEvent":
            return AlertEvent.objects.create(rule="web-down", kind="firing", at=at)
        if model == "ops_dashboard.Silence":
            return Silence.objects.create(starts=at, until=at, reason="x", by="x")
        if model == "sessions.Session":
            return Session.objects.create(session_key=f"s{days}", session_data="", expire_date=at)
        made = Prediction.objects.create(
            key=key, public_id=f"pr_{days}", system="sky", version="1", request="{}"
        )
        Prediction.objects.filter(pk=made.pk).update(created_at=at)
        return made

    return make


@pytest.mark.parametrize("kept", TIMED, ids=lambda kept: kept.model)
def test_what_has_outlived_its_days_is_deleted_and_nothing_else(kept, row, now, settings):
    settings.CELESTIAL_MESSAGE_DAYS = 180
    days = 180 if kept.days is None else kept.days
    old, young = row(kept.model, days + 0.01), row(kept.model, days - 0.01)
    assert prune(now)[kept.model] == 1
    left = apps.get_model(kept.model).objects.all()
    assert list(left) == [young]
    assert old != young


def test_predictions_stay_where_messages_do(row, now, settings):
    settings.CELESTIAL_MESSAGE_DAYS = 0
    row("predictions.Prediction", 999)
    assert prune(now)["predictions.Prediction"] == 0
    assert [kept.model for kept in TIMED if not expired(kept, now).exists()]


def test_an_alert_s_notices_go_with_it(row, channel, now):
    event = row("ops_dashboard.AlertEvent", 401)
    AlertNotice.objects.create(channel=channel("wecom"), event=event, status="sent")
    prune(now)
    assert not AlertNotice.objects.exists()


@pytest.mark.django_db
def test_sending_windows_that_nobody_needs_are_deleted(account, settings):
    from django.utils import timezone

    now, old = timezone.now(), timezone.now() - timedelta(days=8)
    for name, lease, refused in (
        ("idle", old, None),
        ("refused", old, now),
        ("used", now, None),
        ("past", old, old),
    ):
        FollowerWindow.objects.create(account=account, follower=name, lease_until=lease, refused_at=refused)
    assert prune_expired()["windows"] == 2
    assert set(FollowerWindow.objects.values_list("follower", flat=True)) == {"refused", "used"}
