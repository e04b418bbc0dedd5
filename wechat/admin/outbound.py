"""What the account sends by itself: where each message stands, why, and sending one again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from wechat import tasks
from wechat.admin import masking
from wechat.admin.evidence import EvidenceAdmin, id_of, local_time
from wechat.models import AccessToken, OfficialAccount, OutboundMessage
from wechat.models.outbound import RESENDABLE, State
from wechat.platform.errors import error_of
from wechat.platform.tokens import circuit_error
from wechat.sending_window import Window, window_of

RESEND = "wechat.resend_message"
PREVIEW = 40
SHAPES = {
    State.QUEUED: "◷",
    State.SENDING: "→",
    State.SENT: "✔",
    State.REFUSED: "✖",
    State.FAILED: "✖",
    State.UNKNOWN: "?",
    State.KEPT: "❚",
    State.DELIVERED: "✔",
}
CAUSES: dict[str, str | Promise] = {
    "window_closed": _("the follower did nothing within WeChat's time (48 hours after a message)"),
    "quota_used": _(
        "what WeChat allows after the follower's last action is used up; they have to write first"
    ),
    "unfollowed": _("the follower left the account"),
    "no_right": _("the account has no right to send customer messages"),
    "part_before": _("an earlier part of this answer could not be sent"),
    "worker_lost": _("the worker ended while it was sending; the message may have arrived"),
    "ambiguous": _("no answer of WeChat came; the message may have arrived"),
    "not_sent": _("WeChat could not be reached; nothing was sent"),
    "token_unavailable": _("no access token could be had; nothing was sent"),
    "kept_too_long": _("the follower did not write for a week, so it is not worth delivering any more"),
    "forgotten": _("the follower had their data deleted"),
}


def words_of(cause: str) -> str | Promise:
    """A cause in words: ours, or what an errcode means."""
    number = cause.removeprefix("-")
    if number.isascii() and number.isdigit() and len(number) < 10:
        return f"{error_of(int(cause)).sentence} ({cause})"
    return CAUSES.get(cause, cause)


def pill(state: str) -> SafeString:
    """The state as shape and word, so that nobody needs the colour."""
    style = "failed" if state in (State.REFUSED, State.FAILED, State.UNKNOWN) else state
    return format_html(
        '<span class="pill pill-{}"><span aria-hidden="true">{}</span> {}</span>',
        style,
        SHAPES.get(State(state), "?"),
        State(state).label,
    )


def window_words(window: Window) -> str | Promise:
    """What may be sent to the follower now: "2 of 5 left, closes in 31 h"."""
    if not window.is_open:
        return words_of(window.cause)
    hours = window.hours_left(timezone.now())
    values = {"left": window.left, "allowed": window.allowed, "hours": f"{hours:.1f}"}
    return _t("%(left)s of %(allowed)s left, closes in %(hours)s h") % values


def troubles() -> list[str]:
    """What keeps whole accounts from sending, one sentence each."""
    now, found = timezone.now(), []
    for row in AccessToken.objects.select_related("account"):
        if row.circuit_is_open(row.account, now):
            found.append(f"{row.account}: {circuit_error(row).sentence} {row.errmsg}".strip())
        if row.sending_paused_until and row.sending_paused_until > now:
            found.append(f"{row.account}: {error_of(45009).sentence}")
    lacking = OfficialAccount.objects.filter(can_send_customer_messages=False)
    return found + [f"{account}: {CAUSES['no_right']}" for account in lacking]


@admin.register(OutboundMessage)
class OutboundMessageAdmin(EvidenceAdmin):
    list_display = ("created", "status", "receiver", "purpose", "number", "text", "why", "tries", "account")
    list_display_links = ("created",)
    list_select_related = ("account",)
    list_filter = ("state", "purpose", "account")
    sortable_by = ()
    search_fields = ("openid",)  # shows the box; get_search_results does the search
    search_help_text = _("An exact id of an outgoing message, of the message that it answers, or an OpenID.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboundMessage]:
        rows: QuerySet[OutboundMessage] = super().get_queryset(request)
        # The columns below see a row, not the request.
        return rows.annotate(texts_shown=Value(masking.list_is_shown(request)))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutboundMessage], search_term: str
    ) -> tuple[QuerySet[OutboundMessage], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        if pk := id_of(term):
            return queryset.filter(Q(pk=pk) | Q(message=pk) | Q(group=pk)), False
        accounts = list(OfficialAccount.objects.values_list("pk", flat=True))
        return queryset.filter(account__in=accounts, openid=term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.has_view_permission(request):
            for trouble in troubles():
                messages.warning(request, trouble)
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("created"))
    def created(self, row: OutboundMessage) -> SafeString | str:
        return local_time(row.created_at)

    @admin.display(description=_("state"))
    def status(self, row: OutboundMessage) -> SafeString:
        return pill(row.state)

    @admin.display(description=_("follower"))
    def receiver(self, row: OutboundMessage) -> str:
        return row.openid if row.texts_shown else masking.pseudonym(row.openid)  # type: ignore[attr-defined]

    @admin.display(description=_("part"))
    def number(self, row: OutboundMessage) -> str:
        return f"{row.part}/{row.parts}"

    @admin.display(description=_("text"))
    def text(self, row: OutboundMessage) -> str:
        text = text_of(row)
        shown = text[:PREVIEW] + ("…" if len(text) > PREVIEW else "")
        return shown if row.texts_shown else masking.masked(text)  # type: ignore[attr-defined]

    @admin.display(description=_("cause"))
    def why(self, row: OutboundMessage) -> str | Promise:
        return words_of(row.cause)

    def get_urls(self) -> list[URLPattern]:
        resend = path(
            "<int:pk>/resend/",
            self.admin_site.admin_view(self.resend_view),
            name="wechat_outboundmessage_resend",
        )
        return [resend, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row: OutboundMessage | None = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404(_t("There is no such outgoing message."))
        template = "admin/wechat/outboundmessage/page.html"
        return TemplateResponse(request, template, self._page(request, row))

    def _page(self, request: HttpRequest, row: OutboundMessage) -> dict[str, Any]:
        shown, text = masking.list_is_shown(request), text_of(row)
        ended = row.state in RESENDABLE and not row.redacted_at
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Outgoing message"),
            "row": row,
            "pill": pill(row.state),
            "why": words_of(row.cause),
            "receiver": row.openid if shown else masking.pseudonym(row.openid),
            "text": text if shown else masking.masked(text),
            "shown": shown,
            "window": window_words(window_of(row.account_id, row.openid, timezone.now())),
            "history": [{**line, "why": words_of(line["cause"])} for line in row.history],
            "resends": row.resends.order_by("id"),
            "may_resend": ended and request.user.has_perm(RESEND),
        }

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a copy once more; the reason stands with it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(RESEND):
            raise PermissionDenied
        row = OutboundMessage.objects.filter(pk=pk).first()
        if row is None:
            raise Http404(_t("There is no such outgoing message."))
        try:
            again = row.resend(by=request.user.get_username(), reason=request.POST.get("reason", ""))
        except ValueError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("admin:wechat_outboundmessage_change", args=[pk]))
        tasks.wake_sender(again.pk)
        self.log_change(request, row, _t("Sent again"))
        messages.success(request, _t("The message is sent again."))
        return HttpResponseRedirect(reverse("admin:wechat_outboundmessage_change", args=[again.pk]))


def text_of(row: OutboundMessage) -> str:
    """What the follower reads of it."""
    return str(row.payload.get("content", "")) if row.msg_type == "text" else ""
