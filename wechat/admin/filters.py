"""Filters of the message list. None counts the rows behind its choices."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wechat.admin import causes, masking
from wechat.admin.evidence import id_of
from wechat.models import DedupFingerprint, Message
from wechat.models.message import Status

Lookups = Iterable[tuple[str, Any]]

TYPES = ("text", "image", "voice", "video", "shortvideo", "location", "link", "event")
SCAN = 100_000
PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}


class ChoiceFilter(admin.SimpleListFilter):
    """Takes nothing from the address but its own choices: a NUL would be an error of PostgreSQL."""

    def value(self) -> str | None:
        given = super().value()
        return given if given in {choice for choice, _title in self.lookup_choices} else None


def newest(request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
    """The newest SCAN messages, for conditions that no index helps with: on ten million rows they took 10 s.

    Where that leaves messages out, the request says since when it looked, and the page says it too.
    """
    times = Message.objects.order_by("-received_at", "-id").values_list("received_at", flat=True)
    edge = times[SCAN : SCAN + 1].first()
    if edge is None:
        return queryset
    request.looked_since = edge  # type: ignore[attr-defined]
    return queryset.filter(received_at__gt=edge)


class ScanFilter(ChoiceFilter):
    """A choice that no index helps with."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        value = self.value()
        return self.chosen(newest(request, queryset), value) if value else queryset

    def chosen(self, queryset: QuerySet[Message], value: str) -> QuerySet[Message]:
        return queryset.filter(**{self.parameter_name or "": value})


class ReceivedFilter(ChoiceFilter):
    """Instead of a date hierarchy, which reads the whole table for its dates."""

    title = _("received")
    parameter_name = "received"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [
            ("hour", _("in the last hour")),
            ("day", _("in the last 24 hours")),
            ("week", _("in the last 7 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        period = PERIODS.get(self.value() or "")
        return queryset.filter(received_at__gte=timezone.now() - period) if period else queryset


class StatusFilter(ScanFilter):
    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return Status.choices


class CauseFilter(ScanFilter):
    title = _("cause")
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(causes.OUTCOMES.items())


class TypeFilter(ScanFilter):
    title = _("type")
    parameter_name = "type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [*((name, name) for name in TYPES), ("other", _("other"))]

    def chosen(self, queryset: QuerySet[Message], value: str) -> QuerySet[Message]:
        if value == "other":
            return queryset.exclude(msg_type__in=TYPES)
        return queryset.filter(msg_type=value)


class MarksFilter(ScanFilter):
    title = _("marks")
    parameter_name = "mark"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("any", _("any mark")), *causes.MARKS.items()]

    def chosen(self, queryset: QuerySet[Message], value: str) -> QuerySet[Message]:
        if value == "any":
            return queryset.exclude(marks=[])
        # SQLite has no `contains` for JSON; as text both databases quote a member in the same way.
        as_text = queryset.annotate(marks_text=Cast("marks", TextField()))
        return as_text.filter(marks_text__contains=f'"{value}"')


class RetriedFilter(ScanFilter):
    title = _("deliveries")
    parameter_name = "retried"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("yes", _("retried by WeChat"))]

    def chosen(self, queryset: QuerySet[Message], value: str) -> QuerySet[Message]:
        repeated = DedupFingerprint.objects.filter(message=OuterRef("pk"), hits__gt=1)
        return queryset.filter(Exists(repeated))


class SlowFilter(ScanFilter):
    title = _("time to answer")
    parameter_name = "slower"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("1", _("slower than 1 s")), ("3", _("slower than 3 s")), ("5", _("slower than 5 s"))]

    def chosen(self, queryset: QuerySet[Message], value: str) -> QuerySet[Message]:
        return queryset.filter(milliseconds__gt=int(value) * 1000)


class SenderFilter(admin.SimpleListFilter):
    """Everything of one message's sender. The URL names the message, since it must not hold an OpenID."""

    title = _("sender")
    parameter_name = "sender_of"

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        given = params.get(self.parameter_name, [""])[-1]
        row = Message.objects.filter(pk=id_of(given)).values_list("openid", flat=True)
        self.openid: str | None = row.first()
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        if self.openid is None:
            return []
        return [(self.used_parameters[self.parameter_name], masking.pseudonym(self.openid))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        return queryset if self.openid is None else queryset.filter(openid=self.openid)
