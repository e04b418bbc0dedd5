"""Every address of the API, in the order of docs/api.md; included under api/."""

from __future__ import annotations

from django.urls import path, re_path

from predictions.api import batches, docs, gazetteer, sky, usage, views

# Something that may be meant as a date or year reaches its view and is told what is wrong; the rest is 404.
urlpatterns = [
    path("v1/systems", views.Systems.as_view(), name="api-systems"),
    path("v1/systems/<str:system_id>", views.OneSystem.as_view(), name="api-system"),
    path("v1/predictions", views.Predictions.as_view(), name="api-predictions"),
    path("v1/predictions/<str:prediction_id>", views.OnePrediction.as_view(), name="api-prediction"),
    path("v1/ask", views.Ask.as_view(), name="api-ask"),
    path("v1/batches", batches.Batches.as_view(), name="api-batches"),
    path("v1/batches/<str:batch_id>", batches.OneBatch.as_view(), name="api-batch"),
    path("v1/batches/<str:batch_id>/results", batches.BatchResults.as_view(), name="api-batch-results"),
    path("v1/batches/<str:batch_id>/cancel", batches.CancelBatch.as_view(), name="api-batch-cancel"),
    re_path(r"^v1/calendar/(?P<date>[0-9-]{1,12})$", views.CalendarDay.as_view(), name="api-calendar-day"),
    re_path(r"^v1/calendar/lunar/(?P<year>-?[0-9]{1,9})$", views.LunarYear.as_view(), name="api-lunar-year"),
    re_path(
        r"^v1/calendar/terms/(?P<year>-?[0-9]{1,9})$", views.SolarTerms.as_view(), name="api-solar-terms"
    ),
    re_path(r"^v1/sky/moon-phases/(?P<year>-?[0-9]{1,9})$", sky.MoonPhases.as_view(), name="api-moon-phases"),
    path("v1/sky/eclipses", sky.Eclipses.as_view(), name="api-eclipses"),
    path("v1/sky/rise-set", sky.RiseSet.as_view(), name="api-rise-set"),
    path("v1/places", gazetteer.Places.as_view(), name="api-places"),
    path("v1/usage", usage.Usage.as_view(), name="api-usage"),
    path("v1/meta", views.Meta.as_view(), name="api-meta"),
    path("v1/openapi.json", views.OpenApiDocument.as_view(), name="api-openapi"),
    path("docs/", docs.page, name="api-docs"),
]
