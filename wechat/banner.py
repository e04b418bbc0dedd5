"""What every page of the console says on top: accounts that don't answer everybody, followers who wait for a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from wechat.models import Follower, OfficialAccount
from wechat.models.account import Service, Verification


@dataclass(frozen=True, slots=True)
class Notice:
    """One account whose mode differs from strict and live; `until` is when its lenient period ends."""

    account: OfficialAccount
    service: str
    lenient: bool

    @property
    def until(self) -> Any:
        return self.account.verification_until if self.lenient else None


def modes(request: HttpRequest) -> dict[str, Any]:
    """Context processor: two small queries, on pages of the console only."""
    user = getattr(request, "user", None)
    if user is None or not request.path.startswith(reverse("admin:index")):
        return {}
    if not (user.is_active and user.is_staff):
        return {}
    waiting = Follower.unanswered(timezone.now()) if user.has_perm("wechat.view_follower") else 0
    return {"mode_notices": notices(), "waiting_followers": waiting}


def notices() -> list[Notice]:
    now = timezone.now()
    lenient = Q(verification=Verification.LENIENT, verification_until__gt=now)
    fields = ("slug", "name", "service", "verification", "verification_until")
    accounts = OfficialAccount.objects.filter(lenient | ~Q(service=Service.LIVE)).only(*fields)
    return [
        Notice(
            account,
            "" if account.service == Service.LIVE else str(Service(account.service).label),
            account.effective_verification(now) == Verification.LENIENT,
        )
        for account in accounts
    ]
