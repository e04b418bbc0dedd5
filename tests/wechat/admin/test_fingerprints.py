from __future__ import annotations

LIST = "/admin/wechat/dedupfingerprint/"


def rows(client, **query):
    return [row.message_id for row in client.get(LIST, query).context["cl"].result_list]


def test_fingerprints_are_found_by_their_start(viewer_client, make_message):
    make_message()
    second = make_message()
    assert rows(viewer_client, q=second.fingerprints.get().digest[:8]) == [second.pk]


def test_fingerprints_can_be_filtered_by_deliveries(viewer_client, make_message):
    made = {hits: make_message(hits=hits).pk for hits in (1, 2, 3, 5)}
    assert set(rows(viewer_client, deliveries="3")) == {made[3], made[5]}
    assert rows(viewer_client, deliveries="4") == [made[5]]


def test_a_fingerprint_leads_to_its_message(viewer_client, message):
    html = viewer_client.get(LIST).content.decode()
    assert f"/admin/wechat/message/{message.pk}/change/" in html


def test_the_list_takes_the_same_queries_for_one_row_and_for_many(
    viewer_client, make_message, django_assert_max_num_queries, django_assert_num_queries
):
    make_message()
    viewer_client.get(LIST)
    with django_assert_max_num_queries(12) as first:
        viewer_client.get(LIST)
    for _number in range(20):
        make_message()
    with django_assert_num_queries(len(first)):
        viewer_client.get(LIST)
