"""What a channel is told of an event, in the channel's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _t

from celestial_site import __version__
from ops_dashboard.alert_definition import AlertRule
from ops_dashboard.alert_rules import BY_ID
from ops_dashboard.models import AlertChannel, AlertEvent
from ops_dashboard.robots import Message

Kind = AlertEvent.Kind
DIGEST_LINES = 20


def title_of(rule: AlertRule) -> str:
    """The rule's title in the language that is active."""
    return rule.title if (get_language() or "").startswith("zh") else rule.title_en


def value_words(rule: AlertRule, value: float | None) -> str:
    """A value with its unit: "12", "1.72 s", "31.0 %", "3.4 ×"."""
    if value is None:
        return "–"
    if rule.unit == "ratio":
        return f"{value * 100:.1f} %"
    if rule.unit == "seconds":
        return duration(value)
    return f"{value:.1f} ×" if rule.unit == "gaps" else f"{value:g}"


def duration(seconds: float) -> str:
    """ "1.72 s", "26.0 h", "13.9 d": in the unit that a reader would choose."""
    if abs(seconds) >= 3 * 86400:
        return f"{seconds / 86400:.1f} d"
    return (
        f"{seconds / 3600:.1f} h" if abs(seconds) >= 7200 else f"{seconds:.2f}".rstrip("0").rstrip(".") + " s"
    )


def runbook_url(rule: AlertRule) -> str:
    """The section on our own page when the installation has a public address, else the file in the repository."""
    base = settings.CELESTIAL_PUBLIC_URL.rstrip("/")
    return f"{base}/admin/ops/runbooks/#{rule.id}" if base else rule.runbook


def message_of(event: AlertEvent, channel: AlertChannel) -> Message:
    with override(channel.language):
        if event.kind == Kind.TEST:
            return _test_message(event)
        if event.by == AlertEvent.ALERTMANAGER or event.rule not in BY_ID:
            return _forwarded_message(event)
        return _alert_message(event, BY_ID[event.rule])


def digest_of(events: Sequence[AlertEvent], channel: AlertChannel) -> Message:
    """Many events as one message."""
    with override(channel.language):
        title = _t("[Digest] %(count)d alerts") % {"count": len(events)}
        lines = [_line(event) for event in events[:DIGEST_LINES]]
        if len(events) > DIGEST_LINES:
            lines.append(_t("… and %(count)d more") % {"count": len(events) - DIGEST_LINES})
        data = {"status": "digest", "alerts": [_data(event) for event in events[:DIGEST_LINES]]}
        return Message(title, (*lines, *_origin()), data)


def _line(event: AlertEvent) -> str:
    if event.kind == Kind.TEST:
        return _t("Test alert")
    rule = BY_ID.get(event.rule)
    at = timezone.localtime(event.at).strftime("%H:%M:%S")
    subject = f" {event.subject}" if event.subject else ""
    value = f" {value_words(rule, event.value)}" if rule and event.value is not None else ""
    return f"{at} {event.get_kind_display()} {_title(event)}{subject}{value}"


def _title(event: AlertEvent) -> str:
    """The rule's title; the sender's summary, or its name, for a rule that is not ours."""
    rule = BY_ID.get(event.rule)
    return title_of(rule) if rule else event.detail.partition("\n")[0] or event.rule


def _mark(event: AlertEvent) -> str:
    marks = {
        Kind.FIRING: _t("[Alert]"),
        Kind.REMINDER: _t("[Still firing]"),
        Kind.RESOLVED: _t("[Resolved]"),
    }
    return marks.get(Kind(event.kind), "")


def _forwarded_message(event: AlertEvent) -> Message:
    """What Alertmanager said, in its words; where to look is ours for a rule of ours."""
    rule = BY_ID.get(event.rule)
    said = [line for line in event.detail.splitlines() if not (rule and line == rule.runbook)]
    lines = (
        *(said if rule else said[1:]),
        *([_t("Account: %(account)s") % {"account": event.subject}] if event.subject else []),
        *_when(event),
        *([_t("What to do: %(url)s") % {"url": runbook_url(rule)}] if rule else []),
        *_origin(),
    )
    return Message(f"{_mark(event)} {_title(event)}", lines, _data(event))


def _alert_message(event: AlertEvent, rule: AlertRule) -> Message:
    urgent = _t("urgent") if rule.severity == "page" else _t("not urgent")
    lines = [
        _t("Value: %(value)s (threshold %(op)s %(threshold)s)")
        % {
            "value": value_words(rule, event.value),
            "op": rule.op,
            "threshold": value_words(rule, rule.threshold),
        },
        *([_t("Account: %(account)s") % {"account": event.subject}] if event.subject else []),
        _t("Severity: %(severity)s") % {"severity": urgent},
        *_when(event),
        _t("What to do: %(url)s") % {"url": runbook_url(rule)},
        *_origin(),
    ]
    return Message(f"{_mark(event)} {title_of(rule)}", tuple(lines), _data(event))


def _test_message(event: AlertEvent) -> Message:
    lines = (
        _t("Sent by %(user)s to try this channel. Nothing is wrong.") % {"user": event.by},
        *_when(event),
    )
    return Message(_t("[Test] Celestial Nexus"), (*lines, *_origin()), _data(event))


def _when(event: AlertEvent) -> tuple[str]:
    at = timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M:%S %z")
    return (_t("Time: %(at)s") % {"at": at},)


def _origin() -> tuple[str, ...]:
    """Which installation speaks: a group may hear several."""
    return (settings.CELESTIAL_PUBLIC_URL,) if settings.CELESTIAL_PUBLIC_URL else ()


def _data(event: AlertEvent) -> dict[str, Any]:
    """The event for machines: the generic webhook's members."""
    rule = BY_ID.get(event.rule)
    return {
        "status": event.kind,
        "rule": event.rule,
        "alert": rule.alert if rule else "",
        "severity": rule.severity if rule else "",
        "account": event.subject,
        "value": event.value,
        "threshold": rule.threshold if rule else None,
        "at": event.at.isoformat(),
        "runbook_url": runbook_url(rule) if rule else "",
        "installation": settings.CELESTIAL_PUBLIC_URL,
        "version": __version__,
    }
