"""Fingerprints: how often WeChat delivered a message, and which one they stand for."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wechat.admin.evidence import EvidenceAdmin, local_time
from wechat.models import DedupFingerprint, OfficialAccount


def starting_with(digits: str) -> QuerySet[DedupFingerprint]:
    """As a range within each account, for which there is an index; LIKE would read the whole table."""
    accounts = list(OfficialAccount.objects.values_list("pk", flat=True))
    return DedupFingerprint.objects.filter(account__in=accounts, digest__gte=digits, digest__lt=f"{digits}g")


class HitsFilter(admin.SimpleListFilter):
    title = _("deliveries")
    parameter_name = "deliveries"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, object]]:  # type: ignore[override]
        return [("2", _("2 or more")), ("3", _("3 or more")), ("4", _("more than WeChat's three tries"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[DedupFingerprint]
    ) -> QuerySet[DedupFingerprint]:
        return (
            queryset.filter(hits__gte=int(self.value() or 0)) if self.value() in ("2", "3", "4") else queryset
        )


@admin.register(DedupFingerprint)
class DedupFingerprintAdmin(EvidenceAdmin):
    list_display = ("short", "hits", "first", "last", "of_message", "account")
    list_filter = ("account", HitsFilter)
    list_select_related = ("account",)
    sortable_by = ()
    search_fields = ("digest",)  # shows the box; get_search_results does the search
    search_help_text = _("The start of a fingerprint.")
    fields = (
        "account",
        "digest",
        "hits",
        "first_seen",
        "last_seen",
        "lease_until",
        "takeovers",
        "of_message",
    )
    readonly_fields = ("of_message",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DedupFingerprint], search_term: str
    ) -> tuple[QuerySet[DedupFingerprint], bool]:
        digits = search_term.strip().lower()
        return (queryset & starting_with(digits) if digits else queryset), False

    @admin.display(description=_("digest"))
    def short(self, fingerprint: DedupFingerprint) -> str:
        return fingerprint.digest[:16]

    @admin.display(description=_("first seen"))
    def first(self, fingerprint: DedupFingerprint) -> SafeString | str:
        return local_time(fingerprint.first_seen)

    @admin.display(description=_("last seen"))
    def last(self, fingerprint: DedupFingerprint) -> SafeString | str:
        return local_time(fingerprint.last_seen)

    @admin.display(description=_("message"))
    def of_message(self, fingerprint: DedupFingerprint) -> SafeString:
        url = reverse("admin:wechat_message_change", args=[fingerprint.message_id])
        return format_html('<a href="{}">{}</a>', url, fingerprint.message_id)
