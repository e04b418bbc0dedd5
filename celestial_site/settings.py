"""All settings. Every variable is read through `celestial_site.env`; docs/configuration.md has a row for each."""

from __future__ import annotations

import base64
import os
import re
import string
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

from celestial_site import logs
from celestial_site.env import (
    EnvError,
    env_bool,
    env_choice,
    env_int,
    env_keys,
    env_list,
    env_secret,
    env_str,
    env_url,
)
from celestial_site.generated_keys import generated_key

BASE_DIR = Path(__file__).resolve().parent.parent

# The installation
CELESTIAL_VAR = Path(env_str("CELESTIAL_VAR", str(BASE_DIR / "var"))).resolve()
CELESTIAL_ROLE = env_choice("CELESTIAL_ROLE", ("all", "wechat", "api"), "all")
CELESTIAL_PUBLIC_URL = env_url("CELESTIAL_PUBLIC_URL")
CELESTIAL_LOG_DIR = env_str("CELESTIAL_LOG_DIR")
# Where alerts may go besides the robots' official hosts
CELESTIAL_ROBOT_BASE = env_url("CELESTIAL_ROBOT_BASE")
CELESTIAL_PRIVATE_HOSTS = env_list("CELESTIAL_PRIVATE_HOSTS")
CELESTIAL_MESSAGE_DAYS = env_int("CELESTIAL_MESSAGE_DAYS", 180)
# The certificate whose end is watched; unset: what CELESTIAL_PUBLIC_URL shows
CELESTIAL_CERTIFICATE = env_str("CELESTIAL_CERTIFICATE")
# Whether the built-in evaluator tells people; Alertmanager may do it instead
CELESTIAL_BUILTIN_ALERTS = env_bool("CELESTIAL_BUILTIN_ALERTS", True)
CELESTIAL_ICP = env_str("CELESTIAL_ICP")
CELESTIAL_POLICE_FILING = env_str("CELESTIAL_POLICE_FILING")
WECHAT_PORT = env_int("WECHAT_PORT", 9090, 1, 65535)
API_PORT = env_int("API_PORT", 8000, 1, 65535)
API_RATE_LIMIT = env_int("API_RATE_LIMIT", 600)
METRICS_TOKEN = env_secret(
    "METRICS_TOKEN", lambda text: len(text) >= 16, "must have 16 characters or more", "…"
)
SERVES_WECHAT = CELESTIAL_ROLE in ("all", "wechat")
SERVES_API = CELESTIAL_ROLE in ("all", "api")

# Secrets: without a variable, this machine makes its own key once and keeps it in CELESTIAL_VAR
SECRET_KEY = env_secret(
    "DJANGO_SECRET_KEY",
    lambda text: len(text) >= 32,
    "must have 32 characters or more",
    '"$(openssl rand -base64 48)"',
) or generated_key(CELESTIAL_VAR, "secret_key")
CELESTIAL_ENCRYPTION_KEYS = env_keys("CELESTIAL_ENCRYPTION_KEYS") or [
    base64.b64decode(generated_key(CELESTIAL_VAR, "encryption_key"))
]

# The default account; wechat.environment applies it at every start
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{3,32}")


def _is_aes_key(text: str) -> bool:
    return bool(_AES_KEY.fullmatch(text))


def _aes_keys(name: str) -> list[str]:
    keys = env_list(name)
    if not all(map(_is_aes_key, keys)):
        raise EnvError(
            name, "each key must have 43 letters and digits", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
        )
    return keys


def _tokens(name: str) -> list[str]:
    tokens = env_list(name)
    if not all(_TOKEN.fullmatch(token) for token in tokens):
        raise EnvError(name, "each token must have 3 to 32 letters, digits, - or _", "my_former_token")
    return tokens


WECHAT_TOKEN = env_secret(
    "WECHAT_TOKEN",
    lambda text: bool(_TOKEN.fullmatch(text)),
    "must have 3 to 32 letters, digits, - or _",
    "my_wechat_token",
)
WECHAT_ACCEPT_TOKENS = _tokens("WECHAT_ACCEPT_TOKENS")
WECHAT_ENCODING_AES_KEY = env_secret(
    "WECHAT_ENCODING_AES_KEY",
    _is_aes_key,
    "must have 43 letters and digits, as the WeChat console shows it",
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)
WECHAT_PREVIOUS_AES_KEYS = _aes_keys("WECHAT_PREVIOUS_AES_KEYS")
WECHAT_APPID = env_str("WECHAT_APPID")
if WECHAT_APPID and not set(WECHAT_APPID) <= set(string.ascii_letters + string.digits + "_-"):
    raise EnvError("WECHAT_APPID", "must have letters and digits only", "wx0123456789abcdef")
WECHAT_APPSECRET = env_str("WECHAT_APPSECRET")
WECHAT_ORIGINAL_ID = env_str("WECHAT_ORIGINAL_ID")
WECHAT_ENCRYPTION = env_choice("WECHAT_ENCRYPTION", ("", "plaintext", "compatible", "safe"), "")
STRICT_WECHAT_VERIFY = env_bool("STRICT_WECHAT_VERIFY", True)
WECHAT_DEDUP_WINDOW = env_int("WECHAT_DEDUP_WINDOW", 86400, 60)
WECHAT_TIMESTAMP_TOLERANCE = env_int("WECHAT_TIMESTAMP_TOLERANCE", 300)
WECHAT_RATE_LIMIT_PER_MIN = env_int("WECHAT_RATE_LIMIT_PER_MIN", 0)
WECHAT_API_BASE = env_url("WECHAT_API_BASE", "https://api.weixin.qq.com")


def _send_windows() -> dict[str, tuple[int, int]]:
    """How many customer messages WeChat allows after what a follower did, and for how many seconds."""
    windows = {"message": (5, 172800), "menu": (3, 60), "follow": (3, 60), "scan": (3, 60)}
    for entry in env_list("WECHAT_SEND_WINDOWS"):
        found = re.fullmatch(r"(message|menu|follow|scan)=(\d{1,6})/(\d{1,7})", entry)
        if not found:
            problem = "needs entries like message=5/172800 (message, menu, follow, scan; number; seconds)"
            raise EnvError("WECHAT_SEND_WINDOWS", problem, "message=20/172800,menu=3/60")
        windows[found[1]] = (int(found[2]), int(found[3]))
    return windows


WECHAT_SEND_WINDOWS = _send_windows()
if WECHAT_ENCRYPTION in ("compatible", "safe") and not (WECHAT_ENCODING_AES_KEY and WECHAT_APPID):
    raise EnvError("WECHAT_ENCRYPTION", "needs WECHAT_ENCODING_AES_KEY and WECHAT_APPID", "plaintext")

# Django
DEBUG = env_bool("DJANGO_DEBUG", False)
_public_host = urlsplit(CELESTIAL_PUBLIC_URL).hostname
ALLOWED_HOSTS = env_list(
    "DJANGO_ALLOWED_HOSTS",
    ["localhost", "127.0.0.1", "[::1]", *([_public_host] if _public_host else [])],
)
CSRF_TRUSTED_ORIGINS = [CELESTIAL_PUBLIC_URL] if CELESTIAL_PUBLIC_URL else []
ROOT_URLCONF = "celestial_site.urls"
WSGI_APPLICATION = "celestial_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

INSTALLED_APPS = [
    "celestial_site",
    "wechat",
    "predictions",
    "ops_dashboard",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_prometheus",
]

# A process that serves the callback alone carries nothing else: every middleware costs each message time.
_CALLBACK_MIDDLEWARE = [
    "celestial_site.middleware.RequestIdMiddleware",
]
_FULL_MIDDLEWARE = [
    "celestial_site.middleware.RequestIdMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "celestial_site.middleware.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
MIDDLEWARE = _CALLBACK_MIDDLEWARE if CELESTIAL_ROLE == "wechat" else _FULL_MIDDLEWARE
# The admin asks for its middleware, and this role does not serve it.
SILENCED_SYSTEM_CHECKS = ["admin.E408", "admin.E409", "admin.E410"] if CELESTIAL_ROLE == "wechat" else []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wechat.banner.modes",
            ],
        },
    },
]


# Databases
def _database() -> dict[str, Any]:
    url = env_str("DATABASE_URL", f"sqlite:///{CELESTIAL_VAR / 'celestial.sqlite3'}")
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, KeyError) as error:
        example = "postgresql://user:password@127.0.0.1/celestial"
        raise EnvError("DATABASE_URL", "can't be read as a database's URL", example) from error
    if config["ENGINE"].endswith("sqlite3"):
        # Measured (references/ops.md 9): with IMMEDIATE no "database is locked" among four writers. Connections stay
        # open: closing the last one writes the WAL back, which would cost every request 2 ms.
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 2, "init_command": pragmas}
        return config | {"CONN_MAX_AGE": None, "OPTIONS": options}
    if not config["ENGINE"].endswith("postgresql"):
        raise EnvError(
            "DATABASE_URL", "must name SQLite or PostgreSQL", "postgresql://user:password@127.0.0.1/celestial"
        )
    # Fail inside WeChat's 5 seconds rather than after them.
    limits = "-c statement_timeout=3000 -c idle_in_transaction_session_timeout=10000"
    binding: dict[str, Any] = {}
    if CELESTIAL_ROLE == "wechat":
        # The callback's statements are constant: PostgreSQL parses them once a connection (measured: 15 % of the CPU).
        binding = {"server_side_binding": True, "prepare_threshold": 2}
    options = {"connect_timeout": 2, "options": limits, **binding, **config.get("OPTIONS", {})}
    return config | {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}


DATABASES = {"default": _database()}
REDIS_URL = env_url("REDIS_URL", schemes=("redis", "rediss", "unix"))
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.3, "socket_timeout": 0.5},
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The threads of a gunicorn worker; all but one of them may wait for a slow answer.
WEB_THREADS = env_int("WEB_THREADS", 4, 1, 64)

# Celery: the rows are the queue of record, the broker only wakes a worker (references/ops.md 10)
CELERY_BROKER_URL = env_str("CELERY_BROKER_URL", "filesystem://")
if not CELERY_BROKER_URL.startswith(("filesystem://", "redis://", "rediss://")):
    raise EnvError("CELERY_BROKER_URL", "must begin with redis:// or rediss://", "redis://127.0.0.1:6379/1")
if CELERY_BROKER_URL.startswith("filesystem"):
    _broker = {name: str(CELESTIAL_VAR / "broker" / name) for name in ("messages", "control")}
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": _broker["messages"],
        "data_folder_out": _broker["messages"],
        "control_folder": _broker["control"],
        "polling_interval": 0.05,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 0.5,
        "socket_timeout": 1,
        "visibility_timeout": 3600,
    }
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]

# Security: everything that HTTPS allows as soon as the public URL is HTTPS
_https = CELESTIAL_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_SAMESITE = "Strict" if _https else "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SECURE_SSL_REDIRECT = _https
# The callback must never answer a redirect, and probes on loopback speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [
    r"^wechat",
    r"^(livez|readyz|api_metrics|_debug_signature)$",
    r"^ops/alertmanager$",
]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_HSTS_SECONDS = 365 * 86400 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Language and time: Django 5.2 formats, Chinese first
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "celestial_site" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# Static files: served by the process itself, hashed and compressed, so that no nginx is needed
STATIC_URL = "/static/"
STATIC_ROOT = CELESTIAL_VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or "pytest" in sys.modules
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["predictions.api.renderers.CanonicalJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["predictions.api.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["predictions.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["predictions.api.authentication.HasScope"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "predictions.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
    # ?format= would be a parameter like any other: unknown
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Celestial Nexus API",
    "DESCRIPTION": "Computed Chinese calendar and metaphysics: every chart deterministic, every convention explicit.",
    "VERSION": "v1",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": ["predictions.api.openapi.finish"],
}

PROMETHEUS_LATENCY_BUCKETS = (
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    1.5,
    2,
    3,
    4,
    4.5,
    5,
    10,
    float("inf"),
)
PROMETHEUS_EXPORT_MIGRATIONS = False
# prometheus_client does not start without it, and some starters can't make it beforehand.
if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)

os.environ.setdefault("TZ", TIME_ZONE)
LOGGING = logs.configuration(CELESTIAL_LOG_DIR)
