"""What was revoked before it expired: rows exist only for that, and hold keyed digests, no person and no request."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from predictions.models import RevokedPages
from predictions.reading_pages.links import Page, holder_prints, subject_prints
from predictions.types import Json


def revoke_page(page: Page, now: datetime) -> None:
    """This page, and the same request under other links."""
    _revoke([page.subject], now)


def revoke_request(system: str, input: Json, options: Json, *, holder: str, now: datetime) -> None:
    """Every page of this request of the holder."""
    _revoke(subject_prints(system, input, options, holder=holder), now)


def revoke_pages_of(holder: str, until: datetime) -> None:
    """Every page that the holder was given up to `until`."""
    _revoke(holder_prints(holder), until)


def _revoke(prints: Collection[str], until: datetime) -> None:
    """A row that revokes more keeps doing so, in whatever order requests are worked off."""
    rows = [RevokedPages(print=name, revoked_at=until) for name in prints]
    RevokedPages.objects.bulk_create(rows, ignore_conflicts=True)
    RevokedPages.objects.filter(print__in=prints, revoked_at__lt=until).update(revoked_at=until)
