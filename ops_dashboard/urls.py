"""Pages below /admin/ops/."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from ops_dashboard import dashboard

app_name = "ops"
urlpatterns = [
    path("", admin.site.admin_view(dashboard.dashboard), name="dashboard"),
    path("series.json", admin.site.admin_view(dashboard.series_json, cacheable=True), name="series"),
    path("runbooks/", admin.site.admin_view(dashboard.runbooks), name="runbooks"),
]
