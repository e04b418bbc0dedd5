"""System checks: misconfigurations that start fine and hurt later, each with an id, a hint and a test."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.security, deploy=True)
def keys_are_shared(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Keys that one machine made for itself do not open what another machine stored."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        return []
    missing = [name for name in ("DJANGO_SECRET_KEY", "CELESTIAL_ENCRYPTION_KEYS") if not _is_set(name)]
    hint = (
        "Set it to the content of the file in CELESTIAL_VAR, the same on every host that uses this database."
    )
    return [
        Warning(f"{name} is generated on this host only.", hint=hint, id="celestial.W001") for name in missing
    ]


@register(Tags.security)
def public_url_is_https(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.CELESTIAL_PUBLIC_URL.startswith("http://"):
        hint = "Run deploy/setup_https_certbot.sh, then set CELESTIAL_PUBLIC_URL=https://<domain>."
        message = "CELESTIAL_PUBLIC_URL is not HTTPS: staff's passwords travel in clear."
        return [Warning(message, hint=hint, id="celestial.W002")]
    return []


@register(Tags.compatibility)
def default_account_is_complete(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    others = [
        name
        for name in ("WECHAT_ENCODING_AES_KEY", "WECHAT_APPID", "WECHAT_APPSECRET")
        if getattr(settings, name)
    ]
    if others and not settings.WECHAT_TOKEN:
        hint = "Set WECHAT_TOKEN to the Token of the WeChat console, or unset the others."
        return [Warning(f"{', '.join(others)} without WECHAT_TOKEN.", hint=hint, id="celestial.W003")]
    return []


@register(Tags.compatibility)
def encryption_has_its_app_id(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if settings.WECHAT_ENCODING_AES_KEY and not settings.WECHAT_APPID:
        hint = "Set WECHAT_APPID (wx…); until then the account speaks plaintext."
        message = "WECHAT_ENCODING_AES_KEY is set without WECHAT_APPID."
        return [Warning(message, hint=hint, id="celestial.W004")]
    return []


@register(Tags.compatibility)
def timestamp_tolerance_leaves_room(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """WeChat's retries repeat the first timestamp for some 15 s; a narrow window refuses them."""
    tolerance = settings.WECHAT_TIMESTAMP_TOLERANCE
    if 0 < tolerance < 30:
        hint = "Use 300, or 0 to switch the check off."
        message = f"WECHAT_TIMESTAMP_TOLERANCE={tolerance} refuses WeChat's own retries."
        return [Error(message, hint=hint, id="celestial.E001")]
    return []


@register(Tags.files)
def folders_are_writable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    folders: Sequence[tuple[str, str]] = [("CELESTIAL_VAR", str(settings.CELESTIAL_VAR))]
    if settings.CELESTIAL_LOG_DIR:
        folders = [*folders, ("CELESTIAL_LOG_DIR", settings.CELESTIAL_LOG_DIR)]
    hint = "Create it and give it to the user that runs the service."
    return [
        Error(f"{name}: {folder} can't be written.", hint=hint, id="celestial.E002")
        for name, folder in folders
        if not os.access(folder, os.W_OK)
    ]


@register(Tags.security, deploy=True)
def workers_share_metrics(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without a shared folder each scrape sees one worker's counts."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder and not os.access(folder, os.W_OK):
        hint = "Create the folder before the start; deploy/gunicorn.conf.py and the unit files do."
        return [
            Error(f"PROMETHEUS_MULTIPROC_DIR: {folder} can't be written.", hint=hint, id="celestial.E003")
        ]
    return []


def _is_set(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))
