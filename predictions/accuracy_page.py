"""/admin/accuracy/: the accuracy report for staff, in the console's language."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe

from predictions import accuracy


@require_safe
def accuracy_page(request: HttpRequest) -> HttpResponse:
    """Whoever may look at predictions may see how right they are."""
    if not request.user.has_perm("predictions.view_prediction"):
        raise PermissionDenied
    lang = "en" if (get_language() or "").startswith("en") else "zh-Hans"
    found = accuracy.report()
    context = {
        **admin.site.each_context(request),
        "title": _t("Accuracy of the charts"),
        "made": accuracy.made(found, lang),
        "headings": accuracy.HEADINGS[lang],
        "rows": accuracy.rows(found, lang),
        "explanations": accuracy.explanations(found, lang),
        "doubts": accuracy.doubts(found, lang),
    }
    return TemplateResponse(request, "admin/predictions/accuracy.html", context)
