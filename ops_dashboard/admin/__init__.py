"""The console's part of operations: statistics, alerts, channels, silences."""

from __future__ import annotations

from ops_dashboard.admin import channels, evidence, silences

__all__ = ["channels", "evidence", "silences"]
