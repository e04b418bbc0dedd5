"""Taking over conversations: the waiting list, the page of one conversation, and what staff do on it.

Who took a conversation over sees its texts, because nobody can answer what they can't read; taking over is logged, and
says so. Everybody else sees lengths, or asks for the texts with `wechat.view_plaintext` as on other pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from wechat import desk
from wechat.admin import masking
from wechat.admin.conversation_page import lines_of, waiting_list
from wechat.admin.evidence import id_of
from wechat.admin.outbound import window_words, words_of
from wechat.models import Follower, Message
from wechat.models.follower import LIFETIME

if TYPE_CHECKING:
    from wechat.admin.followers import FollowerAdmin

TALK = "wechat.talk_to_followers"
View = Callable[["FollowerAdmin", HttpRequest, Follower], HttpResponse]


def urls(admin: FollowerAdmin) -> list[URLPattern]:
    """The list, the page and one address for each act."""

    def own(route: str, view: View, name: str, *, acts: bool = True) -> URLPattern:
        def with_follower(request: HttpRequest, pk: int) -> HttpResponse:
            if not request.user.has_perm(TALK):
                raise PermissionDenied
            if acts and request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            row = Follower.objects.select_related("account").filter(pk=pk).first()
            if row is None:
                raise Http404(_t("There is no such follower; their data may have been deleted."))
            return view(admin, request, row)

        wrapped = admin.admin_site.admin_view(with_follower)
        return path(f"<int:pk>/{route}/", wrapped, name=f"wechat_follower_{name}")

    def whole(
        route: str, view: Callable[[FollowerAdmin, HttpRequest], HttpResponse], name: str
    ) -> URLPattern:
        wrapped = admin.admin_site.admin_view(lambda request: view(admin, request))
        return path(f"{route}/", wrapped, name=f"wechat_follower_{name}")

    return [
        whole("waiting", waiting_view, "waiting"),
        whole("start", start_view, "start"),
        own("conversation", conversation_view, "conversation", acts=False),
        own("conversation/show", show_view, "show"),
        own("take", take_view, "take"),
        own("answer", answer_view, "answer"),
        own("hand-back", hand_back_view, "hand_back"),
        own("block", block_view, "block"),
    ]


def waiting_view(admin: FollowerAdmin, request: HttpRequest) -> HttpResponse:
    """Who waits, since when, with the last sentence masked."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    shown = masking.list_is_shown(request)
    rows = waiting_list(timezone.now(), request.user.get_username(), shown=shown)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _t("Waiting list"),
        "waiting": [row for row in rows if not row.follower.handed_over_by],
        "talking": [row for row in rows if row.follower.handed_over_by],
        "may_talk": request.user.has_perm(TALK),
    }
    return TemplateResponse(request, "admin/wechat/follower/waiting.html", context)


def conversation_view(admin: FollowerAdmin, request: HttpRequest, follower: Follower) -> HttpResponse:
    if request.method != "GET":
        return HttpResponseNotAllowed(["GET"])
    return _page(admin, request, follower)


def _page(
    admin: FollowerAdmin, request: HttpRequest, follower: Follower, *, unmasked: bool = False, **more: Any
) -> HttpResponse:
    now = timezone.now()
    mine = follower.handed_over_by == request.user.get_username() and follower.is_handed_over(now)
    shown = mine or unmasked or masking.list_is_shown(request)
    route = desk.route_of(follower.account, follower.openid, now)
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "title": _t("Conversation with %(who)s") % {"who": masking.pseudonym(follower.openid)},
        "follower": follower,
        "lines": lines_of(follower, shown=shown),
        "waits": follower.is_handed_over(now),
        "mine": mine,
        "shown": shown,
        "may_unmask": masking.may_unmask(request),
        "route": route,
        "window": window_words(route.window),
        "why_kept": words_of(route.cause),
        "most_parts": desk.MOST_PARTS,
        "closing": desk.CLOSING,
        "text": "",
    }
    return TemplateResponse(request, "admin/wechat/follower/conversation.html", context | more)


def show_view(admin: FollowerAdmin, request: HttpRequest, follower: Follower) -> HttpResponse:
    """The texts for somebody who may see them without taking over; logged as on the page of a message."""
    if not masking.may_unmask(request):
        raise PermissionDenied
    admin.log_change(request, follower, _t("Looked at personal data unmasked."))
    return _page(admin, request, follower, unmasked=True)


def _back(follower: Follower) -> HttpResponse:
    page = reverse("admin:wechat_follower_conversation", args=[follower.pk])
    return HttpResponseRedirect(f"{page}#newest")


def take_view(admin: FollowerAdmin, request: HttpRequest, follower: Follower) -> HttpResponse:
    """From the queue, or on purpose from the colleague whom the page named."""
    me, former = request.user.get_username(), follower.handed_over_by
    if not follower.take(me, timezone.now(), holder=request.POST.get("holder", "")):
        if follower.blocked:
            notices.error(request, _t("This follower is blocked."))
        else:
            notices.error(
                request,
                _t("Too late: %(who)s has the conversation.") % {"who": follower.handed_over_by or "–"},
            )
        return _back(follower)
    if former != me:
        said = _t("Took over the conversation; its texts are shown to them")
        admin.log_change(request, follower, f"{said} ({former} → {me})" if former else said)
    notices.success(request, _t("The conversation is yours. The automatic answers are silent meanwhile."))
    return _back(follower)


def start_view(admin: FollowerAdmin, request: HttpRequest) -> HttpResponse:
    """The conversation with the sender of a message, who may be nobody that anything is remembered of."""
    if not request.user.has_perm(TALK):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    message = Message.objects.filter(pk=id_of(request.POST.get("message", "")), redacted_at=None).first()
    if message is None:
        raise Http404(_t("There is no such message."))
    follower, _made = Follower.objects.get_or_create(
        account_id=message.account_id,
        openid=message.openid,
        # A row that nobody then takes over holds nothing: the sweeper removes it.
        defaults={"talk_until": timezone.now() + LIFETIME},
    )
    return _back(follower)


def answer_view(admin: FollowerAdmin, request: HttpRequest, follower: Follower) -> HttpResponse:
    """Send what was written, unless it would go out otherwise than the page said."""
    now, text = timezone.now(), request.POST.get("text", "")
    try:
        draft = desk.draft_of(follower.account, text)
        route = desk.route_of(follower.account, follower.openid, now)
        if draft.is_covered:
            notices.warning(
                request, _t("Sensitive words are covered. This is how it goes out; change it or send it so.")
            )
            return _page(admin, request, follower, text=draft.text)
        if route.way != request.POST.get("way"):
            notices.warning(request, _t("Meanwhile it would go another way; see below. Nothing was sent."))
            return _page(admin, request, follower, text=draft.text)
        rows = desk.answer(follower, text, by=request.user.get_username(), now=now)
    except ValueError as error:
        notices.error(request, str(error))
        follower.refresh_from_db()
        return _page(admin, request, follower, text=text)
    said = _t("Answered the follower (%(parts)d messages)") % {"parts": len(rows)}
    admin.log_change(request, follower, said)
    kept = _t("Kept: it goes with the reply to the follower's next message.")
    notices.success(request, kept if route.way == desk.Way.KEPT else _t("The answer is on its way."))
    return _back(follower)


def hand_back_view(admin: FollowerAdmin, request: HttpRequest, follower: Follower) -> HttpResponse:
    closing = request.POST.get("closing", "")
    try:
        ended = desk.hand_back(follower, by=request.user.get_username(), now=timezone.now(), closing=closing)
    except ValueError as error:
        notices.error(request, str(error))
        return _back(follower)
    if ended:
        done = _t("Handed the conversation back to the automatic answers")
        admin.log_change(
            request, follower, f"{done}, {_t('with a last sentence')}" if closing.strip() else done
        )
        notices.success(request, _t("Handed back. The automatic answers go on from the next message."))
    return HttpResponseRedirect(reverse("admin:wechat_follower_waiting"))


def block_view(admin: FollowerAdmin, request: HttpRequest, follower: Follower) -> HttpResponse:
    """Blocked or not, as the button said; whom nobody answers does not wait either."""
    if not admin.has_change_permission(request, follower):
        raise PermissionDenied
    blocked = request.POST.get("blocked") == "yes"
    if follower.block(timezone.now(), blocked=blocked):
        admin.log_change(
            request, follower, _t("Blocked the follower") if blocked else _t("Unblocked the follower")
        )
    return _back(follower)
