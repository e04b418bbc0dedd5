from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from tests import credentials
from wechat.admin import filters
from wechat.admin.masking import LIST_GRANT, pseudonym
from wechat.models import Attempt, Message, OutboundMessage

LIST = "/admin/wechat/message/"


def page_of(message: Message, end: str = "change") -> str:
    return f"{LIST}{message.pk}/{end}/"


def show_texts(client: Client) -> None:
    assert client.post(f"{LIST}texts/").status_code == 302


def ids_on(client: Client, **query: str) -> set[int]:
    response = client.get(LIST, query)
    assert response.status_code == 200
    return {row.pk for row in response.context["cl"].result_list}


def test_the_list_shows_status_as_a_word_and_a_shape(viewer_client, make_message):
    make_message(status="failed", cause="engine_error")
    html = viewer_client.get(LIST, headers={"accept-language": "en"}).content.decode()
    assert '<span class="pill pill-failed"><span aria-hidden="true">✖</span> failed</span>' in html
    assert "the engine failed" in html


def test_the_list_shows_a_pseudonym_instead_of_the_openid(viewer_client, message):
    html = viewer_client.get(LIST).content.decode()
    assert pseudonym(credentials.OPENID) in html
    assert credentials.OPENID not in html


def test_a_viewer_sees_lengths_instead_of_texts(viewer_client, make_message):
    make_message("今天适合搬家吗", reply="适合搬家")
    html = viewer_client.get(LIST).content.decode()
    assert "搬家" not in html
    assert "••• (7)" in html


def test_an_owner_sees_texts_in_the_list_after_asking_and_the_log_says_so(owner_client, make_message):
    make_message("今天适合搬家吗", reply="适合搬家")
    assert "搬家" not in owner_client.get(LIST).content.decode()
    show_texts(owner_client)
    html = owner_client.get(LIST).content.decode()
    assert "今天适合搬家吗" in html
    assert "适合搬家" in html
    assert LogEntry.objects.filter(user__username="owner").count() == 1


def test_hiding_texts_hides_them_again(owner_client, message):
    show_texts(owner_client)
    owner_client.post(f"{LIST}texts/", {"hide": "1"})
    assert "今天黄历" not in owner_client.get(LIST).content.decode()


def test_texts_hide_themselves_after_ten_minutes(owner_client, message):
    show_texts(owner_client)
    session = owner_client.session
    session[LIST_GRANT] -= 601
    session.save()
    assert "今天黄历" not in owner_client.get(LIST).content.decode()


def test_an_operator_can_not_show_texts(operator_client, message):
    assert operator_client.post(f"{LIST}texts/").status_code == 403
    assert operator_client.post(page_of(message, "show")).status_code == 403
    assert not LogEntry.objects.exists()


def test_a_preview_ends_after_forty_characters(owner_client, make_message):
    make_message("长" * 41)
    show_texts(owner_client)
    assert "长" * 40 + "…" in owner_client.get(LIST).content.decode()


def test_the_list_takes_the_same_queries_for_one_message_and_for_fifty(
    viewer_client, make_message, django_assert_num_queries, django_assert_max_num_queries
):
    make_message()
    viewer_client.get(LIST)  # content types are cached from here on
    with django_assert_max_num_queries(12) as first:
        viewer_client.get(LIST)
    for _number in range(49):
        make_message()
    with django_assert_num_queries(len(first)):
        viewer_client.get(LIST)


def test_the_list_never_reads_the_bodies(viewer_client, message, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as queries:
        viewer_client.get(LIST)
    assert not any('"wechat_message"."raw"' in query["sql"] for query in queries)
    assert not any('"wechat_message"."plaintext"' in query["sql"] for query in queries)


def test_the_list_never_counts_the_whole_table(viewer_client, message, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as queries:
        viewer_client.get(LIST)
    counts = [
        query["sql"] for query in queries if "COUNT(*)" in query["sql"] and "wechat_message" in query["sql"]
    ]
    assert counts
    assert all("LIMIT 5000" in sql or "wechat_attempt" in sql for sql in counts)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "failed"}, {"failed"}),
        ({"cause": "engine_error"}, {"failed"}),
        ({"type": "event"}, {"event"}),
        ({"type": "other"}, {"strange"}),
        ({"mark": "any"}, {"marked"}),
        ({"mark": "bad_signature"}, {"marked"}),
        ({"mark": "stale_timestamp"}, set()),
        ({"retried": "yes"}, {"retried"}),
        ({"slower": "1"}, {"slow"}),
        ({"slower": "3"}, {"slow"}),
        ({"slower": "5"}, set()),
        ({"received": "day"}, {"failed", "event", "strange", "marked", "retried", "slow"}),
    ],
)
def test_filters_find_what_they_name(viewer_client, make_message, query, expected):
    made = {
        "failed": make_message(status="failed", cause="engine_error"),
        "event": make_message(msg_type="event", event="subscribe"),
        "strange": make_message(msg_type="hologram"),
        "marked": make_message(marks=["bad_signature"]),
        "retried": make_message(hits=3),
        "slow": make_message(milliseconds=3200.0),
        "old": make_message(received_at=timezone.now() - timedelta(days=3)),
    }
    assert ids_on(viewer_client, **query) == {made[name].pk for name in expected}


def test_a_filter_without_an_index_looks_at_the_newest_only_and_says_so(
    viewer_client, make_message, monkeypatch
):
    monkeypatch.setattr(filters, "SCAN", 2)
    times = [timezone.now() - timedelta(minutes=number) for number in range(4)]
    made = [make_message(received_at=time, status="failed", hits=2) for time in times]
    response = viewer_client.get(LIST, {"status": "failed"}, headers={"accept-language": "en"})
    assert [row.pk for row in response.context["cl"].result_list] == [made[0].pk, made[1].pk]
    assert "Looked through the newest messages only" in response.content.decode()
    assert "Looked through" not in viewer_client.get(LIST, headers={"accept-language": "en"}).content.decode()


@pytest.mark.parametrize(
    "name", ["received", "status", "cause", "type", "mark", "retried", "slower", "sender_of"]
)
@pytest.mark.parametrize("value", ["\x00", "'", "99"])
def test_a_filter_takes_nothing_but_its_choices(viewer_client, message, name, value):
    assert ids_on(viewer_client, **{name: value}) == {message.pk}


def test_the_account_filter_separates_accounts(viewer_client, make_message, account):
    from wechat.models import OfficialAccount

    other = OfficialAccount.objects.create(slug="other")
    mine, theirs = make_message(), make_message(account=other)
    assert ids_on(viewer_client, account__id__exact=str(other.pk)) == {theirs.pk}
    assert mine.pk not in ids_on(viewer_client, account__id__exact=str(other.pk))


def test_the_sender_filter_finds_the_sender_without_an_openid_in_the_address(viewer_client, make_message):
    first, second = make_message(openid="oOne"), make_message(openid="oOne")
    make_message(openid="oTwo")
    assert ids_on(viewer_client, sender_of=str(first.pk)) == {first.pk, second.pk}
    assert "oOne" not in viewer_client.get(LIST, {"sender_of": str(first.pk)}).content.decode()


@pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "٣"])
def test_a_sender_filter_of_nonsense_filters_nothing(viewer_client, message, nonsense):
    response = viewer_client.get(LIST, {"sender_of": nonsense}, follow=True)
    assert response.status_code == 200


def test_search_finds_exact_ids(viewer_client, make_message):
    wanted = make_message("一", openid="oWanted")
    make_message("二", openid="oOther")
    digest = wanted.fingerprints.get().digest
    for term in (
        str(wanted.pk),
        wanted.msg_id,
        "oWanted",
        wanted.request_id,
        digest,
        digest[:8],
        digest[:8].upper(),
    ):
        assert ids_on(viewer_client, q=term) == {wanted.pk}, term


def test_search_for_a_part_of_an_id_finds_nothing(viewer_client, message):
    assert ids_on(viewer_client, q=message.msg_id[:10]) == set()
    assert ids_on(viewer_client, q=credentials.OPENID[:10]) == set()


def test_an_owner_finds_a_text_of_the_last_seven_days(owner_client, make_message):
    recent = make_message("我想问搬家的日子")
    make_message("也是搬家", received_at=timezone.now() - timedelta(days=8))
    assert ids_on(owner_client, q="搬家") == {recent.pk}


def test_who_may_not_see_texts_can_not_find_out_by_searching(operator_client, make_message):
    make_message("我想问搬家的日子")
    assert ids_on(operator_client, q="搬家") == set()


@pytest.mark.parametrize("term", ["9" * 30, "'; DROP TABLE", "%", "\x00", '"', "²"])
def test_search_survives_any_term(owner_client, message, term):
    assert owner_client.get(LIST, {"q": term}).status_code == 200


def test_messages_can_not_be_added_changed_or_deleted(owner_client, message):
    assert owner_client.get(f"{LIST}add/").status_code == 403
    assert owner_client.post(page_of(message, "delete")).status_code == 403
    before = Message.objects.values().get()
    owner_client.post(page_of(message), {"content": "forged"})
    owner_client.post(LIST, {"action": "delete_selected", "_selected_action": [message.pk], "post": "yes"})
    assert Message.objects.values().get() == before


def test_the_page_shows_the_timeline_with_milliseconds(viewer_client, message):
    html = viewer_client.get(page_of(message), headers={"accept-language": "en"}).content.decode()
    assert '<ol class="timeline">' in html
    for words in ("verified and decrypted", "stored", "decided", "reply sealed", "9.8 ms", "12.5 ms"):
        assert words in html
    assert message.request_id in html
    assert message.fingerprints.get().digest in html


def test_the_page_marks_the_step_that_failed(viewer_client, make_message):
    failed = make_message(status="failed", cause="engine_error")
    html = viewer_client.get(page_of(failed), headers={"accept-language": "en"}).content.decode()
    assert html.count('<li class="failed">') == 1
    assert "failed: decided" in " ".join(html.replace("</span>", "").split())
    assert "the engine failed; the follower got an apology" in html


def test_steps_keep_their_order_whatever_the_database_returns(viewer_client, message):
    Attempt.objects.update(steps={"seal": 0.5, "converse": 9.8, "open": 0.5, "claim": 1.5, "parse": 0.2})
    html = viewer_client.get(page_of(message), headers={"accept-language": "en"}).content.decode()
    words = ["verified and decrypted", "stored <", "decided <", "reply sealed"]
    assert [html.index(word) for word in words] == sorted(html.index(word) for word in words)


def test_the_page_masks_openid_and_texts_even_for_an_owner(owner_client, make_message):
    html = owner_client.get(page_of(make_message("我想问搬家", reply="宜搬家"))).content.decode()
    assert "搬家" not in html
    assert credentials.OPENID not in html
    assert pseudonym(credentials.OPENID) in html
    assert "abc123" in html  # signature and nonce are no personal data
    assert "24000000000000001" in html


def test_showing_needs_a_post_and_writes_a_log_entry(owner_client, make_message):
    message = make_message("我想问搬家", reply="宜搬家")
    assert owner_client.get(page_of(message, "show")).status_code == 405
    assert not LogEntry.objects.exists()
    html = owner_client.post(page_of(message, "show")).content.decode()
    assert "我想问搬家" in html
    assert credentials.OPENID in html
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.object_id) == ("owner", str(message.pk))
    assert "搬家" not in owner_client.get(page_of(message)).content.decode()


def test_a_page_of_a_message_without_reply_or_fingerprint_works(viewer_client, message):
    Message.objects.update(status="pending", reply_xml=None, reply_wire=None, milliseconds=None)
    message.fingerprints.all().delete()
    message.attempts.all().delete()
    assert viewer_client.get(page_of(message)).status_code == 200
    assert viewer_client.get(LIST).status_code == 200


def test_an_unreadable_body_is_shown_as_bytes_to_those_who_may(owner_client, make_message):
    message = make_message(raw=b"\xff\xfe<not xml", plaintext=b"\x00")
    assert "not xml" not in owner_client.get(page_of(message)).content.decode()
    assert r"\xff\xfe&lt;not xml" in owner_client.post(page_of(message, "show")).content.decode()


def test_the_difference_of_the_last_two_replies_is_shown(owner_client, make_message):
    message = make_message(reply="第一行\n旧的")
    from tests.wechat.admin.conftest import reply_of

    Attempt.objects.create(
        message=message,
        trigger="replay",
        engine_version="2",
        outcome="replied",
        reply_xml=reply_of("第一行\n新的"),
    )
    html = owner_client.post(page_of(message, "show")).content.decode()
    assert "<td>−</td><td>旧的</td>" in html
    assert "<td>+</td><td>新的</td>" in html
    assert '<tr class="kept"><td> </td><td>第一行</td></tr>' in html


def test_a_redacted_message_offers_neither_texts_nor_replay(owner_client, make_message):
    message = make_message(
        redacted_at=timezone.now(),
        raw=b"",
        plaintext=b"",
        content="",
        query="",
        reply_xml=None,
        reply_wire=None,
    )
    html = owner_client.get(page_of(message), headers={"accept-language": "en"}).content.decode()
    assert "had their data deleted" in html
    assert page_of(message, "replay") not in html
    assert page_of(message, "show") not in html


@pytest.mark.parametrize("nonsense", ["0", "abc", "-1", "9" * 19, "9" * 30, "²"])
def test_an_unknown_message_is_a_404(viewer_client, db, nonsense):
    assert viewer_client.get(f"{LIST}{nonsense}/change/").status_code == 404


def test_the_timeline_shows_a_deferred_answer_from_try_to_delivery(owner_client, make_message):
    message = make_message(status="replied")
    Attempt.objects.create(
        message=message,
        trigger="wechat",
        engine_version="1",
        outcome="deferred",
        cause="slow",
        steps={"wait": 4200},
    )
    Attempt.objects.create(
        message=message, trigger="deferred", engine_version="1", outcome="replied", actor="worker"
    )
    sent, kept = OutboundMessage.queue(
        message.account, message.openid, [{"content": "一"}, {"content": "二"}], "answer", message=message
    )
    sent.settle("sent")
    kept.settle("kept", "quota_used")
    html = owner_client.get(page_of(message), headers={"accept-language": "en"}).content.decode()
    for words in ("waited for the answer", "computed later", "not ready when WeChat stopped waiting"):
        assert words in html
    assert "a late answer 1/2" in html
    assert "kept for the follower&#x27;s next message" in html
    assert f"/admin/wechat/outboundmessage/{kept.pk}/change/" in html
