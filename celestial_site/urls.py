"""Every URL. `CELESTIAL_ROLE` decides which of them this process serves."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from celestial_site import pages
from ops_dashboard import alertmanager, health, metrics
from predictions.accuracy_page import accuracy_page
from predictions.api.problems import api_not_found, bad_request, page_not_found, server_error
from predictions.reading_pages.views import reading_page
from wechat import debug, views

handler400 = bad_request
handler404 = page_not_found
handler500 = server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez),
    path("readyz", health.readyz),
]
if settings.SERVES_WECHAT:
    urlpatterns += [
        path("wechat", views.callback, name="callback"),
        path("wechat/<slug:slug>", views.callback, name="account-callback"),
        path("_debug_signature", debug.debug_signature),
        path("wechat_metrics", metrics.wechat_metrics),
    ]
if settings.SERVES_API:
    urlpatterns += [
        path("", pages.home, name="home"),
        path("privacy", pages.privacy, name="privacy"),
        path("r/<str:token>", reading_page, name="reading-page"),
        re_path(r"^MP_verify_(?P<code>[A-Za-z0-9]{1,64})\.txt$", pages.domain_verification),
        path("api_metrics", metrics.api_metrics),
        path("ops/alertmanager", alertmanager.receive),
        path("api/", include("predictions.api.urls")),
        re_path(r"^api/", api_not_found),
        path("i18n/", include("django.conf.urls.i18n")),
        path("admin/accuracy/", admin.site.admin_view(accuracy_page), name="accuracy"),
        path("admin/ops/", include("ops_dashboard.urls")),
        path("admin/", admin.site.urls),
    ]
