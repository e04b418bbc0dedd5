"""Silences: an operator sets one with a reason and may change its end; nobody deletes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ops_dashboard.admin.evidence import rule_words
from ops_dashboard.models import Silence
from wechat.admin.evidence import local_time

if TYPE_CHECKING:
    SilenceModelAdmin = admin.ModelAdmin[Silence]
else:
    SilenceModelAdmin = admin.ModelAdmin


@admin.register(Silence)
class SilenceAdmin(SilenceModelAdmin):
    list_display = ("what", "begins", "ends", "reason", "by")
    fields = ("rule", "starts", "until", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Silence | None = None) -> tuple[str, ...]:
        """What was silenced and why is evidence; only its end may move."""
        return ("rule", "starts", "reason", "by") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Silence | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Silence, form: Any, change: bool) -> None:
        name = request.user.get_username()
        if not change:
            obj.by = name
        super().save_model(request, obj, form, change)
        obj.note(name)

    @admin.display(description=_("rule"), ordering="rule")
    def what(self, silence: Silence) -> str:
        return rule_words(silence.rule) if silence.rule else str(_("every rule"))

    @admin.display(description=_("from"), ordering="starts")
    def begins(self, silence: Silence) -> SafeString | str:
        return local_time(silence.starts)

    @admin.display(description=_("until"), ordering="until")
    def ends(self, silence: Silence) -> SafeString | str:
        return local_time(silence.until)
