"""What `make run` makes once: a demo account, an admin user and an API key; the second run keeps them."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from io import StringIO

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command

ADMIN = "admin"
APP_ID = "wxdemo0000000000"


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The secrets made by this run; empty ones existed before and are not shown again."""

    token: str = ""
    aes_key: str = ""
    password: str = ""
    api_key: str = ""

    def secret_lines(self) -> list[str]:
        if not self.token:
            return ["  Token      as before (not shown again; rotate it in the admin)"]
        return [f"  Token      {self.token}", f"  AES key    {self.aes_key}", f"  AppID      {APP_ID}"]

    def login(self) -> str:
        known = f"{ADMIN} / {self.password}" if self.password else f"{ADMIN}, password as before"
        return f"   ({known})"


def prepare() -> FirstRun:
    """Make what is missing; nothing that exists is touched."""
    token, aes_key = _demo_account()
    return FirstRun(token, aes_key, _admin(), _api_key())


def _demo_account() -> tuple[str, str]:
    from wechat.environment import sync_default_account
    from wechat.models import OfficialAccount

    if sync_default_account() or OfficialAccount.default():
        return "", ""
    token, aes_key = secrets.token_hex(12), random_aes_key()
    account = {"slug": "default", "token": token, "aes_key": aes_key, "app_id": APP_ID}
    call_command("wechat_account", **account, encryption="compatible", systems="all", stdout=StringIO())
    return token, aes_key


def random_aes_key() -> str:
    """43 letters and digits, as the WeChat console makes them."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(43))


def _admin() -> str:
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists():
        return ""
    password = secrets.token_urlsafe(12)
    admin = users.create_superuser(username=ADMIN, password=password)  # type: ignore[attr-defined]
    admin.groups.set(Group.objects.filter(name="owner"))
    return password


def _api_key() -> str:
    from predictions.models import ApiKey

    if ApiKey.objects.exists():
        return ""
    out = StringIO()
    call_command("create_api_key", "make run", stdout=out, stderr=StringIO())
    return out.getvalue().strip()
