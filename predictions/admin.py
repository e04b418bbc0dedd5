"""API keys, made, shown once and revoked here; predictions to look at, birth data only for those who may."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from predictions.models import SCOPES, ApiKey, ApiUsage, Batch, Prediction
from predictions.models.usage import totals

MASK = "••••••"
# Of usage on the page of a key
DAYS = 30

# Generic for the type checker only; at run time Django's classes take no parameters.
if TYPE_CHECKING:
    KeyModelForm = forms.ModelForm[ApiKey]
    KeyModelAdmin = admin.ModelAdmin[ApiKey]
    BatchModelAdmin = admin.ModelAdmin[Batch]
    PredictionModelAdmin = admin.ModelAdmin[Prediction]
else:
    KeyModelForm = forms.ModelForm
    KeyModelAdmin = BatchModelAdmin = PredictionModelAdmin = admin.ModelAdmin


class ApiKeyForm(KeyModelForm):
    scopes = forms.MultipleChoiceField(
        label=_("scopes"),
        choices=[(scope, scope) for scope in SCOPES],
        initial=list(SCOPES),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at", "test")


@admin.register(ApiKey)
class ApiKeyAdmin(KeyModelAdmin):
    form = ApiKeyForm
    list_display = ("name", "public_id", "scopes_shown", "state", "expires_at", "last_used_on", "created_at")
    search_fields = ("name", "public_id")
    ordering = ("-created_at",)
    actions = ("revoke",)
    # What a key may do is fixed when it is made: whoever holds it relies on it, whoever audits it too.
    _fixed = (
        "public_id",
        "scopes_shown",
        "state",
        "expires_at",
        "revoked_at",
        "last_used_on",
        "created_at",
        "created_by",
        "usage",
    )

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return ("name", *self._fixed) if obj else ("name", "scopes", "expires_at", "test")

    def get_readonly_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> Any:
        return self._fixed if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is revoked; its row stays and says who could have called."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if not change:
            request.new_key_text = obj.draw()  # type: ignore[attr-defined]
            obj.created_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The key goes into this one answer and nowhere else: a message would keep it in a cookie."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("API key made"),
            "key": obj,
            "text": request.new_key_text,  # type: ignore[attr-defined]
        }
        response = TemplateResponse(request, "admin/predictions/apikey/made.html", context)
        response["Cache-Control"] = "no-store"
        return response

    @admin.action(description=_("Revoke the selected keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        now = timezone.now()
        revoked = [key for key in queryset if key.revoke(now)]
        for key in revoked:
            self.log_change(request, key, "revoked")
        text = ngettext("%(count)d key revoked.", "%(count)d keys revoked.", len(revoked))
        self.message_user(request, text % {"count": len(revoked)}, messages.SUCCESS)

    @admin.display(description=_("scopes"))
    def scopes_shown(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=_("state"))
    def state(self, key: ApiKey) -> str:
        if key.revoked_at:
            return str(_("revoked"))
        if key.expires_at and key.expires_at <= timezone.now():
            return str(_("expired"))
        return str(_("live"))

    @admin.display(description=_("usage"))
    def usage(self, key: ApiKey) -> str:
        """The last days, newest first, and the systems that were asked for."""
        today = timezone.localdate()
        rows = ApiUsage.between(key, today - timedelta(days=DAYS - 1), today)
        days = totals(rows, "day")[::-1]
        context = {
            "days": days,
            "most": max((day["calls"] for day in days), default=0),
            "systems": totals([row for row in rows if row.system], "system"),
            "shown": DAYS,
        }
        return render_to_string("admin/predictions/apikey/usage.html", context)


@admin.register(Batch)
class BatchAdmin(BatchModelAdmin):
    """How far batches are. What is in them is birth data and stays closed: it is the client's, not staff's."""

    list_display = ("public_id", "status", "progress", "failed", "created_at", "key")
    list_filter = ("status",)
    list_select_related = ("key",)
    search_fields = ("public_id", "request_id")
    _TIMES = ("created_at", "started_at", "finished_at")
    show_full_result_count = False
    ordering = ("-pk",)
    fields = ("public_id", "key", "status", "progress", "failed", "request_id", *_TIMES)
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Batch | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Batch | None = None) -> bool:
        return False

    @admin.display(description=_("done"))
    def progress(self, batch: Batch) -> str:
        return f"{batch.done} / {batch.total}"


@admin.register(Prediction)
class PredictionAdmin(PredictionModelAdmin):
    list_display = ("public_id", "system", "key", "lang", "version", "created_at")
    list_filter = ("system",)
    list_select_related = ("key",)
    search_fields = ("public_id",)
    show_full_result_count = False
    ordering = ("-pk",)
    fields = ("public_id", "system", "asked", "lang", "version", "key", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Prediction | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Prediction | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Prediction]:
        """The request is decrypted where it is shown, not for every row of a list."""
        return super().get_queryset(request).defer("request")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Prediction | None:
        """Here the viewer is known, so here it is decided what the page shows; each look is logged."""
        prediction = super().get_object(request, object_id, from_field)
        if prediction is not None:
            may_see = request.user.has_perm("predictions.view_personal_data")
            prediction.shown = _readable(prediction) if may_see else MASK  # type: ignore[attr-defined]
            if may_see:
                self.log_change(request, prediction, "viewed birth data")
        return prediction

    @admin.display(description=_("input and options"))
    def asked(self, prediction: Prediction) -> str:
        return getattr(prediction, "shown", MASK)


def _readable(prediction: Prediction) -> str:
    return json.dumps(prediction.asked(), ensure_ascii=False, indent=2)
