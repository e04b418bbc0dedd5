"""The reading pages that were revoked before they expired."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from predictions.reading_pages.links import LIFETIME, Page


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
