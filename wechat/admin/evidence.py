"""Admin pages of tables that nobody may edit, and that may hold millions of rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString

# Django's admin classes are generic for the type checker only.
if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
    BasePaginator = Paginator[Any]
else:
    BaseAdmin = admin.ModelAdmin
    BasePaginator = Paginator

COUNT_CAP = 5000


class CappedPaginator(BasePaginator):
    """Counts at most COUNT_CAP rows: a full COUNT(*) reads the whole table, for every page of the list."""

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]
        return rows.order_by().values("pk")[:COUNT_CAP].count()


class EvidenceAdmin(BaseAdmin):
    """Looked at, never edited: the rows are evidence."""

    show_full_result_count = False
    paginator = CappedPaginator
    list_per_page = 50
    list_max_show_all = 50
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def id_of(text: str) -> int:
    """A row's id from a URL or a form; 0, which no row has, for anything that can't be one."""
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63:
        return int(text)
    return 0


def local_time(moment: datetime | None) -> SafeString | str:
    """The time in the site's zone, with UTC as the title, to compare with logs."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        moment.isoformat(),
        moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3],
        date_format(local, "Y-m-d H:i:s"),
    )
