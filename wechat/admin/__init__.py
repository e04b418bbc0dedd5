"""The operations console: what staff see of the gateway and may do with it."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from wechat.admin import accounts, fingerprints, log, messages, modes, outbound, rejections

__all__ = ["accounts", "fingerprints", "log", "messages", "modes", "outbound", "rejections"]

admin.site.site_header = _("Celestial Nexus console")
admin.site.site_title = _("Celestial Nexus")
admin.site.index_title = _("Overview")
