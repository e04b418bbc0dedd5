"""The project as an app, for its commands and system checks."""

from __future__ import annotations

from django.apps import AppConfig


class CelestialSiteConfig(AppConfig):
    name = "celestial_site"
    verbose_name = "Celestial Nexus"

    def ready(self) -> None:
        # Imported for what they register: the system checks, and the app that `shared_task` binds to.
        from celestial_site import celery, checks  # noqa: F401
