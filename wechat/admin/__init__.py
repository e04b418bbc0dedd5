"""The operations console: what staff see of the gateway and may do with it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from wechat.admin import (
    accounts,
    fingerprints,
    followers,
    log,
    messages,
    modes,
    outbound,
    rejections,
    rules,
)

__all__ = [
    "accounts",
    "fingerprints",
    "followers",
    "log",
    "messages",
    "modes",
    "outbound",
    "rejections",
    "rules",
]

admin.site.site_header = _("Celestial Nexus console")
admin.site.site_title = _("Celestial Nexus")
admin.site.index_title = _("Overview")
