"""What operations keep: statistics per minute, heartbeats, and alerts with their channels and history."""

from __future__ import annotations

from ops_dashboard.models.alerts import AlertEvent, AlertState, Silence
from ops_dashboard.models.channels import AlertChannel, AlertNotice
from ops_dashboard.models.minutes import (
    CountedDuplicates,
    CounterReading,
    Heartbeat,
    MinuteStat,
    SystemMinute,
)

__all__ = [
    "AlertChannel",
    "AlertEvent",
    "AlertNotice",
    "AlertState",
    "CountedDuplicates",
    "CounterReading",
    "Heartbeat",
    "MinuteStat",
    "Silence",
    "SystemMinute",
]
