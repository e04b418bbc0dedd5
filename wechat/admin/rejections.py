"""Refused requests: how many a minute, and samples with what to do about them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from wechat.admin import causes, masking
from wechat.admin.evidence import EvidenceAdmin, local_time
from wechat.models import RejectionMinute, RejectionSample


@admin.register(RejectionMinute)
class RejectionMinuteAdmin(EvidenceAdmin):
    list_display = ("when", "account", "why", "count")
    list_filter = ("account", "cause")
    list_select_related = ("account",)
    fields = ("account", "minute", "cause", "count")

    @admin.display(description=_("minute"), ordering="minute")
    def when(self, row: RejectionMinute) -> SafeString | str:
        return local_time(row.minute)

    @admin.display(description=_("cause"))
    def why(self, row: RejectionMinute) -> str | Promise:
        return causes.refusal_words(row.cause)


@admin.register(RejectionSample)
class RejectionSampleAdmin(EvidenceAdmin):
    list_display = ("when", "account", "why", "code", "status", "address", "method")
    list_filter = ("account", "cause", "code")
    list_select_related = ("account",)
    search_fields = ("=request_id", "=address")
    search_help_text = _("An exact request id or address.")

    @admin.display(description=_("at"), ordering="at")
    def when(self, sample: RejectionSample) -> SafeString | str:
        return local_time(sample.at)

    @admin.display(description=_("cause"))
    def why(self, sample: RejectionSample) -> str | Promise:
        return causes.refusal_words(sample.cause)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        sample: RejectionSample | None = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, sample):
            raise PermissionDenied
        if sample is None:
            raise Http404(_t("There is no such sample."))
        return TemplateResponse(
            request, "admin/wechat/rejectionsample/page.html", self._page(request, sample)
        )

    def _page(self, request: HttpRequest, sample: RejectionSample) -> dict[str, Any]:
        """Masked as a message is: most refused requests are real messages under a wrong setting."""
        shown = masking.may_unmask(request)
        what, advice = causes.explanation(sample.cause, sample.code)
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Rejected request"),
            "sample": sample,
            "what": what,
            "advice": advice,
            "query": masking.parameters(sample.query, shown=shown),
            "body": masking.xml_text(bytes(sample.body), shown=shown),
            "shown": shown,
        }
