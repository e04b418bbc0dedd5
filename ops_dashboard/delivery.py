"""Sends what waits: one by one, or as a digest when there is much, never faster than the robots allow."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from ops_dashboard import notifications, outgoing, robots
from ops_dashboard.models import AlertChannel, AlertEvent, AlertNotice
from ops_dashboard.models.channels import ATTEMPTS

log = logging.getLogger("ops_dashboard")

Status = AlertNotice.Status
# More than this at once is read by nobody one by one.
SINGLY = 3
BATCH = 200
FIRST_PAUSE = 15.0
NO_TOKEN_PAUSE = timedelta(seconds=20)


class NotSent(Exception):
    """A message did not reach its channel. The text never repeats the address."""


def deliver(now: datetime) -> int:
    """Send every notice that is due; how many were sent, alone or in a digest."""
    lost = AlertNotice.objects.filter(status=Status.SENDING, due__lt=now - AlertNotice.LEASE)
    lost.update(status=Status.QUEUED)
    due = AlertNotice.objects.filter(status=Status.QUEUED, due__lte=now, channel__enabled=True)
    channels = AlertChannel.objects.filter(pk__in=due.values("channel_id"))
    return sum(_deliver_to(channel, now) for channel in channels)


def _deliver_to(channel: AlertChannel, now: datetime) -> int:
    notices = _claim(channel, now)
    if len(notices) > SINGLY:
        events = [notice.event for notice in notices]
        return _send(channel, notices, notifications.digest_of(events, channel), now)
    return sum(
        _send(channel, [notice], notifications.message_of(notice.event, channel), now) for notice in notices
    )


def _claim(channel: AlertChannel, now: datetime) -> list[AlertNotice]:
    """The due notices that no other worker is sending: each is ours only when our UPDATE changed it."""
    due = AlertNotice.objects.filter(channel=channel, status=Status.QUEUED, due__lte=now)
    rows = due.select_related("event").order_by("id")[:BATCH]
    return [
        notice
        for notice in rows
        if AlertNotice.objects.filter(pk=notice.pk, status=Status.QUEUED).update(
            status=Status.SENDING, due=now
        )
    ]


def _send(
    channel: AlertChannel, notices: Sequence[AlertNotice], message: robots.Message, now: datetime
) -> int:
    rows = AlertNotice.objects.filter(pk__in=[notice.pk for notice in notices])
    if not channel.take_token(now):
        rows.update(status=Status.QUEUED, due=now + NO_TOKEN_PAUSE)
        return 0
    try:
        send(channel, message)
    except NotSent as error:
        _failed(channel, notices, str(error), now)
        return 0
    status = Status.SENT if len(notices) == 1 else Status.DIGESTED
    rows.update(status=status, sent_at=now, error="")
    AlertChannel.objects.filter(pk=channel.pk).update(last_sent=now, last_error="")
    return len(notices)


def _failed(channel: AlertChannel, notices: Sequence[AlertNotice], error: str, now: datetime) -> None:
    """Two more tries, each later than the one before, with jitter so that channels don't all come at once."""
    for notice in notices:
        attempts = notice.attempts + 1
        pause = FIRST_PAUSE * 2 ** (attempts - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
        status = Status.QUEUED if attempts < ATTEMPTS else Status.FAILED
        AlertNotice.objects.filter(pk=notice.pk).update(
            status=status, attempts=attempts, error=error[:200], due=now + timedelta(seconds=pause)
        )
    AlertChannel.objects.filter(pk=channel.pk).update(last_error=error[:200])
    log.warning("an alert was not sent", extra={"channel": channel.pk, "reason": error[:200]})


def send(channel: AlertChannel, message: robots.Message) -> None:
    """One message to one channel, now. Raises NotSent."""
    try:
        if channel.kind == AlertChannel.Kind.EMAIL:
            recipients = [address.strip() for address in channel.recipients.split(",") if address.strip()]
            outgoing.send_mail(channel.url, recipients, message.title, message.text)
            return
        request = robots.BUILDERS[channel.kind](channel.url, channel.secret, message, time.time())
        status, body = outgoing.post(channel.kind, request)
        robots.check_answer(channel.kind, status, body)
    except (robots.RobotRefused, outgoing.AddressRefused) as error:
        raise NotSent(str(error)) from error
    except OSError as error:
        # Its text may hold the address; its kind and number tell enough.
        number = f" {error.errno}" if error.errno else ""
        raise NotSent(f"no connection ({type(error).__name__}{number})") from error


def send_test(channel: AlertChannel, by: str, now: datetime) -> AlertEvent:
    """A test alert, sent at once and kept in the history with its result. Raises NotSent."""
    event = AlertEvent.objects.create(kind=AlertEvent.Kind.TEST, by=by[:150], at=now, detail=channel.name)
    notice = AlertNotice.objects.create(channel=channel, event=event, status=Status.SENDING, attempts=1)
    outcome = AlertNotice.objects.filter(pk=notice.pk)
    try:
        if not channel.take_token(now):
            raise NotSent("the channel has sent too much this minute; try again in a minute")
        send(channel, notifications.message_of(event, channel))
    except NotSent as error:
        outcome.update(status=Status.FAILED, error=str(error)[:200])
        AlertChannel.objects.filter(pk=channel.pk).update(last_error=str(error)[:200])
        raise
    outcome.update(status=Status.SENT, sent_at=now)
    AlertChannel.objects.filter(pk=channel.pk).update(last_sent=now, last_error="")
    return event
