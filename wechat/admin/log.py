"""Who did what in the admin, read-only."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wechat.admin.evidence import EvidenceAdmin, local_time


@admin.register(LogEntry)
class LogEntryAdmin(EvidenceAdmin):
    list_display = ("when", "user", "what", "content_type", "object_repr")
    list_display_links = ("when",)
    list_filter = ("action_flag", ("user", admin.RelatedOnlyFieldListFilter), "action_time")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "=object_id", "=user__username")
    sortable_by = ()
    fields = ("action_time", "user", "action_flag", "content_type", "object_id", "object_repr", "what")
    readonly_fields = ("what",)

    @admin.display(description=_("at"))
    def when(self, entry: LogEntry) -> SafeString | str:
        return local_time(entry.action_time)

    @admin.display(description=_("what"))
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()
