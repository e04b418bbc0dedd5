"""What Django itself costs: a view that stores the body with one constant INSERT and answers `success`."""

from __future__ import annotations

import os
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

URL = os.environ["BENCH_DATABASE_URL"]


def database() -> dict[str, Any]:
    """The product's options for the same database."""
    config = dict(dj_database_url.parse(URL)) | {"CONN_MAX_AGE": None}
    if URL.startswith("sqlite"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
        config["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 2, "init_command": pragmas}
    return config


settings.configure(
    SECRET_KEY="benchmark",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    DATABASES={"default": database()},
    USE_TZ=True,
)


def callback(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO body (raw) VALUES (%s)", [request.body])
    body = b"success"
    return HttpResponse(body, content_type="text/plain", headers={"Content-Length": str(len(body))})


urlpatterns = [path("wechat", callback)]
application = get_wsgi_application()
with connection.cursor() as cursor:
    kind = "INTEGER PRIMARY KEY, raw BLOB" if URL.startswith("sqlite") else "BIGSERIAL PRIMARY KEY, raw BYTEA"
    cursor.execute(f"CREATE TABLE IF NOT EXISTS body (id {kind})")
connection.close()
