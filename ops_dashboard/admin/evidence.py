"""What staff look at and nobody edits: alerts now, their history, the statistics behind them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ops_dashboard.alert_rules import BY_ID
from ops_dashboard.models import AlertEvent, AlertState, MinuteStat
from ops_dashboard.notifications import title_of, value_words
from wechat.admin.evidence import EvidenceAdmin, local_time


def rule_words(rule: str) -> str:
    """The rule's title; its id when a former version knew it and this one does not."""
    return title_of(BY_ID[rule]) if rule in BY_ID else rule or "–"


def amount(rule: str, value: float | None) -> str:
    return value_words(BY_ID[rule], value) if rule in BY_ID else "–"


@admin.register(AlertState)
class AlertStateAdmin(EvidenceAdmin):
    list_display = ("what", "subject", "phase", "since_when", "reading", "told_when")
    list_filter = ("phase",)
    fields = ("what", "subject", "phase", "since_when", "reading", "told_when")
    readonly_fields = fields

    @admin.display(description=_("rule"), ordering="rule")
    def what(self, state: AlertState) -> str:
        return rule_words(state.rule)

    @admin.display(description=_("since"), ordering="since")
    def since_when(self, state: AlertState) -> SafeString | str:
        return local_time(state.since)

    @admin.display(description=_("value"))
    def reading(self, state: AlertState) -> str:
        return amount(state.rule, state.value)

    @admin.display(description=_("notified"))
    def told_when(self, state: AlertState) -> SafeString | str:
        return local_time(state.notified_at)


@admin.register(AlertEvent)
class AlertEventAdmin(EvidenceAdmin):
    list_display = ("when", "kind", "what", "subject", "reading", "by", "silenced", "sent_to")
    list_filter = ("kind", "silenced", "rule")
    search_fields = ("=by", "detail")
    fields = ("when", "kind", "what", "subject", "reading", "by", "detail", "silenced", "sent_to")
    readonly_fields = fields
    list_prefetch = ("notices__channel",)

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).prefetch_related(*self.list_prefetch)

    @admin.display(description=_("at"), ordering="at")
    def when(self, event: AlertEvent) -> SafeString | str:
        return local_time(event.at)

    @admin.display(description=_("rule"), ordering="rule")
    def what(self, event: AlertEvent) -> str:
        return rule_words(event.rule)

    @admin.display(description=_("value"))
    def reading(self, event: AlertEvent) -> str:
        return amount(event.rule, event.value)

    @admin.display(description=_("sent to"))
    def sent_to(self, event: AlertEvent) -> str:
        notices = [
            f"{notice.channel}: {notice.get_status_display()} {notice.error}".strip()
            for notice in event.notices.all()
        ]
        return "; ".join(notices) or "–"


@admin.register(MinuteStat)
class MinuteStatAdmin(EvidenceAdmin):
    list_display = (
        "when",
        "account",
        "replied",
        "acknowledged",
        "failed",
        "pending",
        "duplicates",
        "refused",
    )
    list_filter = ("account",)
    list_select_related = ("account",)

    @admin.display(description=_("minute"), ordering="minute")
    def when(self, row: MinuteStat) -> SafeString | str:
        return local_time(row.minute)

    @admin.display(description=_("refused"))
    def refused(self, row: MinuteStat) -> int:
        return sum(row.refusals.values())
