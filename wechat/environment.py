"""The default account follows the environment: credentials at every start, modes when their variable changed."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from celestial_site.env import read
from wechat.models import OfficialAccount
from wechat.models.account import Encryption, Verification

log = logging.getLogger("wechat")

BY = "environment"


def credentials() -> dict[str, str]:
    """The fields of the default account that the environment sets; these are read-only in the admin."""
    given = {
        "token": settings.WECHAT_TOKEN,
        "accept_tokens": " ".join(settings.WECHAT_ACCEPT_TOKENS),
        "aes_key": settings.WECHAT_ENCODING_AES_KEY,
        "previous_aes_keys": " ".join(settings.WECHAT_PREVIOUS_AES_KEYS),
        "app_id": settings.WECHAT_APPID,
        "app_secret": settings.WECHAT_APPSECRET,
        "original_id": settings.WECHAT_ORIGINAL_ID,
    }
    return {field: value for field, value in given.items() if value}


def limits() -> dict[str, int]:
    """Numbers that the environment sets explicitly; a default never overrules what staff chose."""
    given = {
        "timestamp_tolerance": "WECHAT_TIMESTAMP_TOLERANCE",
        "dedup_window": "WECHAT_DEDUP_WINDOW",
        "rate_limit_per_min": "WECHAT_RATE_LIMIT_PER_MIN",
    }
    return {field: getattr(settings, name) for field, name in given.items() if read(name)}


def modes() -> dict[str, str]:
    """What the environment asks of the switches: variable -> value, unset encryption following key and AppID."""
    encrypted = settings.WECHAT_ENCODING_AES_KEY and settings.WECHAT_APPID
    encryption = settings.WECHAT_ENCRYPTION or (Encryption.COMPATIBLE if encrypted else Encryption.PLAINTEXT)
    strict = Verification.STRICT if settings.STRICT_WECHAT_VERIFY else Verification.LENIENT
    return {"WECHAT_ENCRYPTION": str(encryption), "STRICT_WECHAT_VERIFY": str(strict)}


SWITCH_OF = {"WECHAT_ENCRYPTION": "encryption", "STRICT_WECHAT_VERIFY": "verification"}


def apply_environment() -> None:
    """Called at every start. A database that isn't there yet is logged: /readyz says so, the start goes on."""
    try:
        with transaction.atomic():
            sync_default_account()
    except DatabaseError:
        log.exception("the default account could not be brought in line with the environment; run migrate")


def sync_default_account() -> OfficialAccount | None:
    """Create or update the default account from the environment; None when neither knows one."""
    account = OfficialAccount.objects.select_for_update().filter(slug="default").first()
    if account is None:
        if not settings.WECHAT_TOKEN:
            return None
        account = OfficialAccount(slug="default", name="default")
    values: dict[str, Any] = credentials() | limits()
    values["environment_fields"] = sorted(values)
    if any(getattr(account, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(account, field, value)
        account.save()
    if settings.WECHAT_TOKEN:
        _follow_modes(account)
    return account


def _follow_modes(account: OfficialAccount) -> None:
    """Switch what the environment asks differently than at the last start; else the last switch holds."""
    seen = account.environment_modes
    wanted = modes()
    changed = {name: value for name, value in wanted.items() if seen.get(name, {}).get("value") != value}
    for name, value in changed.items():
        # A new account starts strict; saying so again would only make noise in the audit list.
        if getattr(account, SWITCH_OF[name]) != value or value == Verification.LENIENT:
            account.switch(SWITCH_OF[name], value, by=BY, reason=f"{name} changed since the last start")
    if changed:
        now = timezone.now().isoformat()
        account.environment_modes = seen | {name: {"value": v, "seen_at": now} for name, v in changed.items()}
        account.save(update_fields=["environment_modes"])
