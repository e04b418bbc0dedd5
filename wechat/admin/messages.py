"""Messages: the list, the page of one message, and replays. Nothing here changes a stored message."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import unquote
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from wechat.admin import causes, filters, masking, replays
from wechat.admin.evidence import COUNT_CAP, EvidenceAdmin, id_of, local_time
from wechat.admin.fingerprints import starting_with
from wechat.admin.message_page import page_of, words_of
from wechat.models import Attempt, DedupFingerprint, Message
from wechat.models.message import Status

PREVIEW = 40
TEXT_SEARCH = timedelta(days=7)
_FINGERPRINT = re.compile("[0-9a-f]{6,64}")
SHAPES = {
    Status.PENDING: "◷",
    Status.REPLIED: "✔",
    Status.ACKNOWLEDGED: "○",
    Status.DEFERRED: "↷",
    Status.FAILED: "✖",
}


def pill(status: str) -> SafeString:
    """Status as shape and word, so that nobody needs the colour."""
    shape, word = SHAPES.get(Status(status), "?"), Status(status).label
    return format_html(
        '<span class="pill pill-{}"><span aria-hidden="true">{}</span> {}</span>', status, shape, word
    )


@admin.register(Message)
class MessageAdmin(EvidenceAdmin):
    list_display = (
        "received",
        "state",
        "kind",
        "sender",
        "text",
        "reply",
        "took",
        "deliveries",
        "tries",
        "account",
    )
    list_display_links = ("received",)
    list_select_related = ("account",)
    list_filter = (
        filters.ReceivedFilter,
        filters.StatusFilter,
        filters.CauseFilter,
        filters.TypeFilter,
        "account",
        filters.MarksFilter,
        filters.RetriedFilter,
        filters.SlowFilter,
        filters.SenderFilter,
    )
    sortable_by = ("received",)
    search_fields = ("msg_id",)  # shows the box; get_search_results does the search
    search_help_text = _(
        "An exact MsgId, message id, OpenID, request id or the start of a fingerprint;"
        " else a text, looked for in the last 7 days by those who may see texts."
    )
    actions = ("replay_selected",)
    change_list_template = "admin/wechat/message/change_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        hits = DedupFingerprint.objects.filter(message=OuterRef("pk")).order_by("-hits").values("hits")[:1]
        runs = Attempt.objects.filter(message=OuterRef("pk")).order_by().values("message")
        rows: QuerySet[Message] = super().get_queryset(request)
        return rows.defer("raw", "plaintext", "reply_wire", "query").annotate(
            hits=Subquery(hits),
            runs=Subquery(runs.annotate(n=Count("pk")).values("n")),
            # The columns below see a row, not the request.
            texts_shown=Value(masking.list_is_shown(request)),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """One indexed look-up after the other: an OR over them would read the whole table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        for lookup in self._exact_lookups(term):
            found = queryset.filter(lookup)
            if found.exists():
                return found, False
        unindexed = Q(request_id=term)
        if masking.may_unmask(request):
            unindexed |= Q(content__icontains=term)
        recent = filters.newest(request, queryset).filter(received_at__gte=timezone.now() - TEXT_SEARCH)
        return recent.filter(unindexed), False

    @staticmethod
    def _exact_lookups(term: str) -> list[Q]:
        lookups = [Q(msg_id=term), Q(openid=term)]
        if pk := id_of(term):
            lookups.insert(0, Q(pk=pk))
        if _FINGERPRINT.fullmatch(term.lower()):
            found = starting_with(term.lower()).order_by().values_list("message", flat=True)
            lookups.append(Q(pk__in=list(found[:COUNT_CAP])))
        return lookups

    @admin.display(description=_("received"), ordering="received_at")
    def received(self, message: Message) -> SafeString | str:
        return local_time(message.received_at)

    @admin.display(description=_("status"))
    def state(self, message: Message) -> SafeString:
        if not message.cause:
            return pill(message.status)
        words = causes.outcome_words(message.cause)
        return format_html('{}<br><small title="{}">{}</small>', pill(message.status), message.cause, words)

    @admin.display(description=_("type"))
    def kind(self, message: Message) -> str:
        return f"{message.msg_type} / {message.event}" if message.event else message.msg_type

    @admin.display(description=_("sender"))
    def sender(self, message: Message) -> SafeString | str:
        name = masking.pseudonym(message.openid)
        return format_html('<a href="?sender_of={}"><code>{}</code></a>', message.pk, name)

    @admin.display(description=_("text"))
    def text(self, message: Message) -> str:
        return self._preview(message, message.content)

    @admin.display(description=_("reply"))
    def reply(self, message: Message) -> str:
        return self._preview(message, words_of(message.reply_xml))

    def _preview(self, message: Message, text: str) -> str:
        if not message.texts_shown:  # type: ignore[attr-defined]
            return masking.masked(text) or "–"
        return f"{text[:PREVIEW]}…" if len(text) > PREVIEW else text or "–"

    @admin.display(description=_("time"))
    def took(self, message: Message) -> str:
        return "–" if message.milliseconds is None else f"{message.milliseconds:.0f} ms"

    @admin.display(description=_("deliveries"))
    def deliveries(self, message: Message) -> str:
        return str(message.hits or "–")  # type: ignore[attr-defined]

    @admin.display(description=_("attempts"))
    def tries(self, message: Message) -> str:
        return str(message.runs or 0)  # type: ignore[attr-defined]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("wechat.replay_message")

    @admin.action(description=_("Replay the selected messages (dry run)…"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Message]) -> HttpResponse:
        return replays.confirm(self, request, queryset)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            pattern: URLPattern = path(route, self.admin_site.admin_view(view), name=f"wechat_message_{name}")
            return pattern

        return [
            own("texts/", self.texts_view, "texts"),
            own("replay/", self.replay_many_view, "replay_many"),
            own("<path:object_id>/show/", self.show_view, "show"),
            own("<path:object_id>/replay/", self.replay_view, "replay"),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "count_cap": COUNT_CAP,
            "may_unmask": masking.may_unmask(request),
            "texts_shown": masking.list_is_shown(request),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self.page(request, self.message_or_404(request, object_id), shown=False)

    def message_or_404(self, request: HttpRequest, object_id: str) -> Message:
        """With its bodies, unlike the list's rows."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = Message.objects.select_related("account").filter(pk=id_of(unquote(object_id))).first()
        if message is None:
            raise Http404(_t("There is no such message."))
        return message

    def page(self, request: HttpRequest, message: Message, *, shown: bool) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _t("Message %(id)s") % {"id": message.pk},
            "message": message,
            "page": page_of(message, shown=shown),
            "pill": pill(message.status),
            "may_unmask": masking.may_unmask(request),
            "may_replay": self.has_replay_permission(request),
        }
        return TemplateResponse(request, "admin/wechat/message/page.html", context)

    def show_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page unmasked, once: reloading needs another POST and leaves another log entry."""
        message = self.message_or_404(request, object_id)
        if not masking.may_unmask(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self.log_change(request, message, _t("Looked at personal data unmasked."))
        return self.page(request, message, shown=True)

    def texts_view(self, request: HttpRequest) -> HttpResponse:
        """Show texts in this session's lists for ten minutes, or hide them again."""
        if not (self.has_view_permission(request) and masking.may_unmask(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if "hide" in request.POST:
            request.session.pop(masking.LIST_GRANT, None)
        else:
            request.session[masking.LIST_GRANT] = time.time() + masking.LIST_GRANT_SECONDS
            self._log_list(request)
        return HttpResponseRedirect(reverse("admin:wechat_message_changelist"))

    def _log_list(self, request: HttpRequest) -> None:
        LogEntry.objects.create(
            user=request.user,  # type: ignore[misc]
            content_type=ContentType.objects.get_for_model(Message),
            object_repr=_t("list of messages"),
            action_flag=CHANGE,
            change_message=_t("Texts shown in lists for 10 minutes."),
        )

    def replay_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        message = self.message_or_404(request, object_id)
        if not self.has_replay_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return replays.replay_one(self, request, message)

    def replay_many_view(self, request: HttpRequest) -> HttpResponse:
        if not (self.has_view_permission(request) and self.has_replay_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return replays.replay_confirmed(self, request)
