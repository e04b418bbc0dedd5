"""The reading pages that were revoked before they expired.

Rows exist only for those, and hold keyed digests: no person and no request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from predictions.reading_pages.links import LIFETIME, Page, holder_prints, subject_prints
from predictions.types import Json


class RevokedPages(models.Model):
    """Every reading page with this print, given up to an instant, is gone.

    `print` is that of one request of a holder, or of a holder and so of all their requests (`links.Page.prints`).
    The same request asked again afterwards has a later link, and its page is there.
    """

    print = models.CharField(max_length=32, unique=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), db_index=True, editable=False)

    class Meta:
        verbose_name = _("revoked reading pages")
        verbose_name_plural = _("revoked reading pages")

    def __str__(self) -> str:
        return f"{self.print[:8]}… {self.revoked_at:%Y-%m-%d}"

    @classmethod
    def has(cls, page: Page) -> bool:
        """Whether the page is gone; one statement."""
        return cls.objects.filter(print__in=page.prints, revoked_at__gte=page.issued).exists()

    @classmethod
    def prune(cls, now: datetime) -> int:
        """Delete what no living link needs: every link that a row revokes has expired."""
        return cls.objects.filter(revoked_at__lt=now - LIFETIME).delete()[0]


def revoke_page(page: Page, now: datetime) -> None:
    """This page, and the same request under other links."""
    _revoke([page.subject], now)


def revoke_request(system: str, input: Json, options: Json, *, holder: str, now: datetime) -> None:
    """Every page of this request of the holder."""
    _revoke(subject_prints(system, input, options, holder=holder), now)


def revoke_requests(asked: Iterable[tuple[str, Json]], *, holder: str, now: datetime) -> None:
    """The same for many: (system, {"input", "options"}) each."""
    prints = {
        found
        for system, request in asked
        for found in subject_prints(system, request["input"], request["options"], holder=holder)
    }
    _revoke(prints, now)


def revoke_pages_of(holder: str, until: datetime) -> None:
    """Every page that the holder was given up to `until`."""
    _revoke(holder_prints(holder), until)


def _revoke(prints: Collection[str], until: datetime) -> None:
    """A row that revokes more keeps doing so, in whatever order requests are worked off."""
    # In one order for all: two requests that revoke the same would wait for each other.
    rows = [RevokedPages(print=name, revoked_at=until) for name in sorted(prints)]
    RevokedPages.objects.bulk_create(rows, ignore_conflicts=True)
    RevokedPages.objects.filter(print__in=prints, revoked_at__lt=until).update(revoked_at=until)
