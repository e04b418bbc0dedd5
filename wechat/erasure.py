"""Deleting a person's data: on request, when they unfollow, and when they withdraw their authorisation."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from predictions.language.normalise import normalise
from predictions.language.topics import small_request
from predictions.models import revoke_pages_of
from wechat import xml
from wechat.models import Follower, Message, OfficialAccount, OutboundMessage, RejectionSample
from wechat.models.follower import page_holder
from wechat.models.message import OPEN, erased_name, redact_messages
from wechat.models.statements import write_transaction
from wechat.xml import Incoming

CAUSE = "erasure"
DELETED = (
    "已删除：为您保存的资料、没说完的对话、以往的消息和回复，以前发给您的链接也已失效。您刚发的这一条会在约一分钟后删除，"
    "只留下没有您身份和内容的处理记录（时间与结果）。再次发消息会重新产生消息记录。"
)
# WeChat repeats a message for about 15 seconds and has to get the same reply; then it may go too.
RETRIES_OVER = timedelta(seconds=60)
BATCH = 100
CANCELLED = "user_authorization_cancellation"
_EVENTS = frozenset({"unsubscribe", CANCELLED})
# Every wording of such a request has one of these; the parser is asked only then.
_VERBS = frozenset("删刪清注抹")


def asked_for(incoming: Incoming) -> bool:
    """Whether a message or event means that the person's data have to go."""
    if incoming.event_name in _EVENTS and incoming.is_event:
        return True
    text = incoming.text
    return bool(_VERBS & set(text)) and small_request(normalise(text).text) == "delete_data"


def person_of(incoming: Incoming) -> str:
    """Whose data: the sender's, but an authorisation is cancelled by the platform, which names the person."""
    named = incoming.value("OpenID").strip() if incoming.event_name == CANCELLED else ""
    return (named or incoming.from_user)[:128]


def erase(account_id: int, openid: str, until: datetime, now: datetime, *, sparing: int = 0) -> None:
    """Delete what is known of a person up to `until`, in every table.

    The message that asks (`sparing`) and those still being answered are left to `finish`. Rows are locked in the
    order message, follower, outgoing message, here and by whoever answers late: one waits for the other to commit.
    """
    Message.lock(account_id=account_id, openid=openid, received_at__lte=until, status__in=OPEN)
    mine = Message.objects.filter(
        account_id=account_id, openid=openid, received_at__lte=until, redacted_at=None
    )
    finished = mine.exclude(pk=sparing).exclude(status__in=OPEN) if sparing else mine
    pseudonym = erased_name(account_id, openid)
    redact_messages(finished, pseudonym, now)
    Follower.lock(account_id, openid)
    OutboundMessage.forget(account_id, openid, pseudonym)
    followers = Follower.objects.filter(account_id=account_id, openid=openid)
    (followers if sparing else followers.filter(updated__lte=until)).delete()
    revoke_pages_of(page_holder(account_id, openid), until)
    _empty_samples(account_id, openid)
    _leave_pilot(account_id, openid)


def came_after(message: Message) -> bool:
    """Whether the person of `message` had their data deleted since: then its answer must bring nothing back.

    To be asked with the message locked. What asked for it is found until it is redacted itself; then `message` is too.
    """
    asking = Message.objects.filter(account_id=message.account_id, cause=CAUSE, redacted_at=None)
    asking = asking.filter(received_at__gte=message.received_at).exclude(pk=message.pk)
    perhaps = asking.filter(Q(openid=message.openid) | Q(event__iexact=CANCELLED)).only("plaintext")
    return any(person_of(xml.parse(bytes(row.plaintext))) == message.openid for row in perhaps)


def _empty_samples(account_id: int, openid: str) -> None:
    """Refused requests keep when, why and from where. The ring is small and has no column for a sender."""
    needle = openid.encode()
    for sample in RejectionSample.objects.filter(account_id=account_id):
        if needle in bytes(sample.body) or openid in f"{sample.query} {sample.detail}":
            RejectionSample.objects.filter(pk=sample.pk).update(body=b"", query="", detail="")


def _leave_pilot(account_id: int, openid: str) -> None:
    account = OfficialAccount.objects.filter(pk=account_id, pilot_openids__contains=openid).first()
    if account is not None:
        account.pilot_openids = "\n".join(name for name in account.pilot_openids.split() if name != openid)
        account.save(update_fields=["pilot_openids"])


def finish(now: datetime) -> int:
    """Delete the messages that asked for it and what was still being answered then: the number of requests."""
    due = Message.objects.filter(cause=CAUSE, redacted_at=None, received_at__lte=now - RETRIES_OVER)
    requests = list(due.order_by("received_at")[:BATCH])
    for message in requests:
        incoming = xml.parse(bytes(message.plaintext))
        with write_transaction():
            erase(message.account_id, person_of(incoming), message.received_at, now)
            if message.openid != person_of(incoming):
                message.redact(now)
    return len(requests)
