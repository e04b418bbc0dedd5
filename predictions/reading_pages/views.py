"""GET /r/<token> shows a chart, POST deletes its page. The token is the only key: no login, no cookie, no session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from predictions.api import metrics
from predictions.engine import LANGUAGES
from predictions.models import RevokedPages, revoke_page
from predictions.reading_pages.contents import contents
from predictions.reading_pages.links import NoPage, Page, open_token
from predictions.reading_pages.wording import words
from predictions.types import InvalidInput

HEADERS = {
    # Stricter than the site's: the page has one stylesheet, and no script at all.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


# Without a cookie there is nothing to forge: whoever can send the token may delete the page anyway.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def reading_page(request: HttpRequest, token: str) -> HttpResponse:
    """The page, or the same words for everything that is no page (any more)."""
    now = timezone.now()
    try:
        page = open_token(token)
    except NoPage:
        return _gone(request, LANGUAGES[0], 404)
    if now >= page.expires or RevokedPages.has(page):
        return _gone(request, page.lang, 410)
    return _delete(request, page, now) if request.method == "POST" else _show(request, page)


def _show(request: HttpRequest, page: Page) -> HttpResponse:
    lang = _language(request, page.lang)
    try:
        with metrics.engine_seconds.labels(page.system).time():
            shown = contents(page, lang)
    except InvalidInput:
        # Sealed by another version, whose limits were wider
        return _gone(request, page.lang, 410)
    return _page("reading_page.html", shown)


def _delete(request: HttpRequest, page: Page, now: datetime) -> HttpResponse:
    revoke_page(page, now)
    lang = _language(request, page.lang)
    return _page("reading_page_deleted.html", {"lang": lang, "words": words(lang)})


def _gone(request: HttpRequest, lang: str, status: int) -> HttpResponse:
    lang = _language(request, lang)
    return _page("reading_page_gone.html", {"lang": lang, "words": words(lang)}, status)


def _language(request: HttpRequest, otherwise: str) -> str:
    asked = request.GET.get("lang", "")
    return asked if asked in LANGUAGES else otherwise


def _page(template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Rendered without the request: no context processor looks for a session here."""
    text = render_to_string(f"reading_pages/{template}", context)
    return HttpResponse(text, status=status, headers=HEADERS | {"Content-Language": context["lang"]})
