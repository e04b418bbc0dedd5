from __future__ import annotations

from django.contrib.admin.models import LogEntry


def test_the_log_shows_who_did_what(viewer_client, owner_client, account):
    owner_client.post(
        f"/admin/wechat/officialaccount/{account.pk}/token/", {"version": account.version, "generate": "1"}
    )
    html = viewer_client.get("/admin/admin/logentry/", headers={"accept-language": "en"}).content.decode()
    assert "Token (" in html
    assert "owner" in html


def test_the_log_takes_the_same_queries_for_one_row_and_for_many(
    viewer_client, owner, account, django_assert_num_queries, django_assert_max_num_queries
):
    LogEntry.objects.log_actions(owner.pk, [account], 2, "x")
    viewer_client.get("/admin/admin/logentry/")
    with django_assert_max_num_queries(12) as first:
        viewer_client.get("/admin/admin/logentry/")
    LogEntry.objects.log_actions(owner.pk, [account] * 20, 2, "x")
    with django_assert_num_queries(len(first)):
        viewer_client.get("/admin/admin/logentry/")
