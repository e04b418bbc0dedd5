"""The built-in evaluator, for installations without Prometheus: ok -> pending -> firing -> resolved.

`told` is what people were told last. Everything that keeps them from being told too often (silences, the cool-down, a
flapping value) works on it, so that it can neither tell twice nor forget to tell.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from ops_dashboard.alert_definition import AlertRule
from ops_dashboard.alert_rules import RULES
from ops_dashboard.measures import GUARDS, MEASURES
from ops_dashboard.models import AlertChannel, AlertEvent, AlertNotice, AlertState, Silence
from ops_dashboard.models.alerts import Phase

log = logging.getLogger("ops_dashboard")

Kind = AlertEvent.Kind
# Between two notices of one alert, however often it begins; and how often one that goes on is told again.
COOL_DOWN, REPEAT = timedelta(minutes=10), timedelta(hours=4)


def evaluate(now: datetime) -> list[AlertEvent]:
    """Measure every rule and advance its states; the events that this made, oldest first."""
    events = []
    for rule in RULES:
        values = MEASURES[rule.id](now)
        guarded = rule.guard is not None and GUARDS[rule.guard[0].name](now).get("", 0) < rule.guard[1]
        with transaction.atomic():
            for state in _states(rule, values, now):
                value = values.get(state.subject)
                broken = value is not None and not guarded and rule.broken_by(value)
                events += advance(state, rule, value, broken, now)
    return events


def _states(rule: AlertRule, values: dict[str, float], now: datetime) -> list[AlertState]:
    """The state of each subject that has a value, and of those that had one while they were not ok."""
    for subject in values:
        AlertState.objects.get_or_create(rule=rule.id, subject=subject, defaults={"since": now})
    states = AlertState.objects.select_for_update().filter(rule=rule.id).order_by("subject")
    return [state for state in states if state.subject in values or state.phase != Phase.OK]


def advance(
    state: AlertState, rule: AlertRule, value: float | None, broken: bool, now: datetime
) -> list[AlertEvent]:
    """One step of the state machine, saved; the events it made."""
    state.value = value
    kind = _step_while_broken(state, rule, now) if broken else _step_while_fine(state, rule, now)
    events = [_record(state, kind, now)] if kind else []
    if not events and state.phase == Phase.FIRING and _may_tell(state, now):
        events = [_record(state, Kind.REMINDER, now)]
    state.save()
    return events


def _step_while_broken(state: AlertState, rule: AlertRule, now: datetime) -> AlertEvent.Kind | None:
    state.calm_since = None
    if state.phase == Phase.OK:
        state.phase, state.since = Phase.PENDING, now
    if state.phase == Phase.PENDING and now - state.since >= timedelta(minutes=rule.for_minutes):
        state.phase, state.since = Phase.FIRING, now
        return Kind.FIRING
    return None


def _step_while_fine(state: AlertState, rule: AlertRule, now: datetime) -> AlertEvent.Kind | None:
    if state.phase == Phase.PENDING:
        state.phase, state.since = Phase.OK, now
    if state.phase != Phase.FIRING:
        return None
    state.calm_since = state.calm_since or now
    if now - state.calm_since < timedelta(minutes=rule.calm_minutes):
        return None
    state.phase, state.since, state.calm_since = Phase.OK, now, None
    return Kind.RESOLVED


def _may_tell(state: AlertState, now: datetime) -> bool:
    """Whether a firing alert has to be told (again): never told, or told long ago, and nobody silenced it.

    Where Alertmanager tells people, this evaluator only records.
    """
    pause = REPEAT if state.told else COOL_DOWN
    rested = state.notified_at is None or now - state.notified_at >= pause
    return settings.CELESTIAL_BUILTIN_ALERTS and rested and not Silence.covers(state.rule, now)


def _record(state: AlertState, kind: AlertEvent.Kind, now: datetime) -> AlertEvent:
    """The event in the history and, where people shall know it, its notices."""
    silenced = Silence.covers(state.rule, now)
    tell = (state.told and not silenced) if kind == Kind.RESOLVED else _may_tell(state, now)
    event = AlertEvent.objects.create(
        rule=state.rule, subject=state.subject, kind=kind, value=state.value, at=now, silenced=silenced
    )
    if kind == Kind.RESOLVED:
        state.told = False
    if tell:
        state.notified_at = state.notified_at if kind == Kind.RESOLVED else now
        state.told = kind != Kind.RESOLVED
        queue(event, now)
    log.warning("alert %s", kind.value, extra={"rule": state.rule, "account": state.subject, "told": tell})
    return event


def queue(event: AlertEvent, now: datetime, severity: str = "") -> int:
    """A notice for each channel that wants the event's severity: the one given, else its rule's, else urgent."""
    severity = severity or next((rule.severity for rule in RULES if rule.id == event.rule), "page")
    channels = AlertChannel.objects.filter(enabled=True)
    if severity != AlertChannel.Least.PAGE:
        channels = channels.filter(least=AlertChannel.Least.TICKET)
    notices = [AlertNotice(channel=channel, event=event, due=now) for channel in channels]
    return len(AlertNotice.objects.bulk_create(notices))
