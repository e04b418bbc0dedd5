"""The instant at which the tests of the parser read their sentences: a Tuesday, lunar 2026-10-16."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=CHINA)
ALL = ("calendar", "almanac", "bazi")
