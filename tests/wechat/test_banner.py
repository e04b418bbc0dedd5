from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from wechat.banner import modes
from wechat.models import OfficialAccount

ENGLISH = {"accept-language": "en"}


def page(client) -> str:
    return client.get("/admin/", headers=ENGLISH).content.decode()


def test_a_strict_and_live_account_has_no_banner(viewer_client, account):
    assert "mode-banner" not in page(viewer_client)


@pytest.mark.parametrize("service", ["pilot", "record_only", "maintenance"])
def test_every_page_names_an_account_that_does_not_answer_everybody(viewer_client, account, service):
    account.switch("service", service, by="x", reason="x")
    html = page(viewer_client)
    assert html.count("mode-banner") == 1
    assert f"/admin/wechat/officialaccount/{account.pk}/modes/" in html


def test_a_lenient_account_is_named_with_the_end(viewer_client, account):
    change = account.switch("verification", "lenient", by="x", reason="x")
    until = timezone.localtime(change.until).strftime("%Y-%m-%d %H:%M")
    assert f"verification is lenient until {until}" in page(viewer_client)


def test_an_ended_lenient_period_is_not_named(viewer_client, account):
    OfficialAccount.objects.update(
        verification="lenient", verification_until=timezone.now() - timedelta(seconds=1)
    )
    assert "mode-banner" not in page(viewer_client)


def test_a_visitor_sees_no_banner(client, account):
    account.switch("service", "maintenance", by="x", reason="x")
    assert "mode-banner" not in client.get("/admin/login/").content.decode()


def test_staff_pages_cost_two_queries(owner, account, django_assert_num_queries):
    request = RequestFactory().get("/admin/wechat/")
    request.user = owner
    owner.has_perm("wechat.view_follower")  # kept with the user for the whole request
    with django_assert_num_queries(2):
        modes(request)


@pytest.mark.parametrize("path", ["/wechat", "/", "/api/docs/", "/r/abc"])
def test_other_pages_cost_none(owner, account, django_assert_num_queries, path):
    request = RequestFactory().get(path)
    request.user = owner
    with django_assert_num_queries(0):
        assert modes(request) == {}


def test_requests_without_a_user_or_of_nobody_cost_none(account, django_assert_num_queries):
    request = RequestFactory().get("/admin/")
    with django_assert_num_queries(0):
        assert modes(request) == {}
        request.user = AnonymousUser()
        assert modes(request) == {}
