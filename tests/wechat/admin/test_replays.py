from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from predictions.reading_pages.links import holder_prints, open_token
from wechat.admin import replays
from wechat.models import Attempt, DedupFingerprint, Message
from wechat.replay import Replay

LIST = "/admin/wechat/message/"
MANY = f"{LIST}replay/"
ENGLISH = {"accept-language": "en"}


def replay_url(message: Message) -> str:
    return f"{LIST}{message.pk}/replay/"


def choose(client, messages, **extra):
    data = {"action": "replay_selected", "_selected_action": [message.pk for message in messages], **extra}
    return client.post(LIST, data, headers=ENGLISH)


def test_a_replay_shows_old_and_new_reply_and_the_difference(owner_client, make_message):
    message = make_message("今天黄历", reply="一条旧的回复")
    html = owner_client.post(replay_url(message), headers=ENGLISH).content.decode()
    assert "The reply would be different." in html
    assert "<td>−</td><td>一条旧的回复</td>" in html
    assert '<tr class="added">' in html


def test_a_replay_changes_nothing_but_one_attempt(operator_client, make_message):
    message = make_message(status="failed", cause="engine_error", hits=2)
    rows = Message.objects.values().get()
    fingerprints = DedupFingerprint.objects.values().get()
    assert operator_client.post(replay_url(message)).status_code == 200
    assert Message.objects.values().get() == rows
    assert DedupFingerprint.objects.values().get() == fingerprints
    first, second = Attempt.objects.all()
    assert (first.trigger, second.trigger) == ("wechat", "replay")
    assert second.actor == "operator"
    assert LogEntry.objects.get().object_id == str(message.pk)


def test_a_second_replay_gives_the_same_reply(owner_client, make_message):
    message = make_message("你好")
    owner_client.post(replay_url(message))
    replies = []
    for _number in range(2):
        owner_client.post(replay_url(message))
        replies.append(Attempt.objects.latest("id").reply_xml)
    assert len(replies) == 2
    assert Attempt.objects.filter(trigger="replay").count() == 3


def test_an_operator_sees_what_changed_but_no_texts(operator_client, make_message):
    html = operator_client.post(
        replay_url(make_message("今天黄历", reply="一条旧的回复")), headers=ENGLISH
    ).content.decode()
    assert "The reply would be different." in html
    assert "一条旧的回复" not in html
    assert "<td>−</td><td>••• (6)</td>" in html


def test_a_message_that_can_not_be_read_fails_with_the_reason(owner_client, make_message):
    message = make_message(plaintext=b"no xml", status="failed")
    html = owner_client.post(replay_url(message), headers=ENGLISH).content.decode()
    assert "The replay failed:" in html
    assert not Attempt.objects.filter(trigger="replay").exists()


def test_a_replay_needs_a_post(operator_client, message):
    assert operator_client.get(replay_url(message)).status_code == 405
    assert operator_client.get(MANY).status_code == 405


def test_a_viewer_can_not_replay(viewer_client, message):
    assert viewer_client.post(replay_url(message)).status_code == 403
    assert viewer_client.post(MANY, {"ids": str(message.pk)}).status_code == 403
    choose(viewer_client, [message])
    assert Attempt.objects.count() == 1


def test_the_confirmation_counts_and_runs_nothing(operator_client, make_message):
    start = timezone.now() - timedelta(hours=8)
    made = [make_message(received_at=start + timedelta(hours=number)) for number in range(7)]
    response = choose(operator_client, made)
    html = response.content.decode()
    assert "7 messages will be replayed." in html
    assert response.context["first"] == made[0].received_at
    assert response.context["last"] == made[6].received_at
    assert [message.pk for message, _sender in response.context["sample"]] == [m.pk for m in made[:5]]
    assert Attempt.objects.filter(trigger="replay").count() == 0


def test_confirming_runs_exactly_the_messages_shown(operator_client, make_message):
    shown = [make_message(), make_message()]
    ids = choose(operator_client, shown).context["ids"]
    make_message()
    response = operator_client.post(MANY, {"ids": ids}, headers=ENGLISH)
    assert response.context["count"] == 2
    assert set(Attempt.objects.filter(trigger="replay").values_list("message_id", flat=True)) == {
        m.pk for m in shown
    }
    assert LogEntry.objects.filter(user__username="operator").count() == 2


def test_the_results_count_changed_unchanged_and_failed(owner_client, make_message, account):
    # With a set text, a reply is predictable: the one that had it already is unchanged.
    account.service, account.maintenance_text = "maintenance", "维护中"
    account.save()
    same, other = make_message(reply="维护中"), make_message(reply="别的回复")
    broken = make_message(plaintext=b"no xml")
    response = owner_client.post(MANY, {"ids": f"{same.pk},{other.pk},{broken.pk}"}, headers=ENGLISH)
    assert [result.message.pk for result in response.context["changed"]] == [other.pk]
    assert [result.message.pk for result in response.context["failed"]] == [broken.pk]
    assert response.context["unchanged_count"] == 1
    assert "别的回复" in response.content.decode()


def test_above_fifty_the_number_has_to_be_typed(operator_client, make_message):
    made = [make_message() for _number in range(51)]
    ids = ",".join(str(message.pk) for message in made)
    response = operator_client.post(MANY, {"ids": ids, "typed": "50"}, headers=ENGLISH)
    assert "Type the number of messages to confirm." in response.content.decode()
    assert not Attempt.objects.filter(trigger="replay").exists()
    assert operator_client.post(MANY, {"ids": ids, "typed": "51"}).context["count"] == 51


def test_at_most_the_limit_is_replayed_and_the_page_says_so(operator_client, make_message, monkeypatch):
    monkeypatch.setattr(replays, "LIMIT", 3)
    made = [make_message(received_at=timezone.now() - timedelta(hours=9 - number)) for number in range(5)]
    response = choose(operator_client, made)
    assert response.context["count"] == 3
    assert response.context["ids"] == ",".join(str(message.pk) for message in made[:3])
    assert "5 are selected, but at most 3 are replayed at once" in response.content.decode()
    too_many = ",".join(str(message.pk) for message in made)
    assert operator_client.post(MANY, {"ids": too_many}).status_code == 400


@pytest.mark.parametrize("ids", ["", "x", "1;2", "9" * 30])
def test_ids_that_are_none_are_refused(operator_client, message, ids):
    assert operator_client.post(MANY, {"ids": ids}).status_code == 400


def test_messages_that_are_gone_are_not_an_error(operator_client, message):
    assert operator_client.post(MANY, {"ids": f"{message.pk},12"}).context["count"] == 1


def test_when_the_time_is_up_the_page_says_what_is_left(operator_client, make_message, monkeypatch):
    monkeypatch.setattr(replays, "SECONDS", -1.0)
    ids = ",".join(str(make_message().pk) for _number in range(3))
    response = operator_client.post(MANY, {"ids": ids}, headers=ENGLISH)
    assert "3 of the selected messages were not replayed" in response.content.decode()
    assert not Attempt.objects.filter(trigger="replay").exists()


def test_a_failing_engine_is_counted_as_failed(message):
    attempt = Attempt(message=message, outcome="failed", cause="engine_error")
    done = Replay(message, attempt, "failed", "a", "b")
    assert replays._result(done, "failed", attempt.cause, shown=True).detail == "engine_error"


def test_a_link_given_at_another_moment_is_no_difference(owner_client, make_message, settings):
    settings.CELESTIAL_PUBLIC_URL = "https://mp.example.com"
    message = make_message("2026年中秋是几号")
    owner_client.post(replay_url(message))
    earlier = Attempt.objects.latest("id").reply_xml
    token = bytes(earlier).partition(b"/r/")[2].partition(b"]")[0]
    # What the link would have been five minutes ago; any other token will do.
    Message.objects.update(reply_xml=bytes(earlier).replace(token, token[::-1]))
    html = owner_client.post(replay_url(message), headers=ENGLISH).content.decode()
    assert "The reply would be different." not in html


def test_a_replayed_answer_links_to_a_page_of_the_same_person(owner_client, make_message, settings, client):
    settings.CELESTIAL_PUBLIC_URL = "http://testserver"
    message = make_message("今天黄历")
    owner_client.post(replay_url(message))
    link = bytes(Attempt.objects.latest("id").reply_xml).partition(b"/r/")[2].partition(b"]")[0].decode()
    assert open_token(link).holder in holder_prints(f"wechat:{message.account_id}:{message.openid}")
    assert client.get(f"/r/{link}").status_code == 200
