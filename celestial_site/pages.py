"""The pages for a browser: what the account answers, the privacy notice, domain verification."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from predictions.registry import System, all_systems
from wechat.models import OfficialAccount

VERIFICATION_FOLDER = "domain_verification"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What followers can ask, how to follow, and the filing lines that Chinese law wants here."""
    account = OfficialAccount.default()
    context = {"systems": _enabled(account), "name": _public_name(account)}
    return render(request, "home.html", _filings() | context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The privacy notice: what wechat.models and predictions.models keep, and for how long."""
    account = OfficialAccount.default()
    context = {
        "dedup_hours": account.dedup_window / 3600 if account else 24,
        "message_days": settings.CELESTIAL_MESSAGE_DAYS,
        "name": _public_name(account),
    }
    return render(request, "privacy.html", _filings() | context)


@require_safe
def domain_verification(request: HttpRequest, code: str) -> FileResponse:
    """The file that WeChat's console wants at the domain's root; `code` is letters and digits only."""
    file = settings.CELESTIAL_VAR / VERIFICATION_FOLDER / f"MP_verify_{code}.txt"
    if not file.is_file():
        raise Http404
    return FileResponse(file.open("rb"), content_type="text/plain")


def _enabled(account: OfficialAccount | None) -> list[System]:
    """In the registry's order, which is the order of the account's menus."""
    return [system for system in all_systems() if account and system.id in account.systems]


def _public_name(account: OfficialAccount | None) -> str:
    return account.name if account and account.name != account.slug else ""


def _filings() -> dict[str, Any]:
    return {"icp": settings.CELESTIAL_ICP, "police": settings.CELESTIAL_POLICE_FILING}
