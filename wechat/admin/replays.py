"""Replays from the console: one at once, many after a page that says what will happen. Always dry runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages as notices
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from wechat.admin import masking
from wechat.admin.evidence import COUNT_CAP, id_of
from wechat.admin.message_page import DiffLine, difference
from wechat.models import Message
from wechat.policy import Rejected
from wechat.replay import LIMIT, Replay, replay

if TYPE_CHECKING:
    from wechat.admin.messages import MessageAdmin

TYPE_ABOVE = 50
SAMPLE = 5
SECONDS = 20.0  # below the web server's own limit, so that staff always get the results so far


@dataclass(frozen=True, slots=True)
class Result:
    """One replayed message on the results page."""

    message: Message
    word: str
    detail: str = ""
    old: str = ""
    new: str = ""
    difference: tuple[DiffLine, ...] = ()


def run(message: Message, actor: str, *, shown: bool) -> Result:
    """Replay one message; what goes wrong is a result, too."""
    try:
        done = replay(message, actor=actor)
    except Rejected as rejected:
        return Result(message, "failed", rejected.detail)
    if done.outcome == "failed":
        return _result(done, "failed", done.attempt.cause, shown)
    return _result(done, "changed" if done.changed else "unchanged", "", shown)


def _result(done: Replay, word: str, detail: str, shown: bool) -> Result:
    old, new = done.old or "", done.new or ""
    lines = tuple(difference(old, new, shown=shown)) if done.changed else ()
    if not shown:
        old, new = masking.masked(old), masking.masked(new)
    return Result(done.message, word, detail, old, new, lines)


def replay_one(admin: MessageAdmin, request: HttpRequest, message: Message) -> HttpResponse:
    """The old reply, the new one and the difference."""
    shown = masking.may_unmask(request)
    result = run(message, request.user.get_username(), shown=shown)
    admin.log_change(request, message, _log_text(result.word, shown))
    return _page(
        admin, request, "replay_result.html", _("Replay (dry run)"), {"result": result, "shown": shown}
    )


def _log_text(word: str, shown: bool) -> str:
    text = _("Replayed as a dry run: %(result)s.") % {"result": _word(word)}
    return f"{text} {_('Texts were shown.')}" if shown else text


def _word(word: str) -> str:
    return {"changed": _("changed"), "unchanged": _("unchanged"), "failed": _("failed")}[word]


def confirm(
    admin: MessageAdmin, request: HttpRequest, queryset: QuerySet[Message], error: str = ""
) -> HttpResponse:
    """Count, date span, a sample and what will happen; nothing runs yet."""
    # From the oldest on, so that the order of the conversation is kept; at most COUNT_CAP are counted.
    rows = queryset.order_by("received_at", "id").values_list("pk", "received_at")[:COUNT_CAP]
    selected = list(rows)
    chosen = selected[:LIMIT]
    if not chosen:
        notices.warning(request, _("No message was selected."))
        return HttpResponseRedirect(reverse("admin:wechat_message_changelist"))
    ids = [pk for pk, _at in chosen]
    context = {
        "count": len(chosen),
        "selected": len(selected),
        "more": len(selected) == COUNT_CAP,
        "limit": LIMIT,
        "first": chosen[0][1],
        "last": chosen[-1][1],
        "ids": ",".join(map(str, ids)),
        "sample": _sample(ids),
        "must_type": len(chosen) > TYPE_ABOVE,
        "error": error,
    }
    return _page(admin, request, "replay_confirm.html", _("Replay messages (dry run)"), context)


def _sample(ids: list[int]) -> list[tuple[Message, str]]:
    found = Message.objects.filter(pk__in=ids[:SAMPLE]).order_by("received_at", "id")
    return [
        (message, masking.pseudonym(message.openid)) for message in found.defer("raw", "plaintext", "query")
    ]


def replay_confirmed(admin: MessageAdmin, request: HttpRequest) -> HttpResponse:
    """Run exactly the messages of the confirmation page: the filter may match others by now."""
    ids = _posted_ids(request)
    if ids is None:
        return HttpResponseBadRequest("ids: message ids, comma separated")
    queryset = Message.objects.filter(pk__in=ids)
    if len(ids) > TYPE_ABOVE and request.POST.get("typed", "").strip() != str(len(ids)):
        return confirm(admin, request, queryset, _("Type the number of messages to confirm."))
    shown = masking.may_unmask(request)
    results, left = _run_all(queryset, request.user.get_username(), shown)
    _log_all(request, results, shown)
    words = [result.word for result in results]
    context = {
        "changed": [result for result in results if result.word == "changed"],
        "failed": [result for result in results if result.word == "failed"],
        "unchanged_count": words.count("unchanged"),
        "count": len(results),
        "left": left,
        "shown": shown,
    }
    return _page(admin, request, "replay_results.html", _("Results of the replay (dry run)"), context)


def _posted_ids(request: HttpRequest) -> list[int] | None:
    ids = [pk for part in request.POST.get("ids", "").split(",") if (pk := id_of(part))]
    return ids if 0 < len(ids) <= LIMIT else None


def _run_all(queryset: QuerySet[Message], actor: str, shown: bool) -> tuple[list[Result], int]:
    """Results in order, and how many messages the time did not suffice for."""
    end = time.monotonic() + SECONDS
    todo = list(queryset.select_related("account").order_by("received_at", "id"))
    results: list[Result] = []
    for message in todo:
        if time.monotonic() > end:
            break
        results.append(run(message, actor, shown=shown))
    return results, len(todo) - len(results)


def _log_all(request: HttpRequest, results: list[Result], shown: bool) -> None:
    for word in ("changed", "unchanged", "failed"):
        replayed = [result.message.pk for result in results if result.word == word]
        LogEntry.objects.log_actions(
            user_id=request.user.pk,  # type: ignore[arg-type]
            queryset=Message.objects.only("msg_type").filter(pk__in=replayed),
            action_flag=CHANGE,
            change_message=_log_text(word, shown),
        )


def _page(
    admin: MessageAdmin, request: HttpRequest, template: str, title: str, context: dict[str, object]
) -> HttpResponse:
    shared = {**admin.admin_site.each_context(request), "opts": admin.opts, "title": title}
    return TemplateResponse(request, f"admin/wechat/message/{template}", shared | context)
