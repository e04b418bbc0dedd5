"""`make run PLATFORM=local`: WeChat's side on this machine, a page to chat with the account on.

The server is the tests' own (tests/platform_server): it signs, encrypts, times, retries and answers the APIs as WeChat
does. It runs as one more supervised process and listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import os
import secrets
import sys

from django.conf import settings
from django.core.management.base import CommandError

from celestial_site.supervisor import Service


def platform_service(port: int, gateway: str) -> Service:
    """The platform's process on `port`; the caller's environment then names it as WECHAT_API_BASE for all others."""
    if not (settings.BASE_DIR / "tests" / "platform_server").is_dir():
        raise CommandError("PLATFORM=local needs the source tree with its tests folder")
    os.environ["WECHAT_API_BASE"] = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.platform_server", "--port", str(port), "--gateway", gateway]
    return Service("platform", command, _secrets())


def _secrets() -> dict[str, str]:
    """What WeChat knows of the default account. One without an AppSecret gets one, or nothing could be delivered."""
    from wechat.models import OfficialAccount

    account = OfficialAccount.objects.get(slug="default")
    if not account.app_secret:
        account.app_secret = secrets.token_hex(16)
        account.save(update_fields=["app_secret"])
    return {
        "PLATFORM_TOKEN": account.token,
        "PLATFORM_AES_KEY": account.aes_key,
        "PLATFORM_APP_ID": account.app_id,
        "PLATFORM_APP_SECRET": account.app_secret,
        "PLATFORM_ORIGINAL_ID": account.original_id or "gh_local_platform",
        "PLATFORM_STYLE": account.encryption,
    }
